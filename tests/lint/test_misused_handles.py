"""Typed fields in the operators of Python that do not build conditions: CW604 and CW605."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from cwql.diagnostics import Diagnostic, Edit
from cwql.errors import ExpressionError
from tests.lint.python_conditions import OTHERS, TYPED, items

MISUSES: list[tuple[str, list[str], list[str | None]]] = [
    # (code after the imports, diagnostics, the result of each fix)
    ("T.a == 1 and T.b == 2", ["CW604"], ["(T.a == 1) & (T.b == 2)"]),
    ("(T.a == 1) and (T.b == 2) or T.c.like('x')", ["CW604"], ["(T.a == 1) & (T.b == 2) | T.c.like('x')"]),
    ("f(T.a == 1 or\n  T.b == 2)", ["CW604"], ["f((T.a == 1) |\n  (T.b == 2))"]),
    ("T.a == 1 and other", ["CW604"], ["(T.a == 1) & other"]),
    ("other and T.a == 1", [], []),
    ("T.flag and T.a == 1", ["CW604"], [None]),
    ("not T.a == 1", ["CW604"], ["~(T.a == 1)"]),
    ("not (T.a == 1)", ["CW604"], ["~(T.a == 1)"]),
    ("not(T.a.in_([1]))", ["CW604"], ["~(T.a.in_([1]))"]),
    ("not T.flag", ["CW604"], [None]),
    ("1 < T.id < 9", ["CW605"], ["(1 < T.id) & (T.id < 9)"]),
    ("1 < T.id <= x < 9", ["CW605"], ["(1 < T.id) & (T.id <= x) & (x < 9)"]),
    ("T.id < f() < 9", ["CW605"], [None]),
    ("1 < x < T.id", [], []),
    ("1 < x < 9", [], []),
    ("T.x is None", ["CW604"], ["T.x == None"]),
    ("T.board.name is not None", ["CW604"], ["T.board.name != None"]),
    ("T.id in [1, 2]", ["CW604"], ["T.id.in_([1, 2])"]),
    ("T.id not in ids", ["CW604"], ["T.id.not_in(ids)"]),
    ("'vpn' in T.summary", ["CW604"], [None]),
    ("if T.id == 5: pass", ["CW604"], [None]),
    ("while T.flag: pass", ["CW604"], [None]),
    ("assert T.id == 5", ["CW604"], [None]),
    ("a if T.id == 5 else b", ["CW604"], [None]),
    ("[t for t in ts if T.id == 5]", ["CW604"], [None]),
    ("bool(T.id == 5)", ["CW604"], [None]),
    ("q = T.a == 1\nif q: pass", ["CW604"], [None]),
    ("q = (\n  T.a == 1\n)\nw = q and x", ["CW604"], ["q = (\n  T.a == 1\n)\nw = q & x"]),
    ("q = T.a == 1\nif x:\n  q &= T.b == 2\nnot q", ["CW604"], ["q = T.a == 1\nif x:\n  q &= T.b == 2\n~q"]),
    ("q = None\nif x:\n  q = T.a == 1\nif q is not None: pass", [], []),
    ("q = None\nif x:\n  q = T.a == 1\nif q: pass", [], []),
    ("b = T.board\nb.id is None", ["CW604"], ["b = T.board\nb.id == None"]),
    ("fields.Ticket.a == 1 and x", ["CW604"], ["(fields.Ticket.a == 1) & x"]),
    ("af.Computer.ComputerName in ['a']", ["CW604"], ["af.Computer.ComputerName.in_(['a'])"]),
    ("F('a') == 1 and F('b') == 2", ["CW604"], ["(F('a') == 1) & (F('b') == 2)"]),
    ("cond('a = 1') and x", ["CW604"], ["cond('a = 1') & x"]),
    ("not cwql.cond('a = 1')", ["CW604"], ["~cwql.cond('a = 1')"]),
    ("T.customFields['x'] == 1 and x", ["CW604"], ["(T.customFields['x'] == 1) & x"]),
    ("T.a == 1 if x else T.b == 2", [], []),
    ("(T.a == 1) & (T.b == 2) | ~(T.c == 3)", [], []),
    ("x = T.a.asc() or T.b.desc()", [], []),
    ("cwql.parse('a = 1') == (T.a == 1) and x", [], []),
    ("T.a == 1 == x", ["CW605"], ["(T.a == 1) & (1 == x)"]),
    ("T.a == 5 & T.b == 6", ["CW605"], ["(T.a == 5) & (T.b == 6)"]),
    ("T.a == (5 & T.b) == 6", ["CW605"], [None]),
    ("def g(T):\n  return T.a == 1 and T.b == 2", [], []),
    ("T = 5\nT.a == 1 and x", [], []),
    ("x.a == 1 and x.b == 2", [], []),
]


@pytest.mark.parametrize(("code", "codes", "results"), MISUSES)
def test_misused_handles(code: str, codes: list[str], results: list[str | None]) -> None:
    before = TYPED + OTHERS
    reported = [item for item in items(before + code + "\n") if isinstance(item, Diagnostic)]
    assert [finding.code for finding in reported] == codes
    for finding, expected in zip(reported, results, strict=True):
        assert finding.hint
        assert finding.severity == "error"
        made = [apply(code, fix.edits, len(before)) for fix in finding.fixes]
        assert made == ([] if expected is None else [expected])


def apply(code: str, edits: Sequence[Edit], shift: int) -> str:
    for edit in reversed(edits):
        code = code[: edit.span.start - shift] + edit.text + code[edit.span.end - shift :]
    return code


@pytest.mark.parametrize("code", [code for code, _, results in MISUSES if results and None not in results])
def test_fixed_code_raises_no_more(code: str) -> None:
    """Run the reported code and the result of its fix: the one raises or misses, the other makes a condition."""
    code = (
        code.replace("T.a", "T.id").replace("T.b ", "T.id ").replace("T.b.", "T.summary.").replace("T.c", "T.summary")
    )
    if "customFields" in code or "other" in code or " x" in code or "f(" in code or "T.x" in code or "ids" in code:
        return
    text = TYPED + OTHERS + code.replace("fields.Ticket.a", "fields.Ticket.id") + "\n"
    reported = [item for item in items(text) if isinstance(item, Diagnostic)]
    fixed = apply(text, reported[0].fixes[0].edits, 0)
    names: dict[str, object] = {}
    if " is " not in code:
        with pytest.raises(ExpressionError):
            exec(text, dict(names))
    exec(fixed, names)
    assert not [item for item in items(fixed) if isinstance(item, Diagnostic)]
