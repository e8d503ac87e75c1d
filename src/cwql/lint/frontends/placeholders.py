"""Placeholders in data files and texts: templates of other programs, and what a reader fills in."""

from __future__ import annotations

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.origins import says
from cwql.lint.frontends.segments import substitute, text_of
from cwql.lint.templates.model import PLACEHOLDER, TemplateSegment, cut

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.lint.frontends.segments import Make

TEMPLATES = re.compile(
    r"\$?\{\{(?:[^{}]++|\{[^{}]*+\})*+\}\}|\$\{[^{}]*\}|\$\([^()\n]*\)|\{[A-Za-z_][\w.]*\}|<%=[^%]*%>|%\([a-z_]\w*\)s|@\{[^{}]*\}|<<\w+>>"
)
"""Templates of other programs: ``{{name}}``, ``${name}``, ``$(name)``, ``{name}``, ``<%= name %>``, ``%(name)s``, ``@{name}``, ``<<name>>``."""

PLACEHOLDERS = re.compile(
    rf"#\{{[^{{}}]*\}}|\\\([^()]*\)|\$\w+|(?<![\w.])@[A-Za-z_][\w.]*|%[sdif@](?![0-9A-Fa-f])|\{{\d*\}}|{TEMPLATES.pattern}|<[A-Za-z][\w-]*>|(?:(?<=[=(,\['\"])|(?<=[=<>(,] ))<[A-Za-z][\w-]*+(?: [\w-]++)++>|(?<=\[)(?!now\]|today\])[A-Za-z]\w*(?=\])|(?<![\w.])\.\.\.|…"
)
"""Placeholders that a reader fills in, in prose and in requests that are saved for sending by hand."""

_CONVERSION = re.compile(
    r"\.to(?:ISO|ISOString|Format|UTC)\([^()]*\)\s*\}|\.format\(\s*['\"][yYMD][^()]*\)\s*\}|\|\s*(?:int|float)\b"
    r"|\b(?:int|parseInt|parseNumber|Number|length|formatDate|formatDateTime|utcNow|startOf\w+|strftime)\("
    r"|ansible_date_time\.|\$(?:now|today)\b|\biso8601\b|\bdefault\(['\"]\d{4}-\d\d|\bnow\s*\}"
    r"|\{\s*(?:\w+_)?(?:ds|ts)(?:_nodash\w*)?\s*\}|\b(?:data_interval|execution|logical)_(?:start|end|date)\b|\$\{__(?:from|to)\b"
)
"""Conversions in a template to a number or a date, and dates of Ansible, Airflow and Grafana."""

_ID = re.compile(r"[.'\"](?:\w*(?:_i|[a-z]I)|[iI])[dD]['\")\]]*\s*\}")
"""The end of a template for the id of a record."""

_INPUT = re.compile(
    r"\$json\b(?![\w.]*+(?<=\.id))|\b(?:body|query|params|headers|form|inputs?|trigger\w*)\b", re.IGNORECASE
)
"""Parts of a template that say that anybody may send the value; ``$json.id`` of n8n is the id of the record at hand."""


def open_placeholders(
    segments: Sequence[TemplateSegment], pattern: re.Pattern[str] = TEMPLATES, safe: bool = False
) -> list[TemplateSegment]:
    """Return the segments with every template in them as a placeholder; `safe` if a person fills it in and not a program."""

    def placeholder(match: re.Match[str]) -> Make:
        record = _ID.search(match[0]) is not None and _INPUT.search(match[0]) is None
        known = safe or record or _CONVERSION.search(match[0]) is not None
        # ``{{ stream_interval["start_time"] }}``
        number = says(match[0].rstrip(" }")) == "number" and _INPUT.search(match[0]) is None
        # ``$value`` of n8n is that of the parameter at hand, which its author gives a type.
        origin = "number" if number else "" if "$value" in match[0] else "given"
        return lambda start, end, first: (
            TemplateSegment(
                PLACEHOLDER, start, end, "placeholder", first.literal, first.quoting, match[0], known, origin=origin
            ),
        )

    matches = pattern.finditer(text_of(segments))
    return substitute(segments, [(match.start(), match.end(), placeholder(match)) for match in matches])


def without_sign(segments: Sequence[TemplateSegment]) -> Sequence[TemplateSegment]:
    """Return the segments without the ``=`` that n8n puts before a text with expressions in it."""
    first = segments[0]
    if first.kind != "same" or not first.text.startswith("=") or not any("{{" in segment.text for segment in segments):
        return segments
    rest = cut(first, 1, len(first.text))
    return [rest, *segments[1:]] if rest.text else segments[1:]
