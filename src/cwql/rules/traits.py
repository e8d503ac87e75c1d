"""Facts about rules, for code that treats some of them differently: `find_codes`.

About placeholders in a condition, whose values are unknown:

* ``content``: the rule is about what a value is, not how it is written.
* ``types``: it compares the types of values, and that of a placeholder is unknown.
* ``absence``: it is about missing parts, which a placeholder may contain.
* ``terms``: it compares terms with each other, or inspects the text as a whole.
* ``connectives``: it is about the connectives around a term, which a placeholder may contain.
* ``parentheses``: it is about half a pair, and a placeholder may contain the other half.

About everything else:

* ``whole``: it is about a whole condition, and says nothing of one item of a list that is joined.
* ``prose``: any sentence breaks it, so that the text may not be a condition.
* ``agents``: its warnings are errors for agents, as are those of all rules about names, values and custom fields.
* ``lint``: it is about comments or files, not about conditions.
* ``suppression``: it is about the comments that suppress diagnostics.
* ``unread``: some part of a file was not read.
"""

from __future__ import annotations

from cwql_grammar.rule_index import RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.diagnostics import Trait


def find_codes(trait: Trait) -> frozenset[str]:
    """Return the codes of the rules with a trait; no rule is imported."""
    return frozenset([code for code, _, _, traits in RULES if trait in traits])
