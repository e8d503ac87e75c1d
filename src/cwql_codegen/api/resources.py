"""Write the accessors: `tree.py` for the run time, and stubs for both kinds of clients, with a file for each first segment.

A language server reads whole files, and those of the types in them when it needs them: one file with all paths would make it
read every record.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cwql_codegen.api.catalog import path_key
from cwql_codegen.api.naming import file_name, module_name
from cwql_codegen.api.path_tree import PathNode, build_tree
from cwql_codegen.api.python_source import docstring, header, string_literal, string_table
from cwql_codegen.api.verbs import write_verbs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cwql_codegen.spec.model import Api, Content, Operation, Type

_PYTHON_TYPES = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}

_RUNTIME = '''"""The accessors of a client, named after the segments of URLs. Type checkers use the stub."""

from cwql.schema.accessor import Root


class {kind}(Root):
    """Base class of a client, with its accessors."""

    _product = {product}
'''


def generate(api: Api, names: Mapping[str, str]) -> dict[str, str]:
    """Generate the accessors: text by path inside of the package.

    Args:
        api: The API.
        names: The class name of each schema.
    """
    root = build_tree(api)
    entries = {node.key: node.following_segments() for node in root.walk() if node.children}
    doc = '"""The tree of accessors: path -> the segments that can follow it; {} is a placeholder."""\n\n'
    files = {"tree.py": header(api) + doc + string_table("TREE", entries)}
    for prefix, kind in (("", "Root"), ("async_", "AsyncRoot")):
        files[f"{prefix}resources.py"] = header(api) + _RUNTIME.format(kind=kind, product=string_literal(api.product))
        files |= _write_stubs(api, names, root, prefix, kind)
    return files | {path: header(api) + text for path, text in write_verbs(api.product).items()}


def _is_bulk(operation: Operation) -> bool:
    """Return whether an operation answers with one result for each item of its body."""
    return operation.response is not None and operation.response.status == 207


def _id_types(api: Api) -> dict[str, set[str]]:
    """Return the types of the ids at each path that ends with a placeholder."""
    types: dict[str, set[str]] = {}
    for operation in api.operations:
        kinds = {it.name: it.type.kind for it in operation.parameters if it.location == "path"}
        steps = path_key(operation.path, api.product).split("/")
        names = [step.strip("{}") for step in operation.path.split("/") if step.startswith("{")]
        paths = ["/".join(steps[: at + 1]) for at, step in enumerate(steps) if step == "{}"]
        for path, name in zip(paths, names, strict=True):
            types.setdefault(path, set()).add("str" if kinds.get(name) == "string" else "int")
    return types


def _write_stubs(api: Api, names: Mapping[str, str], root: PathNode, prefix: str, kind: str) -> dict[str, str]:
    """Return the stub of the base class of a client, and the stubs of the paths below it."""
    package = f"{prefix}areas"
    files = {f"{package}/__init__.pyi": header(api)}
    ids = _id_types(api)
    imports, members = [], []
    for name, node in sorted(root.attributes.items()):
        area, text = _Stub(names, api, ids).write(node, f"{prefix}verbs")
        files[f"{package}/{file_name(name)}.pyi"] = header(api) + text
        imports.append(f"from .{package}.{file_name(name)} import {area}\n")
        members.append(_member(name, area, node))
    text = f"class {kind}:\n    def __init__(self) -> None: ...\n" + "".join(members)
    return files | {f"{prefix}resources.pyi": header(api) + "".join(imports) + "\n" + text}


def _member(name: str, kind: str, node: PathNode) -> str:
    return f"    {name}: {kind}\n    {docstring(f'/{node.spelling}')}\n"


class _Stub:
    """The classes of the paths below one segment. Paths with the same verbs and no further segments share one."""

    def __init__(self, names: Mapping[str, str], api: Api, ids: Mapping[str, set[str]]) -> None:
        self._names = names
        self._api = api
        self._classes: list[str] = []
        self._leaves: dict[str, str] = {}
        self._taken: set[str] = set()
        self._numbers: dict[str, int] = {}
        self._records: set[str] = set()
        self._ids = ids

    def write(self, node: PathNode, verbs: str) -> tuple[str, str]:
        """Return the name of the class of a path, and the stub with that class and those below it."""
        name = self._accessor_class(node, shared=False)
        imports = [
            "import typing as _t\n\n",
            f"from cwql_api.{self._api.product} import {verbs} as _v\n\n",
            *(f"from ..models.{module_name(record)} import {record}\n" for record in sorted(self._records)),
        ]
        return name, "".join(imports) + "\n" + "".join(self._classes)

    # --- classes -------------------------------------------------------------------------------------------------------

    def _members(self, node: PathNode) -> list[str]:
        return [_member(name, self._accessor_class(child), child) for name, child in sorted(node.attributes.items())]

    def _accessor_class(self, node: PathNode, shared: bool = True) -> str:
        """Return the name of the class of a path, and write the class unless it is `shared` and there is one like it."""
        bases = ", ".join(self._verbs(node))
        members = self._members(node)
        if node.item is not None:
            item = self._accessor_class(node.item)
            step = f"    def __call__(self, id: {self._id_type(node)}, /) -> {item}:\n"
            members.insert(
                0, step + f"        {docstring(f'Step to the record with an id: /{node.item.spelling}')}\n\n"
            )
        if not members and shared:
            if not bases:
                return "_v.Place"
            if ", _v." not in bases:
                return bases
            if bases not in self._leaves:
                self._leaves[bases] = self._add_class(f"_L{len(self._leaves)}", bases, [])
            return self._leaves[bases]
        steps = node.key.split("/")
        name = "".join("Item" if step == "{}" else re.sub(r"\W", "", step[:1].upper() + step[1:]) for step in steps)
        # The stub of the client imports the class of an area: jedi takes no private name from a stub.
        name = f"_{name}" if shared else f"{name}Area"
        while name in self._names.values():
            name += "_"
        return self._add_class(name, bases or "_v.Place", [f"    {docstring(f'/{node.spelling}')}\n\n", *members])

    def _add_class(self, name: str, bases: str, lines: list[str]) -> str:
        unique = name
        while unique in self._taken:
            self._numbers[name] = self._numbers.get(name, 1) + 1
            unique = f"{name}_{self._numbers[name]}"
        self._taken.add(unique)
        body = "".join(lines) or "    ...\n"
        self._classes.append(f"class {unique}({bases}):\n{body}\n")
        return unique

    # --- verbs ---------------------------------------------------------------------------------------------------------

    def _verbs(self, node: PathNode) -> Iterator[str]:
        """Yield the base classes of an accessor, one for each verb."""
        if node.is_list:
            yield f"_v.Lists[{self._item_type(node.operations['GET'].response)}]"
        elif node.has_count:
            yield "_v.Counts[_t.Any]"
        yield from self._reading_verb(node)
        post = node.operations.get("POST")
        if post is not None and _is_bulk(post):
            yield f"_v.BulkCreates[{self._item_type(post.body)}]"
        elif post is not None:
            # Changes are sent by PATCH to the record that the list finds.
            patched = node.item is not None and "PATCH" in node.item.operations
            verb = "Upserts" if node.is_list and patched else "Creates"
            yield f"_v.{verb}[{self._content_type(post.body)}, {self._content_type(post.response)}]"
        yield from self._changing_verbs(node)

    def _reading_verb(self, node: PathNode) -> Iterator[str]:
        get = node.operations.get("GET") if not node.is_list else None
        get_item = node.item.operations.get("GET") if node.item is not None and not node.item.is_list else None
        if get is not None and get_item is not None:
            types = (self._content_type(get.response), self._content_type(get_item.response), self._id_type(node))
            yield f"_v.ReadsOrGets[{', '.join(types)}]"
        elif get_item is not None:
            yield f"_v.Gets[{self._content_type(get_item.response)}, {self._id_type(node)}]"
        elif get is not None:
            response = self._content_type(get.response)
            yield "_v.Downloads" if response == "bytes" else f"_v.Reads[{response}]"

    def _changing_verbs(self, node: PathNode) -> Iterator[str]:
        items = node.item.operations if node.item is not None else {}
        for method, verb in (("PUT", "Replaces"), ("PATCH", "Patches"), ("DELETE", "Deletes")):
            # If both exist, the verb changes an item: `place(id).delete()` deletes it as well, but nobody would expect that
            # `place.delete(5)` deletes everything.
            if (operation := items.get(method)) is not None:
                yield self._changing_verb(operation, method, f"{verb}ById", self._id_type(node))
            elif (operation := node.operations.get(method)) is not None:
                yield self._changing_verb(operation, method, verb)

    def _changing_verb(self, operation: Operation, method: str, verb: str, *id_type: str) -> str:
        if _is_bulk(operation) and operation.body is not None:
            return "_v.BulkDeletes" if method == "DELETE" else f"_v.BulkReplaces[{self._item_type(operation.body)}]"
        arguments = [
            *([self._content_type(operation.body)] if method == "PUT" else []),
            *([self._content_type(operation.response)] if method != "DELETE" else []),
            *id_type,
        ]
        return f"_v.{verb}[{', '.join(arguments)}]" if arguments else f"_v.{verb}"

    # --- types ---------------------------------------------------------------------------------------------------------

    def _id_type(self, node: PathNode) -> str:
        """Return the type of ids at a path. If records show their id as text, text is accepted too."""
        if node.item is None:
            raise ValueError(f"/{node.key} has no ids")
        types = self._ids.get(node.item.key, {"int"})
        return " | ".join(sorted(types | {"str"} if self._has_text_id(node) else types))

    def _has_text_id(self, node: PathNode) -> bool:
        responses = [node.item.operations.get("GET") if node.item is not None else None, node.operations.get("GET")]
        types = [get.response.type if get is not None and get.response is not None else None for get in responses]
        for record in (types[0], types[1].items if types[1] is not None else None):
            schema = self._api.schemas.get(record.ref) if record is not None and record.ref is not None else None
            for member in schema.properties if schema is not None else ():
                if member.name.lower() == "id":
                    return member.type.kind == "string"
        return False

    def _content_type(self, content: Content | None) -> str:
        if content is None:
            return "None"
        if content.type is None:
            return "bytes" if content.media_types else "None"
        # A text of bytes is a download, not JSON.
        return "bytes" if content.type.format in ("byte", "binary") else self._python_type(content.type)

    def _item_type(self, content: Content | None) -> str:
        items = content.type.items if content is not None and content.type is not None else None
        return self._python_type(items) if items is not None else "_t.Any"

    def _python_type(self, value: Type) -> str:
        if value.ref is not None and value.ref in self._names and not self._api.schemas[value.ref].enum:
            self._records.add(self._names[value.ref])
            return self._names[value.ref]
        if value.kind == "array":
            return f"list[{self._python_type(value.items)}]" if value.items is not None else "list[_t.Any]"
        if value.kind == "object" and value.values is not None:
            return f"dict[str, {self._python_type(value.values)}]"
        return _PYTHON_TYPES.get(value.kind, "_t.Any")
