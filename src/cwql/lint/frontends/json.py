"""Conditions in JSON, comments and trailing commas allowed: settings, requests of API collections, workflows, notebooks."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.frontends import UnreadableSource, find_language
from cwql.lint.frontends.embedded import Embedded
from cwql.lint.frontends.entries import Entry, Tree, find_in_entries, trust_inputs
from cwql.lint.frontends.segments import QUOTED, decode_json
from cwql.lint.templates.model import ConditionTemplate, TemplateSegment
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.lint.request_targets import Context
    from cwql.source import Source

_TOKEN = re.compile(r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"|[{}\[\],:]|\b(?:true|false)\b|//[^\n]*|/\*(?s:.*?)(?:\*/|\Z)')
_COLLECTION = re.compile(
    r"schema\.getpostman\.com|\"_postman_id\"|\"__export_source\":\s*\"insomnia|\"endpoint\":\s*\"<<|\"client\":\s*\"Thunder Client"
)
"""Collections of Postman, Insomnia, Hoppscotch and Thunder Client, whose variables a person sets."""

_VARIABLE = re.compile(r"\$\{?(\w+)")

_OFF = (("disabled", "true"), ("active", "false"), ("enabled", "false"))
"""Keys with the values that take a parameter out of a request."""

_CODE = {**dict.fromkeys(("jsCode", "functionCode", "func"), "javascript"), "pythonCode": "python"}
"""Keys of code in the steps of workflows, with its language."""

_SCRIPTS = words("code script source inline")
"""Keys of code whose language its text shows."""

_PYTHON = re.compile(r"(?m)^[ \t]{0,20}(?:import \w|from [\w.]{1,80} import|def \w)")
_JAVASCRIPT = re.compile(r"\b(?:const|let|var|function|await)\s|=>")


def extract(source: Source, context: Context) -> Iterator[ConditionTemplate | Diagnostic]:
    """Yield the conditions of a JSON text, as far as it can be read."""
    entries, parents = read_entries(source.text)
    rest: list[Entry] = []
    for entry in entries:
        language = _language_of(entry)
        if language is None:
            rest.append(entry)
        elif "ondition" in entry.text:
            yield from _read_code(context, entry, language)
    safe = _COLLECTION.search(source.text) is not None
    # The variables of a dashboard of Grafana that have a list of values.
    listed = {entry.scope for entry in entries if entry.key == "type" and entry.text in ("custom", "interval")}
    names = {entry.text for entry in entries if entry.key == "name" and entry.scope in listed}
    for found in find_in_entries(rest, parents, context, "json", safe=safe):
        yield trust_inputs(found, _VARIABLE, names) if names and isinstance(found, ConditionTemplate) else found


def _language_of(entry: Entry) -> str | None:
    """Return the language of the code of a step; None for a text that is no code."""
    if entry.key.lower() not in _SCRIPTS or "\n" not in entry.text:
        return _CODE.get(entry.key)
    if _PYTHON.search(entry.text) is not None:
        return "python"
    if _JAVASCRIPT.search(entry.text) is not None:
        return "javascript"
    from cwql.lint.frontends.markdown import guess_language

    language = guess_language(entry.text)
    return language.name if language is not None else None


def _read_code(context: Context, entry: Entry, language: str) -> Iterator[ConditionTemplate | Diagnostic]:
    """Yield the results for the code of a step."""
    code = Embedded(decode_json(context.source.text, entry.start + 1, entry.end - 1), QUOTED)
    try:
        yield from code.extract(find_language(language), context)
    except UnreadableSource:
        pass


def read_entries(text: str, start: int = 0, end: int | None = None) -> tuple[list[Entry], list[int]]:
    """Return the texts of the JSON document in ``text[start:end]`` and the scope around each scope."""
    tree = Tree()
    disabled: set[int] = set()
    for match in _TOKEN.finditer(text, start, len(text) if end is None else end):
        token = match[0]
        if token[0] == '"':
            tree.text(decode_json(text, match.start() + 1, match.end() - 1), match.start(), match.end())
        elif token in ("true", "false"):
            disabled.update((tree.scope,) if tree.valued and (tree.key.lower(), token) in _OFF else ())
            tree.valued = False
        elif token[0] != "/":
            tree.sign(token)
    entries, parents = tree.entries, tree.parents
    # ``"path": ["service", "tickets"]`` of an API collection
    paths: dict[int, list[Entry]] = {scope: [] for scope, key in tree.lists.items() if key == "path"}
    for entry in entries if paths else ():
        if entry.scope in paths:
            paths[entry.scope].append(entry)
    for scope, parts in paths.items():
        if parts:
            start, end = parts[0].start, parts[-1].end
            path = TemplateSegment("/" + "/".join([each.text for each in parts]), start, end, "escape")
            entries.append(Entry(parents[scope], "path", [path], start, end))
    # A pair such as {"key": "conditions", "value": "…"} is how API collections store a query.
    named: dict[int, dict[str, Entry]] = {}
    for entry in entries:
        if entry.key.lower() in ("key", "name", "property", "value"):
            named.setdefault(entry.scope, {})[entry.key.lower()] = entry
    raw = {entry.scope: entry.text for entry in entries if entry.key == "raw"}
    for number, pair in named.items():
        name, value = pair.get("key") or pair.get("name") or pair.get("property"), pair.get("value")
        if name is not None and value is not None and number not in disabled:
            outer = parents[parents[number]] if parents[number] >= 0 else -1
            if f"{name.text}=" in raw.get(outer, raw.get(parents[number], "")):
                # The URL in the same request has it too.
                continue
            entries.append(Entry(max(parents[value.scope], 0), name.text, value.segments, value.start, value.end))
    return entries, parents
