"""The conditions that a data flow found: its sinks with their targets, and the queries of its URLs."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from itertools import accumulate
from math import inf

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.flow import Flow
from cwql.lint.dataflow.known_parameters import KnownParameters
from cwql.lint.dataflow.texts import is_connected, open_key, target_of
from cwql.lint.dataflow.values import LocalCall, Scope, Segment, Sink, Text, is_term, rest
from cwql.lint.frontends.segments import PLACEHOLDERS, TEMPLATES, cut_segments, open_placeholders, text_of, without_sign
from cwql.lint.frontends.urls import JOINED, find_in_url
from cwql.lint.heuristics import ends_in_the_middle, has_sql_parameters, is_foreign, is_like_condition, is_query_string
from cwql.lint.request_targets import NOWHERE, RequestTarget, parameter_of
from cwql.lint.templates.model import PLACEHOLDER, ConditionTemplate, TemplateSegment
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cwql.diagnostics import Diagnostic
    from cwql.lint.dataflow.traits import Traits
    from cwql.lint.ir import Module
    from cwql.lint.request_targets import Context

_QUERIES = ("conditions=", "condition=", "orderby=", "fields=")
_BODY = re.compile(r"\s*(?:child|customField)?conditions?=", re.IGNORECASE)
_WRITTEN = re.compile(rf"(?:conditions?|orderby|fields)=(?!{PLACEHOLDER}*+\Z)", re.IGNORECASE)
"""A parameter with a value of which the program writes a part."""
_PARTED = re.compile(r"[?&]")
_FIELDS = re.compile(r"\{[\w.\[\]]*(?:![rsa])?(?::[^{}]*)?\}|%(?:\(\w+\))?(?:s|d(?![0-9A-Fa-f]))")
_USED = re.compile(r"(?<![\w\"'{.])([A-Za-z_]\w*+)(?![\"'])")
_OWNERS = re.compile(r"(?<!\{)\{([A-Za-z_]\w*+)\.[\w.]++\}(?!\})")
_URL_BEGINS = re.compile(rf"(?:https?://|/|{PLACEHOLDER})[^\s\"'`<>]*+\Z", re.IGNORECASE)
_NULL = re.compile(r"\bis\s+(?:not\s+)?null\b", re.IGNORECASE)
_VERB = re.compile(r"(?:GET|POST|PUT|PATCH|DELETE)\s+")
_QUERY_BEGINS = re.compile(rf"(?:(?:GET|POST|PUT|PATCH|DELETE)\s+)?[^\s?=]*+[?=]|{PLACEHOLDER}")
"""How a text begins that is a URL or a query with blanks in it, and not a sentence."""


class Emitter:
    """Turn the results of a flow into conditions."""

    def __init__(self, flow: Flow, language: str) -> None:
        self.flow = flow
        self.context: Context = flow.context
        self.language = language
        self.known = KnownParameters(flow)
        self.found: dict[tuple[int, int, str, str], list[ConditionTemplate]] = {}
        self.sent: list[tuple[int, int]] = []
        """The spans of the texts that are sent, in order."""

    def emit(self) -> Iterator[ConditionTemplate | Diagnostic]:
        """Yield the conditions: each text once for each endpoint that it goes to."""
        self._parametric()
        self._place_queries()
        urls = list(self._urls())
        strong = [sink for sink in self.flow.sinks if not sink.assigned]
        for sink in strong:
            self._sink(sink)
        self.sent = sorted({(start, end) for start, end, *_ in self.found})
        assigned = [sink for sink in self.flow.sinks if sink.assigned]
        # The parts of a longer text are checked with it.
        extended = {text.base for sink in assigned for text in sink.texts}
        for sink in assigned:
            sink.texts = [text for text in sink.texts if text not in extended]
            self._sink(sink)
        yield from urls
        queried = {
            (found.segments[0].start, found.segments[-1].end, found.parameter, found.place.endpoint)
            for found in urls
            if isinstance(found, ConditionTemplate)
        }
        for (start, end, parameter, _), same in self.found.items():
            placed = [found for found in same if found.place.endpoint is not None]
            seen: set[str | None] = set()
            for found in placed or same[:1]:
                # A text that a call gives to the URL of a function is one of that URL.
                if found.place.endpoint not in seen and (start, end, parameter, found.place.endpoint) not in queried:
                    seen.add(found.place.endpoint)
                    yield found

    def _parametric(self) -> None:
        """Send the arguments of local calls where the parameters are sent."""
        flow = self.flow
        for owner, name, sink in flow.defaults:
            place = flow.targets.get((owner, name))
            if place is not None:
                sink.use(place)
        seen: set[tuple[int, int]] = set()
        for _ in range(3):
            # ``def tile(conditions): count(conditions)``
            for call in flow.calls:
                for name, sink in flow.parametric.get(id(call.function), ()):
                    value = call.given.get(name)
                    key = (id(call.caller), sink.at)
                    if value is None or not value.parameter or call.caller is call.function or key in seen:
                        continue
                    seen.add(key)
                    made = self._passed_on(sink, [], call)
                    flow.parametric.setdefault(id(call.caller), []).append((value.parameter, made))
        for call in (*flow.calls, *flow.preset):
            for name, sink in flow.parametric.get(id(call.function), ()):
                value = call.given.get(name)
                items = value.items or () if value is not None and not value.texts else ()
                listed = [text for item in items for text in item.texts] if sink.partial else []
                for text in (*value.texts, *value.inner, *listed) if value is not None else ():
                    made = self._passed_on(sink, [text], call)
                    made.closed = True
                    if all(place.endpoint is None for place in made.near):
                        # ``api Computers "…"``, whose URL ends with an argument
                        words = [each.plain for each in call.given.values() if each.plain]
                        made.near = [p for p in (target_of(flow, word) for word in words) if p is not None] or made.near
                    if made.near or not sink.member:
                        flow.sinks.append(made)

    def _place_queries(self) -> None:
        """Give a text the target of the URL whose query a function makes of it: ``ask("conditions=id=5&pageSize=1")``."""
        for call in self.flow.calls:
            for name, value in call.given.items():
                for text in [text for each in (value, *(value.items or ())) for text in each.texts]:
                    if text.place is None and _find_query(text.shown) >= 0:
                        text.place = self.flow.targets.get((id(call.function), name))

    def _passed_on(self, sink: Sink, texts: list[Text], call: LocalCall) -> Sink:
        """Return the sink of the texts that a call gives to a parameter, which its function sends."""
        made = Sink(texts, sink.parameter, sink.key, sink.at, call.statement, call.scope, partial=sink.partial)
        places = call.places if len(call.places) == 1 else ()
        made.near = list(sink.near or sink.uses or _around(sink, self.flow)[:1] or places)
        made.hint = sink.hint
        return made

    # --- URLs ------------------------------------------------------------------------------------------------------

    def _urls(self) -> Iterator[ConditionTemplate | Diagnostic]:
        """Yield the conditions in URLs, each once. A text that is sent counts, even if a sentence contains it as well."""
        seen: set[tuple[int, int, str]] = set()
        starts: set[int] = set()
        for absorbed in (False, True):
            texts = [text for text in self.flow.texts if text.absorbed is absorbed and (text.argument or not absorbed)]
            for found in self._urls_of(texts):
                if isinstance(found, ConditionTemplate):
                    key = (found.segments[0].start, found.segments[-1].end, found.parameter)
                    if key in seen or (absorbed and key[0] in starts):
                        continue
                    seen.add(key)
                    starts.add(key[0])
                yield found

    def _urls_of(self, texts: Iterable[Text]) -> Iterator[ConditionTemplate | Diagnostic]:
        for text in texts:
            shown = text.shown
            mark = _find_query(shown) if "=" in shown else -1
            if mark < 0 or len(shown) > 20_000:
                continue
            if not _PARTED.search(shown) and ((text.argument and text.place is None) or _BODY.match(shown) is None):
                # `log("conditions=%s", …)`: no part of a URL.
                continue
            yield from self._url(text, shown, mark)

    def _url(self, text: Text, shown: str, mark: int) -> Iterator[ConditionTemplate | Diagnostic]:
        start, stop = text.statement
        segments = list(text.segments)
        closed = not text.ongoing and text.argument
        if not closed and (text.ongoing or ends_in_the_middle(shown)):
            segments.append(rest(segments[-1].end, segments[-1].literal))
        if _WRITTEN.search(shown, mark) is not None:
            whole = _find_url(open_placeholders(self._pieces(segments), PLACEHOLDERS, safe=True))
            if whole is not None:
                yield from find_in_url(whole, self.context.within(text.place), start, stop, self.language)
        before = ""
        for segment, following in zip(segments, [*segments[1:], None], strict=True):
            if segment.kind != "placeholder":
                before += segment.text
                continue
            key = open_key(before) if segment.inner or segment.items else ""
            parameter = parameter_of(key)
            if parameter is not None:
                goes_on = following is not None and (following.kind == "placeholder" or following.text[:1] not in "&#")
                # A list that is joined there is checked item by item.
                texts = list(segment.inner) or [Text([segment], text.statement)]
                sink = Sink(texts, parameter, key, segment.start, text.statement, self.flow.scope)
                place = target_of(self.flow, before) or text.place
                sink.near = [place] if place is not None else []
                sink.closed = True
                self._sink(sink, goes_on=goes_on)
            before += PLACEHOLDER

    # --- sinks -----------------------------------------------------------------------------------------------------

    def _sink(self, sink: Sink, goes_on: bool = False) -> None:
        conditions = sink.parameter.lower().endswith("conditions")
        near: list[RequestTarget | None] = list(sink.near or sink.uses)
        if not sink.near and len(sink.uses) > 1:
            # Calls of different endpoints use the same text.
            dialects = {place.dialect for place in sink.uses}
            near = [RequestTarget(dialects.pop() if len(dialects) == 1 else None, None, sure=True)]
        wide = False
        if not near and not sink.closed and conditions and not sink.option and sink.hint != NOWHERE:
            near = list(_around(sink, self.flow))
            wide = bool(near)
        if sink.member and not near:
            return
        if sink.hint is not None:
            near.append(sink.hint)
        for text in sink.texts:
            # ``@{ Condition = "dateEntered < [{0}]" }``
            sink.kept = sink.kept or text.filled
            segments = _expanded(text.segments)
            for segment in segments if conditions else ():
                for item in segment.items if (segment.joint or "").strip().lower() in ("and", "or") else ():
                    self._add(sink, list(item.segments), near, wide, True)
            if conditions and len(segments) == 1 and segments[0].items:
                continue
            if goes_on or (text.ongoing and sink.assigned):
                segments = [*segments, rest(segments[-1].end, segments[-1].literal)] if segments else segments
            if sink.assigned:
                literals = [each for each in segments if each.literal >= 0]
                if literals and self._is_sent(literals[0].start, literals[-1].end):
                    continue
                if text.absorbed and ends_in_the_middle(text.shown):
                    segments = [*segments, rest(segments[-1].end)]
            self._add(sink, segments, near, wide, sink.partial or text.mixed > 1)

    def _is_sent(self, start: int, end: int) -> bool:
        """Return whether one of the texts that are sent, or several in a row, contain a span."""
        index = bisect_right(self.sent, (start, inf)) - 1
        return index >= 0 and self._ends[index] >= end

    @cached_property
    def _ends(self) -> list[int]:
        """Return where the texts that are sent end, each with all that begin before it."""
        return [*accumulate([end for _, end in self.sent], max)]

    def _add(
        self, sink: Sink, segments: list[Segment], near: Sequence[RequestTarget | None], wide: bool, partial: bool
    ) -> None:
        shown = "".join([PLACEHOLDER if each.kind == "placeholder" else each.text for each in segments])
        if not shown.strip(PLACEHOLDER + " \t\r\n"):
            return
        conditions = sink.parameter.lower().endswith("conditions")
        if conditions and is_query_string(shown):
            return
        named = bool(sink.near or sink.uses) and not sink.assigned and not partial
        if conditions and not named and (not is_like_condition(shown) or is_connected(shown)):
            return
        if conditions and "/" not in shown and (wide or not self.flow.sure):
            # SQL in a function that also calls ConnectWise, or in a file that does not mention it. People write `is null` in
            # conditions, too.
            near = [] if is_foreign(shown if wide else _NULL.sub("", shown)) else near
        start = sink.statement[0]
        literals = [each for each in segments if each.literal >= 0]
        if not literals:
            return
        direct = [each for each in literals if each.literal >= start] or literals
        low = min(each.literal for each in direct)
        high = max(each.end for each in direct)
        high = self._literal_end(direct, high)
        place = self.context.settle(min(start, low), max(high, start, sink.at), sink.key, *near)
        if place.endpoint is None and not conditions:
            return
        if place.endpoint is None and has_sql_parameters(shown):
            return
        if place.dialect is None and not self._is_ours(sink):
            return
        pieces: Sequence[TemplateSegment] = self._pieces(segments)
        if "{{" in shown:
            pieces = without_sign(pieces)
            if TEMPLATES.fullmatch(text_of(pieces).strip()):
                return
            pieces = open_placeholders(pieces)
        if self.flow.traits.templates and "{" in shown:
            # ``queryParam("conditions", "{conditions}")``: Spring puts the value in.
            if TEMPLATES.fullmatch(shown.strip()):
                return
            pieces = open_placeholders(pieces, safe=True)
        if sink.kept and conditions and ("{" in shown or "%" in shown):
            # Other code may fill it.
            pieces = open_placeholders(pieces, _FIELDS, safe=True)
        pieces = self._open_members(pieces, shown)
        found = ConditionTemplate(pieces, sink.parameter, place, Span(low, high), self.language, partial=partial)
        self.found.setdefault((pieces[0].start, pieces[-1].end, sink.parameter, shown), []).append(found)

    def _open_members(self, pieces: Sequence[TemplateSegment], shown: str) -> Sequence[TemplateSegment]:
        """Return the pieces with placeholders for members of objects of a library: ``lastUpdated > [{incremental.start_value}]``."""
        for name in _OWNERS.findall(shown):
            if name not in self._used:
                pieces = open_placeholders(pieces, re.compile(rf"\{{{name}\.[\w.]+\}}"), safe=True)
        return pieces

    @cached_property
    def _used(self) -> frozenset[str]:
        """Return the names in the program that are not in quotes by themselves. A search for each takes quadratic time."""
        return frozenset(_USED.findall(self.flow.source))

    def _literal_end(self, literals: Sequence[Segment], high: int) -> int:
        """Return the end of the last literal, with its quote."""
        last = max(literals, key=lambda each: each.end)
        return self.flow.ends.get(last.literal, high)

    def _is_ours(self, sink: Sink) -> bool:
        """Return whether a ``condition`` with an unknown target should be checked: many libraries have one."""
        if sink.key.lower().lstrip("$").endswith("s"):
            return True
        return self.flow.automate and not sink.option

    def _pieces(self, segments: Sequence[Segment]) -> list[TemplateSegment]:
        """Return the segments as pieces, their literals numbered."""
        numbers: dict[int, int] = {}
        pieces: list[TemplateSegment] = []
        for index, each in enumerate(segments):
            mark = each.literal if each.literal >= 0 else -1 - each.start
            number = numbers.setdefault(mark, len(numbers))
            placeholder = each.kind == "placeholder"
            passed = self.known.value(each.parameter, each.start) if each.parameter and not each.safe else None
            safe = each.safe if passed is None else passed.safe
            # ``encode("company/id=5")``
            safe = safe or _is_checked(each)
            if each.parameter and not safe and is_term(segments, index):
                # The terms that callers give are checked by themselves.
                safe = self.known.is_simple(each.parameter, each.start)
            pieces.append(
                TemplateSegment(
                    PLACEHOLDER if placeholder else each.text,
                    each.start,
                    each.end,
                    each.kind,
                    number,
                    each.quoting,
                    each.expression if placeholder else "",
                    safe,
                    each.joint,
                    each.dated,
                    each.origin if passed is None else passed.origin,
                )
            )
        return pieces


def _is_checked(segment: Segment) -> bool:
    """Return whether a placeholder is an encoded part of a condition that is checked by itself, and contains no ``or``."""
    shown = [text.shown.lower() for text in segment.inner]
    return bool(shown) and all(" or " not in each and any(sign in each for sign in "=<>") for each in shown)


def _expanded(segments: Sequence[Segment]) -> list[Segment]:
    """Return segments with what was encoded in the place of its placeholder: the client encodes it once more."""
    if not any(each.inner for each in segments):
        return list(segments)
    found: list[Segment] = []
    for each in segments:
        if each.inner and len(each.inner) == 1:
            found += each.inner[0].segments
        else:
            found.append(each)
    return found


def _around(sink: Sink, flow: Flow) -> list[RequestTarget]:
    """Return the only endpoint of the nearest block that names some, up to the function around it."""
    if not flow.sure:
        return []
    scope = sink.scope
    # What another call is given may go anywhere.
    assigned, inside = sink.assigned, sink.member
    bodies: list[Scope] = []
    for _ in range(50):
        assigned = assigned or scope.assigned
        places = scope.places_for(bodies)
        if places:
            return places if len(places) == 1 and assigned else []
        if scope.branch is not None:
            bodies.append(scope)
        if (scope.is_function and not inside) or scope.outer is None:
            break
        inside = inside and not scope.is_function
        scope = scope.outer
    return []


def _find_query(text: str) -> int:
    """Return where the first parameter in a text begins; -1 if there is none. A pattern takes five times as long."""
    folded = text.lower()
    return min([at for query in _QUERIES if (at := folded.find(query)) >= 0], default=-1)


def _find_url(pieces: list[TemplateSegment]) -> list[TemplateSegment] | None:
    """Return the pieces of a URL: of a text, or of a quoted part of it, such as ``<a href="…">``.

    None if it is in the middle of a sentence, in which its end is unknown, or in code that joins it with more.
    """
    text = text_of(pieces)
    mark = max(_find_query(text), 0)
    head = text[:mark]
    begin = max(head.rfind('"'), head.rfind("'"), head.rfind("`")) + 1
    if begin and _URL_BEGINS.match(head, begin):
        end = text.find(head[begin - 1], mark)
        if end < 0 or "\\" in text[begin:end] or JOINED.match(text, end + 1) is not None:
            return None
        return list(cut_segments(pieces, begin, end))
    blank = max(head.rfind(" "), head.rfind("\n"))
    lead = head[: blank + 1].strip()
    if blank < 0 or not lead or _VERB.fullmatch(lead + " ") or _QUERY_BEGINS.match(lead):
        return pieces
    if re.search(r"[\w)][,.]?\s", head) is None:
        return pieces
    return None


def find_flow(
    context: Context, source: str, module: Module, traits: Traits, language: str
) -> Iterator[ConditionTemplate | Diagnostic]:
    """Yield the conditions of a program."""
    flow = Flow(context, source, module, traits)
    flow.run()
    yield from Emitter(flow, language).emit()
