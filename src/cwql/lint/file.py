"""The findings of one file: `lint_text`, and `lint_bytes` for one that is still to be decoded."""

from __future__ import annotations

import re
from functools import lru_cache

from cwql.diagnostics import Diagnostic, in_order
from cwql.lint.extractors import TEXT, Language, UnreadableSource, find_language, language_of, load
from cwql.lint.places import NOWHERE, Context
from cwql.source import Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from cwql.analysis.levels import Levels
    from cwql.lint.found import Found
    from cwql.lint.places import Place

WORD = "cwql:"
"""What every comment that is meant for the linter holds."""

_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)")
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)


def lint_text(
    text: str,
    name: str = "<source>",
    language: str | None = None,
    *,
    default: Place = NOWHERE,
    levels: Levels | None = None,
    codes: Container[str] | None = None,
    seen: list[Found] | None = None,
) -> list[Diagnostic]:
    """Return every finding of a source text, its places in that text, in order.

    `language` is one of `cwql.lint.extractors.LANGUAGES`; by default the ending of `name` tells it, and a name without a known
    one is searched for URLs only. `default` is where conditions go that nothing in the text speaks of, `levels` says how much
    each rule counts, `codes` holds the codes of the rules that count at all. Comments in the text (``cwql: ignore``) keep
    findings back. Every condition that was judged is added to `seen`. Raises `UnknownNameError` for an unknown language, and
    nothing over a text.
    """
    spoken = (language_of(name) or TEXT) if language is None else find_language(language)
    source = Source(text, name)
    # Each finding with the stretch that a comment must touch to keep it back.
    found: list[tuple[Diagnostic, Span]] = []
    whole = True
    try:
        for item in _extract(source, Context(source, default), spoken):
            if isinstance(item, Diagnostic):
                found.append((item, item.span))
                whole = whole and item.code != "CW693"
                continue
            if _is_none(item):
                continue
            if seen is not None and item.place.sure:
                seen.append(item)
            found += [(finding, item.span) for finding in _judge(item, levels)]
    except Exception as error:  # one bad file must not stop the others
        found.append((_failure(error), Span(0, 0)))
        whole = False
    if WORD in text:
        findings = _heed_comments(source, spoken, found, whole, levels, codes)
    else:
        findings = [finding for finding, _ in found]
    return in_order(_counted(findings, levels, codes))


def _heed_comments(
    source: Source,
    language: Language,
    found: list[tuple[Diagnostic, Span]],
    whole: bool,
    levels: Levels | None,
    codes: Container[str] | None,
) -> list[Diagnostic]:
    """Return the findings that no comment keeps back, and what is to be said about the comments of a file that was read whole."""
    from cwql.lint.suppressions import Verdict, find_suppressions

    suppressions = find_suppressions(source, language.name)
    if not suppressions:
        return [finding for finding, _ in found]
    verdict = Verdict(source, suppressions)
    kept = [finding for finding, stretch in found if verdict.keep(finding, stretch)]
    if whole:
        told = list(verdict.unused(levels, lambda code: codes is None or code in codes))
        kept += [finding for finding in told if verdict.keep(finding, finding.span)]
    return kept


def _is_none(found: Found) -> bool:
    """Tell whether a text is no condition after all: a lone word, as in ``{"conditions": "filter"}``, or for another product."""
    if found.place.dialect is not None and found.place.dialect not in _dialects():
        return True
    return found.text.isidentifier() and found.parameter.lower().endswith(("conditions", "condition"))


def _judge(found: Found, levels: Levels | None) -> list[Diagnostic]:
    # Imported where it is wanted: a file without conditions, as many are, does without.
    from cwql.lint.judge import judge

    return judge(found, levels)


@lru_cache(1)
def _dialects() -> frozenset[str]:
    from cwql.language.dialects import DIALECTS

    return frozenset(record.name for record in DIALECTS)


def _extract(source: Source, context: Context, language: Language) -> Iterator[Found | Diagnostic]:
    """Yield what the language's extractor finds; where it cannot read the text, what a search for URLs finds."""
    try:
        # Nothing is told of a text that turns out to be unreadable half way.
        items = [*load(language).extract(source, context)]
    except UnreadableSource as error:
        from cwql.analysis.rules.source import BROKEN_SOURCE

        at = min(max(error.offset, 0), len(source.text))
        yield BROKEN_SOURCE.at(
            Span(at, min(at + 1, len(source.text))),
            f"this is not {language.name} from here on ({error}): searched for URLs only",
        )
        items = [*load(TEXT).extract(source, context)]
    yield from items


def _failure(error: Exception) -> Diagnostic:
    from cwql.analysis.rules.source import LINT_FAILURE

    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    where = "" if at is None else f" in {at.tb_frame.f_globals.get('__name__', '?')}, line {at.tb_lineno}"
    return LINT_FAILURE.at(
        Span(0, 0),
        f"{type(error).__name__}: {error}{where}",
        hint="this is a fault of cwql: please report it with the file, if you can share it",
    )


def lint_bytes(
    data: bytes,
    name: str = "<source>",
    language: str | None = None,
    *,
    default: Place = NOWHERE,
    levels: Levels | None = None,
    codes: Container[str] | None = None,
    seen: list[Found] | None = None,
) -> tuple[str, list[Diagnostic]]:
    """Return the text of a file and its findings; as `lint_text` otherwise.

    The text is that of a byte order mark, of the coding cookie of a Python file, or UTF-8; what is none of these is read as
    Windows-1252, with a remark. A binary file has no text and one remark.
    """
    text, remark = decode(data)
    if text is None:
        return "", _counted([remark] if remark is not None else [], levels, codes)
    findings = lint_text(text, name, language, default=default, levels=levels, codes=codes, seen=seen)
    return text, in_order([*_counted([remark] if remark is not None else [], levels, codes), *findings])


def _counted(findings: list[Diagnostic], levels: Levels | None, codes: Container[str] | None) -> list[Diagnostic]:
    told = findings if levels is None else levels.apply(findings)
    return told if codes is None else [finding for finding in told if finding.code in codes]


def decode(data: bytes) -> tuple[str | None, Diagnostic | None]:
    """Return the text of a file, and a remark where it is not certain; no text for a binary file."""
    from cwql.analysis.rules.source import SKIPPED_FILE

    encoding, length = encoding_of(data)
    if not length and b"\x00" in data[:8192]:
        return None, SKIPPED_FILE.at(Span(0, 0), "a binary file: passed over")
    try:
        return data[length:].decode(encoding), None
    except (UnicodeError, LookupError) as error:
        remark = SKIPPED_FILE.at(
            Span(0, 0), f"not {encoding} ({error}): read as Windows-1252", hint="save the file as UTF-8"
        )
        return data[length:].decode("cp1252", "replace"), remark


def encoding_of(data: bytes) -> tuple[str, int]:
    """Return the encoding that the bytes of a file speak for, and the length of their byte order mark."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding, len(mark)
    cookie = next(filter(None, map(_COOKIE.match, data.split(b"\n", 2)[:2])), None)
    return ("utf-8" if cookie is None else cookie[1].decode("ascii")), 0
