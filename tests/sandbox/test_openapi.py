"""The sandbox serves the documents that it answers by."""

from __future__ import annotations

import json

import pytest

from cwql.sandbox import Sandbox
from cwql.schema.catalog import catalog
from tests.sandbox.asking import Asker

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


@pytest.mark.parametrize(
    ("product", "root", "place"), [("manage", "manage_url", ""), ("automate", "automate_url", "/api/v1")]
)
def test_the_documents_are_served_with_the_address_of_the_sandbox(
    ask: Asker, product: str, root: str, place: str
) -> None:
    base = getattr(ask.box, root)
    reply = ask.http.get(f"{base}/openapi.json")
    assert reply.status_code == 200
    document = reply.json()
    assert document["servers"][0]["url"] + place == base
    known = catalog(product)
    for path, methods in document["paths"].items():
        endpoint = known.find_endpoint(path)
        assert endpoint is not None, path
        assert {name.upper() for name in methods} & METHODS <= set(endpoint.methods), path


def test_an_installation_without_documents_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from cwql.sandbox import openapi

    openapi.read_document.cache_clear()
    monkeypatch.setattr(openapi, "find_spec", lambda name: None)
    box = Sandbox(empty=True)
    with Asker(box) as asker:
        reply = asker.http.get(f"{box.manage_url}/openapi.json")
    assert (reply.status_code, json.loads(reply.text)["code"]) == (404, "NotFound")
    box.close()
