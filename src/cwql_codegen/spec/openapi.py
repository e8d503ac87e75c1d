"""Read OpenAPI 3.0 and Swagger 2.0 documents to an `Api`: those in specs/, and those of the vendor.

`SchemaReader` reads the types, and `OperationReader` the paths. Both also handle the differences of Swagger: it has other places
for schemas and media types, and bodies are parameters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cwql_codegen.spec.document import Node, SpecError, load
from cwql_codegen.spec.model import Api
from cwql_codegen.spec.operation_reader import OperationReader
from cwql_codegen.spec.references import find_references, longest_chain
from cwql_codegen.spec.schema_reader import SchemaReader
from cwql_codegen.spec.text_rules import find_version_problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cwql_codegen.spec.model import Operation, Product, Schema

_MAX_CHAIN = 50
"""The maximal number of schemas in a chain of references.

The module of a record imports those of the records that it refers to. Python supports about 150 nested imports. The longest
chain in documents of the vendor has 14.
"""


def read(document: Path | str | Mapping[str, Any] | Node, product: Product, version: str | None = None) -> Api:
    """Read a document, without correcting anything in it.

    Args:
        document: A file, parsed JSON, or its root.
        product: The product that it describes.
        version: The release, if the document names another one.

    Raises:
        SpecError: The document is invalid, or exceeds a limit. The error names the place.
    """
    root = _open(document)
    release = _read_version(root, version)
    schemas = SchemaReader(_schemas_node(root))
    records = schemas.read_all()
    _check_chains(schemas, records)
    operations = OperationReader(root, schemas).read_all(root.require("paths"))
    return Api(product=product, version=release, operations=tuple(_make_ids_unique(operations)), schemas=records)


def _open(document: Path | str | Mapping[str, Any] | Node) -> Node:
    if isinstance(document, Node):
        return document
    if isinstance(document, Mapping):
        return Node(document, "document")
    return load(Path(document))


def _read_version(root: Node, given: str | None) -> str:
    if given is not None:
        if (problem := find_version_problem(given)) is not None:
            raise SpecError(root.source, "", f"the given version {given[:40]!r} {problem}")
        return given
    place = root.require("info").require("version")
    text = place.string()
    if (problem := find_version_problem(text)) is not None:
        raise place.error(f"{text[:40]!r} {problem}")
    return text


def _schemas_node(root: Node) -> Node | None:
    """Return the object with the named schemas. Raises SpecError for other kinds and versions of documents."""
    for member, supported, path in (
        ("openapi", "3.0", ("components", "schemas")),
        ("swagger", "2.0", ("definitions",)),
    ):
        declared = root.get(member)
        if declared is None:
            continue
        value = declared.value
        # Converting a document from YAML can make a number of the version.
        if not isinstance(value, str | int | float) or not str(value).startswith(supported):
            found = value if isinstance(value, str | int | float) else "of this type"
            raise declared.error(f"{member} {found} is not supported", "expected OpenAPI 3.0 or Swagger 2.0")
        node: Node | None = root
        for step in path:
            node = node.get(step) if node is not None else None
        return node
    raise root.error("not an API document: 'openapi' and 'swagger' are missing", "expected OpenAPI 3.0 or Swagger 2.0")


def _check_chains(schemas: SchemaReader, records: Mapping[str, Schema]) -> None:
    length, start = longest_chain(find_references(records))
    if length > _MAX_CHAIN:
        raise schemas.node(start).error(
            f"a chain of {length:,} schemas refer to each other from here on, at most {_MAX_CHAIN} are supported"
        )


def _make_ids_unique(operations: Iterable[Operation]) -> Iterator[Operation]:
    """Give operations with the id of an earlier one another id. Documents of the vendor have some."""
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
