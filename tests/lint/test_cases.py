"""A name that a program compares with its own words is safe in the branch of a case, and after it if the others leave."""

from __future__ import annotations

import pytest

from cwql.lint.linter import lint_text

URL = "https://x/v4_6_release/apis/3.0/service/tickets?conditions=summary='"

CHECKED = {
    "a.go": 'package a\nfunc f(k string) {\nswitch k {\ncase "A", "B":\n x()\ncase C:\n y()\n default:\n return }\nhttp.Get("%s"+k+"\'") }',
    "b.go": 'package a\nfunc f(k string) {\nswitch k {\ncase "A", "B":\nhttp.Get("%s"+k+"\'") \n}\n}',
    "a.ts": 'function f(k: string) { switch (k) { case "A": case "B": x(); break; case C.D: y(); default: return; } fetch("%s"+k+"\'") }',
    "a.cs": 'class A { void F(string k) { switch (k) { case "A": case "B": X(); break; case C.D: Y(); break; default: return; } Get("%s"+k+"\'"); } }',
    "a.java": 'class A { void F(String k) { switch (k) { case "A", "B": X(); break; case D: Y(); break; default: return; } get("%s"+k+"\'"); } }',
    "a.kt": 'fun f(k: String) { when (k) { "A", "B" -> x()\n "C" -> y()\n else -> return }\n get("%s"+k+"\'") }',
    "a.php": '<?php function f($k) { switch ($k) { case "A": case "B": x(); break; default: return; } get("%s".$k."\'"); }',
    "a.rs": 'fn f(k: &str) { match k { "A" | "B" => x(), "C" => y(), _ => return, }; client.get(format!("%s{}\'", k)) }',
    "a.swift": 'func f(k: String) { switch k { case "A", "B": x()\n default: return }\n get("%s\\(k)\'") }',
    "a.rb": 'def f(k)\n  case k\n  when "A", "B" then x\n  when "C"\n    y\n  else return\n  end\n  HTTParty.get("%s#{k}\'")\nend',
    "a.vb": 'Class A\n Sub F(k As String)\n Select Case k\n Case "A", "B"\n X()\n Case Else\n Return\n End Select\n Get("%s" & k & "\'")\n End Sub\nEnd Class',
    "a.py": 'import requests\ndef f(k):\n  match k:\n    case "A" | "B" | C.D:\n      x()\n    case _:\n      return\n  requests.get(f"%s{k}\'")',
    "a.sh": 'case "$1" in\n A|B) x ;;\n *) exit 1 ;;\nesac\ncurl "%s$1\'"',
    "a.ps1": 'function F($k) { switch ($k) { "A" { x } "B" { y } default { return } }\n irm "%s$k\'" }',
}
OPEN = {
    "a.rb": 'def f(k)\n  case k\n  when String then x\n  else return\n  end\n  HTTParty.get("%s#{k}\'")\nend',
    "a.ps1": "function F($matched, $s) { switch -Regex ($s) { '^a(\\d+)' { irm \"%s$matched'\" } } }",
    "a.ts": 'function f(k: string) { switch (k) { case "A": case "B": x(); break; default: y(); } fetch("%s"+k+"\'") }',
    "a.go": 'package a\nfunc f(k string) {\nswitch k {\ncase "A", "B":\n x()\n}\nhttp.Get("%s"+k+"\'") }',
    "a.kt": 'fun f(k: String) { when (k) { "A" -> x()\n is Foo -> y()\n else -> return }\n get("%s"+k+"\'") }',
    "a.rs": 'fn f(k: &str) { match k { "A" => x(), other => y(other), }; client.get(format!("%s{}\'", k)) }',
    "a.cs": 'class A { void F(string k) { switch (k) { case "it\'s": X(); break; default: return; } Get("%s"+k+"\'"); } }',
    "a.vb": 'Class A\n Sub F(k As String)\n Select Case k\n Case "A"\n X()\n Case Else\n Y()\n End Select\n Get("%s" & k & "\'")\n End Sub\nEnd Class',
    "a.py": 'import requests\ndef f(k):\n  match k:\n    case "A":\n      x()\n    case str():\n      y()\n  requests.get(f"%s{k}\'")',
}


@pytest.mark.parametrize(("file", "text"), CHECKED.items())
def test_a_word_of_a_case_is_safe(file: str, text: str) -> None:
    found = lint_text(text.replace("%s", URL), filename=file)
    assert len(found.conditions) == 1
    assert not found.diagnostics


@pytest.mark.parametrize(("file", "text"), OPEN.items())
def test_another_value_may_come_after_the_cases(file: str, text: str) -> None:
    assert [each.code for each in lint_text(text.replace("%s", URL), filename=file).diagnostics] == ["CW601"]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        # a member of rows that a filter has tested
        (
            "a.ps1",
            (
                "$s = Import-Csv x.csv | ? { $_.State -eq 'x' -and $_.Serial -match '^[A-Z0-9]{4}$' } | Select-Object -ExpandProperty Serial\n"
                'foreach ($k in $s) { irm "%s$k\'" }'
            ),
        ),
        # everything but letters and digits is replaced by a blank
        ("a.php", "<?php\n$k = preg_replace('/[^\\p{L}\\p{N} ]+/u', ' ', $_GET['q']);\nget(\"%s$k'\");"),
        ("a.py", "import re, requests\ndef f(k):\n  k = re.sub(r'[^a-z ]', '_', k)\n  requests.get(f\"%s{k}'\")"),
        # quotes are taken out
        ("a.ts", "function f(name: string) { const k = name.split(\"'\").join(''); fetch(`%s${k}'`); }"),
        (
            "a.js",
            "function f(name) { const k = [...name].filter((c) => c >= '0' && c <= '9').join(''); fetch(`%s${k}'`); }",
        ),
        ("a.php", "<?php\nfunction f($n) { $k = strtr($n, ['\"' => '', \"'\" => '']); get(\"%s$k'\"); }"),
        (
            "a.cs",
            'class A { void F(string n) { var k = Regex.Replace(n, "[^0-9]", string.Empty); Get($"%s{k}\'"); } }',
        ),
        # rules of Laravel, and options whose handler has a parameter for each
        (
            "a.php",
            "<?php\n$v = $request->validate(['sku' => ['nullable', 'regex:/^[A-Z0-9]{2,9}$/i']]);\nget(\"%s{$v['sku']}'\");",
        ),
        (
            "a.cs",
            (
                'var kind = new Option<string>("--kind", () => "New", "Kind").FromAmong("New", "Sent");\n'
                'root.SetHandler(async (string kind) => { await http.GetAsync($"%s{kind}\'"); }, kind);'
            ),
        ),
    ],
)
def test_a_checked_value_is_safe(file: str, text: str) -> None:
    found = lint_text(text.replace("%s", URL), filename=file)
    assert len(found.conditions) == 1
    assert not found.diagnostics


def test_columns_of_a_row_are_any_text() -> None:
    text = """package a
func f(rows *sql.Rows) {
    var number, order string
    rows.Scan(&number, &order)
    http.Get("%s" + order + "'")
}""".replace("%s", URL)
    assert [each.code for each in lint_text(text, filename="a.go").diagnostics] == ["CW601"]


def test_a_test_after_a_term_of_ruby_leaves_it_out() -> None:
    text = """# connectwise
def f(id, admin)
  terms = ['closedFlag = false', ("board/id = #{id.to_i}" if id), ("owner/id = 5" unless admin)]
  get('/service/tickets', conditions: terms.compact.join(' and '))
end"""
    found = lint_text(text, filename="a.rb")
    assert [each.text for each in found.conditions] == ["closedFlag = false and board/id = {id.to_i} and owner/id = 5"]
    assert not found.diagnostics


def test_function_of_a_shell_that_encodes_by_a_pipeline() -> None:
    text = """enc() {
    printf '%s' "$1" | jq -sRr @uri
}
q=$(enc "nam = 1")
curl "https://x/v4_6_release/apis/3.0/service/tickets?conditions=$q"
"""
    assert [each.code for each in lint_text(text, filename="a.sh").diagnostics] == ["CW203"]
