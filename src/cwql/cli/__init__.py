"""The command line: one file per command, imported when it is called.

A command is a module `cwql.cli.NAME` with ``configure(parser)`` and ``run(arguments) -> int``. `COMMANDS` is the registry:
name and one line of help. Only the parser of the command that was asked for is built.
Exit status: 0 clean, 1 findings (or no), 2 usage or failure.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS: dict[str, str] = {
    "fields": "list the fields of an endpoint, with types and enums",
}
"""Every command, in the order of ``cwql --help``."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line on `argv` (the process's own by default) and return the exit status."""
    from importlib import import_module
    from argparse import ArgumentParser
    import sys

    words = list(sys.argv[1:] if argv is None else argv)
    if words and words[0] in COMMANDS:
        name = words[0]
        command = import_module(f"cwql.cli.{name}")
        parser = ArgumentParser(prog=f"cwql {name}", description=COMMANDS[name])
        command.configure(parser)
        return int(command.run(parser.parse_args(words[1:])))
    print("\n".join(f"{name:10} {line}" for name, line in COMMANDS.items()))
    return 0 if words in (["--help"], ["-h"]) else 2
