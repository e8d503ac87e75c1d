"""The sandbox serves the OpenAPI documents that it implements."""

from __future__ import annotations

import json

import pytest

from cwql.sandbox import Sandbox
from cwql.schema.catalog import catalog
from tests.sandbox.api_client import ApiClient

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


@pytest.mark.parametrize(
    ("product", "root", "place"), [("manage", "manage_url", ""), ("automate", "automate_url", "/api/v1")]
)
def test_documents_contain_the_address_of_the_sandbox(api: ApiClient, product: str, root: str, place: str) -> None:
    base = getattr(api.sandbox, root)
    response = api.http.get(f"{base}/openapi.json")
    assert response.status_code == 200
    document = response.json()
    assert document["servers"][0]["url"] + place == base
    known = catalog(product)
    for path, methods in document["paths"].items():
        endpoint = known.find_endpoint(path)
        assert endpoint is not None, path
        assert {name.upper() for name in methods} & METHODS <= set(endpoint.methods), path


def test_patch_takes_any_value(api: ApiClient) -> None:
    """The documents of the vendor say object, so tools that trust them refuse each patch of a text."""
    manage = api.manage("GET", "/openapi.json").json()["components"]["schemas"]["PatchOperation"]
    automate = api.http.get(f"{api.sandbox.url}/cwa/api/v1/openapi.json").json()["components"]["schemas"]
    assert manage["properties"]["value"] == {}
    assert automate["LabTech.RESTApi.Models.PatchOperation"]["properties"]["Value"] == {}


def test_installation_without_documents_responds_404(monkeypatch: pytest.MonkeyPatch) -> None:
    from cwql.sandbox import openapi

    openapi.read_document.cache_clear()
    monkeypatch.setattr(openapi, "find_spec", lambda name: None)
    sandbox = Sandbox(size="empty")
    with ApiClient(sandbox) as api:
        response = api.http.get(f"{sandbox.manage_url}/openapi.json")
    assert (response.status_code, json.loads(response.text)["code"]) == (404, "NotFound")
    sandbox.close()
