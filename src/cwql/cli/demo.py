"""``cwql demo``: the tour.

A stop of the tour is a title and the lines that are typed there: Python behind ``>>>``, a shell command behind ``$``. What
is shown is what they really answer. `STOPS` is the registry; a stop that is added is shown, tested and numbered by itself.
"""

from __future__ import annotations

import sys

from cwql.cli.streams import page_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any

PYTHON, SHELL = ">>> ", "$ "

STOPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Build a condition in Python: no value breaks out of its quotes",
        (
            ">>> from cwql import F, cond, emit, parse",
            """>>> query = (F("board/name") == "Help Desk") & F("summary").contains('12" pipe') & ~F("status/id").in_([5, 6])""",
            ">>> print(emit(query))",
            ">>> emit(F('summary') == 'a \\' and a \"')",
        ),
    ),
    (
        "Fill a template: values, lists and whole conditions go into the tree, never through text",
        (
            """>>> open_ = (F("closedFlag") == False) | F("closedDate").is_null()""",
            """>>> mine = cond("owner/identifier = {} and priority/id in {ids} and {rest}", "O'Brien", ids=[1, 2], rest=open_)""",
            ">>> print(emit(mine))",
        ),
    ),
    (
        "Read a condition: one tree, whoever made it",
        (
            """>>> parse("id > 5 and (board/id = 1 or board/id = 2)")""",
            ">>> parse(emit(query)) == query",
        ),
    ),
    (
        "Check a condition that somebody typed: every mistake at once, where it is, and what to write instead",
        ("$ cwql check \"status.name == 'New' && closedDate is null\"",),
    ),
    (
        "Fix it",
        ("$ cwql fix \"status.name == 'New' && closedDate is null\"",),
    ),
    (
        "Translate between both products",
        (
            ">>> from cwql import translate",
            """>>> print(translate("Client.Name startswith 'ACME' and LastContact < 2024-01-31", "automate", "manage").text)""",
            """>>> print(translate('company/name like "ACME%" and lastUpdated < [2024-01-31]', "manage", "automate").text)""",
        ),
    ),
)

NEXT = (
    ('cwql check "CONDITION"', "check a condition of your own; -d automate for Automate"),
    ("cwql rules", "list everything that can be found"),
    ("cwql explain double-equals", "read more about one of them"),
    ("cwql --help", "see every command"),
)


def configure(parser: ArgumentParser) -> None:
    """Take nothing."""


def run(arguments: Any) -> int:
    """Walk through every stop; return 0."""
    page = page_of(sys.stdout)
    names: dict[str, object] = {}
    print(page.paint("strong", "cwql: condition queries for ConnectWise, checked before they are sent"))
    for number, (title, lines) in enumerate(STOPS, 1):
        print(f"\n{page.paint('info', f'{number}. {title}')}\n")
        for line in lines:
            print(page.paint("quiet", line[: line.index(" ") + 1]) + page.paint("strong", line[line.index(" ") + 1 :]))
            if line.startswith(SHELL):
                run_shell(line)
            else:
                run_python(line, names)
    print(f"\n{page.paint('info', 'Next, type:')}\n")
    for command, purpose in NEXT:
        print(f"  {page.paint('strong', command.ljust(28))} {purpose}")
    return 0


def run_python(line: str, names: dict[str, object]) -> None:
    """Do what the interactive interpreter does with a line: run it, print the value if it has one, or the error."""
    from cwql.errors import CwqlError

    try:
        # "single" is the interpreter's own mode: an expression prints its value.
        exec(compile(line.removeprefix(PYTHON), "<demo>", "single"), names)
    except CwqlError as error:
        print(f"{type(error).__name__}: {error}")


def run_shell(line: str) -> None:
    """Run a cwql command in this process."""
    import shlex

    from cwql.cli import main

    main(shlex.split(line.removeprefix(SHELL))[1:])
