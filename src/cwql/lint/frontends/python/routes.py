"""The target of a call: from its chain of attributes, its URL, and the calls that receive a dict of parameters."""

from __future__ import annotations

import ast

from cwql.lint.frontends.python.calls import find_definition, match_arguments
from cwql.lint.frontends.python.nodes import FUNCTIONS
from cwql.lint.frontends.python.reach import MOST
from cwql.lint.request_targets import RequestTarget, place_of_attributes, place_of_url

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cwql.lint.frontends.python.texts import Reader
    from cwql.lint.frontends.python.tree import Module, Scope

URL_KEYS = frozenset(("url", "path", "endpoint", "uri", "resource", "route", "href", "service", "api", "api_path"))
VERBS = frozenset(
    ("get", "post", "request", "fetch", "get_all", "getall", "paginate", "query", "list", "get_paginated")
)
"""Calls whose first argument may be a path of one word: ``client.get("Computers", …)``."""

CLIENTS = (
    ("automate", ("cwql.automate", "ConnectWiseAutomateAPIClient", "pyconnectwise.clients.automate_client")),
    ("manage", ("cwql.manage", "ConnectWiseManageAPIClient", "pyconnectwise.clients.manage_client")),
)
_HOLDING = frozenset(
    ("dict", "update", "urlencode", "setdefault", "append", "dumps", "QueryParams", "quote", "quote_plus")
)
"""Calls that only contain parameters."""

_FILLING = frozenset(("update", "setdefault", "append", "extend", "insert", "set", "add"))
"""Methods that add something to the object they are called on."""

_PLAIN = frozenset((ast.Dict, ast.keyword, ast.List, ast.Tuple))
"""Nodes between a condition and the call that it is passed to."""

_FOLLOWED = 3
_STEPS = 60


class Routes:
    """Find the place that a condition goes to, in one module."""

    def __init__(self, module: Module, reader: Reader, names_us: bool) -> None:
        self._module = module
        self._reader = reader
        self._calls: dict[ast.Call, RequestTarget | None] = {}
        self._chains: dict[tuple[str | None, ...], RequestTarget | None] = {}
        self._urls: dict[tuple[str, bool], RequestTarget | None] = {}
        self._names: dict[tuple[ast.AST, str, ast.AST | None], RequestTarget | None] = {}
        self._scopes: dict[ast.AST, RequestTarget | None] = {}
        self._has_clients = names_us or "APIClient" in module.text or "pyconnectwise" in module.text
        self._has_connectpyse = "onnectpyse" in module.text or "onnectPyse" in module.text
        spoken: list[str] = []
        if self._has_clients:
            spoken = [name for name, marks in CLIENTS if any(mark in module.text for mark in marks)]
        self._spoken = spoken[0] if len(spoken) == 1 else None

    def near(self, node: ast.AST, scope: Scope, followed: int = 0) -> Iterator[RequestTarget]:  # noqa: C901  # a case for each kind of node
        """Yield the places around a node, the nearest first: calls, URLs, and those that its name is passed on to."""
        parents = self._module.parents
        below, above = node, parents.get(node)
        for _ in range(_STEPS):
            if above is None or isinstance(below, ast.stmt):
                break
            kind = type(above)
            if kind is ast.Call:
                assert isinstance(above, ast.Call)
                place = self.of_call(above, scope)
                if place is not None:
                    yield place
                if (place is None or place.endpoint is None) and below is not above.func and followed < _FOLLOWED:
                    place = self._of_parameter(above, below, scope, followed)
                    if place is not None:
                        yield place
                function = above.func
                if (
                    isinstance(function, ast.Attribute)
                    and function.attr in _FILLING
                    and isinstance(function.value, ast.Name)
                    and below is not function
                ):
                    # `params.update(conditions=…)`
                    place = self.of_name(function.value.id, scope, followed)
                    if place is not None:
                        yield place
            elif (kind is ast.JoinedStr or kind is ast.BinOp) and not isinstance(
                parents.get(above), (ast.JoinedStr, ast.BinOp)
            ):
                assert isinstance(above, ast.expr)
                place = self.of_url(above, scope)
                if place is not None:
                    yield place
            below, above = above, parents.get(above)
        match below:
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                place = self.of_name(name, scope, followed, below)
            case (
                ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name) as holder)])
                | ast.AugAssign(target=ast.Subscript(value=ast.Name(id=name) as holder))
            ):
                place = self.of_name(name, scope, followed, holder)
            case ast.AugAssign(target=ast.Name(id=name)):
                place = self.of_name(name, scope, followed)
            case ast.Assign(targets=[ast.Attribute(value=ast.Name() as owner) as target]) if self._has_connectpyse:
                parents[owner] = target
                parents[target] = below
                place = self._of_module(owner, scope)
            case _:
                place = None
        if place is not None:
            yield place

    def of_nearest_call(self, node: ast.expr, scope: Scope) -> RequestTarget | None:
        """Return the target of the call that contains a node, if there is nothing else around it.

        It is the first result of `near`.
        """
        parents = self._module.parents
        above = parents.get(node)
        kind = type(above)
        while kind in _PLAIN:
            above = parents.get(above)  # type: ignore[arg-type]
            kind = type(above)
        return self.of_call(above, scope) if kind is ast.Call else None  # type: ignore[arg-type]

    def of_name(self, name: str, scope: Scope, followed: int = 0, since: ast.AST | None = None) -> RequestTarget | None:
        """Return the place of the calls that a name is passed to, if they agree.

        Of a name that gets several values only those count that it has `since` a statement that sets it, or a use of it.
        """
        if since is not None and len(scope.bindings_of(name)) < 2:
            since = None
        key = scope.node, name, since
        if key not in self._names:
            self._names[key] = None
            if followed < _FOLLOWED:
                found = [
                    next((place for place in self.near(use, scope, followed + 1) if place.endpoint is not None), None)
                    for use in _uses_since(name, scope, since)
                ]
                self._names[key] = _agreed([place for place in found if place is not None])
        return self._names[key]

    def _of_module(self, owner: ast.Name, scope: Scope) -> RequestTarget | None:
        """Return the place of an object of connectpyse, whose modules are named like endpoints: ``service.tickets_api``."""
        found = scope.reach(owner)
        if found is None or len(found[1]) != 1 or not isinstance(found[1][0].value, ast.Call):
            return None
        package, *names = _dotted(found[1][0].value.func, found[0])
        if package.lower() != "connectpyse" or len(names) < 2:
            return None
        section, module = names[0], names[1].removesuffix("_api")
        for plural in (module, module + "s", module.removesuffix("y") + "ies"):
            place = place_of_attributes((section, plural))
            if place is not None:
                return place
        return None

    def _of_parameter(self, call: ast.Call, argument: ast.AST, scope: Scope, followed: int) -> RequestTarget | None:
        """Return the place that a function of the file passes an argument on to."""
        found = find_definition(call.func, scope)
        if found is None:
            return None
        value = argument.value if isinstance(argument, ast.keyword) else argument
        for parameter, passed in match_arguments(*found, call):
            if passed is value:
                return self.of_name(parameter.arg, self._module.scope_of(found[0]), followed + 1, parameter)
        return None

    def is_open(self, node: ast.AST, scope: Scope) -> bool:
        """Return whether nothing around a condition contradicts the endpoint that its function names.

        A call that shows no sign of a URL may go anywhere.
        """
        parents = self._module.parents
        below, above = node, parents.get(node)
        while above is not None and not isinstance(below, ast.stmt):
            if isinstance(above, ast.Call) and below is not above.func:
                name = getattr(above.func, "attr", getattr(above.func, "id", ""))
                if name not in _HOLDING and not any(_may_be_url(item) for item in above.args):
                    keys = [keyword.arg or "" for keyword in above.keywords]
                    return any(key.lower() in URL_KEYS for key in keys)
            below, above = above, parents.get(above)
        return True

    def around(self, scope: Scope) -> RequestTarget | None:
        """Return the target of the enclosing function, if it assigns exactly one endpoint to a name."""
        home: Scope | None = scope
        while home is not None and not isinstance(home.node, (*FUNCTIONS, ast.Module)):
            home = home.outer
        if home is None:
            return None
        if home.node not in self._scopes:
            places: list[RequestTarget] = []
            assigned = False
            if home.bindings is not None:
                for string in home.strings:
                    place = self.of_url(string, home)
                    if place is not None and place.endpoint is not None:
                        places.append(place)
                        assigned = assigned or isinstance(
                            self._module.parents.get(string), (ast.Assign, ast.AnnAssign, ast.IfExp)
                        )
                for call in home.calls:
                    place = self.of_call(call, home)
                    if place is not None and place.endpoint is not None:
                        places.append(place)
                        assigned = assigned or isinstance(self._module.parents.get(call), ast.Assign)
            self._scopes[home.node] = _agreed(places) if assigned else None
        return self._scopes[home.node]

    def of_call(self, call: ast.Call, scope: Scope) -> RequestTarget | None:
        """Return the place that a call itself names, by its attributes or its URL."""
        calls = self._calls
        if call in calls:
            return calls[call]
        calls[call] = None
        place = calls[call] = self.of_chain(call.func, scope) or self._of_arguments(call, scope)
        return place

    def of_chain(self, function: ast.expr, scope: Scope) -> RequestTarget | None:
        """Return the place that the attributes of a call name."""
        names, root = self.chain(function, scope)
        if len(names) < 2:
            return None
        dialect = self.dialect(root, scope) if self._has_clients else None
        key = (dialect, *names)
        try:
            return self._chains[key]
        except KeyError:
            place = self._chains[key] = self._of_names(names, dialect)
            return place

    def _of_names(self, names: Sequence[str], dialect: str | None) -> RequestTarget | None:
        place = place_of_attributes(names[1:-1], dialect) if dialect is not None else None
        if place is None:
            place = place_of_attributes(names[:-1])
        if (
            place is None
            and dialect is None
            and self._spoken is not None
            and names[-1] in VERBS | {"count", "first", "pages", "all"}
        ):
            place = place_of_attributes(names[1:-1], self._spoken)
        if place is None and dialect is not None:
            place = RequestTarget(dialect, None, sure=True)
        return place

    def chain(self, node: ast.expr, scope: Scope) -> tuple[list[str], ast.expr]:
        """Return the names of a chain of attributes, ``{}`` for each id, and its root."""
        names: list[str] = []
        while type(node) is ast.Attribute and len(names) < _STEPS:
            names.append(node.attr)
            node = node.value
        if type(node) is ast.Name and node.id == "self":
            # The roots of most chains, which are not aliases.
            names.append("self")
            names.reverse()
            return names, node
        seen: set[str] = set()
        for _ in range(_STEPS - len(names)):
            if isinstance(node, ast.Attribute):
                names.append(node.attr)
                node = node.value
            elif isinstance(node, ast.Call):
                function = node.func
                if isinstance(function, ast.Attribute) and function.attr == "id" and node.args:
                    names.append("{}")
                    node = function.value
                elif isinstance(function, ast.Attribute) and names and node.args:
                    names.append("{}")
                    node = function
                else:
                    break
            elif isinstance(node, ast.Name):
                value = self._alias(node, scope) if node.id not in seen else None
                seen.add(node.id)
                if value is None:
                    names.append(node.id)
                    break
                node = value
            else:
                break
        names.reverse()
        return names, node

    def _alias(self, node: ast.Name, scope: Scope) -> ast.expr | None:
        """Return the chain that a name is assigned: ``tickets = client.service.tickets``."""
        if scope.takes(node.id):
            return None
        found = scope.find(node.id)
        if found is None or len(found[1]) != 1 or found[1][0].way != "assign":
            return None
        value = found[1][0].value
        return value if isinstance(value, ast.Attribute) else None

    def dialect(self, root: ast.expr, scope: Scope) -> str | None:
        """Return the dialect of a client, by the class that it is made of or annotated with."""
        if isinstance(root, ast.Name):
            found = scope.find(root.id)
            if found is None or len(found[1]) != 1:
                return None
            home, (binding,) = found
            return self._dialect_of(binding.annotation, home) or (
                self._dialect_of(binding.value, home) if binding.way in ("assign", "with") else None
            )
        return self._dialect_of(root, scope)

    def _dialect_of(self, node: ast.expr | None, scope: Scope) -> str | None:
        while isinstance(node, (ast.Call, ast.Await)):
            node = node.func if isinstance(node, ast.Call) else node.value
        origin = "" if node is None else ".".join(_dotted(node, scope))
        if not origin:
            return None
        for name, marks in CLIENTS:
            if any(mark in origin for mark in marks):
                return name
        return None

    def _of_arguments(self, call: ast.Call, scope: Scope) -> RequestTarget | None:
        found: RequestTarget | None = None
        if call.args:
            short = getattr(call.func, "attr", getattr(call.func, "id", "")) in VERBS
            for argument in call.args[:4]:
                place = self.of_url(argument, scope, short)
                if place is not None and (found is None or found.endpoint is None):
                    found = place
                short = False
        for keyword in call.keywords:
            if keyword.arg is not None and keyword.arg.lower() in URL_KEYS:
                place = self.of_url(keyword.value, scope, short=True)
                if place is not None and (found is None or found.endpoint is None):
                    found = place
        return found

    def of_url(self, node: ast.expr, scope: Scope, short: bool = False, depth: int = 0) -> RequestTarget | None:
        """Return the place that a URL names; a `short` one may be a single word."""
        if depth > _FOLLOWED:
            return None
        if isinstance(node, ast.Name):
            found = scope.reach(node)
            if found is not None and len(found[1]) == 1 and isinstance(found[1][0].value, ast.Call):
                if found[1][0].way != "assign":
                    return None
                return self.of_url(found[1][0].value, found[0], short, depth + 1)
        text = self._reader.plain(node, scope)
        if text is None:
            text = self._reader.one(node, scope)
        if text is not None:
            return self.of_url_text(text, short)
        if isinstance(node, ast.Call):
            for argument in reversed(node.args[:4]):
                place = self.of_url(argument, scope, depth=depth + 1)
                if place is not None:
                    return place
        return None

    def of_url_text(self, text: str, short: bool = False) -> RequestTarget | None:
        """Return the place that a URL names, given as its text."""
        key = text, short
        try:
            return self._urls[key]
        except KeyError:
            path = text.partition("?")[0]
            is_path = (short or "/" in path) and "=" not in path and "'" not in path and '"' not in path
            place = self._urls[key] = place_of_url(path) if is_path else None
            return place


def _dotted(node: ast.expr, scope: Scope) -> list[str]:
    """Return the parts of the dotted name that a function or class was imported by; an empty one for any other expression."""
    dotted: list[str] = []
    while isinstance(node, ast.Attribute):
        dotted.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return [""]
    return [*(scope.origin(node.id) or node.id).split("."), *reversed(dotted)]


def _uses_since(name: str, scope: Scope, since: ast.AST | None) -> list[ast.Name]:
    """Return the uses of a name that its assignment, or an earlier use, may explain."""
    uses = scope.uses(name)
    if since is None or len(uses) > MOST:
        return uses
    found = scope.reach(since) if isinstance(since, ast.Name) else None
    nodes = [since] if found is None else [binding.node for binding in found[1]]
    return [use for use in uses if scope.sees(use, nodes)]


def _may_be_url(node: ast.expr) -> bool:
    """Return whether an argument may be a URL that could not be evaluated.

    For example ``url``, ``self.url``, ``f"{base}/{path}"``, ``build(path)``.
    """
    if isinstance(node, (ast.Name, ast.Attribute)):
        name = getattr(node, "attr", getattr(node, "id", "")).lower()
        return any(word in name for word in ("url", "uri", "path", "endpoint", "route", "resource"))
    return isinstance(node, (ast.Call, ast.JoinedStr, ast.BinOp))


def _agreed(places: list[RequestTarget]) -> RequestTarget | None:
    """Return the common target of all; None if they differ."""
    if not places or any(place != places[0] for place in places):
        return None
    return places[0]
