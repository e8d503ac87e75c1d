"""The generated records: all of them import, read an empty object, read everything, and lose no name."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

import cwql.automate
import cwql.manage
from cwql.manage.models import CustomFieldValue, HttpMethod, Ticket, Usage
from cwql.schema.catalog import catalog
from cwql_api.runtime import Record, RecordInfo, page_of
from tests.api.samples import full_record

MODELS = {"manage": cwql.manage.models, "automate": cwql.automate.models}
PRODUCTS: tuple[str, ...] = ("manage", "automate")
COUNTS = {"manage": (842, 8961), "automate": (640, 3482)}
# Each product is read in slices, so that they can run side by side.
SLICES = [(product, part) for product in PRODUCTS for part in range(4)]


def _model(product: str, name: str) -> type[Record]:
    found: type[Record] = getattr(MODELS[product], name)
    return found


@pytest.mark.parametrize("product", PRODUCTS)
def test_there_is_a_model_for_every_schema(product: str) -> None:
    names = [name for name in dir(MODELS[product]) if not name.startswith("_")]
    assert sorted(names) == sorted(catalog(product).records)
    shipped = [name for name in names if not catalog(product).record(name).wire.startswith(("Documented.", "Claimed."))]
    members = sum(len(catalog(product).record(name).names) for name in shipped)
    assert (len(shipped), members) == COUNTS[product]


@pytest.mark.parametrize(("product", "part"), SLICES)
def test_every_model_reads_nothing_and_everything(product: str, part: int) -> None:
    known = catalog(product)
    for name in known.records[part::4]:
        model = _model(product, name)
        assert issubclass(model, Record)
        assert model.model_validate({}).model_dump(exclude_unset=True) == {}
        record = full_record(known, name)
        read = model.model_validate(record)
        assert not read.model_extra
        written = read.model_dump(mode="json", exclude_unset=True)
        assert list(written) == list(record)


@pytest.mark.parametrize("product", PRODUCTS)
def test_importing_models_builds_none(product: str) -> None:
    for name in catalog(product).records[::25]:
        assert "defer_build" in _model(product, name).model_config


def test_a_repr_shows_what_has_a_value() -> None:
    ticket = Ticket.model_validate(
        {"id": 5, "summary": None, "board": {"name": "Help Desk"}, "new": "kept", "flag": None}
    )
    assert repr(ticket) == "Ticket(id=5, board=BoardReference(name='Help Desk'), new='kept')"
    assert str(ticket) == "id=5 board=BoardReference(name='Help Desk') new='kept'"


def test_wire_names_are_kept() -> None:
    ticket = Ticket.model_validate({"_info": {"lastUpdated": "2024-01-01T00:00:00Z"}})
    assert ticket.info_ == RecordInfo(lastUpdated=datetime(2024, 1, 1, tzinfo=UTC))
    assert ticket.to_dict() == {"_info": {"lastUpdated": "2024-01-01T00:00:00Z"}}
    assert Usage(count=3).model_dump(exclude_unset=True) == {"count": 3}
    assert HttpMethod.model_validate({"get": {"method": "GET"}}).get == HttpMethod(method="GET")


def test_unknown_members_are_kept() -> None:
    ticket = Ticket.model_validate({"id": 1, "fromTheFuture": {"a": [1]}})
    assert ticket.model_extra == {"fromTheFuture": {"a": [1]}}
    assert ticket.model_dump(exclude_unset=True) == {"id": 1, "fromTheFuture": {"a": [1]}}


def test_enums_tolerate_new_members() -> None:
    assert Ticket.model_validate({"impact": "Catastrophic"}).impact == "Catastrophic"
    with pytest.raises(ValidationError):
        Ticket.model_validate({"impact": 5})


def test_times_are_aware_where_the_server_says_so() -> None:
    aware, naive = (
        Ticket.model_validate({"closedDate": text, "requiredDate": text, "customFields": []}).requiredDate
        for text in ("2024-01-02T03:04:05Z", "2024-01-02T03:04:05")
    )
    assert aware == datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert naive == datetime(2024, 1, 2, 3, 4, 5)


def test_lengths_do_not_count_on_reading() -> None:
    assert catalog("manage").record("Ticket").find("summary").max_length == 100  # type: ignore[union-attr]
    assert len(Ticket.model_validate({"summary": "x" * 500}).summary or "") == 500


@pytest.mark.parametrize("value", ["text", 5, True, None, {"a": 1}])
def test_the_value_of_a_custom_field_is_free(value: Any) -> None:
    assert CustomFieldValue.model_validate({"value": value}).value == value


def test_cycles_and_self_references_work() -> None:
    nested = HttpMethod.model_validate({"put": {"post": {"method": "x"}}})
    assert nested.put is not None
    assert nested.put.post is not None
    assert nested.put.post.method == "x"
    computer = cwql.automate.models.Computer.model_validate({"Client": {"Id": "1", "Name": "ACME"}})
    assert isinstance(computer.Client, BaseModel)


def test_names_of_the_caller_are_not_taken_for_models() -> None:
    from cwql.automate import Client
    from cwql.automate.models import Computer

    assert Client.__module__ == "cwql.automate"
    assert Computer.model_rebuild(force=True)
    assert Computer.model_validate({"Client": {"Id": "3"}}).model_dump(exclude_unset=True) == {"Client": {"Id": "3"}}


def test_an_odd_value_is_found_at_its_place() -> None:
    with pytest.raises(ValidationError) as caught:
        page_of(Ticket).validate_json(b'[{"id": 1}, {"id": "x", "board": {"id": []}}]')
    assert [error["loc"] for error in caught.value.errors()] == [(1, "id"), (1, "board", "id")]


def test_a_page_is_read_by_one_reader() -> None:
    assert page_of(Ticket) is page_of(Ticket)
    assert [ticket.id for ticket in page_of(Ticket).validate_json(b'[{"id": 1}, {"id": 2}]')] == [1, 2]


def test_the_door_is_a_module_and_no_package() -> None:
    assert not hasattr(cwql.manage.models, "__path__")
    with pytest.raises(ModuleNotFoundError, match="is not a package"):
        import_module("cwql.manage.models.ticket")
