"""The one rule for names that Python, pydantic or cwql keep for themselves.

Models, handles and accessors spell a name of the API as the API does, except:

* a leading underscore moves to the end: ``_info`` is `info_` (Python and pydantic keep leading underscores for privates);
* a keyword of Python gets an underscore at the end, and so does a name that accessors, handles or records have themselves
  (three closed sets, frozen for good): the segment ``import`` is `import_`, the member ``copy`` of a record is `copy_`;
* a character that no Python name can contain becomes an underscore, and a name that would start with a digit gets an ``n``
  in front and an underscore at the end: ``types{id}`` is `types_id_`, ``2fa`` is `n2fa_`;
* other characters are written as Python itself reads them (NFKC): a fullwidth ``ｄｅｆ`` is `def_`.

`attribute` applies the rule. The name on the wire is never lost: models keep it as alias, handles and accessors look it up.
"""

from __future__ import annotations

from cwql.language.operators import TEXT_WORDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


KEYWORDS = _words(
    "False None True and as assert async await break class continue def del elif else except finally for from global if "
    "import in is lambda nonlocal not or pass raise return try while with yield"
)
"""The hard keywords of Python (`keyword.kwlist`, spelt out since the module is not loaded otherwise)."""

PYDANTIC = _words(
    "construct copy dict from_orm json model_computed_fields model_config model_construct model_copy model_dump "
    "model_dump_json model_extra model_fields model_fields_set model_json_schema model_parametrized_name "
    "model_post_init model_rebuild model_validate model_validate_json model_validate_strings parse_file parse_obj "
    "parse_raw schema schema_json update_forward_refs validate"
)
"""The public attributes of `pydantic.BaseModel`."""

COMPARING = _words("any between in_ is_ is_not_null is_null not_in") | {
    f"{negation}{word}" for word in TEXT_WORDS for negation in ("", "not_")
}
"""Methods of field handles that make conditions, in addition to the operators of Python."""

OPERATORS = COMPARING | _words("asc desc set unset value_in")
"""All methods of field handles."""

ACCESSOR_NAMES = _words(
    "all count create delete dry_run first get list pages patch plan preview replace to_scan upsert"
)
"""Members that accessors themselves have. Later ones contain an underscore, because no segment of a path does."""

HANDLE_NAMES = OPERATORS
"""Members that field handles themselves have."""

MODEL_NAMES = PYDANTIC | _words("custom_fields to_dict to_json")
"""Members that records themselves have. Later ones begin with ``to_``."""


def handle_name(wire: str) -> str:
    """Return the attribute of a field handle for a member of a record."""
    return attribute(wire, HANDLE_NAMES)


def model_name(wire: str) -> str:
    """Return the attribute of a record for one of its members."""
    return attribute(wire, MODEL_NAMES)


def attribute(wire: str, reserved: frozenset[str]) -> str:
    """Return the Python name of a member or path segment: itself, unless one of the reasons above applies."""
    if wire.isascii() and wire.isidentifier() and wire[0] != "_" and wire not in reserved and wire not in KEYWORDS:
        return wire
    text = _normalized(wire)
    name = "".join([char if f"a{char}".isidentifier() else "_" for char in text])
    body = name.lstrip("_")
    if not body:
        return "field_"
    tail = "_" * (len(name) - len(body))
    if not body.isidentifier():
        # A mark that combines with the letter before it can start no name either.
        body, tail = _normalized(f"n{body}"), tail + "_"
    if not tail and (body in reserved or body in KEYWORDS):
        tail = "_"
    return body + tail


def _normalized(text: str) -> str:
    """Return the form in which Python compares names."""
    if text.isascii():
        return text
    from unicodedata import normalize

    return normalize("NFKC", text)


def attributes(wires: Iterable[str], reserved: frozenset[str]) -> dict[str, str]:
    """Map each name to its Python name; one that would meet a taken name gets further underscores at the end."""
    wires = list(wires)
    found = {wire: wire for wire in wires if attribute(wire, reserved) == wire}
    taken = set(found)
    for wire in wires:
        if wire not in found:
            name = attribute(wire, reserved)
            while name in taken:
                name += "_"
            found[wire] = name
            taken.add(name)
    return {wire: found[wire] for wire in wires}


def accessor(segment: str) -> str:
    """Return the attribute that a path segment is reached by: its leading capitals lowered, then the rule above.

    ``Computers`` is `computers`, ``AVTemplatePolicies`` is `avTemplatePolicies`, ``SLAs`` is `slas`.
    """
    capitals = len(segment) - len(segment.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    # The last capital of a run starts the next word (`AVTemplate`), unless only a plural s follows (`SLAs`).
    if 1 < capitals < len(segment) and segment[capitals:] != "s":
        capitals -= 1
    return attribute(segment[:capitals].lower() + segment[capitals:], ACCESSOR_NAMES)
