"""Conditions in PHP: their texts, placeholders and targets."""

from __future__ import annotations

import pytest

from tests.lint.scripts import describe, find

TICKETS = "conditions /service/tickets"
MANAGE = "conditions manage"

FOUND = [
    # keys
    ("$c->get('/service/tickets', ['query' => ['conditions' => 'id = 1', \"orderBy\" => 'id']]);",
     [f"{TICKETS}: id = 1", "orderBy /service/tickets: id"]),
    ("$q = array('conditions' => 'id = 1');\n$c->get('/service/tickets', $q);", [f"{TICKETS}: id = 1"]),
    ("$q['conditions'] = 'id = 1';\n$c->get('/service/tickets', $q);", [f"{TICKETS}: id = 1"]),
    ("$c->get('/service/tickets', conditions: 'id = 1');", [f"{TICKETS}: id = 1"]),
    ("$conditions = 'id = 1';\n$conditions[] = 'id = 2';", [f"{MANAGE}: id = 1", f"{MANAGE}: id = 2"]),
    ("class A { const CONDITIONS = 'id = 1'; public $condition = 'id = 2'; }",
     [f"{MANAGE}: id = 1"]),
    ("// Automate\n$condition = 'id = 2';", ["conditions anywhere: id = 2"]),
    ("$request->setQuery('conditions', 'id = 1'); __('conditions', 'id = 1');", [f"{MANAGE}: id = 1"]),
    ("$x = ['condition' => 5, 'conditions' => ['a' => 'b'], 'fields' => 'a'];", []),
    # literals
    (r"$x = ['conditions' => 'a = \'x\' \n'];", [f"{MANAGE}: a = 'x' \\n"]),
    (r'$x = ["conditions" => "a = \"x\" \$b \x41 \q"];', [f'{MANAGE}: a = "x" $b A \\q']),
    ("$x = ['conditions' => <<<EOT\n  a = 1\n    and b = '$c'\n  EOT];", [f"{MANAGE}: a = 1\n  and b = '<$c>'"]),
    ("$x = ['conditions' => <<<'EOT'\na = '$c'\nEOT\n];", [f"{MANAGE}: a = '$c'"]),
    # placeholders
    ('$x = ["conditions" => "a = \'$b\' and c = {$d->e} and f = $g->h and i = $j[0] and k = ${l}"];',
     [f"{MANAGE}: a = '<$b>' and c = <$d->e> and f = <$g->h> and i = <$j[0]> and k = <l>"]),
    ("$l = ['a = 1'];\nif ($x) { $l[] = \"b = '$x'\"; }\n$cw->get('/service/tickets', ['conditions' => implode(' and ', $l)]);",
     ["conditions /service/tickets: a = 1", "conditions /service/tickets: b = '<$x>'"]),
    ("$n = (int) $row['id'];\n$x = ['conditions' => 'a = ' . $n];", [f"{MANAGE}: a = <!$n>"]),
    ("$n = (int) ($row['id'] ?? 0);\n$x = ['conditions' => 'a = ' . $n];", [f"{MANAGE}: a = <!$n>"]),
    ("$n = (int) $row['id'] . $y;\n$x = ['conditions' => 'a = ' . $n];", [f"{MANAGE}: a = <$n>"]),
    ("$x = ['conditions' => 'a = ' . (int)$b . ' and c = ' . intval($d) . ' and e = \"' . $f->g . '\"'];",
     [f"{MANAGE}: a = <!(int)$b> and c = <!intval($d)> and e = \"<$f->g>\""]),
    ("$x = ['conditions' => sprintf('a = \"%s\" and b = %d and c = %2$s', $d, $e)];",
     [f'{MANAGE}: a = "<$d>" and b = <!$e> and c = <$e>']),
    ("$x = ['conditions' => 'a > [' . date('Y-m-d') . '] and b > [' . $d->format('Y-m-d\\TH:i:s\\Z') . ']'];",
     [f"{MANAGE}: a > [<!date('Y-m-d')>] and b > [<!$d->format('Y-m-d\\TH:i:s\\Z')>]"]),
    ("function f(int $a, string $b) { return ['conditions' => \"x = $a and y = '$b'\"]; }",
     [f"{MANAGE}: x = <!$a> and y = '<$b>'"]),
    ("$x = ['conditions' => 'a in (' . implode(',', $ids) . ')'];", [f"{MANAGE}: a in (<implode(',', $ids):,>)"]),
    ("$x = ['conditions' => implode(' and ', ['a = 1', \"b = $c\"])];", [f"{MANAGE}: a = 1 and b = <$c>"]),
    ("$x = ['conditions' => implode(' and ', array('a = 1', 'b = 2')) . ' and c in (' . implode(',', f($y)) . ')'];",
     [f"{MANAGE}: a = 1 and b = 2 and c in (<implode(',', f($y)):,>)"]),
    # names
    ("$c = 'id = 1';\n$c .= ' and id = 2';\n$x = ['conditions' => $c];", [f"{MANAGE}: id = 1 and id = 2"]),
    ("class A { const C = 'id = 1'; function f() { return ['conditions' => self::C]; } }", [f"{MANAGE}: id = 1"]),
    ("class A { public $c = 'id = 1'; function f() { $this->c = $x; return ['conditions' => $this->c]; } }", []),
    ("$c = 'id = 1';\nif ($y) { $c = 'id = 2'; }\n$x = ['conditions' => $c];", [f"{MANAGE}: id = 1", f"{MANAGE}: id = 2"]),
    ("function f($c = 'id = 1') { return ['conditions' => $c]; }", [f"{MANAGE}: id = 1"]),
    ("foreach ($l as $c) { $x = ['conditions' => $c]; }\n$d = 'id = 1';", []),
    ("$x = ['conditions' => $y ? 'a = 1' : 'b = 2'];", [f"{MANAGE}: a = 1", f"{MANAGE}: b = 2"]),
    ("$x = ['conditions' => $y ?? 'a = 1'];", [f"{MANAGE}: a = 1"]),
    # URLs
    ('get("$base/service/tickets?conditions=status/name=\'{$s}\'&page=1");', [f"{TICKETS}: status/name='<$s>'"]),
    ("$c = 'id = 1';\nget($base . '/service/tickets?conditions=' . urlencode($c));", [f"{TICKETS}: id = 1"]),
    # no code
    ("// ['conditions' => 'id = 1']\n# ['conditions' => 'id = 1']\n/* ['conditions' => 'id = 1'] */", []),
]  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), FOUND)
def test_finds(source: str, expected: list[str]) -> None:
    assert describe("php", f"<?php\n{source}") == expected


def test_only_code_is_read() -> None:
    text = "['conditions' => 'id = 1']\n<?php $x = ['conditions' => 'id = 2']; // it's ?>\n['conditions' => 'id = 3']\n<?= 1 ?>'"
    assert describe("php", text) == [f"{MANAGE}: id = 2"]


@pytest.mark.parametrize(("literal", "spelling"), [
    ("'a = 1'", "\\'\"$"),
    ('"a = 1"', "'\\\"\\$"),
    ("<<<X\na = 1\nX", "'\"\\$"),
])  # fmt: skip
def test_quoting(literal: str, spelling: str) -> None:
    source = f"<?php $x = ['conditions' => {literal}];"
    [found] = find("php", source)
    assert source[found.span.start : found.span.end] == literal
    quoting = found.segments[0].quoting
    assert quoting is not None
    assert quoting.encode("'\"$") == spelling
