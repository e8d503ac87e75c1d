"""A query in SQL and the lists of the API that it reads: `read_query` finds its tables and the columns of each.

``manage.service.tickets`` and ``automate.Computers`` are lists. ``manage."/service/boards/1/statuses"`` is a list at a path with ids;
``manage.finance.agreements_additions`` is the list below every agreement, whose id is in the column `PARENT`. Other tables are
DuckDB's own. Text of the query is only replaced at table names, so DuckDB executes what was written.
"""

# sqlglot declares its names in compiled modules, which type checkers do not see through; mypy skips it as well.
# pyright: reportPrivateImportUsage=false, reportArgumentType=false, reportAssignmentType=false
# pyright: reportAttributeAccessIssue=false, reportReturnType=false

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from cwql.errors import CwqlError
from cwql.schema.catalog import catalog
from cwql.schema.loader import PRODUCTS
from cwql.schema.record import Resolved
from cwql.schema.suggest import suggest
from cwql.schema.synonyms import find_synonyms
from cwql.tables.columns import CUSTOM_FIELDS, EXTRA, MISMATCHES, Shape, find_columns
from cwql.tables.sql_tree import find_output, is_inside, is_lambda_parameter, leaves, name_parts, orders_rows

if TYPE_CHECKING:
    from collections.abc import Collection

    from cwql.schema.endpoint import Endpoint

__all__ = ["PARENT", "Column", "Frame", "Query", "SQLError", "Source", "TableScan", "read_query"]

PARENT = "parentId"
"""The column with the id of the record that a list belongs to, for tables that read the lists of many records."""


class SQLError(CwqlError, ValueError):
    """A query that cannot be executed: an unknown table or column, or an error of DuckDB. The message shows the place."""

    def __init__(self, message: str, sql: str = "", start: int = -1, end: int = -1) -> None:
        super().__init__(message)
        self.message = message
        self.sql = sql
        self.start = start
        self.end = end

    def __str__(self) -> str:
        if self.start < 0:
            return self.message
        before = self.sql[: self.start]
        line = before.count("\n") + 1
        begin = before.rfind("\n") + 1
        text = self.sql[begin:].partition("\n")[0]
        caret = " " * (self.start - begin) + "^" * max(1, self.end - self.start)
        return f"{self.message} (line {line}, column {self.start - begin + 1})\n  {text}\n  {caret}"


class TableScan:
    """One table of the API in a query: each place that names it is read on its own.

    `columns` are the paths that the query uses, None for all; `parent` is the endpoint of the parents of a table of many lists.
    """

    def __init__(self, number: int, product: str, endpoint: Endpoint, path: str, parent: Endpoint | None) -> None:
        self.name = f"__cwql_{number}"
        self.product = product
        self.endpoint = endpoint
        self.path = path
        self.parent = parent
        self.record = endpoint.record or ""
        self.shape = find_columns(product, self.record)
        self.uses: list[tuple[exp.Expression | None, tuple[str, ...]]] = []

    @property
    def title(self) -> str:
        """Return the table's name for messages."""
        return f"{self.product} {self.path}"

    def find_synonyms(self, name: str) -> list[str]:
        """Return the columns that a name which is no column means: it only filters (`dateEntered`), or is a synonym."""
        if not self.record:
            return []
        known = catalog(self.product)
        paths = [each.path for each in find_synonyms(known, known.record(self.record), name)]
        found = [known.resolve(self.record, path) for path in ((name,), *paths)]
        return list(dict.fromkeys([_column_of(each) for each in found if isinstance(each, Resolved)]))

    def use(self, path: tuple[str, ...], node: exp.Expression | None = None) -> None:
        """Take note of a column that the query uses, by a node of it."""
        self.uses.append((node, path))

    def used(self, without: Collection[int] = ()) -> list[tuple[exp.Expression | None, tuple[str, ...]]]:
        """Return the uses that are not inside of an expression whose id is in `without`."""
        return [(node, path) for node, path in self.uses if node is None or not is_inside(node, without)]

    def fields(self, without: Collection[int] = ()) -> tuple[tuple[str, ...], ...] | None:
        """Return the fields to request, or None for whole records. A path below another one is left out.

        `without` are the ids of expressions that are not evaluated locally.
        """
        used = dict.fromkeys([path for _, path in self.used(without)])
        if any(not path or path[0] == EXTRA for path in used):
            return None
        paths = dict.fromkeys(
            [part for path in used if path[0] not in (MISMATCHES, PARENT) for part in _requested(path)]
        )
        return tuple([path for path in paths if not any(path[:length] in paths for length in range(1, len(path)))])


class Source:
    """A name of a FROM clause: a table of the API, a query, the items of a collection, or something else that DuckDB has.

    `place` is the number of its join, 0 for the first source. `whole` is True if all of its rows are needed, because their number, places
    or neighbors decide about the result.
    """

    def __init__(
        self,
        scan: TableScan | None = None,
        query: exp.Expression | None = None,
        items: tuple[TableScan, tuple[str, ...], str] | None = None,
    ) -> None:
        self.scan = scan
        self.query = query
        self.items = items
        self.place = 0
        self.nullable = False
        self.whole = False


class Column:
    """A column of a table of the API, by its path; `shape` is that of its end."""

    def __init__(self, scan: TableScan, path: tuple[str, ...], shape: Shape | None) -> None:
        self.scan = scan
        self.path = path
        self.shape = shape


class Frame:
    """A SELECT with the names of its FROM clause."""

    def __init__(self, select: exp.Select, parent: Frame | None) -> None:
        self.select = select
        self.parent = parent
        self.sources: dict[str, Source] = {}

    @property
    def aliases(self) -> set[str]:
        """Return the names that the SELECT gives to its columns."""
        return {each.alias.lower() for each in self.select.expressions if each.alias}


class Query:
    """A parsed query: its tables, its frames, and the columns that names mean."""

    def __init__(self, sql: str, tree: exp.Expression) -> None:
        self.sql = sql
        self.tree = tree
        self.scans: list[TableScan] = []
        self.frames: dict[int, Frame] = {}
        self.spans: list[tuple[int, int, str]] = []
        # Tables that only DuckDB can have.
        self.others: list[exp.Table] = []
        self._columns: dict[int, Column | None] = {}

    def rewritten(self, replaced: list[tuple[int, int, str]] | None = None) -> str:
        """Return the text with the names of tables replaced by those of their data."""
        text = self.sql
        for start, end, name in sorted([*self.spans, *(replaced or ())], reverse=True):
            text = text[:start] + name + text[end:]
        return text

    def frame_of(self, node: exp.Expression) -> Frame | None:
        """Return the innermost SELECT around a node."""
        select = node.find_ancestor(exp.Select)
        return self.frames.get(id(select)) if select is not None else None

    def column(self, node: exp.Expression) -> Column | None:
        """Return what a column, or a member or an entry of one, means; None if it is no column of the API."""
        key = id(node)
        if key not in self._columns:
            self._columns[key] = self._resolve(node)
        return self._columns[key]

    def origin(self, node: exp.Column, scan: TableScan) -> exp.Expression | None:
        """Return the expression that a column of a query in FROM is, in the SELECT that reads a table; None for other columns."""
        parts = list(node.parts)
        frame = self.frame_of(node)
        if frame is None or len(parts) > 2:
            return None
        named = frame.sources.get(parts[0].name.lower()) if len(parts) == 2 else None
        sources = [named] if named is not None else [] if len(parts) == 2 else list(frame.sources.values())
        for source in sources:
            if source.query is None:
                continue
            for select in leaves(source.query):
                inner = self.frames.get(id(select))
                if inner is not None and any(each.scan is scan for each in inner.sources.values()):
                    return find_output(source.query, select, parts[-1].name.lower())
        return None

    def _resolve(self, node: exp.Expression) -> Column | None:
        parts: list[exp.Expression] = []
        inner = node
        entry: str | None = None
        if isinstance(inner, exp.Bracket) and len(inner.expressions) == 1:
            literal = inner.expressions[0]
            if not (isinstance(literal, exp.Literal) and literal.is_string):
                return None
            entry = str(literal.this)
            inner = inner.this
        while isinstance(inner, exp.Dot):
            parts.insert(0, inner.expression)
            inner = inner.this
        if not isinstance(inner, exp.Column):
            return None
        # `t.*` is the whole row, `t.company.*` the whole record.
        parts = [*[part for part in inner.parts if not isinstance(part, exp.Star)], *parts]
        found = self._find(inner, parts)
        if found is None or entry is None:
            return found
        if found.shape is not None and found.shape.kind == "custom fields":
            return Column(found.scan, (CUSTOM_FIELDS, entry), None)
        if found.shape is not None and found.shape.kind == "record":
            return self._walk(found.scan, found.path, found.shape, [exp.to_identifier(entry)])
        return None

    def _find(self, node: exp.Expression, parts: list[exp.Expression]) -> Column | None:
        names = [part.name.lower() for part in parts]
        if is_lambda_parameter(node, names[0]):
            return None
        frame = self.frame_of(node)
        first = frame
        while frame is not None:
            source = frame.sources.get(names[0])
            if source is not None and (len(parts) > 1 or source.scan is not None or source.items is not None):
                return self._of_source(source, parts[1:])
            if source is None:
                if frame is first and names[0] in frame.aliases and orders_rows(node):
                    return None
                found = self._unqualified(frame, parts)
                if found is not None:
                    return found
            frame = frame.parent
        self._require_known(first, parts)
        return None

    def _of_source(self, source: Source, parts: list[exp.Expression]) -> Column | None:
        if source.scan is not None:
            return self._walk(source.scan, (), source.scan.shape, parts)
        if source.items is not None:
            scan, path, element = source.items
            if element and parts and parts[0].name.lower() == element:
                parts = parts[1:]
            return self._walk(scan, path, _item(scan.shape, path), parts)
        return None

    def _unqualified(self, frame: Frame, parts: list[exp.Expression]) -> Column | None:
        """Return the column of the only table that has one of that name."""
        name = parts[0].name.lower()
        for source in frame.sources.values():
            if source.items is not None and source.items[2] == name:
                return self._of_source(source, parts)
        found = [source for source in frame.sources.values() if source.scan is not None and _has(source.scan, name)]
        return self._of_source(found[0], parts) if len(found) == 1 else None

    def _walk(self, scan: TableScan, path: tuple[str, ...], shape: Shape | None, parts: list[exp.Expression]) -> Column:
        for part in parts:
            name = part.name.lower()
            if shape is None or shape.kind != "record":
                break
            special = {PARENT.lower(): PARENT, EXTRA: EXTRA, MISMATCHES: MISMATCHES} if not path else {}
            if name in special and (name != PARENT.lower() or scan.parent is not None):
                return Column(scan, (special[name],), None)
            found = next((member for member in shape.members if member[0].lower() == name), None)
            if found is None:
                close = [] if path else scan.find_synonyms(part.name)
                close = close or suggest(part.name, [known for known, _ in shape.members])
                raise self.error_at(f"no column {part.name!r} in {'.'.join([scan.title, *path])}", part, close)
            path, shape = (*path, found[0]), found[1]
        return Column(scan, path, shape)

    def _require_known(self, frame: Frame | None, parts: list[exp.Expression]) -> None:
        """Raise SQLError for a name that is surely no column: if all sources in reach are tables of the API."""
        known: list[str] = []
        shown: list[str] = []
        paths: list[str] = []
        while frame is not None:
            if parts[0].name.lower() in frame.aliases:
                return
            for alias, source in frame.sources.items():
                if source.scan is None:
                    return
                known += [alias, *(name for name, _ in source.scan.shape.members)]
                shown += source.scan.find_synonyms(parts[0].name)
                paths += _paths_like(source.scan.shape, parts[0])
            frame = frame.parent
        if known and not any(each.lower() == parts[0].name.lower() for each in known):
            name = parts[0].name
            if not shown and parts[0].args.get("quoted") and not suggest(name, known):
                raise self.error_at(
                    f"no column {name!r} (a text is between single quotes, not double ones)", parts[0], []
                )
            raise self.error_at(f"no column {name!r}", parts[0], paths or shown or suggest(name, known))

    def error_at(self, message: str, node: exp.Expression, close: list[str]) -> SQLError:
        """Return an error about a name in the text, with similar names."""
        hint = f"; did you mean {' or '.join([repr(name) for name in close])}?" if close else ""
        start, end = node.meta.get("start", -2), node.meta.get("end", -2)
        return SQLError(f"{message}{hint}", self.sql, start, end + 1)


def _column_of(found: Resolved) -> str:
    note = found.field.note
    return note.target.replace("/", ".") if note is not None and note.target else ".".join(found.segments)


def _paths_like(shape: Shape, node: exp.Expression) -> list[str]:
    """Return the path that is meant by ``company_name`` or ``company/name``."""
    division = node.find_ancestor(exp.Div)
    left = division.left if division is not None else None
    written = node.name.lower()
    if isinstance(left, exp.Column) and left.this is not node:
        written = f"{left.name.lower()}_{written}"
    return [
        f"{outer}.{inner}"
        for outer, record in shape.members
        if record.kind == "record"
        for inner, _ in record.members
        if written == f"{outer}_{inner}".lower()
    ]


def written_name(table: exp.Table) -> str:
    """Return the name of a table as it is written, without quotes."""
    return ".".join([part.name for part in name_parts(table)])


def tables_like(name: str) -> list[str]:
    """Return the tables of the API that a name without a product may mean: ``tickets``, ``service.tickts``."""
    steps = name.strip("/").replace("/", ".").lower().split(".")
    # By their last steps; and without the first step of the name, which may be a product that is called otherwise.
    for wanted in (steps, steps[1:]):
        by_end: dict[str, list[str]] = {}
        for product in PRODUCTS:
            for key in catalog(product).listed_keys():
                if "{}" not in key and wanted:
                    path = key.split("/")
                    by_end.setdefault(".".join(path[-len(wanted) :]), []).append(f"{product}.{'.'.join(path)}")
        text = ".".join(wanted)
        plurals = (text, f"{text}s", f"{text[:-1]}ies")
        ends = [end for end in plurals if end in by_end][:1] or suggest(text, by_end, 2)
        if ends:
            return [table for end in ends for table in sorted(by_end[end], key=lambda each: each.count("."))][:4]
    return []


def read_query(sql: str) -> Query:
    """Parse a query, and find its tables and the columns that it uses. Raises SQLError."""
    try:
        trees = [tree for tree in sqlglot.parse(sql, dialect="duckdb") if tree is not None]
    except sqlglot.errors.SqlglotError as error:
        details = getattr(error, "errors", None) or [{}]
        description = str(details[0].get("description") or str(error).partition("\n")[0]).rstrip(".")
        line, column = details[0].get("line"), details[0].get("col")
        place = f" (line {line}, column {column})" if line else ""
        raise SQLError(f"this is not valid SQL: {description}{place}") from None
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        hint = ""
        if any(isinstance(tree, (exp.Show, exp.Describe, exp.Command)) for tree in trees):
            hint = "; `cwql endpoints` lists the tables, and `cwql fields /service/tickets` the columns of one"
        elif any(isinstance(tree, (exp.Create, exp.Copy, exp.Insert)) for tree in trees):
            hint = "; `cwql sql --output-file` writes its result to a file, and `cwql pull` copies lists to a database"
        raise SQLError(f"expected one SELECT statement{hint}")
    query = Query(sql, trees[0])
    _Reader(query).read()
    return query


class _Reader:
    """Find the frames, the tables and the columns of a query."""

    def __init__(self, query: Query) -> None:
        self._query = query
        self._with = {each.alias.lower(): each.this for each in query.tree.find_all(exp.CTE)}

    def read(self) -> None:
        query = self._query
        for select in query.tree.find_all(exp.Select):
            outer = select.find_ancestor(exp.Select)
            frame = Frame(select, query.frames.get(id(outer)) if outer is not None else None)
            query.frames[id(select)] = frame
            self._read_sources(frame)
        self._read_items()
        for frame in query.frames.values():
            self._use_stars(frame)
        for node in query.tree.find_all(exp.Column, exp.Dot):
            if not isinstance(node.parent, exp.Dot) or node.parent.this is not node:
                self._use(node)
        for join in query.tree.find_all(exp.Join):
            self._use_shared(join)

    # --- sources ---------------------------------------------------------------------------------------------------

    def _read_sources(self, frame: Frame) -> None:
        clause = frame.select.args.get("from_") or frame.select.args.get("from")
        if clause is None:
            return
        joins = frame.select.args.get("joins") or []
        methods = [(join.args.get("method") or "").upper() for join in joins]
        outer_before = any((join.side or "").upper() in ("RIGHT", "FULL") for join in joins)
        whole = "POSITIONAL" in methods or frame.select.args.get("sample") is not None
        self._add_source(frame, clause.this, 0, outer_before, whole)
        for place, (join, method) in enumerate(zip(joins, methods, strict=True), 1):
            nearest = method == "ASOF"
            nullable = (join.side or "").upper() in ("LEFT", "FULL") or (join.kind or "").upper() == "ANTI" or nearest
            self._add_source(frame, join.this, place, nullable or outer_before, whole or nearest)

    def _add_source(self, frame: Frame, node: exp.Expression, place: int, nullable: bool, whole: bool) -> None:
        alias = node.alias.lower()
        if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Table) and not alias:
            # Joins in parentheses.
            for each in (node.this, *[join.this for join in node.this.args.get("joins") or []]):
                self._add_source(frame, each, place, True, True)
            return
        name = alias or f"?{id(node)}"
        if isinstance(node, exp.Table):
            name, source = alias or node.name.rpartition("/")[2].lower(), self._table(node)
        else:
            # The collection of UNNEST is resolved later, because it may belong to an outer query.
            source = Source(query=node.this if isinstance(node, exp.Subquery) else None)
        source.place = place
        source.nullable = nullable and not isinstance(node, exp.Unnest)
        source.whole = whole or node.args.get("sample") is not None
        frame.sources[name] = source

    def _table(self, node: exp.Table) -> Source:
        parts = name_parts(node)
        first = parts[0].name.lower()
        if len(parts) == 1 and first in self._with:
            return Source(query=self._with[first])
        if first not in PRODUCTS or len(parts) == 1:
            if isinstance(node.this, exp.Identifier):
                self._query.others.append(node)
            return Source()
        scan = self._scan(first, parts)
        self._query.scans.append(scan)
        start, end = parts[0].meta.get("start"), parts[-1].meta.get("end")
        if start is None or end is None:
            raise SQLError(f"the table {node.sql(dialect='duckdb')} has no position in the query")
        name = scan.name if node.alias else f'{scan.name} AS "{parts[-1].name.rpartition("/")[2]}"'
        self._query.spans.append((start, end + 1, name))
        return Source(scan=scan)

    def _scan(self, product: str, parts: list[exp.Expression]) -> TableScan:
        known = catalog(product)
        written = "/".join([part.name.strip("/") for part in parts[1:]])
        number = len(self._query.scans)
        endpoint = known.find_endpoint(written) if "{" not in written else None
        if endpoint is not None and endpoint.listed and endpoint.record:
            return TableScan(
                number, product, endpoint, f"/{written}" if "{}" in endpoint.key else known.title(endpoint), None
            )
        for key in known.listed_keys():
            before, hole, after = key.partition("/{}/")
            if (
                hole
                and "{}" not in after
                and f"{before}_{after}".replace("/", ".") == written.lower().replace("/", ".")
            ):
                endpoint, parent = known.find_endpoint(key), known.find_endpoint(before)
                if endpoint is not None and endpoint.record and parent is not None:
                    return TableScan(number, product, endpoint, known.title(endpoint), parent)
        names = [key.replace("/{}/", "_").replace("/", ".") for key in known.listed_keys() if "/{}/{}" not in key]
        wanted = written.replace("/", ".")
        close = suggest(wanted, names) or [name for name in names if name.rpartition(".")[2] == wanted.lower()][:3]
        raise self._query.error_at(f"no table {product}.{wanted}", parts[-1], [f"{product}.{name}" for name in close])

    def _read_items(self) -> None:
        """Connect the alias of an UNNEST with the collection that it is made of."""
        for node in self._query.tree.find_all(exp.Unnest):
            frame = self._query.frame_of(node)
            alias = node.args.get("alias")
            if frame is None or alias is None or len(node.expressions) != 1:
                continue
            column = self._query.column(node.expressions[0])
            if column is not None and column.shape is not None and column.shape.kind == "list":
                element = alias.columns[0].name.lower() if alias.columns else node.alias.lower()
                frame.sources[node.alias.lower()] = Source(items=(column.scan, column.path, element))

    # --- columns ---------------------------------------------------------------------------------------------------

    def _use_stars(self, frame: Frame) -> None:
        if any(isinstance(each, exp.Star) for each in frame.select.expressions) or frame.select.find(exp.Columns):
            for source in frame.sources.values():
                _use_all(source)

    def _use(self, node: exp.Expression) -> None:
        unnest = node.find_ancestor(exp.Unnest, exp.Select)
        column = self._query.column(node)
        if column is None:
            return
        frame = self._query.frame_of(node)
        if (
            isinstance(unnest, exp.Unnest)
            and node.parent is unnest
            and frame is not None
            and (source := frame.sources.get(unnest.alias.lower())) is not None
            and source.items is not None
        ):
            # Its items are used where they have a name. If no member is used, one is enough to count them.
            if not self._has_uses(unnest, source.items):
                column.scan.use((*column.path, *_first_member(column)), node)
            return
        if isinstance(node.parent, exp.Is) and column.shape is not None and column.shape.kind == "record":
            # One member shows whether the record is there.
            names = [name for name, _ in column.shape.members]
            column.scan.use((*column.path, next((name for name in names if name.lower() == "id"), names[0])), node)
            return
        column.scan.use(column.path, node)

    def _has_uses(self, unnest: exp.Unnest, items: tuple[TableScan, tuple[str, ...], str]) -> bool:
        names = {unnest.alias.lower(), items[2]}
        return any(
            part.name.lower() in names
            for node in self._query.tree.find_all(exp.Column)
            for part in node.parts[:1]
            if node.find_ancestor(exp.Unnest) is None
        )

    def _use_shared(self, join: exp.Join) -> None:
        frame = self._query.frame_of(join)
        names = [each.name for each in join.args.get("using") or []]
        if frame is None:
            return
        for source in frame.sources.values():
            if source.scan is None:
                continue
            if (join.args.get("method") or "").upper() == "NATURAL":
                _use_all(source)
            for name in names:
                if _has(source.scan, name.lower()):
                    spelled = next(
                        (known for known, _ in source.scan.shape.members if known.lower() == name.lower()), PARENT
                    )
                    source.scan.use((spelled,))


def _use_all(source: Source) -> None:
    if source.scan is not None:
        source.scan.use(())
    elif source.items is not None:
        source.items[0].use(source.items[1])


def _has(scan: TableScan, name: str) -> bool:
    if any(member.lower() == name for member, _ in scan.shape.members):
        return True
    return name in (EXTRA, MISMATCHES) or (name == PARENT.lower() and scan.parent is not None)


def _item(shape: Shape, path: tuple[str, ...]) -> Shape | None:
    """Return the shape of the items of the collection at a path."""
    found = shape.at(path)
    return found.item if found is not None else None


def _first_member(column: Column) -> tuple[str, ...]:
    item = column.shape.item if column.shape is not None else None
    return (item.members[0][0],) if item is not None and item.members else ()


def _requested(path: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Return the fields of a column. The map of custom fields needs only two members of each."""
    return ((CUSTOM_FIELDS, "caption"), (CUSTOM_FIELDS, "value")) if path[0] == CUSTOM_FIELDS else (path,)
