"""Suppression comments: ``cwql: ignore[unknown-field, CW301]``, ``cwql: ignore-file``, ``cwql: off`` and ``on``.

They are found by their text, after the comment sign of any language; in Python only in real comments, because strings
of Python programs may contain such text.
"""

from __future__ import annotations

from bisect import bisect_right

from cwql.diagnostics import Edit, Fix
from cwql.lint import lazy_patterns as re
from cwql.lint.frontends import find_language
from cwql.lint.request_targets import COMMENTS
from cwql.rules.traits import find_codes
from cwql.source import Span
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Sequence
    from typing import Literal, TypeAlias

    from cwql.analysis.rule_config import RuleConfig
    from cwql.diagnostics import Diagnostic
    from cwql.source import Source

    Kind: TypeAlias = Literal["ignore", "ignore-file", "off", "on"]

_COMMENT = re.compile(
    r"(?P<sign>(?<!\#)\#++|(?<!/)//++|--|/\*++|<!--|(?<!;);++|(?i:\bREM\b)|(?:(?<=\n)|\A)[ \t]*[*'])[ \t]*cwql:[ \t]*"
    r"(?P<kind>ignore-file|ignore|off|on)\b(?![\w-])(?:[ \t]*\[(?P<names>[^\[\]\n]*)\])?"
)
_CLOSING = {"/*": "*/", "<!": "-->"}
_NEXT_SIGN = re.compile(r"(?<![ \t])[ \t]++(?:\#|//)")
_CODE = re.compile(r"CW[0-9]{1,3}", re.IGNORECASE)

GUESSES = 100
"""For so many unknown names of a file the nearest names are looked for: a comparison with all names takes a while."""

KEPT = find_codes("suppression")
"""Diagnostics about the comments themselves can be suppressed only for a whole file."""


class Suppression(Value):
    """One comment: its `kind`, the `names` in brackets with their spans, and its own span.

    `lines` are the line of the comment and the line below that it applies to, or the first and the last line of a
    block.
    """

    kind: Kind
    span: Span
    comment: Span
    names: tuple[tuple[str, Span], ...] | None
    lines: tuple[int, int]

    def speaks_of(self, name: str, finding: Diagnostic) -> bool:
        """Return whether a name in brackets (of a rule, a code or a prefix of a code) matches a diagnostic."""
        folded = name.lower()
        if _CODE.fullmatch(name):
            return finding.code.lower().startswith(folded)
        return finding.name == folded


def find_suppressions(source: Source, language: str) -> list[Suppression]:
    """Return the suppression comments of a text, in order."""
    text = source.text
    is_comment = _comments_of_python(text) if find_language(language).native else None
    found: list[Suppression] = []
    opened: int | None = None
    last = source.position(len(text))[0]
    matches = [match for match in _COMMENT.finditer(text) if is_comment is None or is_comment(match.end() - 1)]
    below = _lines_below(source, [source.position(match.start("kind"))[0] for match in matches], last)
    around = _Line(source, 1)
    for match in matches:
        kind: Kind = match["kind"]  # type: ignore[assignment]
        line = source.position(match.start("kind"))[0]
        if line != around.number:
            around = _Line(source, line)
        start = match.end("sign") - len(match["sign"].lstrip())
        comment = around.extent(start, match)
        alone = start <= around.first
        lines = (line, below[line] if alone and kind == "ignore" else line if kind == "ignore" else last)
        if kind == "on":
            if opened is not None:
                before = found[opened]
                found[opened] = Suppression("off", before.span, before.comment, before.names, (before.lines[0], line))
            opened = None
            continue
        if kind == "off":
            if opened is not None:
                continue
            opened = len(found)
        found.append(Suppression(kind, Span(start, match.end()), comment, _names(match), lines))
    return found


def _comments_of_python(text: str) -> Callable[[int], bool] | None:
    """Return a function that returns whether a position is inside a comment; None if the text cannot be tokenized."""
    import io
    import tokenize

    starts: list[int] = []
    ends: list[int] = []
    offsets = [0, *[match.end() for match in re.finditer(r"\r\n|\n|\r", text)]]
    try:
        for token in tokenize.generate_tokens(io.StringIO(text, newline="").readline):
            if token.type == tokenize.COMMENT:
                start = offsets[token.start[0] - 1] + token.start[1]
                starts.append(start)
                ends.append(start + len(token.string))
    except (tokenize.TokenError, SyntaxError, IndexError):
        return None

    def is_comment(at: int) -> bool:
        index = bisect_right(starts, at) - 1
        return index >= 0 and at < ends[index]

    return is_comment


def _names(match: re.Match[str]) -> tuple[tuple[str, Span], ...] | None:
    written = match["names"]
    if written is None:
        return None
    names, at = [], match.start("names")
    for part in written.split(","):
        name = part.strip()
        if name:
            start = at + part.index(name)
            names.append((name, Span(start, start + len(name))))
        at += len(part) + 1
    return tuple(names)


def _lines_below(source: Source, lines: Sequence[int], last: int) -> dict[int, int]:
    """Return for each line the next one that is no comment."""
    below: dict[int, int] = {}
    for line in reversed(lines):
        following = line + 1
        while following <= last and following not in below and source.line(following).lstrip().startswith(COMMENTS):
            following += 1
        below[line] = below.get(following, following)
    return below


class _Line:
    """A line with comments.

    It may be as long as the file, so nothing in it is searched for again for each of its comments.
    """

    __slots__ = ("_found", "_text", "end", "first", "last", "number", "start")

    def __init__(self, source: Source, number: int) -> None:
        line = source.line(number)
        self.number = number
        self._text = source.text
        self.start = source.start_of(number)
        self.end = self.start + len(line)
        # The first and the last character that is not blank.
        self.first = self.end - len(line.lstrip())
        self.last = self.start + len(line.rstrip())
        self._found: dict[str, int] = {}

    def _find(self, closing: str | None, at: int) -> int:
        """Return the end of a comment that begins before a position.

        It is after its closing sign, or before the next comment.
        """
        key = closing or ""
        found = self._found.get(key, -1)
        if found < at:
            if closing is not None:
                found = self._text.find(closing, at, self.end)
            else:
                following = _NEXT_SIGN.search(self._text, at, self.end)
                found = -1 if following is None else following.start()
            self._found[key] = found = self.end if found < 0 else found
        return min(found + len(key), self.end)

    def extent(self, start: int, match: re.Match[str]) -> Span:
        """Return the span to delete.

        It is the comment with the blanks before it, or the whole line if there is nothing else on it.
        """
        text = self._text
        end = self._find(_CLOSING.get(match["sign"].strip()[:2]), match.end())
        if start <= self.first and end >= self.last:
            # The line end goes as well.
            after = 2 if text.startswith("\r\n", self.end) else 1 if self.end < len(text) else 0
            return Span(self.start, self.end + after)
        while start > self.start and text[start - 1] in " \t":
            start -= 1
        return Span(start, end)


class Verdict:
    """Filter diagnostics by the comments of their file."""

    def __init__(self, source: Source, suppressions: Sequence[Suppression]) -> None:
        self._source = source
        self._suppressions = suppressions
        self._used: set[tuple[int, int]] = set()
        self._of_file: list[int] = []
        self._blocks: list[int] = []
        self._of_line: dict[int, list[int]] = {}
        for number, each in enumerate(suppressions):
            if each.kind == "ignore":
                for line in {*each.lines}:
                    self._of_line.setdefault(line, []).append(number)
            else:
                (self._of_file if each.kind == "ignore-file" else self._blocks).append(number)
        self._opened = [suppressions[number].lines[0] for number in self._blocks]
        self._suppressed: dict[tuple[str, int, int], bool] = {}

    def keep(self, finding: Diagnostic, stretch: Span) -> bool:
        """Return whether a diagnostic is reported; `stretch` is the span of its condition, or its own."""
        first = self._source.position(min(stretch.start, finding.span.start))[0]
        last = self._source.position(max(stretch.start, stretch.end - 1, finding.span.start))[0]
        suppressed = self._is_suppressed(finding, 0, 0)
        if finding.code not in KEPT:
            suppressed = self._is_suppressed(finding, first, last) or suppressed
        return not suppressed

    def _is_suppressed(self, finding: Diagnostic, first: int, last: int) -> bool:
        """Return whether comments for these lines, or for the file if `last` is 0, suppress diagnostics of that rule."""
        key = (finding.code, first, last)
        if key not in self._suppressed:
            numbers = self._near(first, last) if last else self._of_file
            # All of them are evaluated, because each comment that suppresses the diagnostic counts as used.
            self._suppressed[key] = True in [self._applies(number, finding) for number in numbers]
        return self._suppressed[key]

    def _applies(self, number: int, finding: Diagnostic) -> bool:
        each = self._suppressions[number]
        if each.names is None:
            used = [-1] if finding.code not in KEPT else []
        else:
            used = [index for index, (name, _) in enumerate(each.names) if each.speaks_of(name, finding)]
        self._used.update([(number, index) for index in used])
        return bool(used)

    def _near(self, first: int, last: int) -> Iterator[int]:
        """Yield the numbers of the comments that speak of one of these lines."""
        for line in range(first, last + 1):
            yield from self._of_line.get(line, ())
        # Blocks do not overlap: those that begin above the last line end in the order in which they begin.
        index = bisect_right(self._opened, last) - 1
        while index >= 0 and self._suppressions[self._blocks[index]].lines[1] >= first:
            yield self._blocks[index]
            index -= 1

    def unused(self, rules: RuleConfig | None, codes: Container[str] | None) -> Iterator[Diagnostic]:
        """Yield diagnostics about comments that suppressed nothing, and about names that no rule has.

        A comment for a rule that did not run, because of `rules` or because its code is not in `codes`, may still
        be useful.
        """
        from cwql.analysis.rule_config import is_enabled
        from cwql.errors import UnknownNameError
        from cwql.rules.registry import RULES, rule
        from cwql.rules.source import UNKNOWN_SUPPRESSION, UNUSED_SUPPRESSION

        names = {record.name for record in RULES}
        unknown = 0
        for number, each in enumerate(self._suppressions):
            if each.names is None:
                if (number, -1) not in self._used:
                    yield UNUSED_SUPPRESSION.at(
                        each.span,
                        f"`cwql: {each.kind}` suppresses nothing",
                        hint="delete it",
                        fixes=[Fix("delete the comment", [Edit(each.comment, "")])] if each.kind != "off" else [],
                    )
                continue
            unused: list[int] = []
            for index, (name, span) in enumerate(each.names):
                folded = name.lower()
                meant = [record for record in RULES if _CODE.fullmatch(name) and record.code.lower().startswith(folded)]
                if not meant and folded not in names:
                    guesses: tuple[str, ...] = ()
                    unknown += 1
                    try:
                        if unknown <= GUESSES:
                            rule(name)
                    except UnknownNameError as error:
                        guesses = error.suggestions
                    yield UNKNOWN_SUPPRESSION.at(
                        span,
                        f"no rule has the code or name `{name}`",
                        hint=f"did you mean {' or '.join(guesses)}?" if guesses else "`cwql rules` lists them",
                        fixes=[Fix(f"write {guesses[0]}", [Edit(span, guesses[0])], applicability="unsafe")]
                        if guesses
                        else [],
                    )
                    continue
                meant = meant or [record for record in RULES if record.name == folded]
                asked = [
                    record
                    for record in meant
                    if record.code not in KEPT
                    and (codes is None or record.code in codes)
                    and (not record.strict if rules is None else is_enabled(record.code, record.strict, rules))
                ]
                if asked and (number, index) not in self._used:
                    unused.append(index)
            if unused:
                yield self._report_unused(each, unused)

    def _report_unused(self, each: Suppression, unused: list[int]) -> Diagnostic:
        from cwql.rules.source import UNUSED_SUPPRESSION

        assert each.names is not None
        words = ", ".join([each.names[index][0] for index in unused])
        kept = [name for index, (name, _) in enumerate(each.names) if index not in unused]
        if kept:
            place = Span(each.names[0][1].start, each.names[-1][1].end)
            fix = Fix(f"keep {', '.join(kept)} only", [Edit(place, ", ".join(kept))])
        else:
            fix = Fix("delete the comment", [Edit(each.comment, "")])
        return UNUSED_SUPPRESSION.at(
            each.names[unused[0]][1] if kept else each.span,
            f"`cwql: {each.kind}` suppresses nothing of {words}",
            hint=f"leave out {words}" if kept else "delete it",
            fixes=[fix] if each.kind != "off" else [],
        )
