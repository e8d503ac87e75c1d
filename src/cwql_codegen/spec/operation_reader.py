"""Read the paths of a document to `Operation`: parameters, bodies and responses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, get_args

from cwql_codegen.spec.model import Content, Method, Operation, Parameter, Type
from cwql_codegen.spec.text_rules import TEXT_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql_codegen.spec.document import Node
    from cwql_codegen.spec.schema_reader import SchemaReader

_LOCATIONS = ("path", "query", "header", "cookie", "body", "formData")
_LIST_OPTION = "options.condition"

_MAX_OPERATIONS = 10_000
_MAX_PARAMETERS = 200_000
"""The maximal number of parameters of all operations. Manage has 3,091 operations with 19,853 parameters."""

_MAX_PATH, _MAX_SEGMENTS = 300, 20
# Printable ASCII except for the semicolon, which separates entries in the generated tables. Only placeholders may contain spaces,
# because the vendor's documents contain parts of route constraints ("/members/{id:regex(^(types. |("). A path may end with a slash.
_PATH = re.compile(r"(?:/(?:\{[ -.0-:<-~]*|(?!\{)[!-.0-:<-~]+))+/?")


class OperationReader:
    """The operations of a document."""

    def __init__(self, root: Node, schemas: SchemaReader) -> None:
        self._root = root
        self._schemas = schemas
        self._parameters = 0

    def read_all(self, paths: Node) -> list[Operation]:
        """Read every method of every path, in the order of the document."""
        operations: list[Operation] = []
        for key, node in paths.members():
            if key.startswith("x-"):
                continue
            _check_path(node, key)
            published = node.get("x-path")
            path = _check_path(published, published.string()) if published is not None else key
            item = node.resolve()
            shared = self._read_parameters(item.get("parameters"), key)
            for method in get_args(Method):
                operation = item.get(method.lower())
                if operation is not None:
                    operations.append(self._read(method, path, key, operation, shared))
                    self._check_counts(operation, operations)
        return operations

    def _check_counts(self, node: Node, operations: list[Operation]) -> None:
        self._parameters += len(operations[-1].parameters)
        if len(operations) > _MAX_OPERATIONS or self._parameters > _MAX_PARAMETERS:
            raise node.error(
                f"more than {_MAX_OPERATIONS:,} operations or {_MAX_PARAMETERS:,} parameters, which is the limit"
            )

    def _read(self, method: Method, path: str, key: str, node: Node, shared: tuple[Parameter, ...]) -> Operation:
        own = self._read_parameters(node.get("parameters"), key)
        overridden = {(parameter.location, parameter.name) for parameter in own}
        parameters = (
            *(it for it in shared if (it.location, it.name) not in overridden),
            *own,
            *self._read_outside_parameters(node.get("x-path-parameters")),
        )
        name = node.get("operationId")
        tags = _read_texts(node.get("tags"), "tag", ";")
        body = node.get("requestBody")
        swagger_body = self._read_swagger_body(node)
        since = node.get("x-since")
        return Operation(
            id=name.check_text(name.string(), "operation id") if name is not None else f"{method.lower()} {path}",
            method=method,
            path=path,
            tag=tags[0] if tags else "",
            parameters=parameters,
            body=self._read_body(body.resolve()) if body is not None else swagger_body,
            response=self._read_response(node.require("responses"), node),
            list_options=any(parameter.name == _LIST_OPTION for parameter in parameters),
            since=since.check_release() if since is not None else None,
        )

    # --- parameters ----------------------------------------------------------------------------------------------------

    def _read_parameters(self, node: Node | None, key: str) -> tuple[Parameter, ...]:
        return tuple(self._each_parameter(node, key)) if node is not None else ()

    def _each_parameter(self, node: Node, key: str) -> Iterator[Parameter]:
        for element in node.elements():
            parameter = element.resolve()
            location = parameter.require("in").string()
            name = _read_name(parameter)
            if location == "path":
                yield Parameter(name, "path", self._parameter_type(parameter), True, _in_template(name, key))
            elif location in ("query", "header"):
                place: Literal["query", "header"] = "query" if location == "query" else "header"
                yield Parameter(name, place, self._parameter_type(parameter), parameter.flag("required"))
            elif location not in _LOCATIONS:
                hint = f"expected one of {', '.join(_LOCATIONS)}"
                raise parameter.child("in").error(f"unknown place {location!r} of a parameter", hint)

    def _read_outside_parameters(self, node: Node | None) -> Iterator[Parameter]:
        """Yield the path parameters that the path does not contain (our own documents only)."""
        for element in node.elements() if node is not None else ():
            type_ = self._parameter_type(element)
            yield Parameter(_read_name(element), "path", type_, element.flag("required"), in_template=False)

    def _parameter_type(self, parameter: Node) -> Type:
        # In Swagger, the parameter itself has the members of the schema.
        return self._schemas.type(parameter.get("schema") or parameter)

    # --- bodies --------------------------------------------------------------------------------------------------------

    def _read_body(self, node: Node) -> Content:
        content = node.require("content")
        return Content(self._content_type(content), _read_media_types(content), 0, node.flag("required"))

    def _read_swagger_body(self, operation: Node) -> Content | None:
        """Return the body, which is a parameter in Swagger, otherwise None. A form is an object."""
        parameters = operation.get("parameters")
        media = self._swagger_media_types(operation, "consumes")
        for element in parameters.elements() if parameters is not None else ():
            parameter = element.resolve()
            location = parameter.require("in").string()
            if location == "body":
                return Content(self._schemas.type(parameter.require("schema")), media, 0, parameter.flag("required"))
            if location == "formData":
                return Content(Type("object"), media or ("multipart/form-data",), 0, required=True)
        return None

    def _swagger_media_types(self, operation: Node, key: str) -> tuple[str, ...]:
        return _read_media_types(operation.get(key)) or _read_media_types(self._root.get(key))

    def _read_response(self, responses: Node, operation: Node) -> Content | None:
        """Return the response of success: that of the lowest 2xx status, otherwise the default one (status 0)."""
        statuses = sorted(status for status in responses.object() if re.fullmatch(r"2([0-9][0-9]|XX)", status))
        chosen = statuses[0] if statuses else "default" if "default" in responses else None
        if chosen is None:
            return None
        response = responses.child(chosen).resolve()
        status = 0 if chosen == "default" else int(chosen.replace("X", "0"))
        if (schema := response.get("schema")) is not None:
            return Content(self._schemas.type(schema), self._swagger_media_types(operation, "produces"), status)
        content = response.get("content")
        if content is not None:
            return Content(self._content_type(content), _read_media_types(content), status)
        hint = response.get("x-content-type")
        media = (_check_media_type(hint, hint.string()),) if hint is not None else ()
        return Content(None, media, status)

    def _content_type(self, content: Node) -> Type | None:
        """Return the type of the first media type that has one. In documents of the vendor all have the same."""
        for _, media in content.members():
            if (schema := media.get("schema")) is not None:
                return self._schemas.type(schema)
        return None


def _check_path(node: Node, path: str) -> str:
    """Return the path if tables and accessors can be generated from it. Raises SpecError otherwise."""
    if not path.startswith("/"):
        raise node.error(f"a path has to start with '/': {path[:40]!r}")
    if len(path) > _MAX_PATH or path.count("/") > _MAX_SEGMENTS:
        raise node.error(f"a path has at most {_MAX_PATH} characters and {_MAX_SEGMENTS} segments: {path[:40]!r}")
    if not _PATH.fullmatch(path):
        raise node.error(
            f"path {path[:40]!r} cannot be used: expected segments of printable ASCII without spaces or semicolons"
        )
    return path


def _read_name(parameter: Node) -> str:
    node = parameter.require("name")
    return node.check_text(node.string(), "parameter name", forbidden=";,")


def _read_media_types(node: Node | None) -> tuple[str, ...]:
    """Return media types: the keys of a `content` object, or the elements of a list in Swagger."""
    if node is not None and isinstance(node.value, Mapping):
        return tuple(_check_media_type(media, name) for name, media in node.members())
    elements = node.elements() if node is not None else ()
    return tuple(_check_media_type(element, element.string()) for element in elements)


def _check_media_type(node: Node, text: str) -> str:
    return node.check_text(text, "media type", forbidden=",", limit=TEXT_LIMIT)


def _read_texts(node: Node | None, subject: str, forbidden: str) -> tuple[str, ...]:
    elements = node.elements() if node is not None else ()
    return tuple(element.check_text(element.string(), subject, forbidden=forbidden) for element in elements)


def _in_template(name: str, path: str) -> bool:
    return re.search(r"\{" + re.escape(name) + r"[}:]", path) is not None
