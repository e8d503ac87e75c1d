"""The command line page: every command with its operands and options, from its parser."""

from __future__ import annotations

from argparse import SUPPRESS
from importlib import import_module
from typing import TYPE_CHECKING

from cwql.cli import COMMANDS
from cwql.cli.options import build_parser
from scripts.docs.pages.markdown import code, fence, page, table

if TYPE_CHECKING:
    from argparse import Action, ArgumentParser

INTRODUCTION = """```text
cwql COMMAND [OPTIONS] …
```

`cwql --help` lists the commands, `cwql COMMAND --help` shows the options of one, and `cwql --version` prints the version.
`python -m cwql` is the same program.

Exit status: 0 if no problems were found, 1 if problems were found or the answer is no, 2 for wrong usage or a failure, 130 if the
command was interrupted. Output is coloured on terminals, unless the environment variable `NO_COLOR` is set. If CONDITION is `-`,
it is read from standard input."""


def pages() -> dict[str, str]:
    """Return the page of the command line."""
    parts = ["# The command line", INTRODUCTION]
    parts.append(
        table(("Command", "Description"), [(f"[{name}](#{_slug(name)})", line) for name, line in COMMANDS.items()])
    )
    for name, line in COMMANDS.items():
        parts += _command(name, line)
    return {"reference/command-line.md": page(*parts)}


def parser_of(name: str) -> ArgumentParser:
    """Return the parser of a command."""
    parser = build_parser(name, COMMANDS[name])
    import_module(f"cwql.cli.{name}").configure(parser)
    return parser


def _slug(name: str) -> str:
    return f"cwql-{name}"


def _command(name: str, line: str) -> list[str]:
    parser = parser_of(name)
    operands = [action for action in parser._actions if not action.option_strings]
    options = [action for action in parser._actions if action.option_strings and action.dest != "help"]
    usage = " ".join([f"cwql {name}", *(["[OPTIONS]"] if options else []), *map(_operand, operands)])
    parts = [f"## cwql {name}", f"{line[0].upper()}{line[1:]}.", fence(usage)]
    if operands:
        parts.append(
            table(("Operand", "Description"), [(code(_name(action)), _help(parser, action)) for action in operands])
        )
    if options:
        rows = [
            (", ".join([code(_written(text, action)) for text in action.option_strings]), _help(parser, action))
            for action in options
        ]
        parts.append(table(("Option", "Description"), rows))
    if parser.epilog:
        parts.append(fence(parser.epilog))
    return parts


def _name(action: Action) -> str:
    return action.metavar if isinstance(action.metavar, str) else action.dest.upper()


def _operand(action: Action) -> str:
    name = _name(action)
    return {"?": f"[{name}]", "*": f"[{name} …]", "+": f"{name} …"}.get(str(action.nargs), name)


def _written(text: str, action: Action) -> str:
    if action.nargs == 0:
        return text
    value = "{" + ",".join(map(str, action.choices)) + "}" if action.choices and not action.metavar else _name(action)
    return f"{text} {value}"


def _help(parser: ArgumentParser, action: Action) -> str:
    if action.help in (None, SUPPRESS):
        return ""
    return str(parser._get_formatter()._expand_help(action))
