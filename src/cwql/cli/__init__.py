"""The command line: one file per command, imported when it is called.

A command is a module `cwql.cli.NAME` with ``configure(parser)`` and ``run(arguments) -> int``. `COMMANDS` is the registry:
name and one line of help. Only the parser of the command that was asked for is built. A command that is mostly called with
one operand names it in ``OPERAND``, options that take any value in ``PLAIN``, and the options it then has in ``DEFAULTS``: no
parser is built for it.
Exit status: 0 clean, 1 findings (or no), 2 usage or failure; 130 where it was interrupted.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

COMMANDS: dict[str, str] = {
    "check": "say what is wrong with a condition, where, and what to write instead",
    "fix": "apply the fixes that the findings of a condition offer",
    "fmt": "print a condition in canonical form",
    "lint": "find every condition of a source tree and say what is wrong with it",
    "translate": "turn a condition of one product into one of the other",
    "explain": "describe a rule: what it finds, why it matters, what to write instead",
    "rules": "list every rule",
    "fields": "list the fields of an endpoint, with types and enums",
    "get": "list the records of an endpoint",
    "count": "count the records of an endpoint",
    "ping": "see whether a server answers, and accepts the credentials",
    "sandbox": "serve both APIs on this machine, with records that really answer",
    "demo": "take the tour",
    "completion": "make a shell complete commands, options, endpoints, fields and rules",
}
"""Every command, in the order of ``cwql --help``."""

CLEAN, FINDINGS, FAILURE, INTERRUPTED = 0, 1, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line on `argv` (the process's own by default) and return the exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        # Windows gives pipes the code page of old consoles; half surrogates from odd arguments must not end the program.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        status = _run(words)
        if sys.stdout is not None:
            sys.stdout.flush()
        return status
    except OSError as error:
        # A reader that left early is nobody's failure to explain; Windows calls it an invalid argument.
        if not isinstance(error, BrokenPipeError) and error.errno != 22:
            print(f"cwql: error: {_explain(error)}", file=sys.stderr)
        _flush_or_let_go()
        return FAILURE
    except KeyboardInterrupt:
        return INTERRUPTED


def _explain(error: OSError) -> str:
    """Return what the system said, the file first, without its number."""
    if error.strerror is None:
        return str(error)
    from cwql.render.cells import make_visible

    return error.strerror if error.filename is None else f"{make_visible(str(error.filename))}: {error.strerror}"


def _run(words: list[str]) -> int:
    if not words:
        print(_help())
        return FAILURE
    name = words[0]
    if name in ("-h", "--help"):
        print(_help())
        return CLEAN
    if name == "--version":
        from cwql import __version__

        print(f"cwql {__version__}")
        return CLEAN
    if name not in COMMANDS:
        return _refuse(name)
    return _run_command(name, words[1:])


def _run_command(name: str, words: list[str]) -> int:
    command = __import__(f"cwql.cli.{name}", fromlist=["run"])
    try:
        return int(command.run(_arguments(name, command, words)))
    except SystemExit as stop:
        # argparse ends the program by itself: after --help, and after it has told what it could not take.
        return stop.code if isinstance(stop.code, int) else FAILURE
    except OSError:
        raise
    except Exception as error:
        from cwql.errors import CwqlError

        if isinstance(error, CwqlError):
            print(f"cwql {name}: error: {error}", file=sys.stderr)
        else:
            # Python would end with status 1, which here means findings.
            sys.excepthook(type(error), error, error.__traceback__)
        return FAILURE


def _arguments(name: str, command: Any, words: list[str]) -> Any:
    plain = _read_plain(command, words) if hasattr(command, "OPERAND") else None
    if plain is not None:
        # Importing argparse alone takes a quarter of the time that Python needs to start.
        from types import SimpleNamespace

        return SimpleNamespace(**{**command.DEFAULTS, **plain})
    from cwql.cli.options import build_parser

    parser = build_parser(name, COMMANDS[name])
    command.configure(parser)
    return parser.parse_args(words)


def _read_plain(command: Any, words: list[str]) -> dict[str, str] | None:
    """Read one operand and options that take any value, each a word of its own; None for all else, which argparse reads."""
    found: dict[str, str] = {}
    at = 0
    while at < len(words):
        word = words[at]
        name = command.PLAIN.get(word)
        if name is not None and at + 1 < len(words):
            at += 1
            word = words[at]
        elif name is None and command.OPERAND not in found:
            name = command.OPERAND
        else:
            return None
        if word.startswith("-"):
            return None
        found[name] = word
        at += 1
    return found if command.OPERAND in found else None


def _help() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:{width}}  {line}" for name, line in COMMANDS.items()]
    return "\n".join(
        [
            "usage: cwql COMMAND [OPTIONS] …",
            "",
            "Condition queries for ConnectWise Manage and Automate, checked before they are sent.",
            "",
            "commands:",
            *lines,
            "",
            "options:",
            "  -h, --help  show this help; `cwql COMMAND --help` shows that of a command",
            "  --version   show the version",
            "",
            "exit status: 0 clean, 1 findings (or no), 2 usage or failure",
        ]
    )


def _refuse(name: str) -> int:
    from cwql.render.cells import make_visible
    from cwql.schema.near import near

    guesses = near(name, COMMANDS)
    if guesses:
        advice = f"did you mean {' or '.join(guesses)}?"
    elif name.startswith("-"):
        advice = "options come after the command; cwql --help lists the commands"
    elif any(sign in name for sign in " =<>"):
        advice = "to check a condition, write: cwql check CONDITION"
    else:
        advice = "cwql --help lists the commands"
    print(f"cwql: error: no command {make_visible(name)!r}: {advice}", file=sys.stderr)
    return FAILURE


def _flush_or_let_go() -> None:
    """Write out what waits, or turn the standard output away, so that Python's last flush does not fail once more."""
    import os

    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except (OSError, ValueError):
            pass
