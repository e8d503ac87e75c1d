"""Put values into conditions that are written as text, and take conditions from other people. No server, no network.

    python examples/templates.py
    python examples/templates.py "O'Brien"

It shows: `cond`, whose holes take values, lists and conditions but never text that is read as part of the condition; what
happens to a value that no condition can carry; and how to treat a condition that someone typed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import cwql

ENDPOINT = "/service/tickets"


def of_contact(name: str, boards: Sequence[int]) -> cwql.Expr:
    """Return the condition for the open tickets of a contact; the name may hold whatever a name holds."""
    return cwql.cond("contactName = {} and board/id in {boards} and closedFlag = false", name, boards=boards)


def typed_in(text: str) -> str:
    """Return a condition that someone typed as it would be sent. Raises ConditionError, with every finding."""
    return cwql.compile(cwql.fix(text, endpoint=ENDPOINT), endpoint=ENDPOINT).raise_for_errors().text or ""


def main(argv: Sequence[str] | None = None) -> int:
    """Print what becomes of each value and each text."""
    parser = argparse.ArgumentParser(description="Put values into conditions that are written as text.")
    parser.add_argument("name", nargs="?", default='Dwayne "The Rock" Johnson', help="default: %(default)s")
    arguments = parser.parse_args(argv)
    print("# A value stands between the quotes that it lacks, and cannot end them")
    print(cwql.emit(of_contact(arguments.name, [1, 2])))
    print(cwql.emit(of_contact('x" or id > 0 or summary = "', [1])))

    print(
        "\n# Lists, times and whole conditions have holes of their own; an empty list matches nothing, and is not sent"
    )
    since = datetime(2026, 1, 31, 8, tzinfo=UTC)
    mine = cwql.F("owner/identifier") == "jdoe"
    print(cwql.emit(cwql.cond("lastUpdated > {} and not {}", since, mine)))
    print(cwql.compile(of_contact("Pat", []), endpoint=ENDPOINT).matches_nothing)

    print("\n# What the language cannot carry is refused, with the ways out, instead of being cut or quoted wrongly")
    for value in ("6' 2\" tall", "two\nlines", datetime(2026, 1, 31)):
        try:
            print(cwql.emit(cwql.cond("summary = {}", value)))
        except (cwql.LiteralError, cwql.ConditionError) as error:
            print(error)

    print("\n# Someone else's text: certain slips are fixed, others come back to whoever typed it")
    print(typed_in("closedFlag == false && board/name = 'O'Brien'"))
    for text in ("summry contains 'vpn'", "closedFlag = maybe"):
        try:
            print(typed_in(text))
        except cwql.ConditionError as error:
            print(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
