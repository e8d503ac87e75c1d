"""Candidates inside a URL: `complete_url` offers the segments of endpoints, and the query parameters after ``?``."""

from __future__ import annotations

from functools import lru_cache

from cwql.completion.completion import Completion
from cwql.schema.loader import PRODUCTS
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cwql.schema.catalog import Catalog

_ROOTS = ("apis/3.0", "cwa/api/v1")
"""The ends of API roots, which precede the path of an endpoint in a whole URL."""


def complete_url(text: str, offset: int | None = None, *, dialect: str | None = None) -> list[Completion]:
    """Return the next segments of the path at an offset (by default the end), or query parameters after ``?``.

    The text is a path (``/service/ti``) or a URL with the root of an API. Endpoints of both products are offered unless
    `dialect` names one, or the root belongs to one. Ids are written as numbers or ``{…}``. A candidate that is no
    endpoint by itself ends with ``/``.
    """
    offset = len(text) if offset is None else max(0, min(offset, len(text)))
    before = text[:offset]
    path, question, query = before.partition("?")
    start, product = _path_start(path)
    products = [name for name in PRODUCTS if (dialect or product or name) == name]
    if question:
        return _parameters(path[start:], query, offset, products)
    steps = path[start:].lstrip("/").split("/")
    *given, typed = steps
    span = Span(offset - len(typed), _segment_end(text, offset))
    found: dict[str, Completion] = {}
    for product in products:
        from cwql.schema.catalog import catalog

        for candidate in _segments(catalog(product), given, typed, span):
            known = found.get(candidate.label.rstrip("/").lower())
            # An endpoint is a better candidate than a segment that only leads to others.
            if known is None or (known.label.endswith("/") and not candidate.label.endswith("/")):
                found[candidate.label.rstrip("/").lower()] = candidate
    return sorted(found.values(), key=lambda candidate: candidate.label.lower())


def _path_start(path: str) -> tuple[int, str | None]:
    """Return where the path of the endpoint begins, and the product whose root is before it."""
    folded = path.lower()
    for product, root in zip(PRODUCTS, _ROOTS, strict=True):
        at = folded.find(f"{root}/")
        if at >= 0:
            return at + len(root), product
    if "://" in path:
        host_end = path.find("/", path.find("://") + 3)
        return (len(path) if host_end < 0 else host_end), None
    return 0, None


def _segments(known: Catalog, given: Sequence[str], typed: str, span: Span) -> Iterator[Completion]:
    """Yield the segments that follow the given ones in the paths of lists."""
    wanted = tuple([_key(step) for step in given])
    folded = typed.lower()
    found: dict[str, str | None] = {}
    for keys, steps, record in _paths(known):
        if len(steps) <= len(wanted) or keys[: len(wanted)] != wanted:
            continue
        step = steps[len(wanted)]
        if step[0] == "{" or not step.lower().startswith(folded):
            continue
        if len(steps) == len(wanted) + 1:
            found[step] = record
        else:
            found.setdefault(step, None)
    for step, name in found.items():
        label = f"{step}/" if name is None else step
        yield Completion(label, "endpoint", label, span, known.product if name is None else name)


@lru_cache(8)
def _paths(known: Catalog) -> list[tuple[tuple[str, ...], list[str], str]]:
    """Return every path with conditions: its segments as keys, as written, and the record of the list."""
    found = []
    for endpoint in known.endpoints():
        steps = known.title(endpoint).strip("/").split("/")
        if endpoint.listed or steps[-1] in ("count", "search"):
            found.append((tuple([_key(step) for step in steps]), steps, endpoint.record or ""))
    return found


def _key(step: str) -> str:
    return "{}" if step.isdigit() or step[:1] in "{$<:%" or not step.isascii() else step.lower()


def _parameters(path: str, query: str, offset: int, products: Sequence[str]) -> list[Completion]:
    """Return the names of query parameters; none inside the value of one."""
    from cwql.language.dialects import find_dialect
    from cwql.schema.catalog import catalog

    typed = query.rpartition("&")[2]
    if "=" in typed:
        return []
    span = Span(offset - len(typed), offset)
    for product in products:
        endpoint = catalog(product).find_endpoint(path) if path.strip("/") else None
        if endpoint is not None:
            # The specification of Automate calls them `options.condition`, and so on.
            own = [name for name in endpoint.parameters if "." not in name]
            known = [parameter.name for parameter in find_dialect(product).parameters]
            return [
                Completion(name, "parameter", f"{name}=", span, endpoint.record or "")
                for name in dict.fromkeys((*known, *own, "page", "pageSize"))
                if name.lower().startswith(typed.lower())
            ]
    return []


def _segment_end(text: str, offset: int) -> int:
    end = offset
    while end < len(text) and (text[end].isalnum() or text[end] in "_-"):
        end += 1
    return end
