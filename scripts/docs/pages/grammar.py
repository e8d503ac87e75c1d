"""The grammar page and its railroad diagrams, drawn from grammar/*.lark, from which the parser is generated too."""

from __future__ import annotations

import io
from importlib import import_module
from typing import TYPE_CHECKING, Any

from lark.grammar import NonTerminal as RuleName
from lark.load_grammar import load_grammar
from railroad import (
    Choice,
    Comment,
    Diagram,
    NonTerminal,
    OneOrMore,
    Optional,
    Sequence,
    Stack,
    Start,
    Terminal,
    ZeroOrMore,
)

from cwql.language.dialects import DIALECTS
from cwql_codegen.grammar import find_grammars
from scripts.docs.pages.markdown import page

if TYPE_CHECKING:
    from railroad import DiagramItem

TITLES = {
    "disjunction": "condition",
    "conjunction": "and-chain",
    "negation": "term",
    "comparison": "comparison",
    "membership": "membership",
    "_literal": "literal",
    "PATH": "path",
    "STRING": "string",
    "DATE": "date",
    "BARE_DATE": "bare date",
    "NUMBER": "number",
    "HOLE": "placeholder",
    "start": "list",
}
"""Rules and terminals with their own diagram, in this order, and their titles. All others are drawn inline."""

LISTS = {"order_by": "orderBy", "field_list": "Lists of fields"}

STYLE = """
svg.railroad-diagram { background: #fdfdfb; }
svg.railroad-diagram path { stroke-width: 1.6; stroke: #3d4451; fill: none; }
svg.railroad-diagram text { font: 14px ui-monospace, Menlo, Consolas, monospace; text-anchor: middle; fill: #1f2430; }
svg.railroad-diagram text.comment { font-style: italic; fill: #6b7280; }
svg.railroad-diagram rect { stroke-width: 1.6; stroke: #3d4451; fill: #e4ecf7; }
svg.railroad-diagram g.terminal rect { fill: #fbeecb; }
svg.railroad-diagram g.non-terminal text { font-style: normal; }
"""

INTRODUCTION = """The languages are defined in `grammar/`: `condition.lark` contains the rules that both share, `manage.lark` and
`automate.lark` add their own. The tables of the parser and the diagrams below are generated from these files. The text in a round
box is written literally, in any letter case; a square box refers to another diagram or describes the text in words. Whitespace
is allowed between all of them.

The diagrams show everything that the parser accepts, which is more than the printer writes. Mistakes such as `==` or `eq` are
accepted and reported; the pages of the languages ([Manage](language-manage.md), [Automate](language-automate.md)) list the forms that
are documented and the forms that are printed. A `placeholder` is allowed in templates only."""

_MOST_SHOWN = 6
_MOST_WORDS = 20
_WIDE = 5
_ENDLESS = 1 << 20


def pages() -> dict[str, str]:
    """Return the page and every diagram."""
    found: dict[str, str] = {}
    parts = ["# Grammars", INTRODUCTION]
    sections = [(it.name, it.title) for it in DIALECTS] + list(LISTS.items())
    for grammar, title in sections:
        parts.append(f"## {title}")
        for name, drawing in draw(grammar).items():
            shown = TITLES[name]
            file = f"diagrams/{grammar.replace('_', '-')}-{shown.replace(' ', '-')}.svg"
            found[f"reference/{file}"] = drawing
            parts.append(f"**{shown}**\n\n![Railroad diagram of {shown} in {grammar}.lark]({file})")
    found["reference/grammar.md"] = page(*parts)
    return found


def draw(name: str) -> dict[str, str]:
    """Return a diagram for each rule and terminal of a grammar that is in `TITLES`."""
    path = find_grammars() / f"{name}.lark"
    grammar, _ = load_grammar(  # type: ignore[no-untyped-call]
        path.read_text(encoding="utf-8"), str(path), [str(path.parent)], False
    )
    rules: dict[str, Any] = {str(rule[0]): rule[2] for rule in grammar.rule_defs}
    terminals: dict[str, Any] = {str(name): tree for name, (tree, _) in grammar.term_defs}
    if "disjunction" in rules:
        # It only refers to the first rule.
        del rules["start"]
    drawing = _Drawing(rules, terminals)
    return {
        title: _svg(drawing.definition(title))
        for title in TITLES
        if title in drawing.used() and (title in rules or title in terminals)
    }


class _Drawing:
    """Diagrams of the rules and terminals of one grammar."""

    def __init__(self, rules: dict[str, Any], terminals: dict[str, Any]) -> None:
        self._rules = rules
        self._terminals = terminals

    def used(self) -> set[str]:
        """Return every name that a rule refers to, and the names of the start rules."""
        found = {"disjunction", "start"}
        for tree in self._rules.values():
            found.update(str(getattr(it, "name", it)) for value in tree.find_data("value") for it in value.children)
        return found

    def definition(self, name: str) -> DiagramItem:
        """Return the diagram of a rule or terminal."""
        tree = self._rules.get(name)
        return self._rule(tree) if tree is not None else self._terminal(self._terminals[name])

    def _name(self, name: str) -> DiagramItem:
        if name in TITLES:
            return NonTerminal(TITLES[name])
        return self.definition(name)

    def _rule(self, tree: Any) -> DiagramItem:
        if tree.data == "expansions":
            return _choice([self._rule(child) for child in tree.children])
        if tree.data == "expansion":
            return _sequence([self._rule(child) for child in tree.children])
        if tree.data == "expr":
            inner, sign = self._rule(tree.children[0]), str(tree.children[1])
            return {"?": Optional, "*": ZeroOrMore, "+": OneOrMore}[sign](inner)
        (child,) = tree.children
        return self._name(str(child.name) if isinstance(child, RuleName) or hasattr(child, "name") else str(child))

    def _terminal(self, tree: Any) -> DiagramItem:
        literal = next(iter(tree.find_data("literal"))).children[0]
        if literal.type == "STRING":
            return Terminal(str(literal)[1:-1])
        parsed = import_module("re._parser").parse(str(literal)[1:-1].replace("\\/", "/"))
        words = _words(parsed)
        return _choice([Terminal(word) for word in words]) if words else _pattern(parsed, _WIDE)


def _words(parsed: Any) -> list[str]:
    """Return every text that a regular expression matches, symbols first; an empty list if there are too many."""
    found = [""]
    for operation, argument in parsed:
        kind = str(operation)
        if kind == "LITERAL":
            ends = [chr(argument)]
        elif kind == "SUBPATTERN":
            ends = _words(argument[3])
        elif kind == "BRANCH":
            branches = [_words(branch) for branch in argument[1]]
            ends = [word for words in branches for word in words] if all(branches) else []
        elif kind == "IN" and all(str(part) == "LITERAL" for part, _ in argument):
            ends = [chr(sign) for _, sign in argument]
        elif kind == "MAX_REPEAT" and tuple(argument[:2]) == (0, 1):
            ends = ["", *_words(argument[2])]
        elif kind == "ASSERT_NOT":
            ends = [""]
        else:
            return []
        found = [start + end for start in found for end in ends]
        if len(found) > _MOST_WORDS:
            return []
    return sorted(dict.fromkeys(found), key=lambda word: (word[0].isalpha() if word else False, len(word)))


def _pattern(parsed: Any, wide: int = _ENDLESS) -> DiagramItem:
    """Draw a regular expression without its lookaheads; items beyond `wide` go to a second line."""
    items: list[DiagramItem] = []
    word = ""
    for operation, argument in parsed:
        kind = str(operation)
        if kind == "LITERAL":
            word += chr(argument)
            continue
        if word:
            items.append(Terminal(word))
            word = ""
        if kind == "IN":
            items.append(_class(argument))
        elif kind == "BRANCH":
            items.append(_choice([_pattern(branch) for branch in argument[1]]))
        elif kind == "SUBPATTERN":
            items.append(_pattern(argument[3]))
        elif kind in ("MAX_REPEAT", "POSSESSIVE_REPEAT"):
            items.append(_repeat(*argument))
        elif kind == "NOT_LITERAL":
            items.append(NonTerminal(f"anything but {chr(argument)}"))
        elif kind != "ASSERT_NOT":
            raise ValueError(f"no drawing for {kind} in a terminal")
    items += [Terminal(word)] if word else []
    if len(items) > wide:
        return Stack(_sequence(items[:wide]), _sequence(items[wide:]))
    return _sequence(items)


def _repeat(low: int, high: int, inner: Any) -> DiagramItem:
    item = _pattern(inner)
    if (low, high) == (0, 1):
        return Optional(item)
    if high > _ENDLESS:
        return ZeroOrMore(item) if low == 0 else OneOrMore(item)
    times = str(low) if low == high else f"{low} or {high}" if high == low + 1 else f"{low} to {high}"
    return NonTerminal(f"{times} {item.text}s") if isinstance(item, NonTerminal) else OneOrMore(item, Comment(times))


def _class(parts: Any) -> DiagramItem:
    """Draw a set of characters: as a choice if there are few, otherwise in words."""
    negated = str(parts[0][0]) == "NEGATE"
    signs: list[str] = []
    words: list[str] = []
    for operation, argument in parts[1:] if negated else parts:
        if str(operation) == "LITERAL":
            sign = chr(argument)
            if not any(sign.lower() == other.lower() for other in signs):
                signs.append(sign)
        else:
            words.append(_RANGES.get(argument) or f"{chr(argument[0])} to {chr(argument[1])}")
    words = list(dict.fromkeys(words))
    if not negated and not words and len(signs) <= _MOST_SHOWN:
        return _choice([Terminal("blank" if sign == " " else sign) for sign in signs])
    listed = [*words, *signs]
    text = " or ".join(filter(None, [", ".join(listed[:-1]), listed[-1]]))
    return NonTerminal(f"anything but {text}" if negated else text)


_RANGES = {
    (ord("0"), ord("9")): "digit",
    (ord("A"), ord("Z")): "letter",
    (ord("a"), ord("z")): "letter",
    (0, 31): "control character",
    (127, 159): "control character",
}


def _sequence(items: list[DiagramItem]) -> DiagramItem:
    return items[0] if len(items) == 1 else Sequence(*items)


def _choice(items: list[DiagramItem]) -> DiagramItem:
    return items[0] if len(items) == 1 else Choice(0, *items)


def _svg(item: DiagramItem) -> str:
    written = io.StringIO()
    Diagram(Start("simple"), item, type="simple").writeStandalone(written.write, STYLE)
    return f"{written.getvalue()}\n"
