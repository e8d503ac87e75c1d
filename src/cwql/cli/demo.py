"""``cwql demo``: a tour of the main features.

A step of the tour is a title and lines of input: Python after ``>>>``, a shell command after ``$``. They are executed, and their real
output is shown. `STEPS` needs only the package, `SERVER_STEPS` the sandbox. Both are registries: a step that is added is
shown, tested and numbered without further changes.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from os import devnull

from cwql.cli.streams import terminal_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Sequence
    from typing import Any

    from cwql.render.terminal import Terminal
    from cwql.sandbox.server import Size

PYTHON, SHELL = ">>> ", "$ "

SIZE: Size = "medium"
"""The size of the sandbox: large enough to show the progress of a request."""

INSTALL = 'pip install "cwql[sandbox]"'
NEEDED = ("httpx", "pydantic", "starlette", "uvicorn")
"""The packages that `SERVER_STEPS` requires."""

STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Build a condition in Python: no value can end its string literal",
        (
            ">>> from cwql import F, cond, emit, parse",
            """>>> query = (F("board/name") == "Help Desk") & F("summary").contains('12" pipe') & ~F("status/id").in_([5, 6])""",
            ">>> print(emit(query))",
            ">>> emit(F('summary') == 'a \\' and a \"')",
        ),
    ),
    (
        "Fill a template: values, lists and whole conditions are inserted into the tree, not into text",
        (
            """>>> open_ = (F("closedFlag") == False) | F("closedDate").is_null()""",
            """>>> mine = cond("owner/identifier = {} and priority/id in {ids} and {rest}", "O'Brien", ids=[1, 2], rest=open_)""",
            ">>> print(emit(mine))",
        ),
    ),
    (
        "Parse a condition: the tree is the same as that of a builder",
        (
            """>>> parse("id > 5 and (board/id = 1 or board/id = 2)")""",
            ">>> parse(emit(query)) == query",
        ),
    ),
    (
        "Check a condition: all mistakes at once, with their positions and fixes",
        ("$ cwql check \"status.name == 'New' && closedDate is null\"",),
    ),
    (
        "Fix it",
        ("$ cwql fix \"status.name == 'New' && closedDate is null\"",),
    ),
    (
        "Use typed fields of the API schema: editors complete them, and a wrong name raises an error",
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
            """>>> print(translate("Client.Name startswith 'ACME' and LastContact < 2024-01-31", source="automate", target="manage").text)""",
            """>>> print(translate('company/name like "ACME%" and lastUpdated < [2024-01-31]', source="manage", target="automate").text)""",
        ),
    ),
)

SERVER_STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "See the request before it is sent: `psa` is a client of Manage",
        (
            ">>> print(psa.service.tickets.preview(new, order_by=Ticket.priority.id.asc()))",
            """>>> psa.service.tickets.list("status.name == New")""",
        ),
    ),
    (
        "Get the response: as a table, as a count, and page by page",
        (
            """$ cwql get /service/tickets --sandbox --where "status/name = 'New' and summary contains 'password'" --limit 5""",
            """$ cwql count /service/tickets --sandbox --where "closedFlag = False and priority/level = 'Critical'\"""",
            f"$ cwql get /service/tickets --sandbox --fields id,summary,status/name --format jsonl --output-file {devnull} --progress",
            ">>> sum(entry.actualHours for entry in psa.time.entries.list(fields=['id', 'actualHours']))",
        ),
    ),
    (
        "Do the same for Automate: `rmm` is its client",
        (
            ">>> from cwql.automate.fields import Computer",
            """>>> lost = (Computer.Status == "Offline") & Computer.OperatingSystemName.contains("Server")""",
            ">>> print(rmm.computers.preview(lost))",
            ">>> rmm.computers.count(lost)",
            """$ cwql get /Computers --sandbox --where "Status = 'Offline' and Type = 'Server'" --limit 5""",
        ),
    ),
    (
        "Receive a page with an invalid record: a value outside the specification becomes None and is reported",
        (
            """>>> page = psa.service.tickets.all("id <= 10")""",
            ">>> len(page), page[6].severity, page[6].budgetHours, page[6].model_extra",
            ">>> print(psa.schema_mismatches[-1])",
        ),
    ),
    (
        "Match the devices of both systems by the strongest key, and list conflicts",
        (
            ">>> from cwql.devices import match",
            ">>> found = match(psa.company.configurations.list(), rmm.computers.list(), chassis=rmm.computers.chassis.list())",
            ">>> len(found.pairs), len(found.unmatched_configurations), len(found.unmatched_computers)",
            ">>> from collections import Counter",
            ">>> Counter(pair.key for pair in found.pairs)",
            ">>> Counter(f'{each.kind} {each.key}' for each in found.conflicts)",
            ">>> print(next(pair.conflicts[0] for pair in found.pairs if pair.conflicts))",
        ),
    ),
)

NEXT = (
    ('cwql check "CONDITION"', "check your own condition; use -d automate for Automate"),
    ("cwql rules", "list all rules"),
    ("cwql explain double-equals", "read more about a rule"),
    ("cwql get /company/companies --sandbox", "list records of the sandbox; without --sandbox of your server"),
    ("cwql sandbox", "run a sandbox for your own programs"),
    ("cwql --help", "list all commands"),
)


def configure(parser: ArgumentParser) -> None:
    """Add the option to skip the sandbox."""
    parser.add_argument("--offline", action="store_true", help="show only the steps that need no server")


def run(arguments: Any) -> int:
    """Run all steps and return 0. If the packages of the sandbox are missing, its steps are skipped with a message."""
    terminal = terminal_of(sys.stdout)
    names: dict[str, object] = {}
    print(terminal.style("strong", "cwql: condition queries for ConnectWise, checked before they are sent"))
    run_steps(STEPS, 1, names, terminal)
    if not arguments.offline:
        missing = [name for name in NEEDED if find_spec(name) is None]
        if missing:
            print(f"\n{terminal.style('info', 'The other steps use a local server, which needs more packages:')}\n")
            print(f"  {terminal.style('strong', INSTALL)} installs {', '.join(missing)}")
        else:
            _run_server_steps(names, terminal)
    print(f"\n{terminal.style('info', 'Next steps:')}\n")
    for command, purpose in NEXT:
        print(f"  {terminal.style('strong', command.ljust(37))} {purpose}")
    return 0


def _run_server_steps(names: dict[str, object], terminal: Terminal) -> None:
    from cwql.cli.local_server import clients

    print(
        f"\n{terminal.style('quiet', f'Starting a local server of both products with example records (size {SIZE}) …')}"
    )
    sys.stdout.flush()
    with clients(SIZE, odd_records=True) as by_product:
        names |= {"psa": by_product["manage"], "rmm": by_product["automate"]}
        run_steps(SERVER_STEPS, len(STEPS) + 1, names, terminal)


def run_steps(
    steps: Sequence[tuple[str, Sequence[str]]], first: int, names: dict[str, object], terminal: Terminal
) -> None:
    """Run steps, numbered from `first`, with the Python variables `names`."""
    for number, (title, lines) in enumerate(steps, first):
        print(f"\n{terminal.style('info', f'{number}. {title}')}\n")
        for line in lines:
            print(
                terminal.style("quiet", line[: line.index(" ") + 1])
                + terminal.style("strong", line[line.index(" ") + 1 :])
            )
            # Some commands print their progress to standard error.
            sys.stdout.flush()
            if line.startswith(SHELL):
                run_shell(line)
            else:
                run_python(line, names)


def run_python(line: str, names: dict[str, object]) -> None:
    """Run a line like the interactive interpreter: print the value of an expression, or the error."""
    from cwql.errors import CwqlError

    try:
        # In this mode of the interpreter, an expression prints its value.
        exec(compile(line.removeprefix(PYTHON), "<demo>", "single"), names)
    except CwqlError as error:
        print(f"{type(error).__name__}: {error}")


def run_shell(line: str) -> None:
    """Run a cwql command in this process."""
    import shlex

    from cwql.cli import main

    main(shlex.split(line.removeprefix(SHELL))[1:])
