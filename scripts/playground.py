"""Write the Python side of the playground: ``python -m scripts.playground FOLDER``.

``modules/`` gets the part of the package that needs no dependency, `playground.py`, and example records of the sandbox;
``diagrams/`` gets the railroad diagrams of the grammars. ``make playground`` compiles and packs them.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from cwql.cli.client_args import EndpointArgument
from cwql.cli.local_server import clients
from cwql.client.request_body import plain
from scripts.packaging.core_modules import copy_core

ROOT = Path(__file__).resolve().parents[1]

RECORDS = {
    "manage": (
        "/service/tickets",
        "/company/companies",
        "/company/contacts",
        "/company/configurations",
        "/time/entries",
    ),
    "automate": ("/Computers", "/Clients", "/Locations"),
}
"""Endpoints with example records."""

MOST = 200
"""Records of an endpoint."""


def write(folder: Path) -> None:
    """Write the modules, records and diagrams to a folder that is empty or does not exist."""
    modules = folder / "modules"
    copy_core(modules)
    shutil.copy(ROOT / "playground" / "src" / "playground.py", modules)
    (modules / "records.json").write_text(json.dumps(example_records(), ensure_ascii=False), "utf-8")
    shutil.copytree(ROOT / "docs" / "reference" / "diagrams", folder / "diagrams")


def example_records() -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Return records of the sandbox by product and endpoint, without empty members."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    with clients() as by_product:
        for product, titles in RECORDS.items():
            resources = [EndpointArgument(title, product).resource(by_product[product]) for title in titles]
            found[product] = {
                title: [_full(plain(record)) for record in resource.list(limit=MOST)]
                for title, resource in zip(titles, resources, strict=True)
            }
    return found


def _full(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if value not in (None, "", [], {})}


if __name__ == "__main__":
    write(Path(sys.argv[1]))
