"""The packed table of operations: `operations.py`."""

from __future__ import annotations

from collections.abc import Mapping

from cwql_codegen.api.packing import Packer
from cwql_codegen.api.text import literal, mark, pack, table
from cwql_codegen.spec.model import Api, Content, Operation, Parameter


def write_operations(api: Api, names: Mapping[str, str], packer: Packer) -> str:
    """Write `operations.py`: what every operation takes and gives. Parameters and media types are shared."""
    return _Writer(packer).text(api)


class _Writer:
    def __init__(self, packer: Packer) -> None:
        self._packer = packer
        self._parameters: dict[str, int] = {}
        self._media: dict[tuple[str, ...], int] = {}

    def text(self, api: Api) -> str:
        entries = {operation.id: self._operation(operation) for operation in api.operations}
        if len(entries) != len(api.operations):
            raise ValueError(f"{api.product} {api.version}: an operation id is used twice")
        parameters = "".join(f"    {literal(it)},\n" for it in self._parameters)
        media = "".join(f"    {literal(pack(it, ','))},\n" for it in self._media)
        return "\n".join(
            [
                mark(api) + '"""Every operation, packed: see `cwql.schema.operation`."""\n',
                "# `name;place;code`; `outside` marks a path parameter that the path does not hold.",
                f"PARAMETERS: tuple[str, ...] = (\n{parameters})\n",
                "# Lists of media types.",
                f"MEDIA: tuple[str, ...] = (\n{media})\n",
                "# Id -> `method;path;tag;parameters;body;reply;origin;instead`, body and reply `code@media=status`.",
                table("OPERATIONS", entries),
            ]
        )

    def _operation(self, operation: Operation) -> str:
        parameters = ",".join(str(self._parameter(it)) for it in operation.parameters)
        parts = (
            operation.method,
            operation.path,
            operation.tag,
            parameters,
            self._content(operation.body),
            self._content(operation.reply),
            "" if operation.origin == "spec" else operation.origin,
            operation.instead or "",
        )
        return pack(parts, ";")

    def _parameter(self, parameter: Parameter) -> int:
        place = parameter.place if parameter.in_template else "outside"
        text = pack((parameter.name, place, self._packer.code(parameter.type, parameter.required)), ";")
        return self._parameters.setdefault(text, len(self._parameters))

    def _content(self, content: Content | None) -> str:
        if content is None:
            return ""
        code = self._packer.code(content.type, content.required) if content.type is not None else ""
        media = self._media.setdefault(content.media_types, len(self._media))
        return f"{code}@{media}={content.status}"
