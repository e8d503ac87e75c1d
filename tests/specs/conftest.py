"""Fixtures for the tests of the specs: the parsed APIs, and the tables of facts if they are available."""

import json
from pathlib import Path
from typing import Any

import pytest

from cwql_codegen.build import find_overlays, read_shipped
from cwql_codegen.spec import overlay_parser
from cwql_codegen.spec.model import Api, Product
from cwql_codegen.spec.overlay import Overlay

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
RELEASES: dict[Product, str] = {"manage": "2025.16", "automate": "25.0.5"}


@pytest.fixture(scope="session", params=RELEASES)
def product(request: pytest.FixtureRequest) -> Product:
    chosen: Product = request.param
    return chosen


@pytest.fixture(scope="session")
def document(product: Product) -> dict[str, Any]:
    path = ROOT / "specs" / product / f"{RELEASES[product]}.openapi.json"
    parsed: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return parsed


@pytest.fixture(scope="session")
def api(product: Product) -> Api:
    return read_shipped(product)


@pytest.fixture(scope="session")
def entries(product: Product) -> Overlay:
    return overlay_parser.load(find_overlays(), product)


@pytest.fixture(scope="session")
def facts(product: Product) -> dict[str, Any]:
    path = SHARED / "facts" / f"{product}-{RELEASES[product]}.facts.json"
    if not path.is_file():
        pytest.skip("the tables of facts are not available")
    parsed: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return parsed
