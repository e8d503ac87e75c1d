"""The one rule for names that Python, pydantic or cwql keep for themselves, and that it covers all of these."""

from __future__ import annotations

import ast
import keyword
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from cwql.client.async_client import AsyncResource
from cwql.client.sync_client import Resource
from cwql.language.builder import Field
from cwql.language.operators import TextOperators
from cwql.schema import handles
from cwql.schema.catalog import catalog
from cwql.schema.naming import (
    ACCESSOR_NAMES,
    COMPARING,
    HANDLE_NAMES,
    KEYWORDS,
    MODEL_NAMES,
    accessor,
    attributes,
    handle_name,
    model_name,
)
from cwql_api.runtime import Record
from cwql_codegen.api.naming import class_names, module_name
from cwql_codegen.spec import openapi
from cwql_codegen.spec.model import Api, Content, Operation, Schema, Type

SPECS = {"manage": "specs/manage/2025.16.openapi.json", "automate": "specs/automate/25.0.5.openapi.json"}
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("wire", "name"),
    [
        ("summary", "summary"),
        ("type", "type"),
        ("ComputerName", "ComputerName"),
        ("_info", "info_"),
        ("__odd", "odd__"),
        ("fields", "fields"),
        ("copy", "copy_"),
        ("get", "get"),
        ("count", "count"),
        ("to_dict", "to_dict_"),
        ("custom_fields", "custom_fields_"),
        ("import", "import_"),
        ("in", "in_"),
        ("list", "list"),
        ("model_dump", "model_dump_"),
        ("types{id}", "types_id_"),
        ("with space", "with_space"),
        ("2fa", "n2fa_"),
        ("_", "field_"),
        ("", "field_"),
        ("²", "n2_"),
        ("٣", "n٣_"),
        ("größe", "größe"),
        ("ｄｅｆ", "def_"),
        ("ﬁeld", "field"),
        ("\u0301x", "ńx_"),
        ("__init__", "init____"),
        ("a\nb", "a_b"),
        ("\ud800", "field_"),
    ],
)
def test_the_rule(wire: str, name: str) -> None:
    assert model_name(wire) == name
    assert name.isidentifier()
    assert not keyword.iskeyword(name)


@given(st.text())
def test_every_text_has_a_name_that_python_reads_as_it_is(wire: str) -> None:
    name = model_name(wire)
    (target,) = ast.parse(f"{name} = 1").body[0].targets  # type: ignore[attr-defined]
    assert target.id == name
    assert name[0] != "_"
    assert name not in MODEL_NAMES | KEYWORDS


def test_names_that_would_meet_are_told_apart() -> None:
    assert attributes(["_info", "info_", "id"], MODEL_NAMES) == {"_info": "info__", "info_": "info_", "id": "id"}
    assert attributes(["a b", "a_b"], MODEL_NAMES) == {"a b": "a_b_", "a_b": "a_b"}


@pytest.mark.parametrize(
    ("segment", "name"),
    [
        ("tickets", "tickets"),
        ("Computers", "computers"),
        ("SLAs", "slas"),
        ("RMADispositions", "rmaDispositions"),
        ("AVTemplatePolicies", "avTemplatePolicies"),
        ("APIToken", "apiToken"),
        ("securityRoles", "securityRoles"),
        ("Copy", "copy"),
        ("list", "list_"),
        ("count", "count_"),
    ],
)
def test_accessors_follow_the_url(segment: str, name: str) -> None:
    assert accessor(segment) == name


def test_the_three_sets_cover_everything_that_is_kept() -> None:
    assert set(keyword.kwlist) == KEYWORDS
    assert {name for name in dir(Record) if not name.startswith("_")} == MODEL_NAMES
    for kind in (Field, handles.ReferenceField, handles.ChildrenField, handles.MapField):
        assert {name for name in vars(kind) if not name.startswith("_")} <= HANDLE_NAMES, kind
    for resource in (Resource, AsyncResource):
        assert {name for name in dir(resource) if not name.startswith("_")} <= ACCESSOR_NAMES


def test_the_three_sets_are_frozen() -> None:
    """A name that is added later would rename accessors or members of the API, so it needs an underscore that they lack."""
    verbs = "all count create delete dry_run first get list pages patch plan preview replace to_scan upsert"
    assert sorted(ACCESSOR_NAMES) == verbs.split()
    assert sorted(name for name in MODEL_NAMES if not hasattr(BaseModel, name)) == [
        "custom_fields",
        "to_dict",
        "to_json",
    ]
    assert len(HANDLE_NAMES) == 20, sorted(HANDLE_NAMES)
    assert handle_name("value_in") == "value_in_"


def test_the_stub_of_handles_has_every_comparison() -> None:
    stub = Path(handles.__file__).with_suffix(".pyi").read_text(encoding="utf-8")
    for name in COMPARING - {"any"}:
        assert f"    def {name}(" in stub or hasattr(TextOperators, name), name


@pytest.mark.parametrize("product", ["manage", "automate"])
def test_no_name_of_the_api_is_lost(product: str) -> None:
    known = catalog(product)
    for name in known.records:
        wires = known.record(name).names
        names = attributes(wires, MODEL_NAMES)
        assert len(set(names.values())) == len(wires)
        assert all(python.isidentifier() and python not in MODEL_NAMES | KEYWORDS for python in names.values())


@pytest.mark.parametrize("product", ["manage", "automate"])
def test_class_names_are_short_and_unique_in_any_letter_case(product: str) -> None:
    api = openapi.read(ROOT / SPECS[product], product)  # type: ignore[arg-type]
    names = class_names(api)
    assert list(names) == list(api.schemas)
    assert len({name.lower() for name in names.values()}) == len(names)
    assert len({module_name(name) for name in names.values()}) == len(names)
    assert all(name.isidentifier() and module_name(name) != name for name in names.values())
    assert all(names[name] == name for name in names if "." not in name)


def test_the_record_that_is_listed_keeps_the_short_name() -> None:
    names = class_names(openapi.read(ROOT / SPECS["automate"], "automate"))
    assert names["LabTech.Models.Computer"] == "Computer"
    assert names["LabTech.Models.Client"] == "Client"
    assert names["Automate.Api.Domain.Contracts.Clients.Client"] == "ClientsClient"
    assert names["Automate.Api.Domain.Contracts.Patching.v1_5.PatchingPolicyScript"] == "V1_5PatchingPolicyScript"
    assert names["System.Collections.Generic.KeyValuePair_System.String_System.String_"] == "KeyValuePair_String_String"


def test_a_module_never_hides_its_class() -> None:
    assert (module_name("Ticket"), module_name("Import"), module_name("lower")) == ("ticket", "import_", "lower_")


def test_names_that_only_differ_by_letter_case_are_told_apart() -> None:
    listed = Content(Type("array", items=Type("ref", ref="Ticket")), status=200)
    schemas = {name: Schema(name, ()) for name in ("TICKET", "Ticket", "A.Ticket", "B.Ticket")}
    api = Api("manage", "0", (Operation("list", "GET", "/tickets", "", response=listed),), schemas)
    names = class_names(api)
    assert names["Ticket"] == "Ticket"
    assert sorted(names.values(), key=str.lower) == ["ATicket", "BTicket", "Ticket", "TICKET2"]
