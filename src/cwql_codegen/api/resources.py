"""Accessors: `tree.py` is their data at run time, `resources.pyi` and `async_resources.pyi` what type checkers see."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from cwql.schema.naming import accessor
from cwql_codegen.api.catalog import ROOTS, group, path_key
from cwql_codegen.api.text import literal, mark, table
from cwql_codegen.spec.model import Api, Content, Operation, Type

_SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}


@dataclass
class _Node:
    """A place in the tree of paths: its operations, and what leads on from it."""

    key: str
    operations: dict[str, Operation] = field(default_factory=dict)
    children: dict[str, _Node] = field(default_factory=dict)
    segments: dict[str, str] = field(default_factory=dict)

    @property
    def item(self) -> _Node | None:
        return self.children.get("{}")

    @property
    def named(self) -> Iterator[tuple[str, _Node]]:
        """Yield the children that are reached by name, under their attribute."""
        for step, child in self.children.items():
            if step != "{}" and not self._is_count(step, child):
                yield accessor(self.segments[step]), child

    @property
    def counted(self) -> bool:
        child = self.children.get("count")
        return child is not None and self._is_count("count", child)

    def _is_count(self, step: str, child: _Node) -> bool:
        return step == "count" and set(child.operations) == {"GET"} and not child.children and _listed(self)


def generate(api: Api, names: Mapping[str, str]) -> dict[str, str]:
    """Write the accessors of one product, relative to its package."""
    root = _tree(api)
    entries = {node.key: _entry(node) for node in _walk(root) if node.children}
    tree = (
        mark(api)
        + '"""Where accessors lead: path -> the segments after it; {} is a placeholder."""\n\n'
        + table("TREE", entries)
    )
    files = {"tree.py": tree}
    for module, verbs, kind in (("resources", "verbs", "Root"), ("async_resources", "async_verbs", "AsyncRoot")):
        files[f"{module}.py"] = mark(api) + _RUNTIME.format(kind=kind, product=literal(api.product))
        files[f"{module}.pyi"] = mark(api) + _Stub(names, api).text(root, verbs, kind)
    return files


_RUNTIME = '''"""The accessors of a client: their names follow the URL. Type checkers read the stub."""

from cwql.schema.accessor import Root


class {kind}(Root):
    """Give a client its accessors."""

    _product = {product}
'''


def _tree(api: Api) -> _Node:
    root = _Node("")
    for key, members in group(api).items():
        node = root
        for step, spelling in zip(key.split("/"), _spelling(members[0][1].path, api.product), strict=True):
            if step not in node.children:
                node.children[step] = _Node(f"{node.key}/{step}".lstrip("/"))
            # Of two spellings (`securityroles`, `securityRoles`), the one with more capitals reads better.
            known = node.segments.get(step, "")
            node.segments[step] = max(known, spelling, key=lambda text: (sum(map(str.isupper, text)), text))
            node = node.children[step]
        for _, operation in members:
            node.operations.setdefault(operation.method, operation)
    return root


def _spelling(path: str, product: str) -> list[str]:
    text = path.strip("/")
    for prefix in ROOTS[product]:
        if text.lower().startswith(prefix):
            text = text[len(prefix) :]
            break
    return text.split("/")


def _walk(node: _Node) -> Iterator[_Node]:
    yield node
    for child in node.children.values():
        yield from _walk(child)


def _entry(node: _Node) -> str:
    steps = [
        node.segments[step] for step, child in node.children.items() if step != "{}" and not node._is_count(step, child)
    ]
    return " ".join([*(["{}"] if node.item is not None else []), *steps])


def _listed(node: _Node) -> bool:
    reading = node.operations.get("GET")
    content = reading.reply if reading is not None else None
    return content is not None and content.type is not None and content.type.kind == "array"


def _id_types(api: Api) -> dict[str, set[str]]:
    """Return, for each place that is reached by an id, the types of all the ids that operations take there."""
    found: dict[str, set[str]] = {}
    for operation in api.operations:
        kinds = {it.name: it.type.kind for it in operation.parameters if it.place == "path"}
        steps = path_key(operation.path, api.product).split("/")
        names = [step.strip("{}") for step in operation.path.split("/") if step.startswith("{")]
        places = ["/".join(steps[: at + 1]) for at, step in enumerate(steps) if step == "{}"]
        for place, name in zip(places, names, strict=True):
            found.setdefault(place, set()).add("str" if kinds.get(name) == "string" else "int")
    return found


class _Stub:
    """Write the classes of the tree; places that offer the same and lead nowhere share one."""

    def __init__(self, names: Mapping[str, str], api: Api) -> None:
        self._names = names
        self._api = api
        self._classes: list[str] = []
        self._leaves: dict[str, str] = {}
        self._taken: set[str] = set()
        self._numbers: dict[str, int] = {}
        self._ids = _id_types(api)

    def text(self, root: _Node, verbs: str, kind: str) -> str:
        lines = self._members(root)
        head = (
            "import typing as _t\n\n"
            f"from cwql.schema import {verbs} as _v\n\nfrom cwql_api.{self._api.product} import models as _m\n\n"
        )
        return head + "".join(self._classes) + f"class {kind}:\n    def __init__(self) -> None: ...\n" + "".join(lines)

    def _members(self, node: _Node) -> list[str]:
        # Of two segments with one name, accessors reach the first.
        named: dict[str, _Node] = {}
        for name, child in node.named:
            named.setdefault(name, child)
        return [f"    {name}: {self._place(child)}\n" for name, child in sorted(named.items())]

    def _place(self, node: _Node) -> str:
        bases = ", ".join(self._verbs(node))
        inner = self._members(node)
        if node.item is not None:
            item = self._place(node.item)
            inner.insert(0, f"    def __call__(self, id: {self._key_type(node)}, /) -> {item}: ...\n")
        if not inner:
            if not bases:
                return "_v.Place"
            if ", _v." not in bases:
                return bases
            if bases not in self._leaves:
                self._leaves[bases] = self._class(f"_L{len(self._leaves)}", bases, ["    ...\n"])
            return self._leaves[bases]
        name = "_" + "".join(
            "Item" if step == "{}" else re.sub(r"\W", "", step[:1].upper() + step[1:]) for step in node.key.split("/")
        )
        return self._class(name, bases or "_v.Place", inner)

    def _class(self, name: str, bases: str, lines: list[str]) -> str:
        base = name
        while name in self._taken:
            self._numbers[base] = self._numbers.get(base, 1) + 1
            name = f"{base}_{self._numbers[base]}"
        self._taken.add(name)
        self._classes.append(f"class {name}({bases}):\n{''.join(lines)}\n")
        return name

    def _verbs(self, node: _Node) -> Iterator[str]:
        own, item = node.operations, node.item.operations if node.item is not None else {}
        key = self._key_type(node) if node.item is not None else ""
        reading = own.get("GET")
        if reading is not None and _listed(node):
            yield f"_v.Lists[{self._inner(reading.reply)}]"
        elif node.counted:
            yield "_v.Counts"
        single = reading if reading is not None and not _listed(node) else None
        by_id = item.get("GET") if node.item is not None and not _listed(node.item) else None
        if single is not None and by_id is not None:
            yield f"_v.ReadsOrGets[{self._content(single.reply)}, {self._content(by_id.reply)}, {key}]"
        elif by_id is not None:
            yield f"_v.Gets[{self._content(by_id.reply)}, {key}]"
        elif single is not None:
            reply = self._content(single.reply)
            yield "_v.Downloads" if reply == "bytes" else f"_v.Reads[{reply}]"
        if (making := own.get("POST")) is not None:
            yield f"_v.Creates[{self._body(making.body)}, {self._content(making.reply)}]"
        for method, here, there in (
            ("PUT", "Replaces", "ReplacesById"),
            ("PATCH", "Patches", "PatchesById"),
            ("DELETE", "Deletes", "DeletesById"),
        ):
            mine, theirs = own.get(method), item.get(method)
            # Where both exist, the one for an item goes first: `place(id).delete()` reaches it as well, but nobody would
            # expect `place.delete(5)` to empty the place.
            operation = theirs or mine
            if operation is not None:
                yield self._change(
                    operation, method, there if theirs is not None else here, key if theirs is not None else ""
                )

    def _change(self, operation: Operation, method: str, verb: str, key: str) -> str:
        arguments = []
        if method == "PUT":
            arguments.append(self._body(operation.body))
        if method != "DELETE":
            arguments.append(self._content(operation.reply))
        if key:
            arguments.append(key)
        return f"_v.{verb}[{', '.join(arguments)}]" if arguments else f"_v.{verb}"

    def _key_type(self, node: _Node) -> str:
        """Return the type of the ids at a node; where records show their id as text, that text is taken as well."""
        assert node.item is not None
        types = self._ids.get(node.item.key, {"int"})
        return " | ".join(sorted(types | {"str"} if self._has_text_id(node) else types))

    def _has_text_id(self, node: _Node) -> bool:
        own, item = node.operations.get("GET"), node.item.operations.get("GET") if node.item is not None else None
        records = []
        if item is not None and item.reply is not None and item.reply.type is not None:
            records.append(item.reply.type)
        if (
            own is not None
            and own.reply is not None
            and own.reply.type is not None
            and own.reply.type.items is not None
        ):
            records.append(own.reply.type.items)
        for record in records:
            schema = self._api.schemas.get(record.ref) if record.ref is not None else None
            for member in schema.properties if schema is not None else ():
                if member.name.lower() == "id":
                    return member.type.kind == "string"
        return False

    def _body(self, content: Content | None) -> str:
        return "None" if content is None else self._content(content)

    def _content(self, content: Content | None) -> str:
        if content is None:
            return "None"
        if content.type is None:
            return "bytes" if content.media_types else "None"
        # A text of bytes is a download: it comes as it is, not as JSON.
        return "bytes" if content.type.format in ("byte", "binary") else self._type(content.type)

    def _inner(self, content: Content | None) -> str:
        items = content.type.items if content is not None and content.type is not None else None
        return self._type(items) if items is not None else "_t.Any"

    def _type(self, value: Type) -> str:
        if value.ref is not None and value.ref in self._names and not self._api.schemas[value.ref].enum:
            return f"_m.{self._names[value.ref]}"
        if value.kind == "array":
            return f"list[{self._type(value.items)}]" if value.items is not None else "list[_t.Any]"
        if value.kind == "object" and value.values is not None:
            return f"dict[str, {self._type(value.values)}]"
        return _SCALARS.get(value.kind, "_t.Any")
