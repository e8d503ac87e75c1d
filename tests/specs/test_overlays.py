"""Overlays: every entry applies, every name in public code is known, and mistakes are reported."""

import json
import re
from typing import Any

import pytest

from cwql_codegen.build import find_overlays
from cwql_codegen.spec import overlay_parser
from cwql_codegen.spec.model import Api, Operation, Product
from cwql_codegen.spec.overlay import Overlay, OverlayError
from cwql_codegen.spec.overlay_apply import apply_overlay
from cwql_codegen.spec.overlay_check import find_stale_entries
from cwql_codegen.spec.reachability import resolve_name, resolve_path
from tests.specs.conftest import SHARED

_TEXT = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:''|\\.|[^'\\])*'|\[[^\]]*\]")
_COMPARED = re.compile(
    r"([a-z_][\w/.]*)\s*(?:[=<>!]|\s(?:not\s+)?(?:contains|like|in|startswith|endswith|eq|ne)\b)", re.IGNORECASE
)


def test_every_entry_applies(api: Api, entries: Overlay) -> None:
    assert [rationale.entry for rationale in find_stale_entries(api, entries)] == []


def test_every_entry_has_a_reason_and_evidence(entries: Overlay) -> None:
    grounds = [
        it.rationale
        for kind in (entries.filterable, entries.unfilterable, entries.alias, entries.child, entries.open_record)
        for it in kind
    ]
    grounds += [
        it.rationale for kind in (entries.path, entries.required, entries.schema, entries.operation) for it in kind
    ]
    assert grounds
    assert all(rationale.reason and rationale.evidence for rationale in grounds)


def test_entries_do_not_repeat_each_other(entries: Overlay) -> None:
    seen: set[tuple[str, str]] = set()
    for entry in entries.named:
        for schema in (*entry.scope.schemas, entry.scope.having or ""):
            key = (schema, entry.name.casefold())
            assert not schema or key not in seen, entry.rationale.entry
            seen.add(key)


def test_filterable_names_are_not_in_the_schema(api: Api, entries: Overlay) -> None:
    for entry in entries.filterable:
        for name in entry.scope.schemas:
            assert resolve_path(api.schemas, name, entry.name) is None, entry.rationale.entry


def test_types_refer_to_schemas(api: Api, entries: Overlay) -> None:
    whole = apply_overlay(api, entries)
    for operation in whole.operations:
        for content in (operation.body, operation.response):
            here = content.type if content is not None else None
            while here is not None and here.items is not None:
                here = here.items
            assert here is None or here.ref is None or here.ref in whole.schemas, operation.id


def test_corrections_are_applied(api: Api, entries: Overlay, document: dict[str, Any]) -> None:
    whole = apply_overlay(api, entries)
    paths = {operation.path for operation in whole.operations}
    for correction in entries.path:
        assert correction.path not in paths
        assert correction.becomes in paths
    for entry in entries.required:
        assert entry.name in document["components"]["schemas"][entry.schema]["required"]
        required = {member.name: member.required for member in whole.schemas[entry.schema].properties}
        assert required[entry.property]


def test_corrected_paths_contain_their_parameters(api: Api, entries: Overlay) -> None:
    for operation in apply_overlay(api, entries).operations:
        declared = sorted(it.name for it in operation.parameters if it.location == "path" and it.in_template)
        assert sorted(re.findall(r"\{(\w+)\}", operation.path)) == declared, operation.path
        assert re.fullmatch(r"(/([\w.-]+|\{\w+\}))+/?", operation.path), operation.path


def test_methods_and_paths_are_unique(api: Api, entries: Overlay) -> None:
    whole = apply_overlay(api, entries)
    assert len({(operation.method, operation.path) for operation in whole.operations}) == len(whole.operations)
    assert len({operation.id for operation in whole.operations}) == len(whole.operations)


def test_applying_is_idempotent(api: Api, entries: Overlay) -> None:
    once = apply_overlay(api, entries)
    assert apply_overlay(once, entries) == once


def test_documented_operations_exist(api: Api, entries: Overlay, product: Product) -> None:
    if product == "manage":
        # The document has every operation of its release.
        assert {it.since for it in entries.operation} == {"2026.4"}
        return
    documented = {(it.method, it.path) for it in apply_overlay(api, entries).operations if it.origin == "documented"}
    assert documented == {
        ("POST", "/api/v1/APICredentials"),
        ("POST", "/api/v1/APICredentials/Refresh"),
        ("GET", "/api/v1/Computers/{computerId}"),
        ("POST", "/api/v1/Computers/{computerId}/Scripts/{scriptId}/Execute"),
    }


def test_every_name_in_the_corpus_is_known(api: Api, entries: Overlay, product: Product) -> None:
    """Every name that real clients filter by is in a schema or in an overlay."""
    corpus = SHARED / "corpus" / f"{product}.jsonl"
    if not corpus.is_file():
        pytest.skip("the corpus is not available")
    whole = apply_overlay(api, entries)
    refused = {(name, it.name.casefold()) for it in entries.unfilterable for name in it.scope.schemas}
    read, unknown = 0, []
    for row in map(json.loads, corpus.read_text(encoding="utf-8").splitlines()):
        if "suspect" in row or row.get("parameter") == "customFieldConditions":
            continue
        endpoint = row.get("endpoint")
        records = [_record(whole, endpoint)] if endpoint else list(whole.schemas)
        for path in _paths(row["condition"], row.get("parameter")):
            read += 1
            found = any(
                resolve_name(whole.schemas, entries, record, path) is not None or (record, path.casefold()) in refused
                for record in records
            )
            if not found and path.casefold() not in ("caption", "value"):
                unknown.append(f"{endpoint}: {path}")
    assert unknown == []
    assert read > 100


def _record(api: Api, endpoint: str) -> str:
    listed = endpoint.removesuffix("/count").removesuffix("/search")
    for operation in api.operations:
        if operation.method == "GET" and _shape(operation.path) in (
            _shape(listed),
            _shape(f"/api/v1{listed}"),
            _shape(f"/api{listed}"),
        ):
            return _reply_record(operation)
    raise AssertionError(f"no endpoint {endpoint}")


def _shape(path: str) -> str:
    return re.sub(r"\{\w*\}", "{}", path).casefold().rstrip("/")


def _reply_record(operation: Operation) -> str:
    here = operation.response.type if operation.response is not None else None
    while here is not None and here.items is not None:
        here = here.items
    assert here is not None
    assert here.ref is not None
    return here.ref


def _paths(condition: str, parameter: str | None) -> list[str]:
    if parameter in ("orderBy", "fields"):
        return [part.split()[0] for part in condition.split(",") if part.strip()]
    found = _COMPARED.findall(_TEXT.sub(" '' ", condition))
    assert found, condition
    return found


_GROUND = 'reason = "r"\nevidence = "e"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a.toml: 'product' has to be one of manage, automate, got None"),
        ('product = "psa"', "a.toml: 'product' has to be one of manage, automate, got 'psa'"),
        ("product = ", "a.toml: not TOML: "),
        ('product = "manage"\n[[fitlerable]]\n', "a.toml: fitlerable: unknown kind of entry"),
        ('product = "manage"\n[path]\n', "a.toml: path: write each entry under [[path]]"),
        (
            'product = "manage"\n[[open_record]]\nschema = "A"\nreason = "r"',
            "a.toml: open_record 1 (A): 'evidence' is missing",
        ),
        (
            f'product = "manage"\n[[open_record]]\nschema = " "\n{_GROUND}',
            "a.toml: open_record 1 ( ): 'schema' is empty",
        ),
        (
            f'product = "manage"\n[[open_record]]\nschema = 1\n{_GROUND}',
            "a.toml: open_record 1 (1): 'schema' has to be of type str, got 1",
        ),
        (
            f'product = "manage"\n[[open_record]]\nschema = "A"\nnmae = "x"\n{_GROUND}',
            "unknown member 'nmae'; known: evidence, reason, schema",
        ),
        (
            f'product = "manage"\n[[unfilterable]]\nname = "x"\n{_GROUND}',
            "a.toml: unfilterable 1 (x): 'schemas' or 'having' is missing",
        ),
        (
            f'product = "manage"\n[[filterable]]\nname = "x"\nhaving = "_info"\ntype = "strnig"\norigin = "observed"\n{_GROUND}',
            "a.toml: filterable 1 (x): unknown type 'strnig'",
        ),
        (
            f'product = "manage"\n[[filterable]]\nname = "x"\nhaving = "_info"\ntype = "string"\norigin = "spec"\n{_GROUND}',
            "'origin' has to be one of documented, observed, reported, claimed, got 'spec'",
        ),
    ],
)
def test_mistakes_are_reported(text: str, message: str) -> None:
    with pytest.raises(OverlayError) as caught:
        overlay_parser.parse({"a.toml": text}, "manage")
    assert message in str(caught.value)


def test_files_of_the_other_product_are_ignored() -> None:
    assert overlay_parser.parse({"a.toml": 'product = "automate"'}, "manage") == Overlay("manage")


def test_operation_id_cannot_be_used_twice(api: Api, product: Product) -> None:
    taken = api.operations[0].id
    text = (
        f'product = "{product}"\n[[operation]]\nid = "{taken}"\nmethod = "GET"\npath = "/nowhere"\ntag = "T"\n'
        f'origin = "claimed"\n{_GROUND}'
    )
    with pytest.raises(OverlayError, match=r"a\.toml: operation 1 .*operation with the id"):
        apply_overlay(api, overlay_parser.parse({"a.toml": text}, product))


def test_stale_entries_are_reported(api: Api, product: Product) -> None:
    text = (
        f'product = "{product}"\n'
        f'[[open_record]]\nschema = "Nothing"\n{_GROUND}'
        f'[[path]]\npath = "/nowhere"\nbecomes = "/somewhere"\n{_GROUND}'
        f'[[unfilterable]]\nname = "x"\nhaving = "nothingHasThis"\n{_GROUND}'
    )
    found = [rationale.entry for rationale in find_stale_entries(api, overlay_parser.parse({"a.toml": text}, product))]
    assert found == ["a.toml: unfilterable 1 (x)", "a.toml: open_record 1 (Nothing)", "a.toml: path 1 (/nowhere)"]


def test_overlays_are_shipped_for_both_products() -> None:
    assert {file.name.split("-")[0] for file in find_overlays().glob("*.toml")} == {"manage", "automate"}
