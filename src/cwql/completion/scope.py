"""The names that a parameter of an endpoint can use: `Scope`."""

from __future__ import annotations

from cwql.schema.record import Resolved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from cwql.language.dialects import Dialect, Parameter
    from cwql.schema.catalog import Catalog
    from cwql.schema.field import FieldInfo
    from cwql.schema.record import RecordInfo


class Scope:
    """The names that a parameter of an endpoint can use; `catalog` and `record` are None if the endpoint is unknown."""

    __slots__ = ("catalog", "dialect", "endpoint", "parameter", "record")

    def __init__(self, dialect: Dialect, parameter: Parameter, endpoint: str | None) -> None:
        self.dialect = dialect
        self.parameter = parameter
        self.endpoint = endpoint
        self.catalog: Catalog | None = None
        self.record: RecordInfo | None = None
        if endpoint is not None or parameter.record is not None:
            from cwql.schema.catalog import catalog
            from cwql.schema.filtered_record import find_record

            self.catalog = catalog(dialect.name)
            found = None if endpoint is None else self.catalog.find_endpoint(endpoint)
            self.record = find_record(self.catalog, found, parameter)

    def resolve(self, path: Sequence[str]) -> Resolved | None:
        """Return the fields of a path; None if it is unknown."""
        if self.catalog is None or self.record is None or not path:
            return None
        found = self.catalog.resolve(self.record.name, path)
        return found if isinstance(found, Resolved) else None

    def inside(self, path: Sequence[str]) -> RecordInfo | None:
        """Return the record whose fields follow a path; the record of the endpoint for an empty one."""
        if not path or self.catalog is None:
            return self.record
        found = self.resolve(path)
        if found is None or found.field.target is None or found.field.kind == "map":
            return None
        return self.catalog.find_record(found.field.target)

    def takes_path(self, path: tuple[str, ...]) -> bool:
        """Return whether the parameter can use each field of a path."""
        found = self.resolve(path)
        return found is None or all(self.takes(field, path[:index]) for index, field in enumerate(found.fields))

    def takes(self, field: FieldInfo, prefix: Sequence[str]) -> bool:
        """Return whether the parameter can use a field after these segments."""
        note = field.note
        if note is not None and note.kind == "unfilterable":
            return False
        shape = self.parameter.shape
        if shape == "field_list":
            # Names that only filter are in no record.
            return note is None or note.kind == "child"
        if shape == "order_by":
            return field.kind not in ("collection", "map") and (note is None or note.kind != "alias")
        parameters = self.dialect.parameters
        if field.child and any(other.record == field.target for other in parameters):
            return False
        if self.parameter.collections:
            return field.child if not prefix else True
        return not field.child or not any(other.collections for other in parameters)
