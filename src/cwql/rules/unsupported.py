"""Findings about what a language cannot carry: raised by the printer, by templates and by `translate`.

No text holds most of these faults, so the examples of ``CW150`` to ``CW161`` are Python; those of the translation rules are
conditions of `Rule.dialect`, to be translated to the other one.
"""

from __future__ import annotations

from cwql.diagnostics import Rule

MIXED_QUOTES = Rule(
    "CW150",
    "mixed-quotes",
    "error",
    summary="a string holds both kinds of quotes",
    why="A string is enclosed in the kind of quote that it lacks. No vendor text says how a quote of the same kind is written "
    "inside a string, and clients in the wild disagree, so a value that holds both kinds could end early on the server.",
    example="""emit(F("summary") == "6' pipe, 2\\" wide")""",
    instead="""emit(F("summary").contains("6' pipe"))""",
    evidence="clients write \\\", '' and \\'; no recorded answer of a server",
)
CONTROL_CHARACTER = Rule(
    "CW151",
    "unprintable-character",
    "error",
    summary="a string holds a control character or half a surrogate pair",
    why="Control characters (line ends, tabs, NUL among them) have no written form in either language, and half a surrogate "
    "pair cannot be sent as UTF-8.",
    example="""emit(F("summary") == "two\\nlines")""",
    instead="""emit(F("summary").like("two%lines"))""",
    evidence="RFC 3986 and RFC 3629; no escape is known for either language",
)
TRAILING_BACKSLASH = Rule(
    "CW152",
    "trailing-backslash",
    "error",
    summary="a backslash stands right before the closing quote",
    why="A server that takes the backslash as an escape would read past the closing quote, and what follows would no longer "
    "be inside the string.",
    example="""emit(F("path") == "C:\\\\Temp\\\\")""",
    instead="""emit(F("path").startswith("C:\\\\Temp"))""",
    evidence='clients in the wild write \\" for a quote inside a string, so some server reads it',
)
NO_TEXT = Rule(
    "CW153",
    "constant-condition",
    "error",
    summary="a condition that holds for every record, or for none, has no text",
    why="Neither language can say always or never. An empty in_() folds to never: sending no condition at all would fetch "
    "every record instead.",
    example="""emit(F("id").in_([]))""",
    instead="""emit(F("id").in_([1]))""",
    evidence="the grammars of both languages",
)
EMPTY_LIST = Rule(
    "CW154",
    "empty-operand",
    "error",
    summary="a list of values, fields or sort terms is empty",
    why="`in ()` is an error in both languages.",
    example="""emit(OrderBy(()))""",
    instead="""emit(OrderBy((F("id").asc(),)))""",
    evidence="the grammars of both languages",
)
NUMBER_OUT_OF_RANGE = Rule(
    "CW155",
    "number-out-of-range",
    "error",
    summary="a number is too long to be written, or is none",
    why="Numbers are written without an exponent, in 64 characters at most; NaN and infinity have no written form.",
    example="""emit(F("amount") < 1e100)""",
    instead="""emit(F("amount") < 100000)""",
    evidence="the grammars of both languages",
)
NO_ZONE = Rule(
    "CW156",
    "unwritable-time",
    "error",
    summary="a time has no zone, or falls out of the calendar in UTC",
    why="Manage works in UTC: a time that names no zone would be read as another moment than the one that was meant.",
    example="""emit(Comparison(Path(("dateEntered",)), GT, datetime(2024, 1, 31)))""",
    instead="""emit(Comparison(Path(("dateEntered",)), GT, datetime(2024, 1, 31, tzinfo=UTC)))""",
    evidence="vendor text: times are UTC",
)
NOT_A_NAME = Rule(
    "CW157",
    "unwritable-path",
    "error",
    summary="a field path is not made of names",
    why="A name is a letter or underscore, then letters, digits and underscores; a word of the language alone is no field.",
    example="""emit(Comparison(Path(("board name",)), EQ, 1))""",
    instead="""emit(Comparison(Path(("board", "name")), EQ, 1))""",
    evidence="the grammars of both languages",
)
NO_FORM = Rule(
    "CW158",
    "no-such-form",
    "error",
    summary="an operator has no form in this language that means the same",
    why="Where a language lacks startswith and endswith, a pattern says the same unless the text holds a character that "
    "means something in patterns.",
    example="""emit(F("summary").startswith("100%"), "manage")""",
    instead="""emit(F("summary").startswith("100"), "manage")""",
    evidence="language.md: operators and wildcards of both languages",
)
MALFORMED_TREE = Rule(
    "CW159",
    "malformed-tree",
    "error",
    summary="a tree made by hand holds something that no parser or builder would put there",
    why="Only str, int, bool, Decimal, date, datetime and None are values, and only in and not in take a tuple of them.",
    example="""emit(Comparison(Path(("id",)), EQ, (1, 2)))""",
    instead="""emit(Comparison(Path(("id",)), IN, (1, 2)))""",
    evidence="cwql.language.nodes",
)
HOLE_INSIDE_LITERAL = Rule(
    "CW160",
    "hole-inside-literal",
    "error",
    summary="a hole of a template stands inside quotes or brackets",
    why="Values never pass through text: the hole stands for the whole value, quotes and brackets included.",
    example="""cond("status/name = '{}'", "New")""",
    instead="""cond("status/name = {}", "New")""",
    evidence="cwql.language.template",
)
MALFORMED_HOLE = Rule(
    "CW161",
    "malformed-hole",
    "error",
    summary="a brace in a template is not part of a hole",
    why="A hole is {}, {0} or {name}: format specifications, conversions and attributes would turn the value into text. "
    "Inside quotes {{ and }} stand for braces.",
    example="""cond("id = {id:>5}", id=1)""",
    instead="""cond("id = {id}", id=1)""",
    evidence="cwql.language.template",
)
WILDCARD_GAINED = Rule(
    "CW162",
    "wildcard-gained",
    "warning",
    summary="a character of a pattern becomes a wildcard in the other language",
    why="Manage reads % and * as any run of characters, Automate % and, for one character, _. The translated pattern finds "
    "more than the original.",
    example='summary like "SRV_%"',
    instead='summary like "SRV%"',
    evidence="language.md: vendor text (*), reference document and clients (%), MySQL (_)",
)
WILDCARD_LOST = Rule(
    "CW163",
    "wildcard-lost",
    "error",
    summary="a pattern uses a sign that the other language has no counterpart for",
    why="Only Automate has a wildcard for a single character and escapes by backslash; only Manage has brackets.",
    example='summary like "[a-f]%"',
    instead='summary like "%"',
    evidence="language.md: bracket syntax (vendor text); MySQL patterns",
)
UNKNOWN_THERE = Rule(
    "CW164",
    "unproven-form",
    "warning",
    summary="a literal of the translated text has never been seen in the target language",
    why="No reference document, vendor text, server log or client shows the form, so the server may refuse it.",
    example="closedDate = null",
    instead="closedDate > [2024-01-01]",
    evidence="language.md: null on Automate has no evidence",
)
ZONE_UNKNOWN = Rule(
    "CW165",
    "zone-unknown",
    "error",
    summary="a time without a zone cannot be translated",
    why="Automate texts may leave the zone open; Manage reads every time as UTC.",
    example="LastContact >= 2024-02-12T08:30:00",
    instead="LastContact >= 2024-02-12T08:30:00Z",
    evidence="language.md: bare times without a zone on Automate; UTC on Manage",
    dialect="automate",
)
QUOTED_DATE = Rule(
    "CW166",
    "quoted-date-translated",
    "warning",
    summary="a date in quotes may be a date or text",
    why="Automate's reference document writes dates in quotes, as it writes text; Manage compares everything in quotes as text. "
    "The condition does not say what its field holds, so the translation may match other records: a comparison by order is "
    "translated to one with a date, and any other comparison keeps the text.",
    example="LastContact >= '2024-02-14'",
    instead="LastContact >= 2024-02-14",
    evidence="reference document (quoted), one live report (bare)",
    dialect="automate",
)
NAMES_KEPT = Rule(
    "CW167",
    "names-kept",
    "info",
    summary="field names are translated in their separators only",
    why="The two products name their fields differently: Client.Name here is company/name there.",
    example='company/name = "ACME"',
    instead='company/name = "ACME"',
    evidence="facts of both APIs",
)

CARRIER_RULES: tuple[Rule, ...] = (
    MIXED_QUOTES,
    CONTROL_CHARACTER,
    TRAILING_BACKSLASH,
    NO_TEXT,
    EMPTY_LIST,
    NUMBER_OUT_OF_RANGE,
    NO_ZONE,
    NOT_A_NAME,
    NO_FORM,
    MALFORMED_TREE,
    HOLE_INSIDE_LITERAL,
    MALFORMED_HOLE,
    WILDCARD_GAINED,
    WILDCARD_LOST,
    UNKNOWN_THERE,
    ZONE_UNKNOWN,
    QUOTED_DATE,
    NAMES_KEPT,
)
"""Every rule of this module."""
