"""The text of an expression, in pieces: literals, f-strings, ``+``, ``%``, ``format``, ``join``, names with a text.

An expression may have several texts: one for each combination of its conditional parts.
"""

from __future__ import annotations

import ast
from functools import cached_property

from cwql.lint.frontends.python.formats import fill_braces, fill_percent, fill_template, is_safe_specification
from cwql.lint.frontends.python.literals import BadLiteral, quoting_of, read_literals
from cwql.lint.frontends.python.nodes import children
from cwql.lint.frontends.python.tree import parse_quietly
from cwql.lint.frontends.segments import dedent, strip, text_of
from cwql.lint.templates.model import PLACEHOLDER, TemplateSegment
from cwql.value import Value, assign, field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.lint.frontends.python.literals import Filling
    from cwql.lint.frontends.python.tree import Binding, Module, Scope
    from cwql.lint.frontends.python.values import Values

MOST = 16
"""Texts of one expression that are looked at."""

_DEEPEST = 40
ENCODING = frozenset(("quote", "quote_plus"))
_THROUGH = ENCODING | {"str", "cleandoc", "dedent", "cast"}
CONNECTIVES = frozenset(("and", "or"))


class Text(Value):
    """One text of an expression, and the branch of each condition of the program that leads to it.

    `node` is the expression that spells it, if that is not the evaluated one.
    """

    pieces: tuple[TemplateSegment, ...]
    choices: tuple[tuple[str, bool], ...]
    node: ast.expr | None = field(compare=False)

    def __init__(
        self,
        pieces: Sequence[TemplateSegment],
        choices: tuple[tuple[str, bool], ...] = (),
        node: ast.expr | None = None,
    ) -> None:
        assign(self, "pieces", tuple(pieces))
        assign(self, "choices", choices)
        assign(self, "node", node)

    @property
    def known(self) -> bool:
        """Return whether there is any text that is not a placeholder."""
        return any(piece.kind != "placeholder" and piece.text.strip() for piece in self.pieces)


class Reader:
    """Read texts of one module. `parts` gathers the items of joined lists: each is a condition of its own."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.parts: list[Text] = []
        self.fillings: dict[tuple[int, int], tuple[ast.expr, Scope]] = {}
        """The expression of a placeholder, by its position."""
        self.in_url = False
        """True for URLs, in which the result of ``quote`` differs from its argument."""
        self._number = 0
        self._active: set[Binding] = set()
        self._literals: dict[ast.AST, list[Text]] = {}
        self._settled: dict[str, str] = {}
        """Texts of names that mean the same in every function."""

    @cached_property
    def _values(self) -> Values:
        # Imported here because many files have only plain texts.
        from cwql.lint.frontends.python.values import Values

        return Values(self.module)

    def is_safe(self, node: ast.expr | None, scope: Scope) -> bool:
        """Return whether the text of a value cannot contain a quote or an operator."""
        if node is None or (isinstance(node, ast.Name) and self._is_unknown(node, scope)):
            # Most placeholders are such names; the data flow, which few of them need, takes a while to import.
            return False
        return self._values.is_safe(node, scope)

    def _is_unknown(self, node: ast.Name, scope: Scope) -> bool:
        """Return whether nothing is known of a name: it is an argument without a type, or comes from elsewhere."""
        found = scope.reach(node)
        return found is None or (
            node.id not in self.module.checked
            and all(
                binding.annotation is None and binding.way not in ("assign", "augment", "loop") for binding in found[1]
            )
        )

    def read(self, node: ast.expr, scope: Scope, depth: int = 0) -> list[Text]:
        """Return the texts of an expression; none if its text cannot be known."""
        if depth > _DEEPEST:
            return []
        depth += 1
        if isinstance(node, ast.Constant):
            if not isinstance(node.value, str):
                return []
            if node not in self._literals:
                self._literals[node] = self._read_literal(node)
            return self._literals[node]
        match node:
            case ast.JoinedStr():
                return self._read_formatted(node, scope, depth)
            case ast.BinOp(op=ast.Add()):
                return self._read_sum(node, scope, depth)
            case ast.BinOp(op=ast.Mod()):
                return self._map(
                    node.left, scope, depth, lambda pieces: self._percent(pieces, node.right, scope, depth)
                )
            case ast.Call():
                return self._read_call(node, scope, depth)
            case ast.IfExp():
                return self._read_choice(node, scope, depth)
            case ast.BoolOp():
                return self._read_first(node, scope, depth)
            case ast.NamedExpr():
                return self.read(node.value, scope, depth)
            case ast.Name() | ast.Attribute():
                return self._read_name(node, scope, depth)
            case _:
                if type(node).__name__ == "TemplateStr":
                    return self._read_formatted(node, scope, depth)
                return []

    def read_part(self, node: ast.expr, scope: Scope, depth: int) -> list[Text]:
        """Return the texts of an expression, a placeholder if they are not known."""
        return self.read(node, scope, depth) or [Text((self.hole(node, scope),))]

    def hole(self, node: ast.expr, scope: Scope) -> TemplateSegment:
        """Return the piece of an expression that is not known."""
        start, end = self.module.extent(node)
        self.fillings[start, end] = (node, scope)
        self._number += 1
        return TemplateSegment(
            PLACEHOLDER,
            start,
            end,
            "placeholder",
            self._number,
            None,
            self.module.text[start:end],
            self.is_safe(node, scope),
        )

    def one(self, node: ast.expr, scope: Scope) -> str | None:
        """Return the text of an expression that has just one, with placeholders unchanged; None for any other."""
        texts = self.read(node, scope)
        return text_of(texts[0].pieces) if len(texts) == 1 else None

    def plain(self, node: ast.expr, scope: Scope) -> str | None:
        """Return the result of `one` for a literal, and for an f-string of plain names and attributes.

        None if it needs more. The tree has the text; only a caller that needs positions must parse the literal.
        """
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else None
        if not isinstance(node, ast.JoinedStr):
            return None
        parts: list[str] = []
        for value in node.values:
            part: str | None = None
            if isinstance(value, ast.Constant):
                part = value.value if isinstance(value.value, str) else None
            elif isinstance(value, ast.FormattedValue) and value.conversion == -1 and value.format_spec is None:
                inner = value.value
                part = self._settled.get(inner.id) if type(inner) is ast.Name and scope.outer is not None else None
                if part is None:
                    self._place_field(value, node)
                    part = self._plain_name(inner, scope, node.lineno)
            if part is None:
                return None
            parts.append(part)
        return "".join(parts)

    def _plain_name(self, node: ast.expr, scope: Scope, line: int) -> str | None:
        """Return the text of a name in a field on a line, `PLACEHOLDER` if it has none; None if it needs more."""
        if not isinstance(node, (ast.Name, ast.Attribute)):
            return None
        found = self._assigned(node, scope, line)
        if found is None:
            return PLACEHOLDER
        value = found[1].value
        if not isinstance(value, ast.Constant) or not isinstance(value.value, str):
            return None
        if isinstance(node, ast.Name) and scope.outer is not None and self.module.is_settled(node.id):
            self._settled[node.id] = value.value
        return value.value

    # Literals

    def _read_literal(self, node: ast.expr) -> list[Text]:
        try:
            pieces, fillings = self._pieces(node)
        except BadLiteral:
            return []
        return [] if fillings else [Text(pieces)]

    def plain_piece(self, node: ast.Constant, number: int = 0) -> TemplateSegment | None:
        """Return the piece of one literal with quotes around it and no escape in it, as most are; None for any other node."""
        module = self.module
        value = node.value
        if type(value) is not str or not value:
            return None
        start, end = module.extent(node)
        # Any other literal is longer than its value by more.
        if module.text[start + 1 : end - 1] != value:
            return None
        return TemplateSegment(value, start + 1, end - 1, "same", number, quoting_of(module.text[start]))

    def _pieces(self, node: ast.expr) -> tuple[list[TemplateSegment], list[Filling]]:
        self._number += 1
        plain = self.plain_piece(node, self._number) if isinstance(node, ast.Constant) else None
        if plain is not None:
            return [plain], []
        module = self.module
        pieces, fillings = read_literals(module.text, *module.extent(node), self._number)
        if pieces:
            self._number = max(self._number, pieces[-1].literal)
        return pieces, fillings

    def _read_formatted(self, node: ast.expr, scope: Scope, depth: int) -> list[Text]:
        try:
            pieces, fillings = self._pieces(node)
        except BadLiteral:
            return []
        values = [value for value in node.values if not isinstance(value, ast.Constant)]  # type: ignore[attr-defined]
        if len(values) != len(fillings):
            return []
        parts: list[list[Text]] = []
        rest = iter(zip(values, fillings, strict=True))
        for piece in pieces:
            if piece.kind != "placeholder":
                parts.append([Text((piece,))])
                continue
            value, filling = next(rest)
            self._place_field(value, node)
            inner = self._placed(value.value, filling.expression_start, filling.expression_end)
            specification = filling.specification
            if value.conversion == -1 and not specification:
                known = self.read(inner, scope, depth)
                safe = self.is_safe(inner, scope)
                if safe and known:
                    known = [Text([_as_safe(piece) for piece in text.pieces], text.choices) for text in known]
            else:
                known = []
                safe = is_safe_specification(specification) or (value.conversion != 114 and self.is_safe(inner, scope))
            self.fillings[piece.start, piece.end] = (inner, scope)
            shown = piece.expression
            if specification.startswith("%"):
                # A date: its format decides how it is read.
                shown = f"{shown}:{specification}"
            hole = TemplateSegment(
                PLACEHOLDER, piece.start, piece.end, "placeholder", piece.literal, piece.quoting, shown, safe
            )
            parts.append(known or [Text((hole,))])
        return _concatenate(parts)

    def _place_field(self, field: ast.FormattedValue, node: ast.expr) -> None:
        """Record the position of a replacement field of an f-string; fields of plain names are not evaluated further."""
        parents = self.module.parents
        if field.value not in parents:
            parents[field] = node
            parents[field.value] = field

    def _placed(self, node: ast.expr, start: int, end: int) -> ast.expr:
        """Return the expression of a replacement field with its true positions, which Python reports only since 3.12."""
        module = self.module
        again: ast.expr
        if isinstance(node, ast.Name) and module.text[start:end] == node.id:
            # A bare name, as most fields are, need not be parsed a second time.
            line, column = module.position(start)
            places = {
                "lineno": line,
                "end_lineno": line,
                "col_offset": column,
                "end_col_offset": column + len(node.id.encode()),
            }
            again = ast.Name(node.id, node.ctx, **places)
            module.parents[again] = module.parents.get(node, node)
            return again
        try:
            again = parse_quietly(f"({module.text[start:end]}\n)", "eval").body  # type: ignore[attr-defined]
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return node
        line, column = module.position(start)
        module.parents[again] = module.parents.get(node, node)
        stack: list[ast.AST] = [again]
        while stack:
            child = stack.pop()
            if isinstance(child, (ast.expr, ast.keyword, ast.arg)):
                if child.lineno == 1:
                    child.col_offset += column - 1
                if child.end_lineno == 1:
                    child.end_col_offset = (child.end_col_offset or 0) + column - 1
                child.lineno += line - 1
                child.end_lineno = (child.end_lineno or 1) + line - 1
            for grandchild in children(child):
                module.parents[grandchild] = child
                stack.append(grandchild)
        return again

    # Operators

    def _read_sum(self, node: ast.BinOp, scope: Scope, depth: int) -> list[Text]:
        operands: list[ast.expr] = []
        left: ast.expr = node
        while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add):
            operands.append(left.right)
            left = left.left
        operands.append(left)
        operands.reverse()
        parts = [self.read(operand, scope, depth) for operand in operands]
        if not any(parts):
            return []
        return _concatenate(
            [part or [Text((self.hole(operand, scope),))] for operand, part in zip(operands, parts, strict=True)]
        )

    def _read_choice(self, node: ast.IfExp, scope: Scope, depth: int) -> list[Text]:
        yes, no = self.read(node.body, scope, depth), self.read(node.orelse, scope, depth)
        if not yes and not no:
            return []
        test = ast.dump(node.test)
        yes = yes or [Text((self.hole(node.body, scope),))]
        no = no or [Text((self.hole(node.orelse, scope),))]
        return [
            *[Text(text.pieces, (*text.choices, (test, True))) for text in yes],
            *[Text(text.pieces, (*text.choices, (test, False))) for text in no],
        ][:MOST]

    def _read_first(self, node: ast.BoolOp, scope: Scope, depth: int) -> list[Text]:
        if isinstance(node.op, ast.And):
            return self.read(node.values[-1], scope, depth)
        parts = [self.read(value, scope, depth) for value in node.values]
        if not any(parts):
            return []
        # In `name or ""` the empty text means that there was none, and is seldom used.
        return [
            text
            for value, part in zip(node.values, parts, strict=True)
            for text in part or [Text((self.hole(value, scope),))]
            if text.pieces
        ][:MOST]

    def _map(self, node: ast.expr, scope: Scope, depth: int, change: object) -> list[Text]:
        changed: list[Text] = []
        for text in self.read(node, scope, depth):
            pieces = change(text.pieces)  # type: ignore[operator]
            if pieces is None:
                return []
            changed.append(Text(pieces, text.choices))
        return changed

    def _percent(
        self, pieces: Sequence[TemplateSegment], values: ast.expr, scope: Scope, depth: int
    ) -> list[TemplateSegment] | None:
        return fill_percent(pieces, values, scope, self.is_safe, lambda value: self._inline(value, scope, depth))

    def _inline(self, node: ast.expr, scope: Scope, depth: int) -> Sequence[TemplateSegment] | None:
        texts = self.read(node, scope, depth)
        return texts[0].pieces if len(texts) == 1 else None

    # Calls

    def _read_call(self, node: ast.Call, scope: Scope, depth: int) -> list[Text]:
        function = node.func
        if isinstance(function, ast.Attribute):
            match function.attr:
                case "format":
                    return self._map(
                        function.value,
                        scope,
                        depth,
                        lambda pieces: fill_braces(
                            pieces, node, scope, self.is_safe, lambda value: self._inline(value, scope, depth)
                        ),
                    )
                case "join":
                    return self._read_join(node, function.value, scope, depth)
                case "strip" | "lstrip" | "rstrip" if not node.args:
                    way = function.attr
                    return self._map(
                        function.value, scope, depth, lambda pieces: strip(pieces, way != "rstrip", way != "lstrip")
                    )
                case "cond":
                    return self.read_template(node, scope, depth)
        name = getattr(function, "attr", getattr(function, "id", ""))
        if name not in _THROUGH or not node.args or (self.in_url and name in ENCODING):
            return self._read_joiner(node, scope, depth)
        if name in ("dedent", "cleandoc"):
            texts = self._map(node.args[0], scope, depth, dedent)
            return [Text(strip(text.pieces), text.choices) for text in texts] if name == "cleandoc" else texts
        return self.read(node.args[-1] if name == "cast" else node.args[0], scope, depth)

    def read_template(self, node: ast.Call, scope: Scope, depth: int = 0) -> list[Text]:
        """Return the texts of the template that ``cond`` is called with."""
        if not node.args:
            return []
        template = node.args[0]
        if type(template).__name__ == "TemplateStr":
            return [Text([_as_safe(piece) for piece in text.pieces]) for text in self.read(template, scope, depth)]
        return self._map(template, scope, depth, lambda pieces: fill_template(pieces, node, scope))

    def _read_joiner(self, node: ast.Call, scope: Scope, depth: int) -> list[Text]:
        """Return the texts of a call of a function that only joins its arguments: ``def both(parts): …``."""
        if not node.args or node.keywords or not self.module.joins:
            return []
        # Imported here to avoid an import circle.
        from cwql.lint.frontends.python.calls import find_definition, find_joint

        found = find_definition(node.func, scope)
        joint = find_joint(*found) if found is not None else None
        if joint is None:
            return []
        separator, is_spread = joint
        items = ast.List([*node.args], ast.Load()) if is_spread else node.args[0]
        return self._read_join(node, separator, scope, depth, items)

    def _read_join(
        self, node: ast.Call, separator: ast.expr, scope: Scope, depth: int, listed: ast.expr | None = None
    ) -> list[Text]:
        if listed is None:
            if len(node.args) != 1:
                return []
            listed = node.args[0]
        between = self.read(separator, scope, depth)
        if len(between) != 1 or any(piece.kind == "placeholder" for piece in between[0].pieces):
            return []
        joint = text_of(between[0].pieces)
        # An edit of the separator would change every joint.
        bare = [_without_quoting(piece) for piece in between[0].pieces]
        items, complete = self._items(listed, scope, depth)
        if complete and items:
            parts = [part for item, home in items for part in ([Text(bare)], self.read_part(item, home, depth))]
            return _concatenate(parts[1:])
        start, end = self.module.start(node), self.module.end(node)
        self._number += 1
        self.fillings[start, end] = (node, scope)
        text = self.module.text[start:end]
        if joint.strip().lower() in CONNECTIVES:
            # Each item is a condition that others follow.
            rest = TemplateSegment(PLACEHOLDER, start, end, "placeholder", self._number, None, text, True, joint)
            for item, home in items:
                known = [text for text in self.read(item, home, depth) if text.known]
                self.parts += [Text((*text.pieces, *bare, rest), text.choices, item) for text in known]
        safe = self._values.is_safe_list(listed, scope)
        return [Text((TemplateSegment(PLACEHOLDER, start, end, "placeholder", self._number, None, text, safe, joint),))]

    def _items(self, node: ast.expr, scope: Scope, depth: int) -> tuple[list[tuple[ast.expr, Scope]], bool]:
        """Return the known items of a list, and whether these are all, in order."""
        match node:
            case ast.List() | ast.Tuple():
                known = [(item, scope) for item in node.elts if not isinstance(item, ast.Starred)]
                return known, len(known) == len(node.elts)
            case ast.GeneratorExp() | ast.ListComp():
                return [(node.elt, scope)], False
            case ast.Call(func=ast.Name(id="filter"), args=[_, inner]):
                return self._items(inner, scope, depth)[0], False
            case ast.Name():
                return self._items_of_name(node, scope, depth)
            case _:
                return [], False

    def _items_of_name(self, node: ast.Name, scope: Scope, depth: int) -> tuple[list[tuple[ast.expr, Scope]], bool]:
        found = scope.reach(node)
        if found is None or depth > _DEEPEST or node.id in self.module.shared:
            return [], False
        home, bindings = found
        items: list[tuple[ast.expr, Scope]] = []
        complete = len(bindings) == 1 and bindings[0].way == "assign"
        for binding in bindings:
            if binding.way in ("assign", "augment") and isinstance(binding.value, (ast.List, ast.Tuple, ast.ListComp)):
                inner, whole = self._items(binding.value, home, depth + 1)
                items += inner
                complete = complete and whole
            else:
                complete = False
        made = [binding.node for binding in bindings]
        for use in home.uses(node.id):
            above = self.module.parents.get(use)
            if not isinstance(above, ast.Attribute) or above.attr in ("copy", "index", "count"):
                continue
            if not home.sees(use, made):
                continue
            call = self.module.parents.get(above)
            complete = False
            if not isinstance(call, ast.Call) or call.func is not above or not call.args:
                continue
            if above.attr == "append":
                items.append((call.args[0], home))
            elif above.attr == "insert":
                items.append((call.args[-1], home))
            elif above.attr == "extend":
                items += self._items(call.args[0], home, depth + 1)[0]
        return items, complete

    # Names

    def _read_name(self, node: ast.Name | ast.Attribute, scope: Scope, depth: int) -> list[Text]:
        """Return the text of a name that is assigned once, before it is used."""
        found = self._assigned(node, scope, node.lineno)
        return [] if found is None else self.read_binding(*found, depth)

    def _assigned(self, node: ast.Name | ast.Attribute, scope: Scope, line: int) -> tuple[Scope, Binding] | None:
        """Return the only assignment to a name, and its scope; None if there are others, or if it comes after the line."""
        found = self.bindings(node, scope)
        if found is None:
            return None
        home, bindings = found
        if len(bindings) != 1 or bindings[0].way != "assign" or bindings[0].value is None:
            return None
        if home is scope and bindings[0].node.lineno > line:  # type: ignore[attr-defined]
            return None
        return home, bindings[0]

    def read_binding(self, home: Scope, binding: Binding, depth: int = 0) -> list[Text]:
        """Return the texts that an assignment gives to a name."""
        if binding.value is None or binding in self._active:
            return []
        self._active.add(binding)
        try:
            texts = self.read(binding.value, home, depth)
            return [Text(text.pieces, text.choices, text.node or binding.value) for text in texts]
        finally:
            self._active.discard(binding)

    def bindings(self, node: ast.AST, scope: Scope) -> tuple[Scope, list[Binding]] | None:
        """Return the bindings of a name, or of ``self.name`` and ``Class.name`` in the class that is meant."""
        if isinstance(node, ast.Name):
            module = self.module
            # No function declares a settled name global.
            return scope.reach(node) if module.is_settled(node.id) or node.id not in module.shared else None
        if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
            return None
        home = self._class(node.value.id, scope)
        if home is None or node.attr not in home.bindings or node.attr in self._changed(home):
            return None
        return home, home.bindings[node.attr]

    def _class(self, name: str, scope: Scope) -> Scope | None:
        if name in ("self", "cls"):
            return scope.enclosing_class()
        found = scope.find(name)
        if found is not None and len(found[1]) == 1 and isinstance(found[1][0].node, ast.ClassDef):
            return self.module.scope_of(found[1][0].node)
        return None

    def _changed(self, home: Scope) -> frozenset[str]:
        """Return the attributes that methods of a class set on themselves."""
        known = self.module.changed.get(home.node)
        if known is None:
            known = frozenset(
                node.attr
                for node in ast.walk(home.node)
                if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load)
            )
            self.module.changed[home.node] = known
        return known


def _as_safe(piece: TemplateSegment) -> TemplateSegment:
    if piece.kind != "placeholder":
        return piece
    return TemplateSegment(
        PLACEHOLDER, piece.start, piece.end, "placeholder", piece.literal, piece.quoting, piece.expression, True
    )


def _without_quoting(piece: TemplateSegment) -> TemplateSegment:
    return TemplateSegment(piece.text, piece.start, piece.end, piece.kind, piece.literal, None)


def _concatenate(parts: Sequence[Sequence[Text]]) -> list[Text]:
    """Return each text that the parts make in sequence; if there are too many, each text of a part at least once."""
    texts = [Text(())]
    run: list[TemplateSegment] = []
    for part in parts:
        if len(part) == 1 and not part[0].choices:
            run.extend(part[0].pieces)
            continue
        texts = _multiply(_append(texts, run), part)
        run = []
    return _append(texts, run)


def _append(texts: list[Text], run: Sequence[TemplateSegment]) -> list[Text]:
    return [Text((*text.pieces, *run), text.choices) for text in texts] if run else texts


def _multiply(first: Sequence[Text], second: Sequence[Text]) -> list[Text]:
    pairs = [(left, right) for left in first for right in second if _agree(left, right)]
    if len(pairs) > MOST:
        pairs = [(left, right) for left, right in pairs if left is first[0] or right is second[0]]
    return [Text((*left.pieces, *right.pieces), (*left.choices, *right.choices)) for left, right in pairs[:MOST]]


def _agree(left: Text, right: Text) -> bool:
    if not left.choices or not right.choices:
        return True
    known = dict(left.choices)
    return all(known.get(test, way) == way for test, way in right.choices)
