"""Say everything that is wrong with a condition, without ever raising over a text.

A clean text costs one fast read and a glance at every comparison (`cwql.analysis.screen`): recovery, rules and messages are
imported when there may be something to say.
"""

from __future__ import annotations

from cwql.errors import ConditionError
from cwql.language.dialects import dialect as find_dialect
from cwql.language.dialects import parameter as find_parameter
from cwql.language.parsing.parser import Trouble, glance, reader_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from cwql.analysis.context import Context
    from cwql.analysis.levels import Levels
    from cwql.analysis.screen import View
    from cwql.diagnostics import Diagnostic
    from cwql.language.dialects import Dialect, Parameter
    from cwql.language.parsing.parser import Tree

    Test: TypeAlias = Callable[[str], bool]


def check(
    text_or_expr: str | Tree,
    dialect: str | Dialect = "manage",
    endpoint: str | None = None,
    parameter: str | None = None,
    *,
    levels: Levels | None = None,
    forward_only: bool = False,
) -> list[Diagnostic]:
    """Return every finding of a text or a tree, in the order of the text; none for a clean one.

    `parameter` is the query parameter that the text is meant for (the dialect's condition parameter by default), `endpoint`
    the list that it filters (``/service/tickets``): without one, names and types are not judged. `levels` says how much each
    rule counts, `forward_only` that pages are asked for in Manage's forward-only mode. A tree is judged by the text that it
    prints to, and spans count in that text. Raises `UnknownNameError` for an unknown dialect or parameter, and
    `ExpressionError` for a value that is neither text nor tree.
    """
    record = find_dialect(dialect)
    place = find_parameter(record, parameter)
    if not isinstance(text_or_expr, str):
        from cwql.language.printer import emit

        try:
            text_or_expr = emit(text_or_expr, record)
        except ConditionError as refusal:
            return refusal.diagnostics
    return _check_text(text_or_expr, record, endpoint, place, levels, forward_only)


def _check_text(
    text: str, record: Dialect, asked: str | None, parameter: Parameter, levels: Levels | None, forward_only: bool
) -> list[Diagnostic]:
    reading = glance(text, record) if parameter.shape == "condition" else None
    findings: list[Diagnostic] = []
    tree: Tree | None
    view: View | None = None
    repaired = reading is None or reading.slipped
    if reading is not None and not reading.slipped:
        tree = reading.tree
        if levels is None or not levels.curious:
            from cwql.analysis.screen import examine

            view = examine(text, tree, record, asked, parameter)
            if view is not None and view.is_clean:
                return []
    else:
        from cwql.language.parsing.recovery import salvage

        tree, findings = salvage(text, record, parameter.shape)
    if tree is not None:
        from cwql.analysis.rules import consult
        from cwql.language.parsing.recovery import has_errors

        context = build_context(
            text,
            tree,
            record,
            asked,
            parameter,
            forward_only=forward_only,
            partial=repaired and has_errors(findings),
            repaired=repaired,
        )
        findings = [*findings, *consult(context, levels, view)]
    from cwql.diagnostics import in_order

    return in_order(findings if levels is None else levels.apply(findings))


def find_test(
    dialect: str | Dialect, endpoint: str | None = None, parameter: str | None = None, *, levels: Levels | None = None
) -> Test:
    """Return a test for many texts of one place: where it says yes, `check` finds nothing; where it says no, `check` has to tell.

    The arguments are those of `check`. What follows from them is looked up once, so the test holds for the API that the door is
    pointed at when it is made.
    """
    from cwql.analysis.screen import find_screen

    record = find_dialect(dialect)
    place = find_parameter(record, parameter)
    curious = levels is not None and levels.curious
    screen = None if curious or place.shape != "condition" else find_screen(record, endpoint, place)
    if screen is None:
        return lambda text: False
    read, passes = reader_of(record).read, screen.passes

    def test(text: str) -> bool:
        try:
            reading = read(text)
        except Trouble:
            return False
        return not reading.slipped and passes(text, reading.tree)

    return test


def build_context(
    text: str,
    tree: Tree,
    record: Dialect,
    asked: str | None,
    parameter: Parameter,
    *,
    forward_only: bool = False,
    partial: bool = False,
    repaired: bool = True,
) -> Context:
    """Return what the rules look at; the catalog is opened where a record is to be looked up."""
    from cwql.analysis.context import Context

    names = endpoint = None
    if asked is not None or parameter.record is not None:
        from cwql.schema.catalog import catalog

        names = catalog(record.name)
        endpoint = None if asked is None else names.find_endpoint(asked)
    return Context(
        text,
        tree,
        record,
        parameter,
        names,
        endpoint,
        asked=asked,
        forward_only=forward_only,
        partial=partial,
        repaired=repaired,
    )
