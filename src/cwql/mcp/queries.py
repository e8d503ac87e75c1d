"""`Prepared`: the query of a tool, compiled and compared with the policy; nothing else is ever sent as a list request."""

from __future__ import annotations

from functools import cache

from cwql.analysis.rule_config import RuleConfig
from cwql.language.dialects import find_dialect
from cwql.language.nodes import Comparison, Constant, FieldList, Junction, OrderBy, comparisons
from cwql.mcp.narrowing import narrows
from cwql.mcp.refusal import Refusal, describe
from cwql.query.compiler import compile
from cwql.query.query import Query
from cwql.schema.catalog import catalog
from cwql.schema.record import Resolved
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import TypeIs

    from cwql.language.nodes import Expr, Tree
    from cwql.mcp.policy import Policy
    from cwql.mcp.targets import Target
    from cwql.query.compiled import Compiled

    JSON = dict[str, object]

FIX_LIMIT = 2_000
"""Characters of a condition for which a refusal tries to offer the fixed text."""

_REFUSED = ("names", "values", "custom_fields")
"""Categories of rules whose warnings are errors for agents."""


@cache
def rules() -> RuleConfig:
    """Return the severities of rules for all tools: warnings about names and values are errors.

    So are those about conditions that match nothing, everything, or other records than were meant. A person may know better
    than these rules. A model that guessed a name or a value does not, and sees the refusal at once.
    """
    from cwql.rules.registry import RULES, find_category

    codes = [
        rule.code
        for rule in RULES
        if rule.severity != "info"
        and not rule.strict
        and ("agents" in rule.traits or find_category(rule.code) in _REFUSED)
    ]
    return RuleConfig(severity=dict.fromkeys(codes, "error"))


_ARGUMENTS = {"orderBy": "order_by", "fields": "fields", "includeFields": "fields"}
_FIELDS = ("fields", "includeFields")


class Prepared(Value):
    """A checked query: what is sent (`query`), the conditions among its parameters, and the warnings about it."""

    target: Target
    query: Query
    compiled: Compiled
    fields: tuple[tuple[str, ...], ...]
    warnings: tuple[JSON, ...]

    @property
    def conditions(self) -> tuple[tuple[str, str], ...]:
        """Return the query parameters that are conditions, with their texts."""
        parts = [(part.parameter, part.text) for part in self.compiled.parts if part.parameter not in _ARGUMENTS]
        return tuple([(name, text) for name, text in parts if text])

    @property
    def count_key(self) -> object:
        """Return the key by which a count of the same records is remembered."""
        return (self.target.product, self.target.path.lower(), self.conditions)

    @property
    def is_bounded(self) -> bool:
        """Return whether the condition selects some records."""
        expr = self.compiled.expr
        return is_condition(expr) and narrows(expr)


def prepare(
    target: Target, policy: Policy, where: str = "", order_by: str = "", fields: Sequence[str] = ()
) -> Prepared:
    """Compile a query for an endpoint. Raises Refusal if it has an error, or if a field of it is hidden."""
    wanted = ",".join(fields)
    query = Query(where=where, order_by=order_by, fields=wanted)
    compiled = compile(query, dialect=target.product, endpoint=target.title, rules=rules())
    found = diagnose(compiled)
    if not compiled.ok:
        raise refuse(target, found, {"where": where, "order_by": order_by, "fields": wanted})
    expr = compiled.expr
    if is_condition(expr):
        for term in comparisons(expr):
            require_path(target, policy, term.path.segments, "where")
    paths: list[tuple[str, ...]] = []
    for part in compiled.parts:
        if isinstance(part.tree, OrderBy):
            for order in part.tree.terms:
                require_path(target, policy, order.path.segments, "order_by")
        elif isinstance(part.tree, FieldList):
            paths += [require_path(target, policy, path.segments, "fields") for path in part.tree.paths]
    return Prepared(target, query, compiled, tuple(paths), tuple(found))


def is_condition(tree: Tree | None) -> TypeIs[Expr]:
    """Return whether a tree is a condition, not a list of fields or of sort terms."""
    return isinstance(tree, (Comparison, Junction, Constant))


def diagnose(compiled: Compiled) -> list[JSON]:
    """Return the diagnostics of a compiled query as plain data, each with the argument that its span refers to."""
    found: list[JSON] = []
    for part in compiled.parts:
        argument = _ARGUMENTS.get(part.parameter, "where")
        found += [entry for diagnostic in part.diagnostics if (entry := describe(diagnostic, argument)) not in found]
    return found


def refuse(target: Target, found: Sequence[JSON], texts: dict[str, str]) -> Refusal:
    """Return the refusal of a query with errors: its diagnostics, and the fixed texts if all errors can be fixed."""
    first = next(entry for entry in found if entry["severity"] == "error")
    argument = str(first["argument"])
    hint = first.get("hint")
    fixed = {
        name: better
        for name in {str(entry["argument"]): None for entry in found if entry["severity"] == "error"}
        if (better := fix_text(target, name, texts[name])) is not None
    }
    return Refusal(
        str(first["code"]),
        str(first["message"]),
        argument=argument,
        hint=str(hint) if hint else None,
        diagnostics=found,
        fixed=dict(fixed) or None,
    )


def fix_text(target: Target, argument: str, text: str) -> str | None:
    """Return a text without errors that the fixes lead to, or None if some error remains."""
    from cwql.analysis.checker import check
    from cwql.analysis.fixes import fix

    if len(text) > FIX_LIMIT:
        return None
    dialect = find_dialect(target.product)
    names = [parameter.name for parameter in dialect.parameters]
    parameter = next((name for name in names if _ARGUMENTS.get(name) == argument), None)
    better = fix(
        text, dialect=dialect, endpoint=target.title, parameter=parameter, unsafe_fixes=True, rules=rules()
    ).text
    if better == text:
        return None
    if parameter is None:
        # Terms of other parameters are errors only until they are routed.
        return better if compile(better, dialect=dialect, endpoint=target.title, rules=rules()).ok else None
    remaining = check(better, dialect=dialect, endpoint=target.title, parameter=parameter, rules=rules())
    return better if not any(it.severity == "error" for it in remaining) else None


def require_path(target: Target, policy: Policy, segments: Sequence[str], argument: str) -> tuple[str, ...]:
    """Return a path in the API's spelling. Raises Refusal if it, or the field that it is another name of, is hidden."""
    found = catalog(target.product).resolve(target.endpoint.record, segments) if target.endpoint.record else None
    path = found.segments if isinstance(found, Resolved) else tuple(segments)
    policy.require_field(path, argument)
    note = found.note if isinstance(found, Resolved) else None
    if note is not None and note.target and note.kind in ("filterable", "alias"):
        policy.require_field(note.target.replace(".", "/").split("/"), argument)
    return path
