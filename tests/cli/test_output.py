"""JSON of every command, and options that mean the same everywhere."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import cwql
from cwql.cli import COMMANDS, main
from cwql.cli.options import build_parser

if TYPE_CHECKING:
    from argparse import Action
    from pathlib import Path

TICKETS = ["-e", "/service/tickets"]
SERVERS_AND_SCRIPTS = ("server", "mcp", "sandbox", "demo", "completion", "login")
"""Commands that print no result."""


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, Any]:
    status = main([*words, "--output-format", "json"])
    return status, json.loads(capsys.readouterr().out)


def actions(command: str) -> list[Action]:
    parser = build_parser(command, "")
    __import__(f"cwql.cli.{command}", fromlist=["configure"]).configure(parser)
    return parser._actions


def test_fix_prints_what_was_fixed_and_what_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    status, found = run(capsys, "fix", *TICKETS, "id == 5 and sumary = 'x'")
    assert status == 1
    assert found["text"] == "id = 5 and sumary = 'x'"
    assert [applied["title"] for applied in found["applied"]] == ["write ="]
    assert [diagnostic["name"] for diagnostic in found["diagnostics"]] == ["unknown-field"]
    assert found["diagnostics"][0]["fixes"][0]["applicability"] == "unsafe"


def test_language_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "fmt", "id=5") == (0, {"text": "id = 5", "canonical": False})
    assert run(capsys, "fmt", "--check", "id=5") == (1, {"text": "id = 5", "canonical": False})
    status, translated = run(capsys, "translate", "--to", "automate", "a/b = 'x'")
    assert (status, translated["text"]) == (0, "a.b = 'x'")
    assert [diagnostic["code"] for diagnostic in translated["diagnostics"]] == ["CW167"]
    (diagnostic,) = run(capsys, "check", "id == 5")[1]
    assert (diagnostic["filename"], diagnostic["line"], diagnostic["end_column"]) == ("<condition>", 1, 6)


def test_rules_are_the_same_object_alone_and_in_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    alone = run(capsys, "rule", "CW112")[1]
    assert alone == run(capsys, "explain", "double-equals")[1]
    assert alone in run(capsys, "rules")[1]
    assert (alone["fix"], alone["opt_in"]) == ("safe", False)


WORDS = {
    "code", "name", "severity", "message", "hint", "line", "column", "end_line", "end_column", "start_offset", "end_offset",
    "dialect", "endpoint", "parameter", "fixes", "notes", "url",
}  # fmt: skip
"""The words of a diagnostic, wherever it is JSON."""


def test_diagnostics_have_the_same_words_everywhere(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    target = ("manage", "/service/tickets", "conditions")

    def check(found: dict[str, Any], extra: set[str], expected: tuple[str | None, ...] = target) -> None:
        assert found.keys() == WORDS | extra
        assert tuple(found[name] for name in ("dialect", "endpoint", "parameter")) == expected

    check(run(capsys, "check", *TICKETS, "sumary = 5")[1][0], {"filename"})
    check(run(capsys, "check", "-d", "automate", "Id == 5")[1][0], {"filename"}, ("automate", None, "condition"))
    check(run(capsys, "check", *TICKETS, "-p", "orderBy", "sumary")[1][0], {"filename"}, (*target[:2], "orderBy"))
    check(run(capsys, "fix", *TICKETS, "sumary = 5")[1]["diagnostics"][0], set())
    check(run(capsys, "translate", "--to", "automate", "a/b = 5")[1]["diagnostics"][0], set(), ("manage", None, None))
    check(cwql.check("sumary = 5", endpoint="/service/tickets")[0].to_dict("sumary = 5"), set())
    text = 'import cwql\npsa.service.tickets.list(f"sumary = {int(x)}"); psa.service.tickets.list("id == 5")\n'
    result = cwql.lint_text(text, filename="a.py")
    assert len(result.diagnostics) == 2
    for diagnostic in result.diagnostics:
        check(diagnostic.to_dict(text), set())
    sources = [tmp_path / f"{number}.py" for number in range(6)]
    for source in sources:
        source.write_text(text)
    # The second run reads the diagnostics from the cache.
    for _ in range(2):
        status, found = run(capsys, "lint", "--isolated", "--cache-dir", str(tmp_path / "cache"), str(tmp_path))
        assert (status, len(found)) == (1, 12)
        for diagnostic in found:
            check(diagnostic, {"filename"})
    listed = run(capsys, "lint", "--isolated", "--list", str(sources[0]))[1]
    assert listed[0].keys() == {
        *("filename", "line", "column", "end_line", "end_column", "start_offset", "end_offset"),
        *("dialect", "endpoint", "parameter", "text", "known_by"),
    }
    assert [text[row["start_offset"] : row["end_offset"]] for row in listed] == ["sumary = {int(x)}", "id == 5"]


def test_server_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "count", "--sandbox", "/service/tickets") == (0, {"count": 150})
    status, found = run(capsys, "ping", "--sandbox", "automate")
    assert (status, found["product"]) == (0, "automate")
    assert found["elapsed_ms"] >= 0
    assert run(capsys, "get", "--sandbox", "/service/tickets", "--limit", "1", "--fields", "id") == (0, [{"id": 1}])


def test_check_selects_rules_as_lint_does(capsys: pytest.CaptureFixture[str]) -> None:
    def codes(*words: str) -> list[str]:
        return [diagnostic["code"] for diagnostic in run(capsys, "check", *TICKETS, *words, "sumary == 5")[1]]

    assert codes() == ["CW203", "CW112"]
    assert codes("--select", "CW2") == ["CW203"]
    assert codes("--ignore", "unknown-field") == ["CW112"]
    assert run(capsys, "check", "--exit-zero", "id == 5")[0] == 0
    assert main(["check", "--select", "CW9", "id = 5"]) == 2


def test_statistics(capsys: pytest.CaptureFixture[str], tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text('get("/service/tickets", params={"conditions": "id == 5 and board/id == 6"})\n')
    status, (entry,) = run(capsys, "lint", "--isolated", "--statistics", "--quiet")
    assert status == 1
    assert (entry["code"], entry["name"], entry["count"]) == ("CW112", "double-equals", 2)


@pytest.mark.parametrize("command", [name for name in COMMANDS if name not in SERVERS_AND_SCRIPTS])
def test_every_command_prints_json(command: str) -> None:
    formats = [action for action in actions(command) if "--output-format" in action.option_strings]
    # `create`, `patch` and `delete` print the record as JSON.
    assert formats == [] if command in ("create", "patch", "delete") else "json" in (formats[0].choices or ())
    assert not formats or formats[0].option_strings == ["-f", "--output-format", "--format"]


def test_options_mean_the_same_in_all_commands() -> None:
    """One spelling has one destination and one kind of value, whatever the command."""
    meanings: dict[str, set[tuple[object, ...]]] = {}
    for command in COMMANDS:
        for action in actions(command):
            for option in action.option_strings:
                takes_value = action.nargs != 0
                meanings.setdefault(option, set()).add((action.dest, takes_value))
    # A language to translate to, and the destination of a copy.
    assert {option for option, found in meanings.items() if len(found) > 1} == {"--to"}


@pytest.mark.parametrize("command", [name for name in COMMANDS if name not in SERVERS_AND_SCRIPTS])
def test_output_goes_to_a_file(command: str) -> None:
    given = {option for action in actions(command) for option in action.option_strings}
    assert "--color" in given
    # `create`, `patch` and `delete` print the record.
    assert command in ("create", "patch", "delete") or {"-o", "--output-file"} <= given


def test_output_file_has_the_output(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "out"
    for words in (["check", "id == 5"], ["fmt", "id=5"], ["rules", "-f", "json"], ["fields", "/Computers", "Id"]):
        status = main(words)
        out = capsys.readouterr().out
        assert main([*words, "-o", str(file)]) == status
        assert (capsys.readouterr().out, file.read_text()) == ("", out)
    # A failure leaves it alone.
    assert main(["fields", "/nosuch", "-o", str(file)]) == 2
    assert file.read_text() == out
    assert main(["rules", "-o", str(tmp_path / "no" / "file")]) == 2
    assert "No such file or directory" in capsys.readouterr().err


def test_colors(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    (tmp_path / "a.py").write_text('get("/service/tickets", params={"conditions": "id == 5"})\n')
    for words in (["check", "id == 5"], ["explain", "CW112"], ["lint", "--isolated", str(tmp_path)]):
        main([*words, "--color", "always"])
        assert "\x1b[" in capsys.readouterr().out
        main(words)
        assert "\x1b[" not in capsys.readouterr().out
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("FORCE_COLOR", "1")
    main(["explain", "CW112", "--color", "never"])
    assert "\x1b[" not in capsys.readouterr().out


def test_quiet_and_verbose(capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "id == 5"])
    out = capsys.readouterr().out
    main(["check", "--quiet", "id == 5"])
    assert out.startswith(quiet := capsys.readouterr().out)
    assert "Found 1 warning." in out[len(quiet) :]
    assert main(["check", "-v", *TICKETS, "-p", "orderBy", "id desc"]) == 0
    target = "cwql check: ConnectWise Manage, orderBy of /service/tickets\n"
    assert capsys.readouterr() == ("No problems found.\n", target)


def test_fix_selects_rules_as_check_does(capsys: pytest.CaptureFixture[str]) -> None:
    text = "sumary == 5"
    assert run(capsys, "fix", *TICKETS, text)[1]["text"] == "sumary = 5"
    for words in (["--select", "CW2"], ["--ignore", "CW112"], ["--select", "CW2", "--severity", "CW112=error"]):
        found = run(capsys, "fix", *TICKETS, *words, text)[1]
        assert (found["text"], [each["code"] for each in found["diagnostics"]]) == (text, ["CW203"])
    assert run(capsys, "fix", *TICKETS, "--exit-zero", text)[0] == 0


def test_fmt_shows_the_difference(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fmt", "--diff", "id=5"]) == 1
    assert capsys.readouterr().out == "- id=5\n+ id = 5\n"
    assert main(["fmt", "--diff", "id = 5"]) == 0
    assert capsys.readouterr().out == ""


def test_ping_with_two_products(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ping", "manage", "--product", "automate", "--sandbox"]) == 2
    assert "name different products" in capsys.readouterr().err
    assert main(["ping", "automate", "--product", "automate", "--sandbox"]) == 0
