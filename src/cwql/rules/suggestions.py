"""Suggestions for an unknown name: members of the record itself, of its references, collections and custom fields.

Only the record that the path has reached is searched, never the whole API, because a name of another record does not
help.
"""

from __future__ import annotations

from functools import lru_cache

from cwql.schema.record import Resolved
from cwql.schema.suggest import edit_distance, suggest
from cwql.schema.synonyms import find_synonyms
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.language.dialects import Dialect
    from cwql.language.nodes import Comparison
    from cwql.rules.context import Context
    from cwql.schema.catalog import Catalog
    from cwql.schema.field import FieldInfo
    from cwql.schema.record import RecordInfo
    from cwql.schema.synonyms import Synonym

SHORT = 8
"""Records of at most so many fields are listed whole in a hint."""


class Guess(Value):
    """Replacements for one segment, each a path in the dialect's spelling.

    `sure` is True if one is clearly the best, `similar` if the names only resemble the segment, and `opposite` if the
    first one says the opposite of it.
    """

    names: tuple[str, ...]
    sure: bool
    similar: bool = False
    opposite: bool = False


NOTHING = Guess((), False)


@lru_cache(512)
def guess_field(catalog: Catalog, record: RecordInfo, name: str, dialect: Dialect, *, inside: bool) -> Guess:
    """Return suggestions for a segment from the record's fields and the overlay's names for it.

    `inside`: more segments follow, so a reference is not continued.
    """
    separator = dialect.separator
    folded = _fold(name)
    known = [*record.names, *record.extra_names]
    same = [candidate for candidate in known if _fold(candidate) == folded]
    if same:
        return Guess((_write(same[0], separator),), True)
    squeezed = _unsqueeze(catalog, record, folded, separator)
    if squeezed is not None:
        return Guess((squeezed,), True)
    synonyms = find_synonyms(catalog, record, name, inside=inside)
    if synonyms:
        first = synonyms[0]
        names = tuple([separator.join(each.path) for each in synonyms])
        sure = len(synonyms) == 1 and not first.opposite and (not _asks(name) or _is_boolean(catalog, record, first))
        return Guess(names, sure, opposite=first.opposite)
    found = suggest(name, known)
    return Guess(tuple([_write(candidate, separator) for candidate in found]), _stands_out(name, found), similar=True)


def _asks(name: str) -> bool:
    """Return whether a name is a question, such as `isOnline`, so that its value is true or false."""
    return name[:2].lower() == "is" and not name[2:3].islower()


def _is_boolean(catalog: Catalog, record: RecordInfo, synonym: Synonym) -> bool:
    found = catalog.resolve(record.name, synonym.path)
    return isinstance(found, Resolved) and found.field.kind == "boolean"


def _stands_out(name: str, found: list[str]) -> bool:
    """Return whether the first name is close enough to be inserted, and closer than the second."""
    bound = max(1, len(name) // 4)
    distances = [edit_distance(name.lower(), candidate.lower(), bound) for candidate in found[:2]]
    first = distances[0] if distances else None
    second = distances[1] if len(distances) > 1 else None
    return first is not None and (second is None or first < second)


def guess_collection(catalog: Catalog, record: RecordInfo, name: str, dialect: Dialect) -> str | None:
    """Return the path to a member of that name inside one of the record's collections, or None."""
    for field in record.collections():
        inner = None if field.target is None else catalog.find_record(field.target)
        if inner is None or _same(field, dialect):
            continue
        member = inner.find(name) if not inner.open else None
        if member is not None:
            return f"{field.name}{dialect.separator}{member.name}"
    return None


def custom_parameter(record: RecordInfo | None, dialect: Dialect) -> str | None:
    """Return the parameter that filters the custom fields of a record, if the dialect and the record have them."""
    for parameter in dialect.parameters:
        if parameter.record is not None and (
            record is None or any(field.target == parameter.record for field in record.fields())
        ):
            return parameter.name
    return None


_ANSWERS = {
    "t": True, "y": True, "yes": True, "on": True, "$true": True,
    "f": False, "n": False, "no": False, "off": False, "$false": False,
}  # fmt: skip

_MOMENTS = ("now", "today", "yesterday", "tomorrow")


def guess_boolean(word: str, dialect: Dialect) -> str | None:
    """Return the boolean that a word means, also if it is misspelt, otherwise None."""
    yes, no = dialect.booleans
    meant = _ANSWERS.get(word.strip().lower())
    if meant is not None:
        return yes if meant else no
    distances = [
        (distance, each)
        for each in (yes, no)
        if (distance := edit_distance(word.strip().lower(), each.lower(), 2)) is not None
    ]
    return min(distances)[1] if distances else None


def guess_moment(word: str, path: str) -> str | None:
    """Return a hint for a word that names a day or the current time, possibly misspelled, or None."""
    meant = suggest(word.strip().partition(" ")[0], _MOMENTS, 1)
    if not meant:
        return None
    return (
        f"neither language has a word for {meant[0]}: write the date, or compute it in the program and pass it, "
        f'cwql.cond("{path} > {{}}", moment)'
    )


def find_named_sibling(context: Context, comparison: Comparison) -> str | None:
    """Return the path to the name or identifier of the record whose id is compared by equality, or None."""
    path, separator = comparison.path.segments, context.dialect.separator
    if context.catalog is None or len(path) < 2 or path[-1].lower() != "id" or comparison.operator.family == "order":
        return None
    found = context.resolve(comparison.path)
    if not isinstance(found, Resolved) or len(found.fields) < 2 or found.fields[-2].target is None:
        return None
    record = context.catalog.find_record(found.fields[-2].target)
    for name in ("name", "identifier"):
        field = None if record is None or record.open else record.find(name)
        if field is not None and field.kind == "text" and (field.note is None or field.note.kind != "unfilterable"):
            place = context.path_span(comparison)
            return f"{context.text[place.start : place.end].rpartition(separator)[0]}{separator}{field.name}"
    return None


def title(record: RecordInfo) -> str:
    """Return the name of a record for messages: the API's name without the name space."""
    return record.wire.rpartition(".")[2]


def collection_parameter(dialect: Dialect) -> str | None:
    """Return the parameter that filters collections, if the dialect has one."""
    for parameter in dialect.parameters:
        if parameter.collections:
            return parameter.name
    return None


def list_members(record: RecordInfo) -> str | None:
    """Return the names of a small record, for a hint; None for a large one."""
    names = [name for name in record.names if not name.startswith("_")]
    return ", ".join(names) if 0 < len(names) <= SHORT else None


def _same(field: FieldInfo, dialect: Dialect) -> bool:
    return any(parameter.record == field.target for parameter in dialect.parameters)


def _fold(name: str) -> str:
    return name.replace("_", "").lower()


def _write(path: str, separator: str) -> str:
    return path.replace("/", separator)


def _unsqueeze(catalog: Catalog, record: RecordInfo, folded: str, separator: str) -> str | None:
    """Read `companyId` or `board_name` as the member of a reference: ``company/id``, ``board/name``."""
    for field, member in _members(catalog, record, folded):
        return f"{field}{separator}{member}"
    return None


def _members(catalog: Catalog, record: RecordInfo, folded: str) -> Iterator[tuple[str, str]]:
    for written in record.names:
        start = written.lower()
        field = record.find(start) if folded.startswith(start) else None
        if field is not None and field.kind == "reference" and field.target is not None:
            inner = catalog.find_record(field.target)
            if inner is None or inner.open:
                continue
            rest = folded[len(start) :]
            for name in inner.names:
                if name.lower() == rest:
                    yield field.name, name
