"""Rules about features that a language lacks; the printer, templates and `translate` report them (`cwql.language`).

Most of these problems never occur in a text, so the examples of ``CW150`` to ``CW161`` are Python. Those of the
translation rules are conditions of `Rule.dialect`, to be translated to the other dialect.
"""

from __future__ import annotations

from cwql.diagnostics import Rule
from cwql.language import problems

MIXED_QUOTES = Rule.describe(
    problems.MIXED_QUOTES,
    summary="Reports a string that contains both kinds of quotes.",
    why="A string is enclosed in the kind of quote that it does not contain. No vendor text says how a quote of the same kind "
    "is written inside a string, and clients disagree, so a value with both kinds could end too early on the server.",
    example="""emit(F("summary") == "6' pipe, 2\\" wide")""",
    instead="""emit(F("summary").contains("6' pipe"))""",
    evidence="clients write \\\", '' and \\'; no recorded response of a server",
)
UNPRINTABLE_CHARACTER = Rule.describe(
    problems.UNPRINTABLE_CHARACTER,
    summary="Reports a string that contains a control character or half a surrogate pair.",
    why="Control characters (line ends, tabs and NUL among them) have no written form in either language, and half a "
    "surrogate pair cannot be encoded as UTF-8.",
    example="""emit(F("summary") == "two\\nlines")""",
    instead="""emit(F("summary").like("two%lines"))""",
    evidence="RFC 3986 and RFC 3629; no escape is known for either language",
)
TRAILING_BACKSLASH = Rule.describe(
    problems.TRAILING_BACKSLASH,
    summary="Reports a backslash right before the closing quote.",
    why="If a server reads the backslash as an escape, the string continues after the quote, and with it everything that "
    "follows.",
    example="""emit(F("path") == "C:\\\\Temp\\\\")""",
    instead="""emit(F("path").startswith("C:\\\\Temp"))""",
    evidence='clients write \\" for a quote inside a string, so some servers read it',
)
CONSTANT_CONDITION = Rule.describe(
    problems.CONSTANT_CONDITION,
    summary="Reports a condition that is true for every record, or for none.",
    why="Neither language can express always or never. An empty in_() is never true: sending no condition instead would "
    "return every record.",
    example="""emit(F("id").in_([]))""",
    instead="""emit(F("id").in_([1]))""",
    evidence="the grammars of both languages",
)
EMPTY_OPERAND = Rule.describe(
    problems.EMPTY_OPERAND,
    summary="Reports an empty list of values, fields or sort terms.",
    why="`in ()` is an error in both languages.",
    example="""emit(OrderBy(()))""",
    instead="""emit(OrderBy((F("id").asc(),)))""",
    evidence="the grammars of both languages",
)
NUMBER_OUT_OF_RANGE = Rule.describe(
    problems.NUMBER_OUT_OF_RANGE,
    summary="Reports a number that is too long to be written, or is not finite.",
    why="Numbers are written without an exponent, in 64 characters at most; NaN and infinity have no written form.",
    example="""emit(F("amount") < 1e100)""",
    instead="""emit(F("amount") < 100000)""",
    evidence="the grammars of both languages",
)
UNWRITABLE_TIME = Rule.describe(
    problems.UNWRITABLE_TIME,
    summary="Reports a time that has no zone, or is outside of the calendar in UTC.",
    why="Manage works in UTC, so it would read a local time as another moment.",
    example="""emit(Comparison(Path(("dateEntered",)), GT, datetime(2024, 1, 31)))""",
    instead="""emit(Comparison(Path(("dateEntered",)), GT, datetime(2024, 1, 31, tzinfo=UTC)))""",
    evidence="vendor text: times are UTC",
)
UNWRITABLE_PATH = Rule.describe(
    problems.UNWRITABLE_PATH,
    summary="Reports a field path that is not made of names.",
    why="A name is a letter or underscore, then letters, digits and underscores; a word of the language alone is not a field.",
    example="""emit(Comparison(Path(("board name",)), EQ, 1))""",
    instead="""emit(Comparison(Path(("board", "name")), EQ, 1))""",
    evidence="the grammars of both languages",
)
UNSUPPORTED_OPERATOR = Rule.describe(
    problems.UNSUPPORTED_OPERATOR,
    summary="Reports an operator that the language cannot express.",
    why="If a language has no startswith or endswith, a pattern is printed instead, unless the text contains a character "
    "with a meaning in patterns.",
    example="""emit(F("summary").startswith("100%"), dialect="manage")""",
    instead="""emit(F("summary").startswith("100"), dialect="manage")""",
    evidence="operators and wildcards of both reference documents",
)
MALFORMED_TREE = Rule.describe(
    problems.MALFORMED_TREE,
    summary="Reports a tree, made by hand, that neither the parser nor the builder would make.",
    why="Only str, int, bool, Decimal, date, datetime and None are values, and only in and not in take a tuple of them.",
    example="""emit(Comparison(Path(("id",)), EQ, (1, 2)))""",
    instead="""emit(Comparison(Path(("id",)), IN, (1, 2)))""",
    evidence="cwql.language.nodes",
)
PLACEHOLDER_IN_STRING = Rule.describe(
    problems.PLACEHOLDER_IN_STRING,
    summary="Reports a placeholder of a template inside quotes or brackets.",
    why="Values never become part of the text: the placeholder is replaced by the whole value, with its quotes or brackets.",
    example="""cond("status/name = '{}'", "New")""",
    instead="""cond("status/name = {}", "New")""",
    evidence="cwql.language.template",
)
MALFORMED_PLACEHOLDER = Rule.describe(
    problems.MALFORMED_PLACEHOLDER,
    summary="Reports a brace in a template that is not part of a placeholder.",
    why="A placeholder is {}, {0} or {name}: format specifications, conversions and attributes would turn the value into "
    "text. Inside quotes {{ and }} mean braces.",
    example="""cond("id = {id:>5}", id=1)""",
    instead="""cond("id = {id}", id=1)""",
    evidence="cwql.language.template",
)
WILDCARD_GAINED = Rule.describe(
    problems.WILDCARD_GAINED,
    summary="Reports a character of a pattern that becomes a wildcard in the other language.",
    why="In Manage % and * match any number of characters; in Automate % does, and _ matches one character. The translated "
    "pattern matches more than the original.",
    example='summary like "SRV_%"',
    instead='summary like "SRV%"',
    evidence="vendor text (*), reference document and clients (%), MySQL (_)",
)
WILDCARD_LOST = Rule.describe(
    problems.WILDCARD_LOST,
    summary="Reports a character of a pattern that has no counterpart in the other language.",
    why="Only Automate has a wildcard for a single character and a backslash as escape; only Manage has brackets.",
    example='summary like "[a-f]%"',
    instead='summary like "%"',
    evidence="bracket syntax (vendor text); patterns of MySQL",
)
UNVERIFIED_FORM = Rule.describe(
    problems.UNVERIFIED_FORM,
    summary="Reports a literal of the translated text that was never seen in the target language.",
    why="No reference document, vendor text, server log or client shows the form, so the server may refuse it.",
    example="closedDate = null",
    instead="closedDate > [2024-01-01]",
    evidence="no source shows null in Automate",
)
ZONE_UNKNOWN = Rule.describe(
    problems.ZONE_UNKNOWN,
    summary="Reports a time without a zone that cannot be translated.",
    why="Automate texts may leave the zone open; Manage reads every time as UTC.",
    example="LastContact >= 2024-02-12T08:30:00",
    instead="LastContact >= 2024-02-12T08:30:00Z",
    evidence="bare times without a zone in Automate clients; UTC in Manage",
    dialect="automate",
)
QUOTED_DATE_TRANSLATED = Rule.describe(
    problems.QUOTED_DATE_TRANSLATED,
    summary="Reports a date in quotes that may be a date or text.",
    why="The reference document of Automate writes dates in quotes, as it writes text; Manage compares everything in quotes as "
    "text. The condition does not say what its field contains, so the translation may match other records: a comparison by "
    "order is translated to one with a date, and any other comparison keeps the text.",
    example="LastContact >= '2024-02-14'",
    instead="LastContact >= 2024-02-14",
    evidence="reference document (quoted), one live report (bare)",
    dialect="automate",
)
NAMES_NOT_TRANSLATED = Rule.describe(
    problems.NAMES_NOT_TRANSLATED,
    summary="Reports that only the separators of field names are translated.",
    why="The two products have different names for their fields: Client.Name in Automate is company/name in Manage.",
    example='company/name = "ACME"',
    instead='company/name = "ACME"',
    evidence="the specifications of both APIs",
)
