"""The command line: one module for each command, imported when the command is called.

A command is a module `cwql.cli.NAME` with ``configure(parser)`` and ``run(arguments) -> int``. `COMMANDS` is the registry: the name
and one line of help for each. Only the parser of the called command is built. A module can avoid even that for common calls:
``OPERAND`` names the operand, ``PLAIN`` the options with any value, and ``DEFAULTS`` the values of all other options.

Exit status: 0 no problems (or the reader of a pipe closed it), 1 problems (or a negative result), 2 usage error or failure, 130 interrupted.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

COMMANDS: dict[str, str] = {
    "check": "check a condition and report problems with their positions and fixes",
    "fix": "apply the fixes for the problems of a condition",
    "fmt": "print a condition in canonical form",
    "lint": "check all conditions in source files",
    "server": "run the language server for an editor",
    "translate": "translate a condition from one product to the other",
    "explain": "explain a rule: what it reports, why, and what to write instead",
    "rules": "list all rules",
    "endpoints": "list or search the endpoints of both products",
    "fields": "list the fields of an endpoint with their types and enum values",
    "get": "list the records of an endpoint",
    "count": "count the records of an endpoint",
    "create": "create a record",
    "patch": "change members of a record",
    "delete": "delete a record",
    "sql": "execute SQL over the lists of both products",
    "pull": "copy lists into DuckDB, SQLite, Parquet or PostgreSQL, and keep the copies up to date",
    "ping": "check that a server responds and accepts the credentials",
    "login": "store the credentials of a server in the keyring",
    "mcp": "run a server for agents, whose queries are checked before they are sent",
    "sandbox": "run a local server of both APIs with example records",
    "demo": "take a tour of the main features",
    "completion": "print the completion script of a shell",
}
"""Every command, in the order of ``cwql --help``."""

ALIASES = {"rule": "explain"}
"""Other names of commands, for those who know them from ruff."""

_SYNONYMS = {
    "auth": "login",
    "configure": "login",
    "describe": "fields",
    "edit": "patch",
    "export": "pull",
    "find": "get",
    "format": "fmt",
    "init": "login",
    "list": "get",
    "ls": "get",
    "lsp": "server",
    "preview": "get ENDPOINT --preview",
    "query": "sql",
    "remove": "delete",
    "repair": "fix",
    "rm": "delete",
    "schema": "fields",
    "search": "get",
    "serve": "sandbox",
    "show": "get",
    "sync": "pull",
    "tables": "endpoints",
    "test": "check",
    "tour": "demo",
    "update": "patch",
    "validate": "check",
    "version": "--version",
    "whoami": "ping",
}
"""Commands of other programs, and the command of cwql for each."""

SUCCESS, FAILURE, INTERRUPTED = 0, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line with `argv`, by default that of the process, and return the exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        # On Windows, pipes have the encoding of old consoles. Arguments can have lone surrogates, which cannot be encoded.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        status = _run(words)
        if sys.stdout is not None:
            sys.stdout.flush()
        if argv is None:
            # The process exits now. Looking for garbage once more would take 4 of the 60 ms of `cwql lint FILE`.
            import gc

            gc.freeze()
        return status
    except OSError as error:
        # The reader of a pipe has read enough, as `head` does. Windows reports it as an invalid argument.
        is_closed_pipe = isinstance(error, BrokenPipeError) or error.errno == 22
        if not is_closed_pipe:
            print(f"cwql: error: {_explain(error)}", file=sys.stderr)
        _flush_or_discard()
        return SUCCESS if is_closed_pipe else FAILURE
    except KeyboardInterrupt:
        return INTERRUPTED


def _explain(error: OSError) -> str:
    """Return the message of the system after the file name, without the error number."""
    if error.strerror is None:
        return str(error)
    from cwql.render.width import make_visible

    return error.strerror if error.filename is None else f"{make_visible(str(error.filename))}: {error.strerror}"


def _run(words: list[str]) -> int:
    if not words:
        print(_help())
        return FAILURE
    name = words[0]
    if name in ("-h", "--help"):
        print(_help())
        return SUCCESS
    if name == "help":
        return (
            _run_command(ALIASES.get(words[1], words[1]), ["--help"])
            if words[1:2] and words[1] in {**COMMANDS, **ALIASES}
            else _show_help(words[1:])
        )
    if name in ("-V", "--version"):
        from cwql import __version__

        print(f"cwql {__version__}")
        return SUCCESS
    if name not in COMMANDS and name not in ALIASES:
        return _report_unknown_command(name)
    return _run_command(ALIASES.get(name, name), words[1:])


def _show_help(words: list[str]) -> int:
    if words:
        return _report_unknown_command(words[0])
    print(_help())
    return SUCCESS


def _run_command(name: str, words: list[str]) -> int:
    command = _import_command(name)
    try:
        arguments = _arguments(name, command, words)
        color = getattr(arguments, "color", "auto")
        file = None if hasattr(command, "WRITES_FILES") else getattr(arguments, "output_file", None)
        if color == "auto" and file is None:
            return int(command.run(arguments))
        from cwql.cli.streams import redirect

        with redirect(color, file):
            return int(command.run(arguments))
    except SystemExit as stop:
        # argparse exits after --help, and after it reported a usage error.
        return stop.code if isinstance(stop.code, int) else FAILURE
    except OSError:
        raise
    except Exception as error:
        from cwql.errors import CwqlError

        if isinstance(error, CwqlError):
            from cwql.render.width import make_lines_visible

            print(f"cwql {name}: error: {make_lines_visible(str(error))}", file=sys.stderr)
        elif _is_left_out(error):
            print(
                f"cwql {name}: error: the single file has no such command; install the package: pip install cwql",
                file=sys.stderr,
            )
        else:
            # Python would exit with status 1, which means problems here.
            sys.excepthook(type(error), error, error.__traceback__)
        return FAILURE


def _import_command(name: str) -> Any:
    """Import the module of a command, without garbage collection.

    Nothing that an import creates is garbage, but looking for it takes 1 ms of a start of 25 ms.
    """
    import gc

    was_on = gc.isenabled()
    gc.disable()
    try:
        return __import__(f"cwql.cli.{name}", fromlist=["run"])
    finally:
        if was_on:
            gc.enable()


def _arguments(name: str, command: Any, words: list[str]) -> Any:
    plain = _read_plain(command, words) if hasattr(command, "OPERAND") else None
    if plain is not None:
        # Without this, importing argparse takes a quarter of the start-up time of Python.
        from types import SimpleNamespace

        return SimpleNamespace(**{**command.DEFAULTS, **plain})
    from cwql.cli.options import build_parser

    parser = build_parser(name, COMMANDS[name])
    command.configure(parser)
    arguments, loose = parser.parse_known_args(words)
    if not loose or any(word.startswith("-") for word in loose):
        return parser.parse_args(words) if loose else arguments
    from warnings import catch_warnings

    # Operands on both sides of an option, which argparse accepts with a warning about its own defaults.
    with catch_warnings(action="ignore"):
        return parser.parse_intermixed_args(words)


def _is_left_out(error: Exception) -> bool:
    """Return whether a module is missing because ``cwql.pyz``, whose modules are not files, does not contain it."""
    from os.path import isfile

    return isinstance(error, ModuleNotFoundError) and (error.name or "").startswith("cwql.") and not isfile(__file__)


def _read_plain(command: Any, words: list[str]) -> dict[str, str] | None:
    """Parse one operand and options with a value in the next word; return None for anything else, which argparse parses."""
    values: dict[str, str] = {}
    at = 0
    while at < len(words):
        word = words[at]
        name = command.PLAIN.get(word)
        if name is not None and at + 1 < len(words):
            at += 1
            word = words[at]
        elif name is None and command.OPERAND not in values:
            name = command.OPERAND
        else:
            return None
        if word.startswith("-"):
            return None
        values[name] = word
        at += 1
    return values if command.OPERAND in values else None


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
            "  -h, --help     show this help; `cwql help COMMAND` shows the help of a command",
            "  -V, --version  show the version",
            "",
            "exit status: 0 no problems, 1 problems (or a negative result), 2 usage error or failure",
        ]
    )


def _report_unknown_command(name: str) -> int:
    from cwql.render.width import make_visible
    from cwql.schema.suggest import suggest

    guesses = suggest(name, COMMANDS)
    if name in _SYNONYMS:
        advice = f"did you mean `cwql {_SYNONYMS[name]}`?"
    elif guesses:
        advice = f"did you mean {' or '.join(guesses)}?"
    elif name.startswith("-"):
        advice = "options follow the command; `cwql --help` lists all commands"
    elif any(sign in name for sign in " =<>"):
        advice = "use `cwql check CONDITION` to check a condition"
    else:
        advice = "`cwql --help` lists all commands"
    print(f"cwql: error: unknown command {make_visible(name)!r}; {advice}", file=sys.stderr)
    return FAILURE


def _flush_or_discard() -> None:
    """Flush standard output, or redirect it to nowhere, so that the flush of Python at exit does not fail again."""
    import os

    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except (OSError, ValueError):
            pass
