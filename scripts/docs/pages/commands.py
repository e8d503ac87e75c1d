"""The page of the command line: every command with its operands and options, from its own parser."""

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

`cwql --help` lists the commands, `cwql COMMAND --help` the options of one, `cwql --version` says the version;
`python -m cwql` is the same program.

Exit status: 0 clean, 1 findings (or no), 2 usage or failure; 130 where it was interrupted. Colours stand on terminals only,
and nowhere where the environment variable `NO_COLOR` is set. A CONDITION written as `-` is read from the standard input."""


def pages() -> dict[str, str]:
    """Return the page of the command line."""
    parts = ["# The command line", INTRODUCTION]
    parts.append(
        table(("Command", "What it does"), [(f"[{name}](#{_slug(name)})", line) for name, line in COMMANDS.items()])
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
            table(("Operand", "What it is"), [(code(_name(action)), _help(parser, action)) for action in operands])
        )
    if options:
        rows = [
            (", ".join([code(_written(text, action)) for text in action.option_strings]), _help(parser, action))
            for action in options
        ]
        parts.append(table(("Option", "What it does"), rows))
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
