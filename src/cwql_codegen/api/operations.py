"""Write the packed table of operations: `operations.py`. Operations share the entries of parameters and media types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cwql_codegen.api.python_source import header, join_entries, string_table, string_tuple

if TYPE_CHECKING:
    from cwql_codegen.api.encoding import TypeEncoder
    from cwql_codegen.spec.model import Api, Content, Operation, Parameter


def write_operations(api: Api, encoder: TypeEncoder) -> str:
    """Return `operations.py`."""
    return _Writer(encoder).write(api)


class _Writer:
    def __init__(self, encoder: TypeEncoder) -> None:
        self._encoder = encoder
        self._parameters: dict[str, int] = {}
        self._media_types: dict[tuple[str, ...], int] = {}

    def write(self, api: Api) -> str:
        entries = {operation.id: self._encode(operation) for operation in api.operations}
        if len(entries) != len(api.operations):
            raise ValueError(f"{api.product} {api.version}: an operation id is used twice")
        return "\n".join(
            [
                header(api) + '"""Every operation, packed: see `cwql.schema.operation`."""\n',
                "# `name;place;code`; `outside` marks a path parameter that the path does not contain.",
                string_tuple("PARAMETERS", self._parameters),
                "# Lists of media types.",
                string_tuple("MEDIA", (join_entries(names, ",") for names in self._media_types)),
                "# Id -> `method;path;tag;parameters;body;reply;origin;instead`, body and reply `code@media=status`.",
                string_table("OPERATIONS", entries),
            ]
        )

    def _encode(self, operation: Operation) -> str:
        return join_entries(
            (
                operation.method,
                operation.path,
                operation.tag,
                ",".join(str(self._parameter(it)) for it in operation.parameters),
                self._encode_content(operation.body),
                self._encode_content(operation.response),
                "" if operation.origin == "spec" else operation.origin,
                operation.instead or "",
            ),
            ";",
        )

    def _parameter(self, parameter: Parameter) -> int:
        """Return the index of a parameter in `PARAMETERS`."""
        location = parameter.location if parameter.in_template else "outside"
        code = self._encoder.encode(parameter.type, parameter.required)
        entry = join_entries((parameter.name, location, code), ";")
        return self._parameters.setdefault(entry, len(self._parameters))

    def _encode_content(self, content: Content | None) -> str:
        if content is None:
            return ""
        code = self._encoder.encode(content.type, content.required) if content.type is not None else ""
        media = self._media_types.setdefault(content.media_types, len(self._media_types))
        return f"{code}@{media}={content.status}"
