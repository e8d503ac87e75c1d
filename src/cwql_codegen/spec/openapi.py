"""The reader of API documents: this project's own under specs/, and the vendor's as they are shipped.

OpenAPI 3.0 and Swagger 2.0 differ in where schemas live, and in that Swagger has bodies among the parameters and media
types beside them; every such place is marked here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, get_args

from cwql.schema.naming import attribute
from cwql_codegen.spec import graph
from cwql_codegen.spec.document import Node, SpecError, load
from cwql_codegen.spec.model import Api, Content, Kind, Method, Operation, Parameter, Property, Schema, Type
from cwql_codegen.spec.text_rules import NAME_LIMIT, TEXT_LIMIT, find_version_problem

ANY = Type("any")
_MODERN, _SWAGGER = "#/components/schemas/", "#/definitions/"
_PLACES = ("path", "query", "header")
_KINDS: tuple[Kind, ...] = ("string", "integer", "number", "boolean", "object", "array")
_LIST_OPTION = "options.condition"
# An alias of an alias of an alias is still a name; deeper than this is a circle.
_ALIAS_DEPTH = 20
_ALL_OF_DEPTH = 20
# The module of a record imports those of the records that it refers to. Python's limit ends such a chain after about 150
# modules; the longest one of the vendor's documents has 14.
_CHAIN_LIMIT = 50
_MAX_SCHEMAS = 10_000
_MAX_OPERATIONS = 10_000
_MAX_MEMBERS = 100_000
_MAX_PARAMETERS = 200_000
"""Limits of a document, counted after references are followed. Manage has 842, 3,091, 8,944 and 19,853."""
_PATH_LIMIT, _SEGMENT_LIMIT = 300, 20
# Printable ASCII without the semicolon, which separates entries in the generated tables. Spaces are allowed in placeholders
# only: parts of route constraints get into the vendor's documents ("/members/{id:regex(^(types. |("). A slash may end the path.
_PATH = re.compile(r"(?:/(?:\{[ -.0-:<-~]*|(?!\{)[!-.0-:<-~]+))+/?")
_LENGTH_LIMIT = 2**63
_SAME_NAMES = 20
"""How many members of one schema may have the same Python name: each gets one more underscore than the one before."""


def read(
    document: Path | str | Mapping[str, Any] | Node,
    product: Literal["manage", "automate"],
    version: str | None = None,
) -> Api:
    """Read an OpenAPI 3.0 or Swagger 2.0 document, from a file or as parsed JSON.

    `version` replaces the version that the document claims. Nothing is corrected here: broken paths and names come out
    as they are written; `cwql_codegen.spec.overlay.apply` corrects. Raises SpecError, which names the place.
    """
    node = _opened(document)
    release = _version(node, version)
    if _generation(node) == _SWAGGER:
        schemas = node.get("definitions")
    else:
        components = node.get("components")
        schemas = components.get("schemas") if components else None
    names = {place.check(name, subject="schema name"): place for name, place in schemas.members()} if schemas else {}
    if schemas and len(names) > _MAX_SCHEMAS:
        raise schemas.error(f"{len(names):,} schemas, at most {_MAX_SCHEMAS:,} are supported")
    reader = _Reader(names, node)
    records = {name: reader.schema(name, place) for name, place in names.items() if not reader.is_alias(place)}
    length, start = graph.longest_chain(graph.references(records))
    if length > _CHAIN_LIMIT:
        raise names[start].error(
            f"up to {length:,} schemas lead from this one to the next, at most {_CHAIN_LIMIT} are supported"
        )
    return Api(
        product=product,
        version=release,
        operations=tuple(_distinct(reader.operations(node.need("paths")))),
        schemas=records,
    )


def _version(node: Node, given: str | None) -> str:
    """Return the given version, otherwise the document's. Raises SpecError for one that cannot stand in a comment."""
    if given is not None:
        if (problem := find_version_problem(given)) is not None:
            raise SpecError(node.source, "", f"the given version {given[:40]!r} {problem}")
        return given
    place = node.need("info").need("version")
    text = place.text()
    if (problem := find_version_problem(text)) is not None:
        raise place.error(f"{text[:40]!r} {problem}")
    return text


def _distinct(operations: Iterable[Operation]) -> Iterator[Operation]:
    """Give the later ones of operations with one id an id of their own; the vendor's documents repeat some."""
    seen: set[str] = set()
    for operation in operations:
        name = operation.id
        if name in seen:
            name = f"{name}__{operation.method.lower()}{re.sub(r'[^A-Za-z0-9]+', '_', operation.path).rstrip('_')}"
        number, base = 2, name
        while name in seen:
            name = f"{base}_{number}"
            number += 1
        seen.add(name)
        yield operation if name == operation.id else replace(operation, id=name)


def _opened(document: Path | str | Mapping[str, Any] | Node) -> Node:
    if isinstance(document, Node):
        return document
    if isinstance(document, Mapping):
        return Node(document, "document")
    return load(Path(document))


def _generation(node: Node) -> str:
    """Tell where a document keeps its schemas. Raises SpecError for other kinds of documents and other versions."""
    for member, known, schemas in (("openapi", "3.0", _MODERN), ("swagger", "2.0", _SWAGGER)):
        if (declared := node.get(member)) is not None:
            value = declared.raw()
            # Whoever writes JSON by way of YAML easily gets a number here.
            if not isinstance(value, str | int | float) or not str(value).startswith(known):
                found = value if isinstance(value, str | int | float) else "of this type"
                raise declared.error(f"{member} {found} is not supported", "expected OpenAPI 3.0 or Swagger 2.0")
            return schemas
    raise node.error(
        "not an API document: neither 'openapi' nor 'swagger' is there", "expected OpenAPI 3.0 or Swagger 2.0"
    )


class _Reader:
    def __init__(self, names: Mapping[str, Node], document: Node) -> None:
        self._names = names
        self._document = document
        self._enum_sizes: dict[str, int] = {}
        self._members = 0
        self._parameter_count = 0

    def is_alias(self, place: Node) -> bool:
        """Tell a schema that is only another name of an array, a map or a plain type; such names are read through."""
        members = place.mapping()
        if "$ref" in members:
            return True
        if members.get("enum") or "properties" in members or "allOf" in members:
            return False
        kind = members.get("type", "object")
        return kind != "object" or isinstance(members.get("additionalProperties"), Mapping)

    def schema(self, name: str, place: Node) -> Schema:
        """Read a named schema; the members of its `allOf` parts come first."""
        properties: dict[str, Property] = {}
        free = False
        for part in _parts(place):
            required = frozenset(_texts(part.get("required")))
            if (members := part.get("properties")) is not None:
                for key, value in members.members():
                    value.check(key, " :;", subject="member")
                    properties[key] = Property(key, self.type(value), key in required)
            extra = part.mapping().get("additionalProperties")
            free = free or extra is True or isinstance(extra, Mapping)
        enum, _ = _enum(place)
        bare = not properties and not enum
        self._members += len(properties)
        if self._members > _MAX_MEMBERS:
            raise place.error(
                f"more than {_MAX_MEMBERS:,} members in all schemas together, the most that are supported"
            )
        _check_distinct(place, properties)
        return Schema(name, tuple(properties.values()), free or bare, enum)

    def type(self, place: Node, depth: int = 0) -> Type:
        """Read a schema as the type of a value. Raises SpecError for a name that leads back to itself."""
        if depth > _ALIAS_DEPTH:
            raise place.error(f"types are nested more than {_ALIAS_DEPTH} levels deep, or lead back to themselves")
        members = place.mapping()
        if "$ref" in members:
            return self._named(place, depth)
        if (single := _single(place)) is not None:
            return self.type(single, depth + 1)
        if "oneOf" in members or "anyOf" in members or "allOf" in members:
            return ANY
        enum, with_null = _enum(place)
        nullable = place.flag("nullable") or place.flag("x-nullable") or with_null
        declared = place.get("type")
        if declared is None:
            kind: Kind = "string" if enum else "object" if "properties" in members else "any"
        else:
            kind = _kind(declared)
        items = values = None
        if kind == "array":
            inner = place.get("items")
            items = self.type(inner, depth + 1) if inner is not None else ANY
        elif kind == "object" and isinstance(members.get("additionalProperties"), Mapping):
            values = self.type(place.child("additionalProperties"), depth + 1)
        form = place.get("format")
        return Type(
            kind,
            format=form.check(form.text(), subject="format") if form is not None else None,
            items=items,
            values=values,
            enum=enum,
            nullable=nullable,
            max_length=_length(place.get("maxLength")),
        )

    def _named(self, place: Node, depth: int) -> Type:
        reference = place.child("$ref")
        target = reference.text()
        if not target.startswith((_MODERN, _SWAGGER)):
            return self.type(place.resolved(), depth + 1)
        name = target.removeprefix(_MODERN).removeprefix(_SWAGGER).replace("~1", "/").replace("~0", "~")
        if name not in self._names:
            raise reference.error(f"no schema is named {name!r}")
        if self.is_alias(self._names[name]):
            return self.type(self._names[name], depth + 1)
        # Generated models repeat the members of an enum wherever it is used.
        reference.charge(self._enum_size(name))
        return Type("ref", ref=name)

    def _enum_size(self, name: str) -> int:
        if name not in self._enum_sizes:
            members, _ = _enum(self._names[name])
            self._enum_sizes[name] = sum(1 + len(member) // 16 for member in members)
        return self._enum_sizes[name]

    def operations(self, paths: Node) -> Iterator[Operation]:
        """Read every method on every path, in document order."""
        count = 0
        for key, place in paths.members():
            if key.startswith("x-"):
                continue
            _check_path(place, key)
            published = place.get("x-path")
            path = _check_path(published, published.text()) if published is not None else key
            item = place.resolved()
            shared = self._parameters(item.get("parameters"), key)
            for method in get_args(Method):
                operation = item.get(method.lower())
                if operation is not None:
                    made = self._operation(method, path, key, operation, shared)
                    count += 1
                    self._parameter_count += len(made.parameters)
                    if count > _MAX_OPERATIONS or self._parameter_count > _MAX_PARAMETERS:
                        raise operation.error(
                            f"more than {_MAX_OPERATIONS:,} operations with {_MAX_PARAMETERS:,} parameters"
                            " in all paths together, the most that are supported"
                        )
                    yield made

    def _operation(self, method: Method, path: str, key: str, place: Node, shared: tuple[Parameter, ...]) -> Operation:
        own = self._parameters(place.get("parameters"), key)
        outside = self._outside(place.get("x-path-parameters"))
        overridden = {(parameter.place, parameter.name) for parameter in own}
        parameters = (*(it for it in shared if (it.place, it.name) not in overridden), *own, *outside)
        name = place.get("operationId")
        tags = _checked(place.get("tags"), ";", "tag")
        body = place.get("requestBody")
        sent = self._swagger_body(place)
        return Operation(
            id=name.check(name.text(), subject="operation id") if name is not None else f"{method.lower()} {path}",
            method=method,
            path=path,
            tag=tags[0] if tags else "",
            parameters=parameters,
            body=self._body(body.resolved()) if body is not None else sent,
            reply=self._reply(place.need("responses"), place),
            list_options=any(parameter.name == _LIST_OPTION for parameter in parameters),
        )

    def _parameters(self, place: Node | None, key: str) -> tuple[Parameter, ...]:
        return tuple(self._each_parameter(place, key)) if place is not None else ()

    def _each_parameter(self, place: Node, key: str) -> Iterator[Parameter]:
        for element in place.elements():
            parameter = element.resolved()
            where = parameter.need("in").text()
            name = _parameter_name(parameter)
            if where == "path":
                yield Parameter(name, "path", self._parameter_type(parameter), True, _in_template(name, key))
            elif where in ("query", "header"):
                place_in: Literal["query", "header"] = "query" if where == "query" else "header"
                yield Parameter(name, place_in, self._parameter_type(parameter), parameter.flag("required"))
            elif where not in ("cookie", "body", "formData"):
                raise parameter.child("in").error(f"a parameter cannot stand in {where!r}", f"expected {_PLACES}")

    def _outside(self, place: Node | None) -> Iterator[Parameter]:
        for element in place.elements() if place is not None else ():
            name = _parameter_name(element)
            yield Parameter(name, "path", self._parameter_type(element), element.flag("required"), in_template=False)

    def _parameter_type(self, parameter: Node) -> Type:
        schema = parameter.get("schema")
        # Swagger: type, format, enum and items stand on the parameter itself.
        return self.type(schema) if schema is not None else self.type(parameter)

    def _swagger_body(self, operation: Node) -> Content | None:
        """Read the body that Swagger hides among the parameters; a form is an object."""
        parameters = operation.get("parameters")
        media = self._swagger_media(operation, "consumes")
        for element in parameters.elements() if parameters is not None else ():
            parameter = element.resolved()
            place = parameter.need("in").text()
            if place == "body":
                return Content(self.type(parameter.need("schema")), media, 0, parameter.flag("required"))
            if place == "formData":
                return Content(Type("object"), media or ("multipart/form-data",), 0, required=True)
        return None

    def _swagger_media(self, operation: Node, key: str) -> tuple[str, ...]:
        return _media_types(operation.get(key)) or _media_types(self._document.get(key))

    def _body(self, place: Node) -> Content:
        content = place.need("content")
        return Content(self._content_type(content), _media_types(content), 0, place.flag("required"))

    def _reply(self, responses: Node, operation: Node) -> Content | None:
        """Read the reply of success: the lowest 2xx status, else the default one (status 0)."""
        statuses = sorted(status for status in responses.mapping() if re.fullmatch(r"2([0-9][0-9]|XX)", status))
        chosen = statuses[0] if statuses else "default" if "default" in responses else None
        if chosen is None:
            return None
        reply = responses.child(chosen).resolved()
        number = 0 if chosen == "default" else int(chosen.replace("X", "0"))
        content = reply.get("content")
        if (schema := reply.get("schema")) is not None:
            return Content(self.type(schema), self._swagger_media(operation, "produces"), number)
        if content is None:
            hint = reply.get("x-content-type")
            media = (hint.check(hint.text(), ",", TEXT_LIMIT, "media type"),) if hint is not None else ()
            return Content(None, media, number)
        return Content(self._content_type(content), _media_types(content), number)

    def _content_type(self, content: Node) -> Type | None:
        """Read the type of the first media type that states one; the vendor states the same one for each."""
        for _, media in content.members():
            if (schema := media.get("schema")) is not None:
                return self.type(schema)
        return None


def _parts(place: Node, above: tuple[str, ...] = ()) -> Iterator[Node]:
    """Yield a schema and, before it, the parts that its `allOf` names. Raises SpecError for a circle."""
    if place.pointer in above:
        raise place.error("allOf leads back to the same schema")
    if len(above) > _ALL_OF_DEPTH:
        raise place.error(f"allOf is nested more than {_ALL_OF_DEPTH} levels deep")
    if (parts := place.get("allOf")) is not None:
        for part in parts.elements():
            yield from _parts(part.resolved(), (*above, place.pointer))
    yield place


def _check_distinct(place: Node, members: Iterable[str]) -> None:
    """Raise SpecError if many members of a schema have the same Python name."""
    counts = Counter(map(attribute, members))
    for name, count in counts.items():
        if count > _SAME_NAMES:
            raise place.error(f"{count} members have the Python name {name!r}, at most {_SAME_NAMES} are supported")


def _check_path(place: Node, path: str) -> str:
    """Return the path if tables and accessors can be made from it. Raises SpecError otherwise."""
    if not path.startswith("/"):
        raise place.error(f"a path has to start with '/': {path[:40]!r}")
    if len(path) > _PATH_LIMIT or path.count("/") > _SEGMENT_LIMIT:
        raise place.error(f"a path has at most {_PATH_LIMIT} characters and {_SEGMENT_LIMIT} segments: {path[:40]!r}")
    if not _PATH.fullmatch(path):
        raise place.error(
            f"path {path[:40]!r} cannot be used: expected segments of printable ASCII without spaces or semicolons"
        )
    return path


def _length(place: Node | None) -> int | None:
    if place is None:
        return None
    length = place.number()
    if not 0 <= length < _LENGTH_LIMIT:
        raise place.error("expected a length of 0 or more that fits into 64 bits")
    return length


def _parameter_name(parameter: Node) -> str:
    place = parameter.need("name")
    return place.check(place.text(), ";,", subject="parameter name")


def _media_types(place: Node | None) -> tuple[str, ...]:
    """Return media types: the keys of a `content` object, or the elements of Swagger's lists."""
    if place is None:
        return ()
    if isinstance(place.raw(), Mapping):
        return tuple(part.check(name, ",", TEXT_LIMIT, "media type") for name, part in place.members())
    return _checked(place, ",", "media type", TEXT_LIMIT)


def _single(place: Node) -> Node | None:
    """Return the only member of an `allOf`: the way documents add `nullable` or a description to a reference."""
    parts = place.get("allOf")
    if parts is None or "properties" in place:
        return None
    elements = list(parts.elements())
    return elements[0] if len(elements) == 1 else None


def _kind(declared: Node) -> Kind:
    text = declared.text()
    for kind in _KINDS:
        if kind == text:
            return kind
    # .NET generators of the second generation write "file" for a download.
    if text == "file":
        return "string"
    raise declared.error(f"unknown type {text!r}", f"expected one of {', '.join(_KINDS)}")


def _enum(place: Node) -> tuple[tuple[str, ...], bool]:
    members = place.get("enum")
    if members is None:
        return (), False
    values: list[str] = []
    null = False
    for element in members.elements():
        value = element.raw()
        if value is None:
            null = True
        elif isinstance(value, str | int | float):
            text = str(value)
            values.append(element.check(text, ",", TEXT_LIMIT, "enum member") if text else text)
        else:
            raise element.error("expected a string, a number, true, false or null as a member of an enum")
    return tuple(values), null


def _texts(place: Node | None) -> tuple[str, ...]:
    return tuple(element.text() for element in place.elements()) if place is not None else ()


def _checked(place: Node | None, forbidden: str, subject: str, limit: int = NAME_LIMIT) -> tuple[str, ...]:
    elements = place.elements() if place is not None else ()
    return tuple(element.check(element.text(), forbidden, limit, subject) for element in elements)


def _in_template(name: str, path: str) -> bool:
    return re.search(r"\{" + re.escape(name) + r"[}:]", path) is not None
