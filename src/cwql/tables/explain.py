"""What a query requests and what stays local, as text: `explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cwql.tables.fetch import is_counted, pages_of

if TYPE_CHECKING:
    from cwql.semantics.weaken import Weakened
    from cwql.tables.fetch import Fetcher
    from cwql.tables.plan import Fields, ScanPlan

__all__ = ["explain"]


def explain(plans: list[ScanPlan], sql: str, fetcher: Fetcher) -> str:
    """Return the requests of each table with their conditions, and an estimate of the pages by the number of records."""
    lines: list[str] = []
    for plan in plans:
        scan = plan.scan
        lines.append(f"{scan.product} {scan.path}")
        for part, fields in zip(plan.parts, plan.fields, strict=True):
            lines += _part(plan, part, fields, fetcher)
        for link in plan.links:
            target = f"{link.other.product} {link.other.path}"
            test = " for one side of an OR, or that fulfil its other side" if link.select else ""
            lines.append(
                f"  only records whose {'/'.join(link.path)} is one of {'/'.join(link.other_path)} of {target}{test}"
            )
        if plan.counts:
            lines.append("  only their number is requested")
        if plan.until is not None:
            stop = "the first" if plan.exact else "until the rest of the query is true for"
            lines.append(f"  {stop} {_number(plan.until, 'record')}")
        evaluated = "by the server" if plan.exact else "again locally, because the server may find more"
        lines.append(f"  the conditions are evaluated {evaluated}")
    lines += ["DuckDB", f"  {sql}"]
    return "\n".join(lines)


def _part(plan: ScanPlan, part: Weakened, fields: Fields, fetcher: Fetcher) -> list[str]:
    if part.never:
        return ["  nothing: no record can match"]
    if plan.scan.parent is not None:
        return ["  one list for each parent"]
    preview = fetcher.preview(plan, part, fields)
    shown = [f"  {name}: {value}" for name, value in preview.params if name not in ("page", "pageSize", "pageId")]
    if plan.counts or plan.until is not None:
        return shown
    count = fetcher.count(plan, part)
    if plan.classes is not None and is_counted(plan.classes, count):
        requests = _number(len(plan.classes.parts) + 1, "count")
        return [
            *shown,
            f"  {_number(count, 'record')}, {requests} by ranges of {'/'.join(plan.classes.path)} instead of pages",
        ]
    return [*shown, f"  {_number(count, 'record')}, {_number(pages_of(count), 'page')}"]


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
