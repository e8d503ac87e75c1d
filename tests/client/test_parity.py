"""The clients of both products and both ways of waiting have the same names and the same keywords."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest

import cwql
from cwql.client import call_options
from cwql.client.async_client import AsyncRecordIterator, AsyncResource
from cwql.client.sync_client import RecordIterator, Resource
from cwql_codegen import sync_code

SOURCE = Path(__file__).parents[2] / "src"
RENAMED = {"aclose": "close"}
"""Names of the asynchronous classes that differ."""

OF_ONE_PRODUCT = {"as_member", "callbacks", "run_script"}

PAIRS: list[tuple[Any, Any]] = [
    (cwql.manage.AsyncClient, cwql.manage.Client),
    (cwql.automate.AsyncClient, cwql.automate.Client),
    (cwql.automate.AsyncScriptRun, cwql.automate.ScriptRun),
    (AsyncResource, Resource),
    (AsyncRecordIterator, RecordIterator),
]


def _signatures(kind: Any) -> dict[str, str]:
    found = {}
    for name in dir(kind):
        member = inspect.getattr_static(kind, name)
        if name.startswith("_") or isinstance(member, property):
            continue
        value = getattr(kind, name)
        if callable(value):
            found[name] = ", ".join(
                f"{it.kind.name} {it.name}" for it in inspect.signature(value).parameters.values() if it.name != "self"
            )
    return found


@pytest.mark.parametrize(("asynchronous", "synchronous"), PAIRS, ids=[pair[1].__qualname__ for pair in PAIRS])
def test_both_ways_of_waiting_have_the_same_methods(asynchronous: Any, synchronous: Any) -> None:
    renamed = {RENAMED.get(name, name): text for name, text in _signatures(asynchronous).items()}
    assert renamed == _signatures(synchronous)


def test_both_products_have_the_same_methods() -> None:
    manage, automate = _signatures(cwql.manage.Client), _signatures(cwql.automate.Client)
    assert set(manage.keys() ^ automate.keys()) <= OF_ONE_PRODUCT
    assert all(manage[name] == automate[name] for name in manage.keys() & automate.keys() - {"from_env"})


@pytest.mark.parametrize(
    ("kind", "manage", "automate"),
    [
        ("ListOptions", {"child_conditions", "custom_field_conditions"}, {"exclude_fields", "expand", "ids"}),
        ("FirstOptions", {"child_conditions", "custom_field_conditions"}, {"exclude_fields", "expand", "ids"}),
        ("CountOptions", {"child_conditions", "custom_field_conditions"}, {"ids"}),
        ("GetOptions", set(), {"exclude_fields", "expand"}),
    ],
)
def test_keywords_differ_only_in_what_the_servers_differ_in(kind: str, manage: set[str], automate: set[str]) -> None:
    of_manage = getattr(call_options, f"Manage{kind}").__optional_keys__
    of_automate = getattr(call_options, f"Automate{kind}").__optional_keys__
    assert of_manage - of_automate == manage
    assert of_automate - of_manage == automate


def test_the_synchronous_half_is_generated() -> None:
    for path, text in sync_code.generate_all(SOURCE).items():
        assert (SOURCE / path).read_text(encoding="utf-8") == text, "run python -m cwql_codegen"
