"""Seeded generators of texts: conditions, ``orderBy`` and lists of fields, valid, mutated and hostile.

All choices come from one `random.Random`, so a seed and a number always give the same text. Pools of literals, paths and operators are
built once for each dialect; a simple text then takes only a few choices.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, TypeVar

from cwql.language.dialects import DIALECTS, Dialect
from cwql.language.operators import TEXT_WORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

T = TypeVar("T")

NAMES = [
    "id",
    "name",
    "status",
    "board",
    "company",
    "identifier",
    "summary",
    "priority",
    "closedFlag",
    "dateEntered",
    "lastUpdated",
    "owner",
    "contact",
    "_info",
    "value",
    "caption",
    "types",
    "Client",
    "Computer",
    "RemoteAgentLastContact",
    "Name",
    "OS",
    "a",
    "b",
    "_",
    "x9",
    "__y",
    "In1",
    "nota",
    "andy",
    "inn",
    "orx",
    "nullable",
    "Like_1",
    "truest",
    "containsX",
    "communicationItems",
    "OpenPortsTCP",
]
KEYWORDS = ("and", "or", "not", "in", *TEXT_WORDS, "eq", "ge", "true", "null")
WORDS = (
    "New", "Help Desk", "acme", "O'Brien", 'six" pipe', "", " ", "%", "%mail%", "*Emergency*", "_a_", "[text]", "[[]", "\\",
    "C:\\x\\", "a and b", "x) or (y", "100%", "%20", "&", "#", "{}", "{name}", "(", ")", ",", "null", "2024-01-01", "é", "日本",
    "😀", "\u200b", "\u202e", "a\u0301", "\u2028", "--", ";", "<b>", "=", "O''Brien", '""', "''",
)  # fmt: skip
DATES = (
    "2016-08-20T18:04:26Z", "2024-01-01", "2024-1-5", "2024-02-29", "2024-12-31T23:59:59.123Z", "2024-01-01T00:00:00.123456Z",
    "2024-01-01T10:00:00+02:00", "2024-01-01T10:00:00-0530", "2024-01-01 10:00", "2024-01-01T10:00:00", "2019-12-18t00:50:19z",
)  # fmt: skip
BRACKETED = (
    *DATES, "01/15/2024", "1/5/2024 3:04 PM", "01/15/2024 00:00:00", " 2024-01-01 ", "2024-01-01T10:00:00 Z", "12/31/2023 12:00:00 am",
)  # fmt: skip
WRONG_DATES = ("", " ", "x", "2024-13-01", "2023-02-29", "2024-01-01T25:00:00Z", "2024-01-01Z", "31/12/2024", "0000-01-01",
               "2024-01-01T10:00:00.1234567Z", "2024-W01-1", "20240101", "٢٠٢٤-٠١-٠١", "9999-12-31T23:59:59-12:00")  # fmt: skip
NUMBERS = (
    "0", "1", "-1", "42", "007", "-0", "2.5", "-3.25", "1.0", "0.000", "1234567890123456789", "99999999999999999999", "9" * 64,
)  # fmt: skip
BLANKS = (" ", " ", " ", " ", "  ", "\t", "\n", "\r\n", " \t \n ")
MAYBE = ("", "", "", " ", "  ", "\n")

ODDITIES = (
    "\x00", "\x07", "\x1b", "\x7f", "\x85", "\xa0", "\xad", "\u200b", "\u200e", "\u202e", "\u2028", "\u3000", "\ufeff", "\ufffd", "\U0010ffff",
    "\ud800", "\udfff", "é", "ﬁ", "İ", "ı", "ſ", "K", "٣", "²", "Ⅷ", "😀", "👩‍👩‍👧", "\u0301", "“", "”", "‘", "’", "«", "＝", "（", "）", "≠", "≤",
)  # fmt: skip
PIECES = (
    "&&", "||", "&", "|", "!", "==", "<>", "=>", "=<", "!==", "eq", "ne", "is null", "is not null", "between 1 and 2", "not", "not not",
    "and", "or", "and and", "()", "in ()", "in", "(1,)", "(,)", ",", ";", "--", "/*", "*/", "%20", "%3D", "%22", "%", "conditions=", "condition=",
    "https://host/v4_6_release/apis/3.0/service/tickets?conditions=", "?", "#", "'", '"', "''", '""', "\\'", '\\"', "[", "]", "[]", "[[",
    "{", "}", "{}", "{0}", "{x}", "{x!r}", "{{", "null", "true", "asc", "desc", "$filter=", "1e5", "0x10", ".5", "5.", "+1", "--1", "1_0", "/",
    "//", ".", "a/b", "a.b", "a//b", "/a", "a/", "2024-01-01", "2024-1-1T1:1", "#2024#", "select", "*", "a=1", "(a=1", "a=1)", "a in (1,2)",
)  # fmt: skip


class Texts:
    """Generator of texts for a dialect and a seed."""

    def __init__(self, dialect: Dialect, seed: int) -> None:
        self.dialect = dialect
        self.rng = random.Random(f"{dialect.name} {seed}")
        self._random = self.rng.random
        # A slash is accepted in both languages; a dot only if it is the separator of the dialect.
        separators = dialect.separator * 4 + "/"
        self.paths = [self._path(separators) for _ in range(300)]
        words = {form.spelling for form in dialect.operators.values()} | set(dialect.lenient_operators)
        self.relations = [
            spelling
            for word in sorted(words - {"in", "not in"})
            for spelling in ([word] * 3 if not word[0].isalpha() else [word, word, *self._cases(word)])
        ]
        self.in_words = [case for word in ("in", "in", "not in") for case in (word, *self._cases(word))]
        self.ands = ["and"] * 6 + self._cases("and")
        self.ors = ["or"] * 6 + self._cases("or")
        self.nots = ["not"] * 3 + self._cases("not")
        self.literals = self._literals()

    def _pick(self, pool: Sequence[T]) -> T:
        return pool[int(self._random() * len(pool))]

    def _cases(self, word: str) -> list[str]:
        """Return a keyword in unusual letter case, or with several spaces inside ``not in``."""
        mixed = "".join(letter.upper() if self._random() < 0.5 else letter for letter in word)
        return [word.upper(), word.title(), mixed.replace(" ", self._pick(BLANKS))]

    def _path(self, separators: str) -> str:
        names = [self._pick(NAMES) for _ in range(self._pick((1, 1, 2, 2, 3)))]
        if self._random() < 0.1:
            names = [name.upper() for name in names]
        return self._pick(separators).join(names)

    def _literals(self) -> list[str]:
        pool: list[str] = []
        for word in WORDS:
            for quote in ('"', "'"):
                body = word.replace(quote, quote * 2) if self._random() < 0.9 else word.replace(quote, "")
                pool.append(f"{quote}{body}{quote}")
        pool += NUMBERS * 2
        pool += [case for word in ("true", "false", "null") for case in (word, word, word.title(), word.upper())]
        if "[" in self.dialect.literals["datetime"].spelling:
            pool += [f"[{date}]" for date in BRACKETED]
        return [*pool, *DATES]

    # Well-formed texts.

    def predicate(self) -> str:
        """Return one comparison or membership test."""
        path, r = self.paths[int(self._random() * len(self.paths))], self._random()
        if r < 0.15:
            items = [self._pick(self.literals) for _ in range(self._pick((1, 1, 2, 3, 5, 9)))]
            gap = self._pick(MAYBE)
            return f"{path}{self._pick(BLANKS)}{self._pick(self.in_words)}{gap}({gap}{f'{gap},{self._pick(MAYBE)}'.join(items)}{gap})"
        relation = self.relations[int(self._random() * len(self.relations))]
        literal = self.literals[int(self._random() * len(self.literals))]
        if relation[0] in "=!<>":
            if r < 0.6:
                return f"{path}{relation}{literal}"
            return f"{path}{self._pick(MAYBE)}{relation}{self._pick(MAYBE)}{literal}"
        gap = "" if r < 0.2 and literal[0] in "\"'[-" else self._pick(BLANKS)
        return f"{path}{self._pick(BLANKS)}{relation}{gap}{literal}"

    def simple(self) -> str:
        """Return one to four predicates without groups."""
        r = self._random()
        if r < 0.5:
            return self.predicate()
        joiner = self._pick(self.ands if r < 0.75 else self.ors)
        if r < 0.65 or 0.75 < r < 0.9:
            return f"{self.predicate()} {joiner} {self.predicate()}"
        other = self._pick(self.ands if r > 0.8 else self.ors)
        return f"{self.predicate()}{self._pick(BLANKS)}{joiner}{self._pick(BLANKS)}{self.predicate()} {other} {self.predicate()}"

    def valid(self) -> str:
        """Return a valid condition; half of them are simple, the others have groups and prefix ``not``."""
        text = self.simple() if self._random() < 0.5 else self._nested(self._pick((1, 1, 2, 2, 3, 6)))
        return text if self._random() < 0.9 else f"{self._pick(MAYBE)}{text}{self._pick(MAYBE)}"

    def _nested(self, depth: int) -> str:
        if depth == 0:
            return self.simple()
        parts: list[str] = []
        for _ in range(self._pick((1, 2, 2, 3))):
            r = self._random()
            if parts:
                parts.append(self._pick(self.ands if r < 0.5 else self.ors))
            r = self._random()
            if r < 0.25:
                parts.append(f"{self._pick(self.nots)} {self.predicate()}")
            elif r < 0.4:
                parts.append(self.predicate())
            else:
                word = self._pick(self.nots) if r < 0.55 else ""
                gap = self._pick(MAYBE)
                parts.append(f"{word}{gap}({gap}{self._nested(depth - 1)}{gap})")
        return self._pick(BLANKS).join(parts)

    # Texts that are probably wrong.

    def mutated(self) -> str:
        """Return a valid condition after one to four mutations."""
        text = self.valid()
        for _ in range(self._pick((1, 1, 1, 2, 2, 3, 4))):
            text = self._pick(MUTATIONS)(self, text)
        return text

    def hostile(self) -> str:
        """Return a hostile text: noise, repeated characters, very long tokens, unclosed constructs."""
        return self._pick(HOSTILITIES)(self)

    def any(self) -> str:
        """Return a text of any of the three kinds."""
        r = self._random()
        return self.valid() if r < 0.35 else self.mutated() if r < 0.9 else self.hostile()

    def stream(self, count: int) -> Iterator[str]:
        """Yield that many texts of any kind."""
        for _ in range(count):
            yield self.any()

    def _delete(self, text: str) -> str:
        at, length = int(self._random() * len(text)), self._pick((1, 1, 1, 2, 5))
        return text[:at] + text[at + length :]

    def _insert(self, text: str) -> str:
        at = int(self._random() * (len(text) + 1))
        return text[:at] + self._pick("\"'()[]{}=<>!,/.&|%*_- \t\n0aZ\\;:#?+~^@$`") + text[at:]

    def _insert_oddity(self, text: str) -> str:
        at = int(self._random() * (len(text) + 1))
        return text[:at] + self._pick(ODDITIES) + text[at:]

    def _replace(self, text: str) -> str:
        at = int(self._random() * len(text))
        return text[:at] + self._pick("\"'()[]{}=<>!,/.&|%*_- 0a") + text[at + 1 :]

    def _duplicate(self, text: str) -> str:
        at, length = int(self._random() * len(text)), self._pick((1, 3, 10))
        return text[: at + length] + text[at:]

    def _swap(self, text: str) -> str:
        if len(text) < 2:
            return text
        at = int(self._random() * (len(text) - 1))
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]

    def _cut(self, text: str) -> str:
        at = int(self._random() * len(text))
        return text[:at] if self._random() < 0.7 else text[at:]

    def _splice(self, text: str) -> str:
        other = self.simple()
        return text[: int(self._random() * len(text))] + other[int(self._random() * len(other)) :]

    def _insert_piece(self, text: str) -> str:
        words = text.split(" ")
        words.insert(int(self._random() * (len(words) + 1)), self._pick(PIECES))
        return " ".join(words)

    def _drop_word(self, text: str) -> str:
        words = text.split(" ")
        del words[int(self._random() * len(words))]
        return " ".join(words)

    def _double_word(self, text: str) -> str:
        words = text.split(" ")
        at = int(self._random() * len(words))
        words.insert(at, words[at])
        return " ".join(words)

    def _swap_words(self, text: str) -> str:
        words = text.split(" ")
        a, b = int(self._random() * len(words)), int(self._random() * len(words))
        words[a], words[b] = words[b], words[a]
        return " ".join(words)

    def _recase(self, text: str) -> str:
        return text.upper() if self._random() < 0.5 else text.swapcase()

    def _encode(self, text: str) -> str:
        return text.replace(" ", "%20" if self._random() < 0.5 else "+")

    def _foreign(self, text: str) -> str:
        """Insert syntax of the other dialects: separators, literals, operators."""
        other = self._pick([record for record in DIALECTS if record is not self.dialect] or DIALECTS)
        if self._random() < 0.4:
            return text.replace(self.dialect.separator, other.separator)
        form = self._pick((*other.operators.values(), *other.literals.values()))
        return f"{text}{self._pick((' and ', ' or ', ' ', ''))}{form.example}"

    def _wrong_date(self, text: str) -> str:
        date = self._pick(WRONG_DATES)
        return f"{text} and {self._pick(self.paths)} > " + (f"[{date}]" if self._random() < 0.7 else date)

    def _noise(self) -> str:
        pool = self._pick((ODDITIES, PIECES, KEYWORDS, "()'\"[]{}=<>!,", "ab/=1 ", "\x00\n\t '\"\\"))
        glue = self._pick(("", " "))
        return glue.join([self._pick(pool) for _ in range(self._pick((1, 3, 10, 40)))])

    def _tower(self) -> str:
        count = self._pick((1, 5, 99, 100, 101, 150, 400))
        piece = self._pick(
            (
                "(",
                "not ",
                "not(",
                "((a=1) and ",
                "a=1 or (",
                "a=1 or b=1 and (",
                "a in (",
                "[",
                "{",
                "a=1 and ",
                "NOT\n",
            )
        )
        core = self.predicate() if self._random() < 0.7 else ""
        close = piece.count("(") if self._random() < 0.7 else 0
        return piece * count + core + ")" * (close * count - self._pick((0, 0, 0, 1, -1)))

    def _long_token(self) -> str:
        count = self._pick((100, 1000, 5000))
        body = self._pick(
            (
                "a",
                "9",
                "a/",
                "''",
                '"',
                "\\'",
                "%",
                " ",
                "[",
                "-",
                "1,",
                "'x',",
                "-1",
                "2024-",
                "é",
                "\x00",
                "{}",
                "!",
                "=",
                ".",
            )
        )
        return self._pick(("{}", "id={}", "id='{}'", "id in ({})", "id = [{}]", "{}=1", "(id={}")).replace(
            "{}", body * count
        )

    def _half_open(self) -> str:
        text = self.valid()
        return text + self._pick((" and", " or", " and not", " and (", " and id", " and id =", " and id in", " and id in (", " and id in (1",
                                  " and id in (1,", " and id = '", ' and id = "', " and id = [", " and id not", " {", "\\", "%"))  # fmt: skip

    # The other shapes.

    def order_by(self) -> str:
        """Return the text of an ``orderBy`` parameter, every second one mutated."""
        terms = [
            self._pick(self.paths)
            + self._pick(("", "", " asc", " desc", " DESC", "\tAsc", " descending", " ascending"))
            for _ in range(3)
        ]
        text = self._pick((",", ", ", " , ")).join(terms[: self._pick((1, 2, 3))])
        return text if self._random() < 0.5 else self._pick(MUTATIONS)(self, text)

    def field_list(self) -> str:
        """Return the text of a list of fields, every second one mutated."""
        names = [self._pick(self.paths) for _ in range(self._pick((1, 2, 3, 8)))]
        text = self._pick((",", ", ")).join(names) + self._pick(("", "", ","))
        return text if self._random() < 0.5 else self._pick(MUTATIONS)(self, text)


MUTATIONS: tuple[Callable[[Texts, str], str], ...] = (
    Texts._delete,
    Texts._delete,
    Texts._insert,
    Texts._insert,
    Texts._insert_oddity,
    Texts._replace,
    Texts._replace,
    Texts._duplicate,
    Texts._swap,
    Texts._cut,
    Texts._splice,
    Texts._insert_piece,
    Texts._insert_piece,
    Texts._drop_word,
    Texts._double_word,
    Texts._swap_words,
    Texts._recase,
    Texts._encode,
    Texts._foreign,
    Texts._wrong_date,
)
"""Mutations of a text; each returns a text, even for an empty one."""

HOSTILITIES: tuple[Callable[[Texts], str], ...] = (
    Texts._noise,
    Texts._noise,
    Texts._tower,
    Texts._long_token,
    Texts._half_open,
)
"""Generators of texts that are not conditions."""
