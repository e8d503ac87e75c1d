"""Insert values into conditions that are text, and check conditions from users. Needs no server.

    python examples/templates.py
    python examples/templates.py "O'Brien"

This example shows `cond`, whose placeholders accept values, lists and conditions, but no syntax; errors for values that a condition cannot
contain; and checking of a condition that a user entered.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import cwql

ENDPOINT = "/service/tickets"


def of_contact(name: str, boards: Sequence[int]) -> cwql.Expr:
    """Return the condition for the open tickets of a contact. The name can contain any characters."""
    return cwql.cond("contactName = {} and board/id in {boards} and closedFlag = false", name, boards=boards)


def canonical(text: str) -> str:
    """Return a condition from a user in canonical form. Raises ConditionError with all diagnostics."""
    return cwql.compile(cwql.fix(text, endpoint=ENDPOINT).text, endpoint=ENDPOINT).raise_for_errors().text or ""


def main(argv: Sequence[str] | None = None) -> int:
    """Print the result for each value and each text."""
    parser = argparse.ArgumentParser(description="Insert values into conditions that are text.")
    parser.add_argument("name", nargs="?", default='Dwayne "The Rock" Johnson', help="default: %(default)s")
    arguments = parser.parse_args(argv)
    print("# A value is put in the quotes that it does not contain, so it cannot end the string")
    print(cwql.emit(of_contact(arguments.name, [1, 2])))
    print(cwql.emit(of_contact('x" or id > 0 or summary = "', [1])))

    print("\n# Placeholders accept lists, times and conditions; an empty list matches nothing, so no request is sent")
    since = datetime(2026, 1, 31, 8, tzinfo=UTC)
    mine = cwql.F("owner/identifier") == "jdoe"
    print(cwql.emit(cwql.cond("lastUpdated > {} and not {}", since, mine)))
    print(cwql.compile(of_contact("Pat", []), endpoint=ENDPOINT).matches_nothing)

    print("\n# A value without a form in the language is refused with a hint; it is not truncated or misquoted")
    for value in ("6' 2\" tall", "two\nlines", datetime(2026, 1, 31)):
        try:
            print(cwql.emit(cwql.cond("summary = {}", value)))
        except (cwql.LiteralError, cwql.ConditionError) as error:
            print(error)

    print("\n# Text from users: some mistakes are fixed, others are reported")
    print(canonical("closedFlag == false && board/name = 'O'Brien'"))
    for text in ("summry contains 'vpn'", "closedFlag = maybe"):
        try:
            print(canonical(text))
        except cwql.ConditionError as error:
            print(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
