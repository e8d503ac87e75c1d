"""Find conditions in Python: keywords, keys, names, arguments of cwql's own functions, queries of URLs.

Only parts of the tree with a line that may contain a condition are visited.
"""

from __future__ import annotations

import ast
import re

from cwql.errors import UnknownNameError
from cwql.language.dialects import DIALECTS
from cwql.lint.frontends.python.calls import find_calls, find_definition, match_arguments
from cwql.lint.frontends.python.candidates import Candidate, common_place, has_between, with_numbers
from cwql.lint.frontends.python.flows import texts_of_name
from cwql.lint.frontends.python.interest import BLOCKS, QUERY, Interest, holds_query
from cwql.lint.frontends.python.kept import open_formats
from cwql.lint.frontends.python.routes import Routes
from cwql.lint.frontends.python.shapes import SIMPLE, Shapes
from cwql.lint.frontends.python.texts import ENCODING, Reader, Text
from cwql.lint.frontends.segments import text_of
from cwql.lint.frontends.urls import find_in_url
from cwql.lint.heuristics import ends_in_the_middle, has_sql_parameters, is_like_condition, is_query_string
from cwql.lint.request_targets import NOWHERE, RequestTarget, dialect_of, parameter_of
from cwql.lint.templates.model import PLACEHOLDER, ConditionTemplate, TemplateSegment
from cwql.schema.catalog import product_of
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from cwql.diagnostics import Diagnostic
    from cwql.lint.frontends.python.tree import Module, Scope
    from cwql.lint.request_targets import Context

_CODE = re.compile(r"[\s\"'`<(]")
"""Characters before a URL in prose and in quoted code, but never in a URL."""
_VERBS = frozenset(("list", "count", "first", "pages", "all", "preview"))
_OWN_KEYS = {
    "where": "condition",
    "child_conditions": "childConditions",
    "custom_field_conditions": "customFieldConditions",
}
_ADDING = frozenset(
    (
        "setdefault",
        "set",
        "add",
        "append",
        "get",
        "setitem",
        "param",
        "add_param",
        "set_param",
        "with_param",
        "add_query_param",
    )
)
_FUNCTIONS = frozenset(("parse", "check", "compile", "fix", "format", "translate", "predicate", "cond", "Template"))
"""Functions of `cwql` whose first argument is a text; all others are passed by name."""


class Finder:
    """Find the conditions of one module."""

    def __init__(self, module: Module, context: Context) -> None:
        self._module = module
        self._context = context
        self._reader = Reader(module)
        self._routes = Routes(module, self._reader, context.names_us)
        self._candidates: dict[tuple[object, ...], Candidate | ConditionTemplate] = {}
        """The results, by parameter and pieces: final, or until all uses are known."""
        self._urls: list[ConditionTemplate | Diagnostic] = []
        self._shapes = Shapes(module, self._reader)
        self._is_item = False
        self._takers: set[str] = set()
        """Names of functions with a parameter for a condition."""
        self._puts = 0
        """The number of values under a key in the last statement and after it."""
        self._plain: tuple[ast.Constant, str, RequestTarget] | None = None
        """The last of them, if it is a plain literal, with its details."""
        self._is_ours = context.names_us
        self._interest = Interest(module, context)
        self._queries = self._interest.queries

    def find(self) -> list[ConditionTemplate | Diagnostic]:
        """Return every condition, and diagnostics about URLs."""
        self._walk()
        if self._takers:
            self._follow_arguments()
        known = self._candidates.values()
        strong: list[int] | None = None
        found: list[ConditionTemplate | Diagnostic] = []
        for candidate in known:
            if isinstance(candidate, ConditionTemplate):
                found.append(candidate)
                continue
            if candidate.weak:
                if strong is None:
                    sure = [some.segments for some in known if isinstance(some, ConditionTemplate) or not some.weak]
                    strong = sorted([piece.start for pieces in sure for piece in pieces])
                if any(has_between(strong, piece.start, piece.end) for piece in candidate.segments):
                    continue
            pieces, place = with_numbers(candidate.segments), common_place(candidate.places)
            span = Span(*candidate.extent)
            found.append(
                ConditionTemplate(pieces, candidate.parameter, place, span, "python", partial=candidate.partial)
            )
        return found + self._urls

    # Walking

    def _walk(self) -> None:
        interest = self._interest
        handlers: dict[type[ast.AST], Callable[[Any], None]] = {
            ast.Call: self._on_call,
            ast.Dict: self._on_dict,
            ast.Tuple: self._on_tuple,
            ast.Assign: self._on_assign,
            ast.AnnAssign: self._on_assign,
            ast.NamedExpr: self._on_assign,
            ast.AugAssign: self._on_assign,
            ast.arguments: self._on_arguments,
        }
        if self._queries:
            handlers |= dict.fromkeys((ast.Constant, ast.JoinedStr, ast.BinOp), self._on_text)
        # Our own functions and queries in URLs are looked for in every statement.
        may_repeat = not (self._queries or self._is_ours)
        stack: list[ast.AST] = [self._module.tree]
        while stack:
            node = stack.pop()
            kind = type(node)
            if kind in SIMPLE and may_repeat and self._comes_again(node):
                continue
            inner = interest.statements(node) if kind in BLOCKS else None
            if inner is None:
                inner = interest.parts(node)
                handler = handlers.get(kind)
                if handler is not None:
                    handler(node)
            inner.reverse()
            stack += inner

    def _comes_again(self, statement: ast.AST) -> bool:
        """Use the text of a statement that differs from an earlier one only in its text; return whether it does."""
        if self._plain is not None and self._puts == 1:
            self._shapes.learn(*self._plain)
        self._plain = None
        self._puts = 0
        known = self._shapes.recognise(statement)
        if known is None:
            return False
        piece, shape = known
        self._add_plain(piece, shape.parameter, shape.place)
        return True

    # Finding

    def _put(
        self,
        key: str,
        value: ast.expr,
        *,
        place: RequestTarget | None = None,
        passed: RequestTarget | None = None,
        weak: bool = False,
    ) -> None:
        """Add the texts of a value under a key.

        `place` is the target if it is certain, `passed` the targets of the name it is bound to. A `weak` value is a
        condition only if it looks like one.
        """
        parameter = parameter_of(key)
        if parameter is None:
            return
        self._puts += 1
        scope = self._module.scope(value)
        if (
            type(value) is ast.Constant
            and place is passed is None
            and not weak
            and self._put_plain(parameter, key, value, scope)
        ):
            return
        if isinstance(value, (ast.List, ast.Tuple)):
            for item in value.elts:
                self._module.parents[item] = value
                if isinstance(item, (ast.Constant, ast.JoinedStr)):
                    self._take(parameter, key, item, self._read(item, scope), scope, place, listed=True)
            return
        self._take(parameter, key, value, self._read(value, scope), scope, place, passed=passed, weak=weak)

    def _put_plain(self, parameter: str, key: str, value: ast.Constant, scope: Scope) -> bool:
        """Add a literal whose text is that of the file; return whether it is one.

        Its target is named by the nearest call, which is the common case.
        """
        piece = self._reader.plain_piece(value)
        if piece is None or self._context.markers:
            return False
        place = self._routes.of_nearest_call(value, scope)
        if (
            place is None
            or place.endpoint is None
            or not place.is_complete
            or dialect_of(key) not in (None, place.dialect)
        ):
            return False
        self._plain = value, parameter, place
        self._add_plain(piece, parameter, place)
        return True

    def _add_plain(self, piece: TemplateSegment, parameter: str, place: RequestTarget) -> None:
        """Take a literal whose place is certain."""
        if piece.text.isspace():
            return
        start, end = piece.start, piece.end
        key = parameter, start, end
        if key in self._candidates:
            self._add(Candidate((piece,), parameter, place, (start - 1, end + 1), False))
        else:
            self._candidates[key] = ConditionTemplate((piece,), parameter, place, Span(start - 1, end + 1), "python")

    def _read(self, value: ast.expr, scope: Scope) -> list[Text]:
        if isinstance(value, ast.Constant):
            return self._reader.read(value, scope)
        self._reader.parts = []
        while (
            isinstance(value, ast.Call)
            and value.args
            and getattr(value.func, "attr", getattr(value.func, "id", "")) in ENCODING
        ):
            value = value.args[0]
        texts = texts_of_name(self._reader, value, scope)
        if texts is None:
            texts = self._reader.read(value, scope)
        return [*texts, *self._reader.parts]

    def _take(  # noqa: PLR0913  # the options of a candidate
        self,
        parameter: str,
        key: str,
        value: ast.expr,
        texts: Sequence[Text],
        scope: Scope,
        own: RequestTarget | None,
        *,
        passed: RequestTarget | None = None,
        listed: bool = False,
        weak: bool = False,
    ) -> None:
        texts = [text for text in texts if text.known]
        if not texts:
            return
        common = parameter.lower().endswith("conditions")
        near = self._near(value, scope, passed, common) if own is None else (own,)
        place = self._context.settle_in_turn(self._marked(value), key, near)
        if place.endpoint is None and (not common or listed):
            return
        alone = place.dialect is None and not key.lower().endswith("s") and not self._context.automate
        if alone and isinstance(self._module.parents.get(value), ast.Dict):
            # A ``condition`` in a dict that nothing sends: the data of many libraries have one.
            return
        if common and isinstance(value, ast.Constant):
            texts = open_formats(self._module, value, texts)
        for text in texts:
            if common and is_query_string(text_of(text.pieces)):
                # A whole query string in a variable of that name.
                continue
            doubtful = common and (weak or (own is None and place.endpoint is None))
            if doubtful and not is_like_condition(text_of(text.pieces)):
                continue
            if place.endpoint is None and has_sql_parameters(text_of(text.pieces)):
                continue
            candidate = Candidate(text.pieces, parameter, place, self._extent(text, value), weak)
            candidate.partial = self._is_item
            self._add(candidate)

    def _near(
        self, value: ast.expr, scope: Scope, passed: RequestTarget | None, common: bool
    ) -> Iterator[RequestTarget | None]:
        if passed is not None:
            yield passed
        yield from self._routes.near(value, scope)
        if common and self._routes.is_open(value, scope):
            yield self._routes.around(scope)

    def _marked(self, value: ast.expr) -> RequestTarget | None:
        """Return the place that a comment on a value, or on its statement, names."""
        if not self._context.markers:
            return None
        module = self._module
        marked = self._context.marked(*module.extent(value))
        statement = module.statement(value)
        if marked is not None or hasattr(statement, "body"):
            return marked
        return self._context.marked(*module.extent(statement))

    def _add(self, candidate: Candidate) -> None:
        pieces = candidate.segments
        identity: tuple[object, ...]
        if len(pieces) == 1:
            identity = candidate.parameter, pieces[0].start, pieces[0].end
        else:
            identity = (candidate.parameter, *[(piece.start, piece.end) for piece in pieces])
        candidates = self._candidates
        known = candidates.get(identity)
        if isinstance(known, ConditionTemplate):
            known = Candidate(known.segments, known.parameter, known.place, (known.span.start, known.span.end), False)
            candidates[identity] = known
        if known is None or (known.weak and not candidate.weak):
            candidates[identity] = candidate
        elif not candidate.weak or known.weak:
            known.places += candidate.places

    def _extent(self, text: Text, value: ast.expr) -> tuple[int, int]:
        """Return the span of a text in the file.

        It is that of the expression, or of all its literals if they are in other places.
        """
        node = text.node or value
        low, high = self._module.extent(node)
        if any(low <= piece.start and piece.end <= high for piece in text.pieces):
            return low, high
        return min([piece.start for piece in text.pieces]), max([piece.end for piece in text.pieces])

    # Contexts of conditions

    def _on_call(self, node: ast.AST) -> None:
        assert isinstance(node, ast.Call)
        function = node.func
        own = self._on_own(node)
        for keyword in node.keywords:
            if keyword.arg is None:
                continue
            if own and keyword.arg in _OWN_KEYS:
                self._put(_OWN_KEYS[keyword.arg], keyword.value)
            elif parameter_of(keyword.arg) is not None:
                self._put(keyword.arg, keyword.value)
        arguments = node.args
        if isinstance(function, ast.Attribute) and function.attr in _ADDING and len(arguments) in (2, 3):
            key = arguments[-2]
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                self._put(key.value, arguments[-1])
        if isinstance(function, ast.Attribute) and function.attr == "append" and len(arguments) == 1:
            owner = function.value
            if isinstance(owner, ast.Attribute) and (parameter_of(owner.attr) or "").endswith("onditions"):
                # `self.conditions.append("…")`: an item of a list that is joined elsewhere.
                self._is_item = True
                self._put(owner.attr, arguments[0], weak=True, passed=self._use_of_member(node, owner.attr))
                self._is_item = False
        if self._queries:
            self._on_text(node)

    def _use_of_member(self, node: ast.Call, name: str) -> RequestTarget | None:
        """Return the only target of the calls in the same function that a member is passed to."""
        scope = self._module.scope(node)
        places: dict[str, RequestTarget] = {}
        for call in ast.walk(scope.node):
            if not isinstance(call, ast.Call) or call is node:
                continue
            values = [*call.args, *[keyword.value for keyword in call.keywords]]
            if any(
                isinstance(part, ast.Attribute) and part.attr == name for value in values for part in ast.walk(value)
            ):
                place = self._routes.of_call(call, scope)
                if place is not None and place.endpoint is not None:
                    places[place.endpoint] = place
        return places.popitem()[1] if len(places) == 1 else None

    def _on_own(self, node: ast.Call) -> bool:
        """Add the first argument of cwql's own functions and verbs; return whether it is a verb."""
        function = node.func
        if self._is_ours and node.args:
            scope = self._module.scope(node)
            home, _, called = self._origin(function, scope).rpartition(".")
            if home == "cwql" and called in _FUNCTIONS:
                self._on_function(node, called, scope)
                return False
        if not isinstance(function, ast.Attribute) or function.attr not in _VERBS:
            return False
        if not node.args and not any(keyword.arg in _OWN_KEYS for keyword in node.keywords):
            return False
        scope = self._module.scope(node)
        # If the arguments name the target, the first of them is not a condition: `client.pages("/service/tickets", …)`.
        place = self._routes.of_chain(function, scope)
        if place is None or place.endpoint is None:
            return False
        if node.args:
            self._put("condition", node.args[0], place=place)
        return True

    def _origin(self, function: ast.expr, scope: Scope) -> str:
        dotted: list[str] = []
        while isinstance(function, ast.Attribute):
            dotted.append(function.attr)
            function = function.value
        if not isinstance(function, ast.Name):
            return ""
        return ".".join([scope.origin(function.id) or function.id, *reversed(dotted)])

    def _on_function(self, node: ast.Call, name: str, scope: Scope) -> None:
        values = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg is not None}
        # The keywords of `cond` are values.
        roles = () if name == "cond" else ("dialect", "source", "endpoint", "parameter")
        given = {key: _constant(values[key]) for key in roles if key in values}
        if None in given.values():
            # The key is a variable: nothing is known.
            return
        try:
            dialect = given.get("source" if name == "translate" else "dialect") or product_of(given.get("endpoint"))
        except UnknownNameError:
            # A word that names endpoints of both products, which the call refuses as well.
            return
        dialect = dialect.lower()
        if dialect not in [record.name for record in DIALECTS]:
            return
        place = RequestTarget(dialect, given.get("endpoint"), sure=True)
        if name in ("cond", "Template"):
            texts = self._reader.read_template(node, scope)
            self._take("conditions", "condition", node, texts, scope, None, passed=place)
        else:
            self._put(given.get("parameter") or "condition", node.args[0], place=place)

    def _on_dict(self, node: ast.AST) -> None:
        assert isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str) and parameter_of(key.value) is not None:
                self._put(key.value, value)

    def _on_tuple(self, node: ast.AST) -> None:
        """Add ``("conditions", "…")`` in a list of such pairs."""
        assert isinstance(node, ast.Tuple)
        if len(node.elts) != 2:
            return
        key, value = node.elts
        above = self._module.parents.get(node)
        if not isinstance(key, ast.Constant) or not isinstance(key.value, str) or parameter_of(key.value) is None:
            return
        pairs = isinstance(above, (ast.List, ast.Tuple)) and all(
            isinstance(item, ast.Tuple) and len(item.elts) == 2 for item in above.elts
        )
        added = isinstance(above, ast.Call) and getattr(above.func, "attr", "") in ("append", "insert")
        if pairs or added:
            self._put(key.value, value)

    def _on_assign(self, node: ast.AST) -> None:
        assert isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr))
        value = node.value
        if value is None:
            return
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            if isinstance(target, ast.Name):
                if parameter_of(target.id) is not None:
                    self._put(target.id, value if not isinstance(node, ast.AugAssign) else target, weak=True)
                elif self._context.markers and isinstance(node, ast.Assign):
                    self._on_marked(node, value)
            elif isinstance(target, ast.Attribute):
                if parameter_of(target.attr) is not None:
                    self._put(target.attr, value, weak=True)
            elif isinstance(target, ast.Subscript):
                key = _constant(target.slice)
                if key is None:
                    pass
                elif isinstance(node, ast.AugAssign):
                    self._on_added(key, target, node)
                else:
                    self._put(key, value)

    def _on_added(self, key: str, target: ast.Subscript, node: ast.AugAssign) -> None:
        """Add ``params["conditions"] += " and …"``: the earlier text, and the appended text."""
        parameter = parameter_of(key)
        if parameter is None or not isinstance(node.op, ast.Add):
            return
        scope = self._module.scope(node)
        before = self._before(key, target, scope) or Text((self._reader.hole(target, scope),))
        texts = [Text((*before.pieces, *text.pieces)) for text in self._reader.read(node.value, scope)]
        self._take(parameter, key, node.value, texts, scope, None)

    def _before(self, key: str, target: ast.Subscript, scope: Scope) -> Text | None:
        """Return the text that a key has in the dict that a name was made as."""
        found = scope.find(target.value.id) if isinstance(target.value, ast.Name) else None
        if found is None or len(found[1]) != 1 or not isinstance(found[1][0].value, ast.Dict):
            return None
        made = found[1][0].value
        for name, value in zip(made.keys, made.values, strict=True):
            if isinstance(name, ast.Constant) and name.value == key:
                texts = self._reader.read(value, found[0])
                return texts[0] if len(texts) == 1 else None
        return None

    def _on_marked(self, node: ast.Assign, value: ast.expr) -> None:
        """Add a text that a comment ``cwql: manage /service/tickets`` marks as a condition."""
        if not isinstance(value, (ast.Constant, ast.JoinedStr, ast.BinOp, ast.Call)):
            return
        if self._context.marked(*self._module.extent(node)) is not None:
            self._put("condition", value)

    def _on_arguments(self, node: ast.AST) -> None:
        """Take the defaults of ``def find(conditions="…")``."""
        assert isinstance(node, ast.arguments)
        positional = [*node.posonlyargs, *node.args]
        pairs = [*zip(positional[len(positional) - len(node.defaults) :], node.defaults, strict=True)]
        pairs += [
            (name, value) for name, value in zip(node.kwonlyargs, node.kw_defaults, strict=True) if value is not None
        ]
        if any((parameter_of(name.arg) or "").endswith("onditions") for name in positional):
            self._takers.add(getattr(self._module.parents[node], "name", ""))
        for name, value in pairs:
            if parameter_of(name.arg) is not None:
                inside = self._module.scope_of(self._module.parents[node])
                self._put(name.arg, value, passed=self._routes.of_name(name.arg, inside), weak=True)

    def _follow_arguments(self) -> None:
        """Take the conditions that functions of the file are called with, in the place of a parameter of that name."""
        module = self._module
        calls = re.compile(rf"(?<!def )\b(?:{'|'.join(map(re.escape, sorted(filter(None, self._takers))))})\(")
        lines = (
            sorted({module.line(match.start()) for match in calls.finditer(module.text)}) if any(self._takers) else []
        )
        for call in find_calls(module, lines) if lines else ():
            if getattr(call.func, "attr", getattr(call.func, "id", "")) not in self._takers or not call.args:
                continue
            found = find_definition(call.func, module.scope(call))
            if found is None:
                continue
            for parameter, value in match_arguments(*found, call):
                if value in call.args and (parameter_of(parameter.arg) or "").endswith("onditions"):
                    self._put(parameter.arg, value)

    def _on_text(self, node: ast.expr) -> None:
        """Take the conditions in the query of a URL."""
        parents = self._module.parents
        above = parents.get(node)
        if isinstance(above, (ast.BinOp, ast.JoinedStr, ast.FormattedValue)) or not holds_query(node):
            return
        if isinstance(above, ast.Attribute) and above.attr in ("format", "strip"):
            return
        scope = self._module.scope(node)
        start, end = self._module.extent(node)
        self._reader.in_url = True
        texts = self._reader.read(node, scope)
        self._reader.in_url = False
        if isinstance(node, ast.Constant):
            texts = open_formats(self._module, node, texts)
        passed = isinstance(above, ast.Call) and node in above.args
        for text in texts if passed else [self._left_open(text) for text in texts]:
            if _CODE.search(_head(text_of(text.pieces))) is None:
                self._urls.extend(find_in_url(text.pieces, self._context, start, end, "python"))
                self._on_encoded(text, scope)
            elif isinstance(above, ast.Expr):
                # A docstring: prose, in which a URL has an end.
                from cwql.lint.frontends.text import find_in_lines

                low, high = text.pieces[0].start, text.pieces[-1].end
                self._urls.extend(find_in_lines(self._module.text, low, high, self._context, "python"))

    def _left_open(self, text: Text) -> Text:
        """Return a text with a placeholder at its end if its condition ends in the middle: the rest is added elsewhere."""
        shown, last = text_of(text.pieces), text.pieces[-1]
        if last.kind == "placeholder" or not ends_in_the_middle(shown):
            return text
        quote = self._module.text[last.end : last.end + 1] or "+"
        return Text(
            (
                *text.pieces,
                TemplateSegment(PLACEHOLDER, last.end, last.end + 1, "placeholder", last.literal, None, quote, True),
            )
        )

    def _on_encoded(self, text: Text, scope: Scope) -> None:
        """Add a text that the program encodes itself: an argument of ``quote`` in the query of an f-string."""
        before = ""
        place: RequestTarget | None = None
        for piece in text.pieces:
            if piece.kind == "placeholder":
                match = re.search(r"(?:\A|[?&])([A-Za-z_]+)=\Z", before)
                filling = self._reader.fillings.get((piece.start, piece.end))
                if match is not None and filling is not None and parameter_of(match[1]) is not None:
                    if place is None:
                        place = self._routes.of_url_text("".join([part.text for part in text.pieces])) or NOWHERE
                    value, home = filling
                    texts = self._read(value, home)
                    self._take(parameter_of(match[1]) or "", match[1], value, texts, home, place)
            before = (before + piece.text)[-200:]


def _head(text: str) -> str:
    """Return the text before a query; nothing if the text begins with it."""
    match = QUERY.match(text)
    return "" if match is not None and match.start() == 0 else text.partition("?")[0].strip()


def _constant(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
