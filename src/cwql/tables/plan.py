"""Which conditions, fields, order and limit each table of a query requests: `make_plans`."""

# sqlglot declares its names in compiled modules, which type checkers do not see through; mypy skips it as well.
# pyright: reportPrivateImportUsage=false, reportArgumentType=false, reportAssignmentType=false
# pyright: reportAttributeAccessIssue=false, reportReturnType=false

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from sqlglot import exp

from cwql.language.nodes import Comparison, Order, Path
from cwql.language.operators import NE
from cwql.semantics.column_predicate import AllOf, AnyOf, ColumnTest, rejects_nulls
from cwql.semantics.weaken import SERVERS, Weakened, weaken
from cwql.tables.counted import find_classes
from cwql.tables.predicates import Translator, conjuncts
from cwql.tables.query import PARENT
from cwql.tables.sql_tree import combines_rows, leaves
from cwql.tables.where_text import find_terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.language.nodes import Expr
    from cwql.semantics.column_predicate import Predicate
    from cwql.tables.constants import Constants
    from cwql.tables.counted import Classes
    from cwql.tables.query import Column, Frame, Query, Source, TableScan

Fields: TypeAlias = "tuple[tuple[str, ...], ...] | None"

__all__ = ["Fields", "Link", "ScanPlan", "make_plans"]

_EVIDENT = frozenset(("=", "<", "<=", ">", ">=", "in", "null", "not null", "not true", "not false", "has item"))
"""Tests that need no second evaluation if they are exact."""

_PAGE = 4
"""How many records a page has for each row of a limit, if some of them may fail the rest of the predicate."""


class Link:
    """An equality with a column of another table, by a join or a subquery: only records with one of its values are needed.

    With `otherwise`, records that fulfil this predicate are needed as well, and the values are those of the rows that `select`, a query
    about the other table, returns.
    """

    def __init__(
        self,
        path: tuple[str, ...],
        other: TableScan,
        other_path: tuple[str, ...],
        otherwise: Predicate | None = None,
        select: str = "",
    ) -> None:
        self.path = path
        self.other = other
        self.other_path = other_path
        self.otherwise = otherwise
        self.select = select


class ScanPlan:
    """The requests for one table.

    `parts` are the conditions of one or several lists whose records together are the table, and `fields` what each requests (None for
    whole records). If there are two because of an OR, `sides` are its sides. `order_by` and `limit` are set if the
    first records of that order are enough; `until` is the number of rows after which reading can stop. `counts` is True if only the
    number of records is needed, `classes` are set if only the numbers of some classes of them are.
    """

    def __init__(self, scan: TableScan) -> None:
        self.scan = scan
        self.predicate: Predicate = AllOf(())
        self.parts: tuple[Weakened, ...] = ()
        self.sides: tuple[exp.Expression, ...] = ()
        self.links: list[Link] = []
        self.fields: tuple[Fields, ...] = ()
        self.order_by: tuple[Order, ...] = ()
        self.until: int | None = None
        self.needs_not_null: Expr | None = None
        self.page_size: int | None = None
        self.counts = False
        self.classes: Classes | None = None
        self.parents: Predicate | None = None

    @property
    def exact(self) -> bool:
        """Return whether no record of the table fails the predicates that the query has about it."""
        return len(self.parts) == 1 and self.parts[0].exact


def make_plans(query: Query, constants: Constants) -> tuple[list[ScanPlan], str]:
    """Return a plan for each table, and the text of the query for DuckDB."""
    planner = _Planner(query, constants)
    plans = [planner.plan(scan) for scan in query.scans]
    planner.plan_result(plans)
    planner.link(plans)
    replaced, dropped = planner.replaced()
    for plan in plans:
        plan.fields = _fields(plan, dropped)
        planner.plan_classes(plan, dropped)
    return plans, query.rewritten(replaced)


class _Planner:
    def __init__(self, query: Query, constants: Constants) -> None:
        self._query = query
        self._constants = constants
        self._frames = list(query.frames.values())
        self._dropped: list[exp.Expression] = []

    def plan(self, scan: TableScan) -> ScanPlan:
        """Return the plan for one table, without regard to the others."""
        plan = ScanPlan(scan)
        frame, source = self._place(scan)
        translator = Translator(self._query, scan, self._constants)
        found: list[Predicate] = []
        terms: list[exp.Expression] = []
        for term, own in self._terms(frame, source):
            predicate = translator.true(term)
            if source.nullable and own != "on its own" and not rejects_nulls(predicate):
                continue
            found.append(predicate)
            terms.append(term)
            if (own == "on its own" or (own != "outer" and not source.nullable)) and _is_evident(predicate):
                results = weaken(scan.product, scan.record, predicate)
                if len(results) == 1 and results[0].exact and results[0].child is results[0].custom is None:
                    self._dropped.append(term)
        plan.predicate = AllOf(tuple(found))
        if scan.parent is not None:
            plan.parents = AllOf(
                tuple([item for item in found if isinstance(item, ColumnTest) and item.path == (PARENT,)])
            )
            found = [item for item in found if not _mentions_parent(item)]
            plan.predicate = AllOf(tuple(found))
        plan.parts = weaken(scan.product, scan.record, plan.predicate)
        if len(plan.parts) == 2 and scan.parent is None and len(found) == len(terms):
            self._divide(plan, terms, found)
        return plan

    def _divide(self, plan: ScanPlan, terms: list[exp.Expression], predicates: list[Predicate]) -> None:
        """Set the sides of the OR that two lists come from, and begin with the list of a side that the server evaluates exactly."""
        for place, (term, predicate) in enumerate(zip(terms, predicates, strict=True)):
            inner = term.unnest()
            if not isinstance(inner, exp.Or) or not isinstance(predicate, AnyOf) or len(predicate.items) != 2:
                continue
            rest = predicates[:place] + predicates[place + 1 :]
            parts = [weaken(plan.scan.product, plan.scan.record, AllOf((*rest, side))) for side in predicate.items]
            singles = [part[0] for part in parts if len(part) == 1]
            if {_texts(part) for part in singles} == {_texts(part) for part in plan.parts}:
                sides = sorted(
                    zip(singles, (inner.this, inner.expression), predicate.items, strict=True),
                    key=lambda each: not each[0].exact,
                )
                plan.parts = tuple([part for part, _, _ in sides])
                if rejects_nulls(sides[0][2]):
                    plan.sides = tuple([side for _, side, _ in sides])

    def _place(self, scan: TableScan) -> tuple[Frame, Source]:
        return next(
            (frame, source) for frame in self._frames for source in frame.sources.values() if source.scan is scan
        )

    def _terms(self, frame: Frame, source: Source) -> Iterator[tuple[exp.Expression, str]]:
        """Yield the terms that records of a source have to fulfil, and the clause of each."""
        if source.whole:
            return
        where = frame.select.args.get("where")
        for term in conjuncts(where.this if where is not None else None):
            yield term, "where"
        for place, join in enumerate(frame.select.args.get("joins") or [], 1):
            side, kind = (join.side or "").upper(), (join.kind or "").upper()
            if (join.args.get("method") or "").upper() in ("ASOF", "POSITIONAL") or side == "FULL":
                continue
            to_right = place == source.place and side != "RIGHT"
            to_left = place > source.place and (side == "RIGHT" or (not side and kind != "ANTI"))
            if to_right or to_left:
                for term in conjuncts(join.args.get("on")):
                    yield term, "on its own" if to_right else "on"
        yield from self._outer_terms(frame)

    def _outer_terms(self, frame: Frame) -> Iterator[tuple[exp.Expression, str]]:
        """Yield the terms about a query in FROM, which hold for its records if it only selects them."""
        select = frame.select
        if any(select.args.get(part) for part in ("group", "having", "limit", "offset", "qualify", "distinct")):
            return
        if combines_rows(select):
            return
        places = [
            (outer, source)
            for outer in self._frames
            for source in outer.sources.values()
            if source.query is not None and any(leaf is select for leaf in leaves(source.query))
        ]
        if len(places) != 1:
            # The records of a named query have to suffice for each place that reads it.
            return
        ((outer, source),) = places
        if source.nullable or source.whole or source.query is None:
            return
        if any(part.args.get("limit") or part.args.get("offset") for part in source.query.find_all(exp.Union)):
            return
        where = outer.select.args.get("where")
        for term in conjuncts(where.this if where is not None else None):
            yield term, "outer"

    # --- order, limit and count ------------------------------------------------------------------------------------

    def plan_result(self, plans: list[ScanPlan]) -> None:
        """Set the order and limit, or the count, of a query that reads one table and does nothing else with it."""
        select = self._query.tree
        if len(plans) != 1 or not isinstance(select, exp.Select) or len(self._query.frames) != 1:
            return
        plan, frame = plans[0], self._frames[0]
        if len(frame.sources) != 1 or plan.scan.parent is not None or len(plan.parts) != 1:
            return
        if self._place(plan.scan)[1].whole:
            return
        if any(select.args.get(part) for part in ("group", "having", "qualify", "distinct")):
            return
        where = select.args.get("where")
        terms = list(conjuncts(where.this if where is not None else None))
        expressions = [each.unalias() for each in select.expressions]
        if (
            len(expressions) == 1
            and isinstance(expressions[0], exp.Count)
            and isinstance(expressions[0].this, exp.Star)
        ):
            plan.counts = plan.exact and self._are_dropped(terms) and not select.args.get("limit")
            return
        if combines_rows(select) or any(node.find(exp.Unnest) for node in expressions):
            return
        self._plan_limit(plan, frame, select)

    def plan_classes(self, plan: ScanPlan, dropped: set[int]) -> None:
        """Set the classes of a table whose records a SELECT only counts. `dropped` are the ids of terms that the server evaluates."""
        frame, source = self._place(plan.scan)
        select = frame.select
        if len(frame.sources) != 1 or source.whole or plan.links or plan.scan.parent is not None:
            return
        if not plan.exact or plan.counts or plan.until is not None:
            return
        if select.args.get("group") or all(each.find(exp.AggFunc) is not None for each in select.expressions):
            translator = Translator(self._query, plan.scan, self._constants)
            plan.classes = find_classes(plan.scan, plan.predicate, translator, self._constants, dropped)

    def _are_dropped(self, terms: list[exp.Expression]) -> bool:
        """Return whether the server evaluates all terms, and the text can do without them."""
        dropped = {id(term) for term in self._dropped}
        return all(id(term) in dropped for term in terms) and (
            not terms or find_terms(self._query.sql, terms) is not None
        )

    def _plan_limit(self, plan: ScanPlan, frame: Frame, select: exp.Select) -> None:
        limit = self._number(select.args.get("limit"))
        offset = self._number(select.args.get("offset")) if select.args.get("offset") else 0
        if limit is None or offset is None or not limit + offset:
            return
        order = select.args.get("order")
        terms: list[Order] = []
        nullable: Expr | None = None
        for place, each in enumerate(order.expressions if order is not None else []):
            column = self._order_column(each.this, frame, plan.scan)
            name = _order_name(plan.scan, column) if column is not None and column.shape is not None else None
            if column is None or name is None or each.args.get("nulls_first"):
                return
            terms.append(Order(name, bool(each.args.get("desc"))))
            if name.segments[-1].lower() != "id":
                if place:
                    # Only the first key may be null: records without it are left out of the request.
                    return
                if not SERVERS[plan.scan.product].compares_null:
                    return
                nullable = Comparison(name, NE, None)
        plan.order_by = tuple(terms)
        plan.needs_not_null = nullable
        plan.until = limit + offset
        plan.page_size = min(1000, plan.until if plan.exact else max(25, plan.until * _PAGE))

    def _number(self, clause: exp.Expression | None) -> int | None:
        options = clause.args.get("limit_options") if clause is not None else None
        if clause is None or clause.expression is None or (options is not None and options.args.get("percent")):
            return None
        known, value = self._constants.value(clause.expression)
        return value if known and isinstance(value, int) and value >= 0 else None

    def _order_column(self, node: exp.Expression, frame: Frame, scan: TableScan) -> Column | None:
        """Return the column that a result is sorted by: given itself, by the name of a result, or by its number."""
        if isinstance(node, exp.Literal) and not node.is_string:
            place = int(node.this) - 1 if str(node.this).isdecimal() else -1
            if not 0 <= place < len(frame.select.expressions):
                return None
            node = frame.select.expressions[place].unalias()
        elif isinstance(node, exp.Column) and len(node.parts) == 1:
            named = [each for each in frame.select.expressions if each.alias.lower() == node.name.lower()]
            node = named[0].unalias() if named else node
        if not isinstance(node, (exp.Column, exp.Dot)):
            return None
        column = self._query.column(node)
        return column if column is not None and column.scan is scan else None

    # --- links between tables --------------------------------------------------------------------------------------

    def link(self, plans: list[ScanPlan]) -> None:
        """Connect tables by equalities, so that the values of a smaller one limit a larger one."""
        by_scan = {plan.scan: plan for plan in plans}
        for frame in self._frames:
            for left, right, limited in self._equalities(frame):
                for mine, other in ((left, right), (right, left)):
                    plan, source = by_scan[mine.scan], by_scan[other.scan]
                    if limited is not None and mine.scan is not limited:
                        continue
                    if not self._can_join(frame, plan, mine, source, other) or self._depends(by_scan, source, plan):
                        continue
                    if mine.path == (PARENT,) or _is_conditioned(source):
                        plan.links.append(Link(mine.path, other.scan, other.path))
                    elif limited is None:
                        plan.links += self._alternatives(frame, plan, mine, other)
            for mine, other in self._memberships(frame):
                plan, source = by_scan[mine.scan], by_scan[other.scan]
                if self._can_limit(plan, mine, source, other) and not self._depends(by_scan, source, plan):
                    plan.links.append(Link(mine.path, other.scan, other.path))

    def _equalities(self, frame: Frame) -> Iterator[tuple[Column, Column, TableScan | None]]:
        """Yield the columns that are equal in all rows, or, with a table, only in those in which this table has a record."""
        where = frame.select.args.get("where")
        terms: list[tuple[exp.Expression, TableScan | None]] = []
        terms += [(term, None) for term in conjuncts(where.this if where is not None else None)]
        sources = list(frame.sources.values())
        for place, join in enumerate(frame.select.args.get("joins") or [], 1):
            outer = (join.side or "").upper() == "LEFT" or (join.kind or "").upper() == "ANTI"
            joined = next((each.scan for each in sources if each.place == place), None)
            if outer and joined is None:
                continue
            terms += [(term, joined if outer else None) for term in conjuncts(join.args.get("on"))]
        for term, limited in terms:
            if isinstance(term, exp.EQ):
                left, right = self._plain(term.this), self._plain(term.expression)
                if left is not None and right is not None and left.scan is not right.scan:
                    yield left, right, limited

    def _alternatives(self, frame: Frame, plan: ScanPlan, mine: Column, other: Column) -> list[Link]:
        """Return the links by terms such as ``t.priority.id = 1 OR c.name = 'x'``, one side of which is about another table."""
        in_frame = {each.scan: (name, each) for name, each in frame.sources.items() if each.scan is not None}
        if in_frame[plan.scan][1].nullable:
            return []
        translator = Translator(self._query, plan.scan, self._constants)
        name = in_frame[other.scan][0]
        where = frame.select.args.get("where")
        found = []
        for term in conjuncts(where.this if where is not None else None):
            own: list[Predicate] = []
            others: list[str] = []
            for side in _sides(term):
                scans = self._scans_of(side)
                if scans == {plan.scan}:
                    own.append(translator.true(side))
                elif scans == {other.scan}:
                    others.append(side.sql(dialect="duckdb"))
            if own and others and len(own) + len(others) == len(list(_sides(term))):
                column = ".".join([f'"{part}"' for part in (name, *other.path)])
                select = f'SELECT {column} AS v FROM {other.scan.name} AS "{name}" WHERE ({") OR (".join(others)})'  # noqa: S608
                found.append(Link(mine.path, other.scan, other.path, AnyOf(tuple(own)), select))
        return found

    def _scans_of(self, node: exp.Expression) -> set[TableScan] | None:
        """Return the tables that an expression is about, or None if that is not known."""
        if any(isinstance(each, (exp.Query, exp.Parameter, exp.Placeholder)) for each in node.walk()):
            return None
        nodes = [each for each in node.find_all(exp.Column, exp.Dot) if not isinstance(each.parent, exp.Dot)]
        columns = [self._query.column(each) for each in nodes]
        return None if any(each is None for each in columns) else {each.scan for each in columns if each is not None}

    def _memberships(self, frame: Frame) -> Iterator[tuple[Column, Column]]:
        """Yield columns that must have a value of another one, which a query in the WHERE clause selects."""
        if any((join.side or "").upper() in ("RIGHT", "FULL") for join in frame.select.args.get("joins") or []):
            return
        own = [source.scan for source in frame.sources.values() if source.scan is not None and not source.whole]
        where = frame.select.args.get("where")
        for term in conjuncts(where.this if where is not None else None):
            pairs: list[tuple[exp.Expression, exp.Expression]] = []
            if isinstance(term, exp.In) and isinstance(query := _query_of(term), exp.Select):
                pairs += [(term.this, each.unalias()) for each in query.expressions if len(query.expressions) == 1]
            elif isinstance(term, exp.Exists) and isinstance(term.this, exp.Select) and not combines_rows(term.this):
                inner = term.this.args.get("where")
                for each in conjuncts(inner.this if inner is not None else None):
                    if isinstance(each, exp.EQ):
                        pairs += [(each.this, each.expression), (each.expression, each.this)]
            for left, right in pairs:
                mine, other = self._plain(left), self._plain(right)
                if mine is not None and other is not None and mine.scan in own and other.scan not in own:
                    yield mine, other

    def _can_limit(self, plan: ScanPlan, mine: Column, source: ScanPlan, other: Column) -> bool:
        """Return whether a table shall be limited to the values that a query in its WHERE clause selects."""
        integers = all(each.shape is not None and each.shape.kind == "integer" for each in (mine, other))
        return integers and _is_conditioned(source) and plan.until is None and plan.scan.parent is None

    def _plain(self, node: exp.Expression) -> Column | None:
        column = self._query.column(node) if isinstance(node, (exp.Column, exp.Dot)) else None
        return column if column is not None and column.path else None

    def _can_join(self, frame: Frame, plan: ScanPlan, mine: Column, source: ScanPlan, other: Column) -> bool:
        """Return whether a table can be limited to the ids of another one because of an equality between them."""
        in_frame = {each.scan: each for each in frame.sources.values() if each.scan is not None}
        if plan.scan not in in_frame or source.scan not in in_frame or in_frame[source.scan].nullable:
            return False
        if in_frame[plan.scan].whole:
            return False
        joins = frame.select.args.get("joins") or []
        if any((join.side or "").upper() in ("RIGHT", "FULL") for join in joins):
            return False
        if mine.path == (PARENT,):
            return plan.scan.parent is not None and source.scan.endpoint.key == plan.scan.parent.key
        if mine.shape is None or mine.shape.kind != "integer" or other.shape is None or other.shape.kind != "integer":
            return False
        return len(other.path) == 1 and other.path[0].lower() == "id" and plan.until is None

    def _depends(self, plans: dict[TableScan, ScanPlan], plan: ScanPlan, other: ScanPlan) -> bool:
        """Return whether a table waits for another one."""
        return any(link.other is other.scan or self._depends(plans, plans[link.other], other) for link in plan.links)

    # --- text ------------------------------------------------------------------------------------------------------

    def replaced(self) -> tuple[list[tuple[int, int, str]], set[int]]:
        """Return the places of terms that the server has evaluated exactly, and the ids of these terms."""
        places: list[tuple[int, int, str]] = []
        ids: set[int] = set()
        dropped = {id(term) for term in self._dropped}
        for frame in self._frames:
            where = frame.select.args.get("where")
            clauses = [where.this if where is not None else None]
            clauses += [join.args.get("on") for join in frame.select.args.get("joins") or []]
            for clause in clauses:
                terms = list(conjuncts(clause))
                found = find_terms(self._query.sql, terms) if any(id(term) in dropped for term in terms) else None
                for term, (start, end) in zip(terms, found or [], strict=False):
                    if id(term) in dropped:
                        places.append((start, end, "TRUE"))
                        ids.add(id(term))
        return places, ids


def _fields(plan: ScanPlan, dropped: set[int]) -> tuple[Fields, ...]:
    """Return the fields that each part of a plan requests.

    If the server evaluates one side of an OR exactly, its part needs no other side: for its records the OR is true. And the parts of other
    sides do not need that side, because the records for which it is true come with its part, which is the first, and without its columns
    it is not true.
    """
    whole = plan.scan.fields(dropped)
    if whole is None or not plan.sides or not plan.parts[0].exact:
        return (whole,) * len(plan.parts)
    found: list[Fields] = []
    for side in reversed(plan.sides):
        needed = {path[0] for _, path in plan.scan.used({*dropped, id(side)})}
        found.append(tuple([path for path in whole if path[0] in needed]))
    return tuple(found)


def _texts(part: Weakened) -> tuple[object, ...]:
    return part.where, part.child, part.custom


def _sides(term: exp.Expression) -> Iterator[exp.Expression]:
    """Yield the sides of an OR."""
    inner = term.unnest()
    if isinstance(inner, exp.Or):
        yield from _sides(inner.this)
        yield from _sides(inner.expression)
    else:
        yield term


def _query_of(node: exp.In) -> exp.Expression | None:
    """Return the query of ``IN (SELECT …)``."""
    query = node.args.get("query")
    return query.this if isinstance(query, exp.Subquery) else query


def _is_conditioned(plan: ScanPlan) -> bool:
    """Return whether a condition is sent for a table, so that it may be small."""
    return any(expr is not None for part in plan.parts for expr in (part.where, part.child, part.custom))


def _is_evident(predicate: Predicate) -> bool:
    match predicate:
        case ColumnTest():
            return predicate.relation in _EVIDENT
        case AllOf() | AnyOf():
            return bool(predicate.items) and all(_is_evident(item) for item in predicate.items)
        case _:
            return False


def _mentions_parent(predicate: Predicate) -> bool:
    match predicate:
        case ColumnTest():
            return predicate.path == (PARENT,)
        case AllOf() | AnyOf():
            return any(_mentions_parent(item) for item in predicate.items)
        case _:
            return False


def _order_name(scan: TableScan, column: Column) -> Path | None:
    """Return the name by which a server sorts a column in the same way as DuckDB: moments and ids."""
    assert column.shape is not None
    if column.path[0] == "_info" and len(column.path) == 2 and column.shape.kind == "datetime":
        return Path((column.path[1],))
    if len(column.path) != 1:
        return None
    if column.shape.kind == "datetime" or (column.shape.kind == "integer" and column.path[0].lower() == "id"):
        return Path(column.path)
    return None
