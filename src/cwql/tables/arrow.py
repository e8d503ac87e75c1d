"""Arrow types of columns, and the schema of a table: it depends on the catalog only, so it is the same whatever the data contains."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from cwql.tables.columns import EXTRA, MISMATCHES

if TYPE_CHECKING:
    from cwql.tables.columns import Shape

__all__ = ["MISMATCH_TYPE", "TIME", "arrow_type", "schema_of", "without_dictionaries"]

TIME = pa.timestamp("us", "UTC")

MISMATCH_TYPE = pa.list_(pa.struct([("schema", pa.string()), ("member", pa.string()), ("value", pa.string())]))
"""The type of ``_mismatches``: for each value that was replaced by null, its record's name, its path, and the value as JSON."""

_TYPES = {
    "text": pa.string(),
    "json": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "datetime": TIME,
    "date": pa.date32(),
    "enum": pa.dictionary(pa.int32(), pa.string()),
    "custom fields": pa.map_(pa.string(), pa.string()),
}


def arrow_type(shape: Shape) -> pa.DataType:
    """Return the Arrow type of a column."""
    if shape.kind == "record":
        return pa.struct([(name, arrow_type(member)) for name, member in shape.members])
    if shape.kind == "list":
        assert shape.item is not None
        return pa.list_(arrow_type(shape.item))
    return _TYPES[shape.kind]


def schema_of(shape: Shape) -> pa.Schema:
    """Return the schema of a table: the columns of a record, ``_extra`` if all are selected, and ``_mismatches``."""
    fields = [pa.field(name, arrow_type(member)) for name, member in shape.members]
    if shape.closed:
        fields.append(pa.field(EXTRA, pa.string()))
    return pa.schema([*fields, pa.field(MISMATCHES, MISMATCH_TYPE)])


def without_dictionaries(kind: pa.DataType) -> pa.DataType:
    """Return a type with text for each dictionary in it, for formats without them."""
    if pa.types.is_dictionary(kind):
        return kind.value_type
    if pa.types.is_struct(kind):
        return pa.struct([(field.name, without_dictionaries(field.type)) for field in kind])
    return pa.list_(without_dictionaries(kind.value_type)) if pa.types.is_list(kind) else kind
