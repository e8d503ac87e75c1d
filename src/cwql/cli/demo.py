"""``cwql demo``: the tour.

A stop of the tour is a title and the lines that are typed there: Python behind ``>>>``, a shell command behind ``$``. What
is shown is what they really answer. `STOPS` and `SERVED` are the registries, of what needs nothing but the package and of what
asks the sandbox; a stop that is added is shown, tested and numbered by itself.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from os import devnull

from cwql.cli.streams import page_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Sequence
    from typing import Any

    from cwql.render.page import Page

PYTHON, SHELL = ">>> ", "$ "

SIZE = "medium"
"""The size of the sandbox that is asked: large enough for a bar of progress."""

INSTALL = 'pip install "cwql[sandbox]"'
NEEDED = ("httpx", "pydantic", "starlette", "uvicorn")
"""The packages that the second half takes."""

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
        "Typed fields, from the API's own schema: editors complete them, and a wrong name does not get far",
        (
            ">>> from cwql.manage.fields import Ticket",
            """>>> new = (Ticket.status.name == "New") & Ticket.summary.contains("password") & ~Ticket.board.id.in_([4, 5])""",
            ">>> print(emit(new))",
            ">>> Ticket.sumary",
            """$ cwql check -e /service/tickets "closedFlg = False and severity = 'Urgent'\"""",
        ),
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

SERVED: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "The request that goes out, shown before it does: `psa` is a client of Manage",
        (
            ">>> print(psa.service.tickets.explain(new, order_by=Ticket.priority.id.asc()))",
            """>>> psa.service.tickets.list("status.name == New")""",
        ),
    ),
    (
        "The answer: as a table, as a count, and page by page",
        (
            """$ cwql get /service/tickets --sandbox --where "status/name = 'New' and summary contains 'password'" --limit 5""",
            """$ cwql count /service/tickets --sandbox --where "closedFlag = False and priority/level = 'Critical'\"""",
            f"$ cwql get /service/tickets --sandbox --fields id,summary,status/name --format jsonl --output {devnull} --progress",
            ">>> sum(entry.actualHours for entry in psa.time.entries.list(fields=['id', 'actualHours']))",
        ),
    ),
    (
        "The same for Automate: `rmm` is its client",
        (
            ">>> from cwql.automate.fields import Computer",
            """>>> lost = (Computer.Status == "Offline") & Computer.OperatingSystemName.contains("Server")""",
            ">>> print(rmm.Computers.explain(lost))",
            ">>> rmm.Computers.count(lost)",
            """$ cwql get /Computers --sandbox --where "Status = 'Offline' and Type = 'Server'" --limit 5""",
        ),
    ),
    (
        "A page with an odd record arrives whole: what no specification allows for is kept as it came, and told",
        (
            """>>> page = psa.service.tickets.all("id <= 10")""",
            ">>> len(page), page[6].severity, page[6].budgetHours, page[6].model_extra",
            ">>> print(psa.drift[-1])",
        ),
    ),
    (
        "Devices matched across both systems, by the strongest key; what does not add up is named",
        (
            ">>> from cwql.devices import match",
            ">>> found = match(psa.company.configurations.list(), rmm.Computers.list(), rmm.Computers.Chassis.list())",
            ">>> len(found.pairs), len(found.unmatched_configurations), len(found.unmatched_computers)",
            ">>> from collections import Counter",
            ">>> Counter(pair.key for pair in found.pairs)",
            ">>> Counter(f'{each.kind} {each.key}' for each in found.conflicts)",
            ">>> print(next(pair.conflicts[0] for pair in found.pairs if pair.conflicts))",
        ),
    ),
)

NEXT = (
    ('cwql check "CONDITION"', "check a condition of your own; -d automate for Automate"),
    ("cwql rules", "list everything that can be found"),
    ("cwql explain double-equals", "read more about one of them"),
    ("cwql get /company/companies --sandbox", "ask the sandbox; without --sandbox your own server"),
    ("cwql sandbox", "keep a sandbox running, for programs of your own"),
    ("cwql --help", "see every command"),
)


def configure(parser: ArgumentParser) -> None:
    """Take whether the sandbox is left out."""
    parser.add_argument("--offline", action="store_true", help="tour the languages only: no server is started")


def run(arguments: Any) -> int:
    """Walk through every stop; return 0. Without the packages that the sandbox takes it is left out, and said so."""
    page = page_of(sys.stdout)
    names: dict[str, object] = {}
    print(page.paint("strong", "cwql: condition queries for ConnectWise, checked before they are sent"))
    walk(STOPS, 1, names, page)
    if not arguments.offline:
        missing = [name for name in NEEDED if find_spec(name) is None]
        if missing:
            print(f"\n{page.paint('info', 'The rest of the tour asks a server that comes with the package:')}\n")
            print(f"  {page.paint('strong', INSTALL)} brings {', '.join(missing)}")
        else:
            _walk_served(names, page)
    print(f"\n{page.paint('info', 'Next, type:')}\n")
    for command, purpose in NEXT:
        print(f"  {page.paint('strong', command.ljust(37))} {purpose}")
    return 0


def _walk_served(names: dict[str, object], page: Page) -> None:
    from cwql.cli.embedded import clients

    print(f"\n{page.paint('quiet', f'Starting the sandbox, size {SIZE}: a server of both products on this machine …')}")
    sys.stdout.flush()
    with clients(SIZE) as of:
        names |= {"psa": of["manage"], "rmm": of["automate"]}
        walk(SERVED, len(STOPS) + 1, names, page)


def walk(stops: Sequence[tuple[str, Sequence[str]]], first: int, names: dict[str, object], page: Page) -> None:
    """Show stops, numbered from `first`; `names` are those that Python knows there."""
    for number, (title, lines) in enumerate(stops, first):
        print(f"\n{page.paint('info', f'{number}. {title}')}\n")
        for line in lines:
            print(page.paint("quiet", line[: line.index(" ") + 1]) + page.paint("strong", line[line.index(" ") + 1 :]))
            # Some commands tell how far they are on the standard error.
            sys.stdout.flush()
            if line.startswith(SHELL):
                run_shell(line)
            else:
                run_python(line, names)


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
