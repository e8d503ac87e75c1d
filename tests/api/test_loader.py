"""The loader of the generated API: another release can replace the shipped one."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from cwql.errors import UnknownNameError
from cwql.schema import loader
from cwql.schema.catalog import catalog
from cwql_codegen import output
from cwql_codegen.api import generate
from cwql_codegen.spec.model import Api, Content, Operation, Property, Schema, Type
from cwql_codegen.spec.overlay import Overlay

TEXT = Type("string")
API = Api(
    "manage",
    "2099.1",
    (
        Operation(
            "listGadgets",
            "GET",
            "/gadgets",
            "",
            response=Content(Type("array", items=Type("ref", ref="Gadget")), status=200),
        ),
        Operation("makeGadget", "POST", "/gadgets", "", body=Content(Type("ref", ref="Gadget"), ("application/json",))),
    ),
    {
        "Gadget": Schema(
            "Gadget",
            (
                Property("id", Type("integer", format="int32"), required=True),
                Property("_info", Type("object", values=TEXT)),
                Property("colour", Type("ref", ref="Colour")),
                Property("parts", Type("array", items=Type("ref", ref="Gadget"))),
            ),
        ),
        "Colour": Schema("Colour", (), enum=("Red", "Green")),
    },
)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    output.write(tmp_path, generate(API, Overlay("manage")), ["cwql_api"])
    yield tmp_path
    loader.use_api_dir("manage", None)


@pytest.mark.parametrize("tail", ["", "cwql_api", "cwql_api/manage"])
def test_a_product_can_be_pointed_elsewhere(elsewhere: Path, tail: str) -> None:
    shipped = catalog("manage").version
    loader.use_api_dir("manage", elsewhere / tail)
    assert catalog("manage").version == "2099.1"
    assert catalog("manage").records == ("Gadget",)
    field = catalog("manage").record("Gadget").find("colour")
    assert field is not None
    assert (field.kind, field.enum) == ("enum", ("Red", "Green"))
    models = loader.load("manage", "models")
    gadget = models.Gadget.model_validate({"id": 1, "colour": "Blue", "_info": {"a": "b"}, "parts": [{"id": 2}]})
    assert (gadget.parts[0].id, gadget.info_.a, gadget.colour) == (2, "b", "Blue")
    loader.use_api_dir("manage", None)
    assert catalog("manage").version == shipped


def test_the_environment_can_point_elsewhere(elsewhere: Path) -> None:
    code = (
        "from cwql.manage.fields import Gadget; from cwql.manage.models import Gadget as G\n"
        "from cwql.schema.catalog import catalog\n"
        "print(catalog('manage').version, Gadget.colour == 'Red', G(id=1).id, catalog('automate').version)"
    )
    environment = {**os.environ, "CWQL_MANAGE_SCHEMA": str(elsewhere)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("2099.1 ")
    assert done.stdout.split()[-2:] == ["1", catalog("automate").version]


def test_a_place_without_an_api_is_refused(tmp_path: Path, elsewhere: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no manage API in"):
        loader.use_api_dir("manage", tmp_path / "nothing")
    with pytest.raises(UnknownNameError, match="unknown product 'sell'"):
        catalog("sell")
    loader.use_api_dir("automate", elsewhere / "cwql_api" / "manage")
    try:
        with pytest.raises(UnknownNameError, match="is 'manage', not 'automate'"):
            catalog("automate")
    finally:
        loader.use_api_dir("automate", None)


def test_threads_wait_for_a_module_that_another_one_imports(tmp_path: Path) -> None:
    for name in ("__init__", "catalog"):
        (tmp_path / f"{name}.py").write_text("")
    (tmp_path / "slow.py").write_text("import time\n\ntime.sleep(0.3)\nREADY = True\n")
    loader.use_api_dir("manage", tmp_path)
    name = f"{loader.root('manage')}.slow"
    other = Thread(target=loader.load, args=("manage", "slow"))
    try:
        other.start()
        while name not in sys.modules:
            time.sleep(0.001)
        assert loader.load("manage", "slow").READY
    finally:
        loader.use_api_dir("manage", None)
        other.join()


def test_generating_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    script = (
        "import sys, tests.api.test_loader as t\n"
        "from cwql_codegen.api import generate\n"
        "from cwql_codegen.spec.overlay import Overlay\n"
        "sys.stdout.write(repr(generate(t.API, Overlay('manage'))))"
    )
    texts = set()
    for seed in ("0", "1", "4711"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", script],
            env=environment,
            capture_output=True,
            check=True,
            cwd=Path(__file__).parents[2],
        )
        texts.add(done.stdout)
    assert len(texts) == 1


def test_every_generated_file_says_so_first() -> None:
    for path, text in generate(API, Overlay("manage")).items():
        assert text.startswith("# Generated by cwql_codegen") or not text, path


def test_what_the_tables_cannot_hold_is_refused() -> None:
    broken = replace(API, schemas={"Gadget": Schema("Gadget", (Property("e", Type("string", enum=("a,b",))),))})
    with pytest.raises(ValueError, match="contains ',', which separates entries"):
        generate(broken, Overlay("manage"))
    twice = replace(API, operations=(API.operations[0], API.operations[0]))
    with pytest.raises(ValueError, match="used twice"):
        generate(twice, Overlay("manage"))
