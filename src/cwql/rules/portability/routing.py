"""CW503 to CW506: terms that cannot be sent in the parameter they belong to. `cwql.compile` reports them."""

from __future__ import annotations

from cwql.diagnostics import Rule

SPLIT_OR = Rule(
    "CW503",
    "split-or",
    "error",
    summary="Reports an `or` between comparisons that belong to different parameters.",
    why="A server joins its parameters by `and`, so no request means one or the other.",
    example="""compile('id = 5 or communicationItems/value = "pat@example.com"', endpoint="/company/contacts")""",
    instead="""compile('id = 5 and communicationItems/value = "pat@example.com"', endpoint="/company/contacts")""",
    evidence="vendor text: conditions, childConditions and customFieldConditions are parameters of one request",
)
SPLIT_GROUP = Rule(
    "CW504",
    "split-group",
    "error",
    summary="Reports an `and` inside an `or` whose comparisons belong to different parameters.",
    why="Only the items of the outermost `and` can be moved to another parameter.",
    example="""compile('(id = 5 and types/id = 1) or (id = 6 and types/id = 1)', endpoint="/company/contacts")""",
    instead="""compile('(id = 5 or id = 6) and types/id = 1', endpoint="/company/contacts")""",
    evidence="vendor text: conditions, childConditions and customFieldConditions are parameters of one request",
)
NO_SUCH_PARAMETER = Rule(
    "CW505",
    "no-such-parameter",
    "error",
    summary="Reports a part of a query that the API has no parameter for.",
    why="A part that is not sent would silently be ignored.",
    example="""compile(Query(expand="Client"), "manage")""",
    instead="""compile(Query(expand="Client"), "automate")""",
    evidence="the parameters of both dialects",
)
OTHER_RECORD = Rule(
    "CW506",
    "other-record",
    "error",
    summary="Reports a typed field of another record than the endpoint lists.",
    why="Only the path is sent, without the record. Tickets have an `id` too, so the server would return other records than meant. "
    "Records of one family, such as service and project tickets, share their fields.",
    example="""compile(Company.id == 250, endpoint="/service/tickets")""",
    instead="""compile(Ticket.company.id == 250, endpoint="/service/tickets")""",
    evidence="the records of the shipped specification; specs/overlays: families of records",
)
