"""Conditions in YAML, read line by line: plain, quoted and block scalars, flow mappings.

Only the shape that lines show is read (indentation, keys, list dashes): templates that are no valid YAML yet, as Ansible's
and Helm's often are, are read as well.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import ChainMap
from functools import partial

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.values import is_word
from cwql.lint.frontends import UnreadableSource, find_language
from cwql.lint.frontends.embedded import Embedded
from cwql.lint.frontends.entries import Entry, find_in_entries, trust_inputs
from cwql.lint.frontends.markdown import cut_block, guess_language
from cwql.lint.frontends.segments import CONTROLS, QUOTED, decode_escapes, substitute, text_of
from cwql.lint.templates.model import ConditionTemplate, QuoteStyle, TemplateSegment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cwql.diagnostics import Diagnostic
    from cwql.lint.frontends import Language
    from cwql.lint.request_targets import Context
    from cwql.source import Source

_DASHES = re.compile(r"[ ]*(?:-[ ]+)*")
_KEY = re.compile(
    r"""(?:"([^"\n]*)"|'([^'\n]*)'|([^\s\-#'"{}\[\],&*!|>%@`?:](?:[^ \t\n:#'"{}\[\],]++|[ \t]++(?!:))*+|\?))"""
    r"""[ \t]*+:(?=[ \t\r\n]|$)[ \t]*"""
)
_TAG = re.compile(r"(?:[!&][^\s]*[ \t]+)*")
_BLOCK = re.compile(r"([|>])[-+0-9]*[ \t]*(?:#[^\n]*)?\r?(?:\n|$)")
_DOUBLE = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_SINGLE = re.compile(r"'[^']*(?:''[^']*)*'")
_PLAIN = re.compile(r"[^\n#]*(?:(?<![ \t])#[^\n#]*)*")
_QUOTED = r""""[^"\\\n]*(?:\\.[^"\\\n]*)*"|'[^'\n]*(?:''[^'\n]*)*'"""
_FLOW = re.compile(
    r"""(?:(?:"([^"\n]*)"|'([^'\n]*)')[ \t]*+:|(?<![\w$-])([A-Za-z_$][\w$-]*+)[ \t]*+:(?=[ \t]))[ \t]*+"""
    rf"""({_QUOTED}|[^,{{}}\[\]\n"']*+)|({_QUOTED}|[^,{{}}\[\]\s"'][^,{{}}\[\]\n"']*+)"""
)
"""A pair or an item of a flow mapping or list."""

_ESCAPE = re.compile(
    r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|\n[ \t]*|.)"
    r"|(?:(?<![ \t])|(?<=\\[ \t]))[ \t]*+\n[ \t\n]*|\n[ \t\n]*",
    re.DOTALL,
)
_DOUBLED = re.compile(r"''|(?<![ \t])[ \t]*+\n[ \t\n]*")
_LIST = r"[ ]*+([^\n]*+\n(?:[ ]++-[ ][^\n]*+\n)*+)"
_LOOP = re.compile(rf"(?m)^[ ]++(?:loop|with_items):{_LIST}")
_SETS = re.compile(r"(?m)^([ ]*+)(?:matrix|vars|env|variables):[ ]*+\n((?:\1[ ]++[^\n]*+\n)++)")
"""The values that a workflow or a playbook gives to names: of a matrix, or variables."""

_LISTED = re.compile(rf"(?m)^[ ]++(\w++):{_LIST}")
_TASK = re.compile(r"(?m)^[ ]*+- name:")
_TEMPLATE = re.compile(r"[\"']?\{\{ *+(\w++) *+\}\}")
_ITEM = re.compile(r"\{\{ *+item *+\}\}")
_ITEMS = re.compile(r"(?m)(?:^[ ]++- |[\[,])[ ]*+([^\[\],\n]++)")
_INPUT = re.compile(
    r"\{\{\s*+(?:(?:github\.event\.)?(?:inputs|parameters|matrix|env)\.)?+([\w-]++)\s*+(?:\|[^{}]*+)?+\}\}"
)
_MACRO = re.compile(r"\$(?:\{\{ *+env\.|\()([\w.]++)(?: *+\}\}|\))")
"""The value of a variable, which a pipeline puts into a script before it runs it."""

_NAME = re.compile(r"[A-Za-z_]\w*+")
_FORMS = {"shell": "%s=", "powershell": "$env:%s = "}
_SCRIPTS = {
    **dict.fromkeys(("run", "script", "inlineScript", "inline", "shell", "cmd"), ""),
    "bash": "shell",
    "pwsh": "powershell",
    "powershell": "powershell",
    "jsCode": "javascript",
}
"""Keys of code in the steps of pipelines and workflows, with its language if the key says it."""

SINGLE = QuoteStyle({"'": "''"}, "\n\r" + CONTROLS)
BLOCK = QuoteStyle({}, "\n\r\t" + CONTROLS)
PLAIN = QuoteStyle({}, "\n\r\t#:{}" + CONTROLS)


def extract(source: Source, context: Context) -> Iterator[ConditionTemplate | Diagnostic]:
    """Yield the conditions of a YAML text, up to the first line that cannot be parsed."""
    entries, parents = read_entries(source.text)
    rest: list[Entry] = []
    inputs = _limited_inputs(source.text, entries) if "{{" in source.text else set()
    variables = _variables(source.text, entries, parents)
    sent: set[tuple[int, int, str | None]] = set()
    for entry in entries:
        code = "ondition" in entry.text and source.text[entry.start] not in "\"'"
        language = _language_of(entry) if code else None
        if language is None:
            rest.append(entry)
            continue
        around: list[dict[str, Entry]] = []
        scope = entry.scope
        while scope >= 0 and len(around) < 50:
            around.append(variables.get(scope, {}))
            scope = parents[scope]
        for found in _read_script(context, entry, language, ChainMap(*around)):
            if not isinstance(found, ConditionTemplate):
                yield found
            elif (key := (found.segments[0].start, found.segments[-1].end, found.place.endpoint)) not in sent:
                # Several scripts may send the same variable.
                sent.add(key)
                yield trust_inputs(found, _INPUT, inputs)
    starts = {start for start, *_ in sent}
    rest = [entry for entry in rest if entry.segments[0].start not in starts]
    loops: _Loops | None = None
    for found in find_in_entries(rest, parents, context, "yaml", safe="collection.insomnia.rest" in source.text):
        names = inputs
        if isinstance(found, ConditionTemplate) and any(_ITEM.search(each.expression) for each in found.segments):
            loops = loops or _Loops(source.text)
            names = {*inputs, "item"} if loops.take_words(found.span.end) else inputs
        yield trust_inputs(found, _INPUT, names) if names and isinstance(found, ConditionTemplate) else found


class _Loops:
    """The loops of the tasks of Ansible, found once: a search for each condition takes quadratic time."""

    __slots__ = ("_lists", "_loops", "_starts", "_tasks")

    def __init__(self, text: str) -> None:
        loops = list(_LOOP.finditer(text))
        self._starts = [match.start() for match in loops]
        self._loops = [
            (named[1] if (named := _TEMPLATE.match(loop[1])) else "", _lists_words(loop[1])) for loop in loops
        ]
        self._tasks = [match.start() for match in _TASK.finditer(text)]
        self._lists: dict[str, bool] = {}
        for match in _LISTED.finditer(text):
            if match[1] not in self._lists:
                self._lists[match[1]] = _lists_words(match[2])

    def take_words(self, at: int) -> bool:
        """Return whether the loop of a task, which follows a position, takes only words that the file lists."""
        index, task = bisect_left(self._starts, at), bisect_left(self._tasks, at)
        if index == len(self._starts) or (task < len(self._tasks) and self._tasks[task] < self._starts[index]):
            return False
        name, words = self._loops[index]
        return self._lists.get(name, False) if name else words


def _lists_words(text: str) -> bool:
    """Return whether a value is a word, or a list of words: ``[New, Closed]``, or one on each line."""
    first = text.partition("\n")[0].strip()
    items = [first] if first[:1] not in "[|>!&*" else _ITEMS.findall(text)
    return "{" not in text and bool(items) and all(":" not in item and is_word(item.strip(" \"'")) for item in items)


def _limited_inputs(text: str, entries: Sequence[Entry]) -> set[str]:
    """Return the names of the inputs of a workflow that are numbers or have a list of options, and those that the file sets."""
    return {name for each in _SETS.finditer(text) for name, value in _LISTED.findall(each[2]) if _lists_words(value)}


def _language_of(entry: Entry) -> Language | None:
    """Return the language of the code of a step; that of an item of a list has to be clear from its text."""
    named = _SCRIPTS.get(entry.key, "" if not entry.key else None)
    if named is None:
        return None
    if named:
        return find_language(named)
    return guess_language(entry.text) or (find_language("shell") if entry.key else None)


def _variables(text: str, entries: Sequence[Entry], parents: Sequence[int]) -> dict[int, dict[str, Entry]]:
    """Return the variables that a pipeline or a workflow sets for its scripts, by the scope of these."""
    found: dict[int, dict[str, Entry]] = {}
    names: dict[int, str] = {}
    starts = [entry.start for entry in entries]
    for each in _SETS.finditer(text):
        if not text.startswith(("env", "variables"), each.end(1)):
            continue
        for entry in entries[bisect_left(starts, each.start(2)) : bisect_left(starts, each.end(2))]:
            if entry.key == "name":
                names[entry.scope] = entry.text
            elif entry.key and "$" not in entry.text:
                name = names.get(entry.scope, entry.key)
                set_there = found.setdefault(parents[entry.scope], {})
                # Azure gives a script the names in capitals.
                set_there[name] = set_there[name.upper().replace(".", "_")] = entry
    return found


def _assign(name: str, entry: Entry, language: Language) -> list[TemplateSegment]:
    """Return code that gives a variable of the environment its value; none if that needs escapes."""
    form = _FORMS.get(language.name)
    value = entry.text
    quote = "'" if "'" not in value else "" if any(sign in value for sign in '"`\\') else '"'
    if form is None or not quote or not name.isidentifier():
        return []
    opening = TemplateSegment(form % name + quote, entry.start, entry.start, "escape")
    return [opening, *entry.segments, TemplateSegment(f"{quote}\n", entry.end, entry.end, "escape")]


def _value(entry: Entry, *_: object) -> Sequence[TemplateSegment]:
    return entry.segments


def _read_script(
    context: Context, entry: Entry, language: Language, variables: Mapping[str, Entry]
) -> Iterator[ConditionTemplate | Diagnostic]:
    """Yield the results for the code of a step, to which variables are known."""
    text = context.source.text
    start = text.rfind("\n", 0, entry.start) + 1
    margin = entry.start - start if text[start : entry.start].isspace() else 0
    try:
        block = cut_block(text, entry.start - margin, entry.end, margin, language)
        code = text_of(block)
        names = [name for name in dict.fromkeys(_NAME.findall(code)) if name in variables]
        assigned = [part for name in names for part in _assign(name, variables[name], language)]
        macros = [match for match in _MACRO.finditer(code) if match[1] in variables]
        cuts = [(*match.span(), partial(_value, variables[match[1]])) for match in macros]
        yield from Embedded([*assigned, *substitute(block, cuts)]).extract(language, context)
    except UnreadableSource:
        pass


def read_entries(text: str) -> tuple[list[Entry], list[int]]:
    """Return the texts of a YAML document and the scope around each scope."""
    entries: list[Entry] = []
    parents = [-1]
    # Indentation and scope of each open mapping, the innermost last.
    levels: list[tuple[int, int]] = [(-1, 0)]
    at = 0
    while at < len(text):
        line_end = text.find("\n", at) + 1 or len(text)
        dashes = _DASHES.match(text, at, line_end)
        start = dashes.end() if dashes is not None else at
        indent = start - at
        content = text[start:line_end].strip()
        if not content or content[0] in "#%" or content in ("---", "..."):
            at = line_end
            continue
        item = dashes is not None and "-" in dashes[0]
        outer = at + (dashes[0].index("-") if dashes is not None and item else indent) - at
        while len(levels) > 1 and (levels[-1][0] > indent or (item and levels[-1][0] > outer)):
            levels.pop()
        if item or levels[-1][0] < indent:
            parents.append(levels[-1][1])
            levels.append((indent, len(parents) - 1))
        scope = levels[-1][1]
        key_match = _KEY.match(text, start, line_end)
        key = next((group for group in key_match.groups() if group is not None), "") if key_match is not None else ""
        begin = key_match.end() if key_match is not None else start
        tag = _TAG.match(text, begin, line_end)
        begin = tag.end() if tag is not None else begin
        at = _read_value(
            text, begin, line_end, indent if key_match is not None else outer, scope, key.strip(), entries, parents
        )
    return entries, parents


def _read_value(  # noqa: PLR0913  # the state of the reader
    text: str, begin: int, line_end: int, indent: int, scope: int, key: str, entries: list[Entry], parents: list[int]
) -> int:
    """Read the value that begins at a position; return the position after it."""
    sign = text[begin : begin + 1]
    if sign in "|>" and sign:
        block = _BLOCK.match(text, begin)
        if block is not None:
            return _read_block(text, block.end(), indent, scope, key, block[1] == ">", entries)
    if sign == '"' or sign == "'":
        quoted = (_DOUBLE if sign == '"' else _SINGLE).match(text, begin)
        if quoted is not None:
            segments = _decode(text, begin + 1, quoted.end() - 1, sign)
            entries.append(Entry(scope, key, segments, begin, quoted.end()))
            return text.find("\n", quoted.end()) + 1 or len(text)
    elif sign in "{[" and sign and text[begin : begin + 2] != "{{":
        _read_flow(text, begin, line_end, scope, entries, parents)
        return line_end
    plain = _PLAIN.match(text, begin, line_end)
    end = begin + len(plain[0].rstrip()) if plain is not None else begin
    if end <= begin:
        # The value may be on the next line.
        stop = text.find("\n", line_end) + 1 or len(text)
        below = _DASHES.match(text, line_end, stop)
        start = below.end() if below is not None else line_end
        deeper = start - line_end > indent and "-" not in text[line_end:start] and text[start:stop].strip() != ""
        if key and deeper and text[start] not in "#|>" and _KEY.match(text, start, stop) is None:
            return _read_value(text, start, stop, indent, scope, key, entries, parents)
        return line_end
    segments = [TemplateSegment(text[begin:end], begin, end, "same", 0, PLAIN)]
    # A plain text goes on in lines that are indented deeper.
    at = line_end
    while at < len(text):
        stop = text.find("\n", at) + 1 or len(text)
        line = text[at:stop]
        inner = len(line) - len(line.lstrip(" "))
        text_of_line = _PLAIN.match(text, at, stop)
        stripped = text_of_line[0].strip() if text_of_line is not None else ""
        if not stripped or inner <= indent or stripped[0] in "#-" or _KEY.match(text, at + inner, stop) is not None:
            break
        segments.append(TemplateSegment(" ", end, at + inner, "escape", 0, None))
        end = at + inner + len(stripped)
        segments.append(TemplateSegment(stripped, at + inner, end, "same", 0, PLAIN))
        at = stop
    entries.append(Entry(scope, key, segments, begin, end))
    return at


def _read_block(text: str, begin: int, indent: int, scope: int, key: str, folded: bool, entries: list[Entry]) -> int:  # noqa: PLR0913  # the state of the reader
    """Read a block scalar, whose first line begins at a place."""
    segments: list[TemplateSegment] = []
    at, margin, end = begin, -1, begin
    while at < len(text):
        stop = text.find("\n", at) + 1 or len(text)
        line = text[at:stop].rstrip("\r\n")
        inner = len(line) - len(line.lstrip(" "))
        if line.strip():
            if inner <= indent:
                break
            margin = inner if margin < 0 else margin
            if segments:
                segments.append(
                    TemplateSegment(" " if folded else "\n", end, at + min(inner, margin), "escape", 0, None)
                )
            low, end = at + min(inner, margin), at + len(line)
            segments.append(TemplateSegment(text[low:end], low, end, "same", 0, BLOCK))
        at = stop
    if segments:
        entries.append(Entry(scope, key, segments, segments[0].start, end))
    return at


def _read_flow(text: str, begin: int, end: int, scope: int, entries: list[Entry], parents: list[int]) -> None:
    """Read the pairs or items of a flow mapping or list on one line."""
    parents.append(scope)
    inner = len(parents) - 1
    for match in _FLOW.finditer(text, begin + 1, end):
        key = match[1] or match[2] or match[3] or ""
        low, high = match.span(4 if match[5] is None else 5)
        raw = text[low:high]
        if not raw.strip():
            continue
        if raw[0] in "\"'" and len(raw) > 1:
            entries.append(Entry(inner, key, _decode(text, low + 1, high - 1, raw[0]), low, high))
        else:
            high = low + len(raw.rstrip())
            entries.append(Entry(inner, key, [TemplateSegment(text[low:high], low, high, "same", 0, PLAIN)], low, high))


def _decode(text: str, start: int, end: int, quote: str) -> list[TemplateSegment]:
    """Return the segments of a quoted scalar."""
    return decode_escapes(text, start, end, *((_ESCAPE, QUOTED) if quote == '"' else (_DOUBLED, SINGLE)))
