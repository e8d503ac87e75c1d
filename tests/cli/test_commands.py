"""All commands, called as by the entry point: output and exit status."""

from __future__ import annotations

import io
import json
import re
import shlex
import sys
from importlib import import_module
from pathlib import Path

import pytest

from cwql.cli import COMMANDS, main
from cwql.cli.options import build_parser
from cwql.render import FORMATS
from cwql.render.width import make_visible
from cwql.rules.registry import RULES

WRONG = "status/id == 5"


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = main(words)
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def feed(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="cp1252"))


# ---- the command --------------------------------------------------------------------------------------------------------


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    for flag in ("--help", "-h"):
        status, out, err = run(capsys, flag)
        assert (status, err) == (0, "")
        for name, line in COMMANDS.items():
            assert re.search(rf"^  {name} +{re.escape(line)}$", out, re.MULTILINE)


def test_help_is_printed_without_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys)
    assert status == 2
    assert out.startswith("usage: cwql COMMAND")


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    from importlib.metadata import version

    assert run(capsys, "--version") == (0, f"cwql {version('cwql')}\n", "")
    assert run(capsys, "-V") == (0, f"cwql {version('cwql')}\n", "")
    assert run(capsys, "help") == run(capsys, "--help")
    assert run(capsys, "help", "check") == run(capsys, "check", "--help")
    assert run(capsys, "help", "chek")[0] == 2


@pytest.mark.parametrize(
    ("word", "advice"),
    [
        ("chek", "did you mean check?"),
        ("trans", "did you mean translate?"),
        ("RULES", "did you mean rules?"),
        ("id=1", "use `cwql check CONDITION` to check a condition"),
        ("-d", "options follow the command; `cwql --help` lists all commands"),
        ("zzzzzzz", "`cwql --help` lists all commands"),
        ("\x1b[2J", "`cwql --help` lists all commands"),
    ],
)
def test_unknown_command_gets_advice(capsys: pytest.CaptureFixture[str], word: str, advice: str) -> None:
    status, out, err = run(capsys, word)
    assert (status, out) == (2, "")
    assert err.startswith("cwql: error: unknown command ")
    assert err.endswith(f"; {advice}\n")
    assert "\x1b" not in err


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_module_with_help(capsys: pytest.CaptureFixture[str], name: str) -> None:
    command = import_module(f"cwql.cli.{name}")
    assert callable(command.configure)
    assert callable(command.run)
    status, out, err = run(capsys, name, "--help")
    assert (status, err) == (0, "")
    assert out.startswith(f"usage: cwql {name}")
    assert COMMANDS[name] in " ".join(out.split())


def examples() -> list[str]:
    found: list[str] = []
    for name in COMMANDS:
        parser = build_parser(name, COMMANDS[name])
        import_module(f"cwql.cli.{name}").configure(parser)
        found += [line.strip() for line in (parser.epilog or "").splitlines() if line.startswith("  cwql ")]
    return found


@pytest.mark.parametrize("line", examples())
def test_examples_of_the_help_run(
    capsys: pytest.CaptureFixture[str], line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, name, *words = shlex.split(line)
    parser = build_parser(name, COMMANDS[name])
    import_module(f"cwql.cli.{name}").configure(parser)
    parser.parse_args(words)
    if name in ("sandbox", "mcp"):
        return
    monkeypatch.chdir(tmp_path)
    for folder in ("src", "scripts"):
        (tmp_path / folder).mkdir()
    (tmp_path / "tables.txt").write_text("/service/boards\n", encoding="utf-8")
    status, out, err = run(capsys, name, *words)
    assert status == (1 if "nme" in line and name == "check" else 0), err
    assert out or name in ("check", "lint") or "--output-file" in words


def test_commands_for_beginners_have_examples() -> None:
    shown = {line.split()[1] for line in examples()}
    # login asks questions, so its example would wait for answers.
    assert set(COMMANDS) - shown == {"rules", "demo", "completion", "server", "login"}


@pytest.mark.parametrize(
    "words", [("check",), ("check", "a", "b"), ("check", "id=1", "-d", "sql"), ("rules", "--nope")]
)
def test_wrong_usage(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    status, out, err = run(capsys, *words)
    assert (status, out) == (2, "")
    assert f"cwql {words[0]}: error: " in err


def test_internal_error_exits_with_status_2(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(arguments: object) -> int:
        raise RuntimeError("out of order")

    monkeypatch.setattr("cwql.cli.check.run", fail)
    status, _, err = run(capsys, "check", "id=1")
    assert status == 2
    assert err.rstrip().endswith("RuntimeError: out of order")


def test_interrupt_prints_nothing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(arguments: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("cwql.cli.check.run", interrupt)
    assert run(capsys, "check", "id=1") == (130, "", "")


# ---- check -------------------------------------------------------------------------------------------------------------


def test_check_says_that_there_are_no_problems(capsys: pytest.CaptureFixture[str]) -> None:
    unchecked = "No problems found. Names are not checked without --endpoint.\n"
    assert run(capsys, "check", "id=1") == (0, unchecked, "")
    assert run(capsys, "check", "-d", "automate", "Client.Id = 1") == (0, unchecked, "")
    assert run(capsys, "check", "-p", "orderBy", "id asc, board/id desc") == (0, unchecked, "")
    assert run(capsys, "check", "-e", "/service/tickets", "id=1") == (0, "No problems found.\n", "")
    assert run(capsys, "check", "--quiet", "id=1") == (0, "", "")


def test_check_prints_an_excerpt_and_a_summary(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "check", WRONG)
    assert (status, err) == (1, "")
    lines = out.splitlines()
    assert lines[0].startswith("<condition>:1:11: warning CW112 double-equals: ")
    assert lines[1:4] == ["  |", "1 | status/id == 5", "  |           ^^"]
    assert lines[-1] == "Found 1 warning. 1 fixable with `cwql fix`."


def test_options_and_defaults_print_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    # Without options no parser is built; both ways must fill in the same.
    for text in (WRONG, "id=1", "(id=1"):
        assert run(capsys, "check", text) == run(capsys, "check", "--dialect", "manage", text)


def test_check_reads_standard_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    feed(monkeypatch, "\ufeffname = 'é会' and id == 1\r\n".encode())
    status, out, _ = run(capsys, "check", "-")
    assert status == 1
    assert out.startswith("<stdin>:1:20: warning CW112")
    assert "1 | name = 'é会' and id == 1\n  |                     ^^\n" in out


def test_bytes_that_are_not_utf8_are_reported(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    feed(monkeypatch, b"name = 'caf\xe9'")
    status, out, _ = run(capsys, "check", "-")
    assert status == 1
    assert "<U+DCE9>" in out


@pytest.mark.parametrize("format", FORMATS)
def test_formats(capsys: pytest.CaptureFixture[str], format: str) -> None:
    status, out, err = run(capsys, "check", "--format", format, WRONG)
    assert (status, err) == (1, "")
    assert "CW112" in out
    clean, nothing, _ = run(capsys, "check", "--format", format, "id=1")
    assert clean == 0
    if format in ("json", "sarif"):
        assert json.loads(out)
        assert "CW112" not in json.dumps(json.loads(nothing)["runs"][0]["results"] if format == "sarif" else nothing)
    elif format == "gitlab":
        assert json.loads(nothing) == []
    elif format == "junit":
        assert "failure " not in nothing
    else:
        assert nothing == ("No problems found. Names are not checked without --endpoint.\n" if format == "text" else "")


def test_unknown_parameter(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "check", "-p", "where", "id=1")
    assert (status, out) == (2, "")
    assert err.startswith("cwql check: error: unknown parameter 'where'")


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        (WRONG, "Found 1 warning. 1 fixable with `cwql fix`."),
        ("id == 1 and board/id == 2", "Found 2 warnings. 2 fixable with `cwql fix`."),
        ("(id == 1", "Found 1 error and 1 warning. 1 fixable with `cwql fix`."),
        ("(id = 1", "Found 1 error. 1 fixable with `cwql fix --unsafe-fixes`."),
    ],
)
def test_summary(capsys: pytest.CaptureFixture[str], text: str, summary: str) -> None:
    assert run(capsys, "check", text)[1].splitlines()[-1] == summary


@pytest.mark.parametrize(
    ("words", "summary"),
    [
        (("-e", "/Tickets", "x = 1"), "Found 1 warning. Checked as ConnectWise Automate, because it has /Tickets."),
        (("-e", "/Tickets", "-d", "automate", "x = 1"), "Found 1 warning."),
        (("-e", "/service/tickets", "x = 1"), "Found 1 error."),
    ],
)
def test_summary_names_the_dialect_of_the_endpoint(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], summary: str
) -> None:
    assert run(capsys, "check", *words)[1].splitlines()[-1] == summary


def test_quotes_removed_by_the_shell_get_advice(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    advice = "The shell may have removed quotes: put the whole condition in quotes of the other kind."
    assert run(capsys, "check", "status/name=New")[1].splitlines()[-1] == advice
    assert advice not in run(capsys, "check", "status/name=New and name='x'")[1]
    # Quotes would not help: the field is a boolean.
    assert advice not in run(capsys, "check", "-e", "/service/tickets", "closedFlag=fasle")[1]
    feed(monkeypatch, b"status/name=New")
    assert advice not in run(capsys, "check", "-")[1]


@pytest.mark.parametrize(
    "words",
    [("check", "id", "=", "1"), ("get", "/service/tickets", "--where", "id", "=", "1"), ("fix", "id", "=", "1")],
)
def test_condition_split_by_the_shell_gets_advice(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    status, out, err = run(capsys, *words)
    assert (status, out) == (2, "")
    assert "put the whole condition in quotes, so that the shell passes it as one argument; `cwql " in err
    assert "in quotes" not in run(capsys, "check", "id=1", "--nope")[2]


def test_explain_accepts_numbers_and_refers_to_the_list_of_rules(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "explain", "112")[1].startswith("CW112 double-equals")
    assert run(capsys, "explain", "999")[2].endswith("; `cwql rules` lists all rules\n")


# ---- fmt, fix, translate -----------------------------------------------------------------------------------------------


def test_fmt(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "fmt", "id=1 AND board/id in(1,2)") == (0, "id = 1 and board/id in (1, 2)\n", "")
    assert run(capsys, "fmt", "-d", "automate", 'Name="x"') == (0, "Name = 'x'\n", "")
    assert run(capsys, "fmt", "-p", "orderBy", "id,board/id DESC")[0] == 0


def test_fmt_reports_syntax_errors(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "fmt", "(id = 1")
    assert (status, out) == (1, "")
    assert "CW104 unclosed-parenthesis" in err


def test_fmt_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "fmt", "--check", "id = 1") == (0, "", "")
    assert run(capsys, "fmt", "--check", "id=1") == (1, "not canonical; `cwql fmt` prints: id = 1\n", "")


def test_fix(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "fix", WRONG) == (0, "status/id = 5\n", "")
    assert run(capsys, "fix", "id=1") == (0, "id=1\n", "")


def test_fix_reports_remaining_problems(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "fix", "(id == 1")
    assert (status, out) == (1, "(id = 1\n")
    assert "CW104" in err
    assert "CW112" not in err
    assert run(capsys, "fix", "--unsafe-fixes", "(id == 1") == (0, "(id = 1)\n", "")


def test_fix_diff(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "fix", "--diff", WRONG) == (1, "- status/id == 5\n+ status/id = 5\n", "")
    assert run(capsys, "fix", "--diff", "id=1") == (0, "", "")


def test_translate(capsys: pytest.CaptureFixture[str]) -> None:
    text = "Client.Id = 5"
    for way in (("--to", "manage"), ("--from", "automate"), ("--from", "automate", "--to", "manage")):
        status, out, err = run(capsys, "translate", *way, text)
        assert (status, out) == (0, "Client/Id = 5\n")
        assert "names-not-translated" in err


def test_translate_needs_a_direction(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "translate", "id=1")
    assert (status, out) == (2, "")
    assert "expected --to automate or --to manage" in err


def test_translate_reports_untranslatable_conditions(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "translate", "--to", "manage", "LastContact > 2024-01-31T08:00:00")
    assert (status, out) == (1, "")
    assert "error CW165" in err
    zoned = ("--timezone", "UTC", "LastContact > 2024-01-31T08:00:00")
    assert run(capsys, "translate", "--to", "manage", *zoned)[:2] == (0, "LastContact > [2024-01-31T08:00:00Z]\n")
    assert run(capsys, "translate", "--to", "manage", "--timezone", "Mars/Base", "id = 1")[0] == 2
    assert run(capsys, "translate", "--to", "manage", "(id = 1")[0] == 1


# ---- rules, explain, demo ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_explain_prints_every_field_of_a_rule(capsys: pytest.CaptureFixture[str], rule: object) -> None:
    record = next(known for known in RULES if known is rule)
    by_code, by_name = run(capsys, "explain", record.code.lower()), run(capsys, "explain", record.name)
    assert by_code == by_name
    status, out, err = by_code
    assert (status, err) == (0, "")
    flat = " ".join(out.split())
    for part in (record.code, record.name, record.severity, record.summary, record.why, record.evidence):
        assert " ".join(part.split()) in flat
    for text in (record.example or "(no text)", record.instead):
        for line in filter(None, text.splitlines()) if record.language else [text]:
            assert f"    {make_visible(line) or '(no text)'}\n" in out
    assert not re.search("[\x00-\x09\x0b-\x1f\u200b\u202e]", out)


def test_explain_suggests_similar_names(capsys: pytest.CaptureFixture[str]) -> None:
    for word, guess in (("double-equal", "'double-equals'"), ("dobule", "'double-equals'")):
        status, out, err = run(capsys, "explain", word)
        assert (status, out) == (2, "")
        assert f"no rule has the code or name '{word}'; did you mean {guess}" in err
    assert "did you mean" not in run(capsys, "explain", "CW999")[2]


def test_rules(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "rules")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert [line.split()[0] for line in lines] == [rule.code for rule in RULES]
    objects = json.loads(run(capsys, "rules", "--format", "json")[1])
    assert [entry["code"] for entry in objects] == [rule.code for rule in RULES]
    assert {"code", "name", "severity", "opt_in", "summary", "why", "fix", "url"} <= objects[0].keys()


def test_demo(capsys: pytest.CaptureFixture[str]) -> None:
    from cwql.cli.demo import NEXT, STEPS

    status, out, err = run(capsys, "demo", "--offline")
    assert (status, err) == (0, "")
    assert "\x1b" not in out
    for number, (title, lines) in enumerate(STEPS, 1):
        assert f"{number}. {title}" in out
        for line in lines:
            assert line in out
    assert "CW111 symbol-connective" in out
    assert "ConditionError: " in out
    assert "\nTrue\n" in out
    assert "\nstatus/name = 'New' and closedDate = null\n" in out
    for command, _ in NEXT:
        assert command in out.partition("Next steps:")[2]


def test_demo_uses_colors_if_they_are_forced(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[1;31merror CW111\x1b[0m" in run(capsys, "demo", "--offline")[1]


@pytest.mark.parametrize(
    "words",
    [
        ["-e", "/service/tickets", "bord/id=1"],
        ["bord/id=1", "-e", "/service/tickets"],
        ["--endpoint", "/service/tickets", "-p", "conditions", "bord/id=1"],
        ["--endpoint=/service/tickets", "bord/id=1"],
        ["-e/service/tickets", "--format", "text", "bord/id=1"],
    ],
)
def test_plain_options_are_parsed_as_argparse_does(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    status, out, err = run(capsys, "check", *words)
    assert (status, err) == (1, "")
    assert "CW203 unknown-field: `bord` is not a field of Ticket" in out


@pytest.mark.parametrize(
    "words", [["-e"], ["-e", "/service/tickets"], ["id=1", "id=2"], ["id=1", "-e"], ["-e", "-p", "id=1"]]
)
def test_incomplete_plain_options_are_usage_errors(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    assert run(capsys, "check", *words)[0] == 2


def test_severities_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    place = ("-e", "/service/tickets")
    assert run(capsys, "check", *place, "BOARD/id = 5")[0] == 0
    assert "CW216 field-case" in run(capsys, "check", "--strict", *place, "BOARD/id = 5")[1]
    assert run(capsys, "check", "--severity", "unknown-field=off", *place, "bord/id = 5")[0] == 0
    assert "warning CW203" in run(capsys, "check", "--severity", "CW203=warning", *place, "bord/id = 5")[1]
    assert run(capsys, "check", "--severity", "nonsense=off", "id = 5")[0] == 2
    assert run(capsys, "check", "--severity", "CW203=loud", "id = 5")[0] == 2
    assert "CW215" in run(capsys, "check", "--pagination", "forward-only", "-p", "orderBy", "id desc")[1]
    assert run(capsys, "fix", "--unsafe-fixes", *place, "bord/id = 5")[1] == "board/id = 5\n"
    assert run(capsys, "fix", "--unsafe-fixes", "--severity", "CW203=off", *place, "bord/id = 5")[1] == "bord/id = 5\n"
