"""Planted mistakes, one a line: which type checkers must catch each, and what it must raise when it runs.

A line ends with ``# CHECKERS | EXCEPTION: part of its message``: the checkers (``both``, ``mypy``, ``pyright`` or ``none``) must
report the line and the others must not. Every line is run by itself below the imports. Checked by tests/api/test_planted.py.
"""
# ruff: noqa: B018, C416, E402, E701, E712, F401, I001, PLW0177, SIM201
# fmt: off

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from uuid import UUID

import cwql
import cwql.automate.fields
import cwql.manage.fields
from cwql import F, Query
from cwql.automate.fields import Computer
from cwql import Condition
from cwql.manage.fields import Company, Contact, ContactCommunicationItem, Ticket, TimeEntry


class Level(Enum):
    HIGH = "High"
    HUGE = "Huge"


NOON = datetime(2024, 1, 2, 12)


def use(condition: Condition) -> None: ...


# --- planted

# Names.
from cwql.manage.fields import Tikcet  # both | ImportError: Tikcet
cwql.manage.fields.Tiket  # both | AttributeError: did you mean 'Ticket'
cwql.automate.fields.Computr  # both | AttributeError: did you mean 'Computer'
Ticket.sumary  # both | AttributeError: did you mean 'summary'
Ticket.Summary  # both | AttributeError: did you mean 'summary'
Ticket.company.identifer  # both | AttributeError: did you mean 'identifier'
Ticket.company.nmae  # both | AttributeError: CompanyReference has no field 'nmae'
Ticket.summary.upper()  # both | AttributeError: upper
Ticket.summary.id  # both | AttributeError: id
Ticket.assignedTo.identifier  # both | AttributeError: Ticket has no field 'assignedTo'
Ticket.info_.lastUpdated.year  # both | AttributeError: year
Contact.communicationItems.valu  # both | AttributeError: did you mean 'value'
Computer.Client.name  # both | AttributeError: did you mean 'Name'
Computer.Nmae  # both | AttributeError: did you mean 'Name'
Company.idd == 5  # both | AttributeError: did you mean 'id'
Ticket.customFields["Region"].valu  # both | AttributeError: valu

# Operators that the type does not have.
Ticket.id.contains(3)  # both | ExpressionError: use ==, !=, <, <=, >, >=, in_() or between()
Ticket.id.like("3%")  # both | ExpressionError: is an integer and cannot be compared by like
Ticket.id.startswith("3")  # both | ExpressionError: by startswith
Ticket.budgetHours.contains("2")  # both | ExpressionError: is a number
Ticket.requiredDate.contains("2024")  # both | ExpressionError: is a date and time
Ticket.requiredDate.like("2024%")  # both | ExpressionError: in_() or between()
Ticket.closedFlag > True  # both | ExpressionError: use is_(True), is_(False), or == and !=
Ticket.closedFlag.in_([True])  # both | ExpressionError: use is_(True), is_(False), or == and !=
Ticket.closedFlag.contains("t")  # both | ExpressionError: is a flag
Ticket.impact > "High"  # both | ExpressionError: use ==, != or in_
Ticket.impact.like("H%")  # both | ExpressionError: use ==, != or in_
Ticket.impact.between("High", "Low")  # both | ExpressionError: is an enum
Ticket.company > 5  # both | ExpressionError: compare Ticket.company.id
Ticket.company.in_([1])  # both | ExpressionError: compare Ticket.company.id
Ticket.company.contains("ACME")  # both | ExpressionError: or Ticket.company.identifier, or with None
Computer.OpenPortsTCP > 443  # both | ExpressionError: use contains() to ask for a member
Contact.communicationItems.contains("x")  # both | ExpressionError: use any()
Contact.types.in_([1])  # both | ExpressionError: compare one of their fields, or use any()

# Values of another type.
use(Ticket.id == "5")  # both | ExpressionError: cannot be compared with '5': expected an int
use(Ticket.id == 5.5)  # both | ExpressionError: expected an int
use(Ticket.id != "5")  # both | ExpressionError: expected an int
Ticket.id > "5"  # both | ExpressionError: expected an int
Ticket.id <= None  # both | ExpressionError: use == or !=, is_null() or is_not_null()
Ticket.id.in_(["5"])  # both | ExpressionError: expected an int
Ticket.id.in_(5)  # both | LiteralError: expected an iterable, such as [1, 2]
Ticket.id.in_([1, None])  # both | LiteralError: field.in_([...]) | field.is_null()
Ticket.id.between("a", "b")  # both | ExpressionError: expected an int
Ticket.id.between(1)  # both | TypeError: missing 1 required positional argument
use(Ticket.id == True)  # none | ExpressionError: expected an int
use(Ticket.summary == 5)  # both | ExpressionError: is text and cannot be compared with 5: expected a str
use(Ticket.summary == True)  # both | ExpressionError: expected a str
use(Ticket.summary == ["a", "b"])  # both | ExpressionError: write Ticket.summary.in_(['a', 'b'])
use(Ticket.summary == b"a")  # both | LiteralError: decode it to str first
use(Ticket.summary != datetime.now(UTC))  # both | ExpressionError: expected a str
Ticket.summary < 5  # both | ExpressionError: expected a str
Ticket.summary.contains(5)  # both | ExpressionError: expected a str
Ticket.summary.contains(None)  # both | ExpressionError: use is_null() or is_not_null()
Ticket.summary.like(5)  # both | ExpressionError: expected a str
use(Ticket.summary.in_("ab"))  # both | LiteralError: put it into one, in_(['ab'])
Ticket.summary.in_([5])  # both | ExpressionError: expected a str
use(Ticket.budgetHours == "5")  # both | ExpressionError: expected an int, float or Decimal
use(Ticket.budgetHours == float("nan"))  # none | LiteralError: use is_null() for a missing one
use(Ticket.budgetHours == True)  # none | ExpressionError: expected an int, float or Decimal
use(Ticket.closedFlag == 1)  # both | ExpressionError: expected True or False
use(Ticket.closedFlag == "true")  # both | ExpressionError: expected True or False
use(Ticket.closedFlag != 0)  # both | ExpressionError: expected True or False
use(Ticket.requiredDate == "2024-01-01")  # both | ExpressionError: expected a datetime or a date
Ticket.requiredDate > "2024-01-01"  # both | ExpressionError: expected a datetime or a date
Ticket.requiredDate > 1704067200  # both | ExpressionError: expected a datetime or a date
Ticket.requiredDate > timedelta(days=1)  # both | LiteralError: compute the moment first
Ticket.requiredDate > time(12)  # both | LiteralError: pass a datetime with a time zone
Ticket.requiredDate > NOON  # none | LiteralError: give it one (value.replace(tzinfo=datetime.UTC)
use(Ticket.subDateAccepted == 5)  # both | ExpressionError: expected a datetime, a date or a str
use(Ticket.impact == "Hihg")  # both | ExpressionError: did you mean 'High'
use(Ticket.impact == "high")  # both | ExpressionError: did you mean 'High'
use(Ticket.impact != 3)  # both | ExpressionError: expected one of Low, Medium, High
use(Ticket.impact == Level.HUGE)  # none | ExpressionError: expected one of Low, Medium, High
Ticket.impact.in_(["High", "Hihg"])  # both | ExpressionError: did you mean 'High'
Ticket.impact.in_("High")  # both | LiteralError: put it into one, in_(['High'])
use(Ticket.company == 5)  # both | ExpressionError: compare Ticket.company.id
use(Ticket.company == "ACME")  # both | ExpressionError: compare Ticket.company.id
use(TimeEntry.member != "jdoe")  # both | ExpressionError: compare TimeEntry.member.id
use(Contact.communicationItems == "x")  # both | ExpressionError: use any()
Computer.OpenPortsTCP.contains("443")  # both | ExpressionError: expected an int
use(Ticket.customFields == "West")  # both | ExpressionError: name one by its caption
use(Ticket.customFields["Region"] == ["West"])  # both | ExpressionError: write Ticket.customFields['Region'].in_(['West'])
Ticket.customFields[None]  # both | ExpressionError: expected the caption of a custom field, such as 'Region', or its id
Ticket.customFields["Region"].in_(5)  # both | LiteralError: expected an iterable
Ticket.customFields["Region"].asc()  # both | ExpressionError: sort the records that come back
use(Ticket == 5)  # both | ExpressionError: compare one of its fields, such as Ticket.id
use(Ticket.id == Ticket.board.id)  # both | ExpressionError: never with another field
use(Ticket.id == (Ticket.board.id == 5))  # both | ExpressionError: put parentheses around each

# Objects that Python itself takes for something else.
use(Ticket.id > 5 and Ticket.id < 9)  # none | ExpressionError: join conditions with & and |
use(Ticket.id == 1 or Ticket.id == 2)  # none | ExpressionError: join conditions with & and |
use(not Ticket.closedFlag == True)  # both | ExpressionError: negate with ~
use(1 < Ticket.id < 9)  # none | ExpressionError: or `x.between(low, high)`
use(Ticket.id in [1, 2])  # both | ExpressionError: in_([...])
use("vpn" in Ticket.summary)  # both | ExpressionError: write Ticket.summary.contains('vpn')
use(5 in Ticket.id)  # both | ExpressionError: is an integer: use ==
[part for part in Ticket.summary]  # both | ExpressionError: cannot be iterated over
found = 1 if Ticket.closedFlag else 2  # both | ExpressionError: compare it (== True for a flag)
while Ticket.id > 5: break  # pyright | ExpressionError: join conditions with & and |
use(Ticket.closedFlag)  # both | -
use(Ticket.closedFlag & (Ticket.id == 5))  # both | ExpressionError: compare it before joining
use(~Ticket.summary)  # both | ExpressionError: compare it before negating
use((Ticket.id == 5) & Ticket.closedFlag)  # both | ExpressionError: put parentheses around each
use((Ticket.id == 5) & "summary = 'a'")  # both | ExpressionError: expected another condition
use((Ticket.id == 5) | True)  # both | ExpressionError: expected another condition
use(Ticket.id == 5 & Ticket.board.id == 6)  # both | ExpressionError: compare it before joining
use((Ticket.id == 5) + (Ticket.id == 6))  # both | TypeError: unsupported operand
{Ticket.id: 5}  # pyright | ExpressionError: use str(field)

# Conditions, queries and their uses.
Contact.communicationItems.any("value = 1")  # both | ExpressionError: any() takes a condition
Contact.communicationItems.any(ContactCommunicationItem.value)  # both | ExpressionError: any() takes a condition
Contact.communicationItems.any(Ticket.summary == "x")  # both | ExpressionError: write it from ContactCommunicationItem's own handles
Ticket.company.asc()  # both | ExpressionError: sort by Ticket.company.id
Query(Ticket.closedFlag)  # both | ExpressionError: compare it, for example Ticket.closedFlag ==
Query(where=5)  # both | ExpressionError: expected a text or a condition such as
Query(filter="id = 5")  # both | TypeError: unexpected keyword argument 'filter'
Query("id = 5", order_by=Ticket.id == 5)  # both | ExpressionError: write Ticket.id.asc()
Query("id = 5", fields=[5])  # both | ExpressionError: write Ticket.summary, F('summary') or 'summary'
Query("id = 5", page_size="50")  # both | ExpressionError: expected an integer of at least 1
Query("id = 5", page_size=0)  # none | ExpressionError: expected an integer of at least 1
Query("id = 5").wher("id = 6")  # both | AttributeError: wher
cwql.compile(Ticket.closedFlag)  # both | ExpressionError: compare it, for example Ticket.closedFlag ==
cwql.compile("id = 5", dialect="mange")  # both | UnknownNameError: expected one of 'manage', 'automate'
cwql.compile("id = 5", endpiont="/service/tickets")  # both | TypeError: unexpected keyword argument 'endpiont'
cwql.prase("id = 5")  # both | AttributeError: prase
cwql.parse(5)  # both | ExpressionError: expected a str
cwql.F(5) == 5  # both | ExpressionError: expected a str such as 'company/identifier'
cwql.F("board name") == 5  # none | LiteralError: write 'company/identifier' or 'Client.Id'
use(F("id"))  # both | -
use(F("id") < [1, 2])  # none | ExpressionError: expected a single value
use(F("id") == object())  # none | LiteralError: expected str, int, float
