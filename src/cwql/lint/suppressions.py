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
from cwql.value import Value, replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Sequence
    from typing import Literal, TypeAlias

    from cwql.analysis.rule_config import RuleConfig
    from cwql.diagnostics import Diagnostic, Rule
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

REACH = 1000
"""Characters of its line that are looked at on either side of a comment: a line may be as long as the file."""

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


def _speaks_of(name: str, rule: Diagnostic | Rule) -> bool:
    """Return whether a name in brackets (of a rule, a code or a prefix of a code) means the rule of a diagnostic, or a rule."""
    folded = name.lower()
    return rule.code.lower().startswith(folded) if _CODE.fullmatch(name) else rule.name == folded


def find_suppressions(source: Source, language: str) -> list[Suppression]:
    """Return the suppression comments of a text, in order."""
    text = source.text
    is_comment = _comments_of_python(text) if find_language(language).native else None
    found: list[Suppression] = []
    opened: int | None = None
    last = source.position(len(text))[0]
    matches = [match for match in _COMMENT.finditer(text) if is_comment is None or is_comment(match.end() - 1)]
    numbers = [source.position(match.start("kind"))[0] for match in matches]
    below = _lines_below(source, numbers, last)
    for match, line in zip(matches, numbers, strict=True):
        kind: Kind = match["kind"]  # type: ignore[assignment]
        start = match.end("sign") - len(match["sign"].lstrip())
        comment, alone = _extent(source, line, start, match)
        lines = (line, below[line] if alone and kind == "ignore" else line if kind == "ignore" else last)
        if kind == "on":
            if opened is not None:
                found[opened] = replace(found[opened], lines=(found[opened].lines[0], line))
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


def _extent(source: Source, line: int, start: int, match: re.Match[str]) -> tuple[Span, bool]:
    """Return the span to delete with a comment that begins at `start`, and whether nothing is before it on its line.

    The span is the comment with the blanks before it, or the whole line if there is nothing else on it.
    """
    text = source.text
    first = source.start_of(line)
    following = source.end_of(line)
    rest = text[max(first, following - 2) : following]
    last = following - len(rest) + len(rest.rstrip("\r\n"))
    reach = min(match.end() + REACH, last)
    closing = _CLOSING.get(match["sign"].strip()[:2])
    if closing is not None:
        found = text.find(closing, match.end(), reach)
        end = last if found < 0 else found + len(closing)
    else:
        sign = _NEXT_SIGN.search(text, match.end(), reach)
        end = last if sign is None else sign.start()
    alone = start - first <= REACH and not text[first:start].strip()
    if alone and last - end <= REACH and not text[end:last].strip():
        return Span(first, following), alone
    while start > first and text[start - 1] in " \t":
        start -= 1
    return Span(start, end), alone


class Verdict:
    """Filter diagnostics by the comments of their file."""

    def __init__(self, source: Source, suppressions: Sequence[Suppression]) -> None:
        self._source = source
        self._suppressions = suppressions
        self._used: set[tuple[int, int]] = set()
        self._of_line: dict[int, list[int]] = {}
        """The numbers of the comments by the lines that they apply to; line 0 is the whole file."""
        for number, each in enumerate(suppressions):
            first, last = each.lines if each.kind != "ignore-file" else (0, 0)
            for line in range(first, last + 1) if each.kind == "off" else {first, last}:
                self._of_line.setdefault(line, []).append(number)
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
        """Return whether comments for these lines, or for the file if both are 0, suppress diagnostics of that rule."""
        key = (finding.code, first, last)
        if key not in self._suppressed:
            numbers = {number for line in range(first, last + 1) for number in self._of_line.get(line, ())}
            # All of them are evaluated, because each comment that suppresses the diagnostic counts as used.
            self._suppressed[key] = True in [self._applies(number, finding) for number in numbers]
        return self._suppressed[key]

    def _applies(self, number: int, finding: Diagnostic) -> bool:
        each = self._suppressions[number]
        if each.names is None:
            used = [-1] if finding.code not in KEPT else []
        else:
            used = [index for index, (name, _) in enumerate(each.names) if _speaks_of(name, finding)]
        self._used.update([(number, index) for index in used])
        return bool(used)

    def unused(self, rules: RuleConfig | None, codes: Container[str] | None) -> Iterator[Diagnostic]:
        """Yield diagnostics about comments that suppressed nothing, and about names that no rule has.

        A comment for a rule that did not run, because of `rules` or because its code is not in `codes`, may still
        be useful.
        """
        from cwql.analysis.rule_config import is_enabled
        from cwql.rules.registry import RULES

        unknown = 0
        for number, each in enumerate(self._suppressions):
            if each.names is None:
                if (number, -1) not in self._used:
                    yield _report_unused(each, [])
                continue
            unused: list[int] = []
            for index, (name, span) in enumerate(each.names):
                meant = [record for record in RULES if _speaks_of(name, record)]
                if not meant:
                    unknown += 1
                    yield _report_unknown(name, span, unknown <= GUESSES)
                    continue
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
                yield _report_unused(each, unused)


def _report_unknown(name: str, span: Span, guess: bool) -> Diagnostic:
    """Return the diagnostic for a name that no rule has."""
    from cwql.errors import UnknownNameError
    from cwql.rules.registry import rule
    from cwql.rules.source import UNKNOWN_SUPPRESSION

    guesses: tuple[str, ...] = ()
    try:
        if guess:
            rule(name)
    except UnknownNameError as error:
        guesses = error.suggestions
    return UNKNOWN_SUPPRESSION.at(
        span,
        f"no rule has the code or name `{name}`",
        hint=f"did you mean {' or '.join(guesses)}?" if guesses else "`cwql rules` lists them",
        fixes=[Fix(f"write {each}", [Edit(span, each)], applicability="unsafe") for each in guesses[:1]],
    )


def _report_unused(each: Suppression, unused: list[int]) -> Diagnostic:
    """Return the diagnostic for a comment that suppresses nothing, or nothing of some of the names in its brackets."""
    from cwql.rules.source import UNUSED_SUPPRESSION

    names = list(each.names or ())
    words = ", ".join([names[index][0] for index in unused])
    kept = [name for index, (name, _) in enumerate(names) if index not in unused]
    if kept:
        place = Span(names[0][1].start, names[-1][1].end)
        fix = Fix(f"keep {', '.join(kept)} only", [Edit(place, ", ".join(kept))])
    else:
        fix = Fix("delete the comment", [Edit(each.comment, "")])
    return UNUSED_SUPPRESSION.at(
        names[unused[0]][1] if kept else each.span,
        f"`cwql: {each.kind}` suppresses nothing{f' of {words}' if words else ''}",
        hint=f"leave out {words}" if kept else "delete it",
        fixes=[fix] if each.kind != "off" else [],
    )
