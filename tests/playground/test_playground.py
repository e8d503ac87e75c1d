"""The Python side of the playground: its answers, its positions, and the modules that it needs."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from scripts.packaging.core_modules import FOLDERS
from scripts.playground import RECORDS, write

ROOT = Path(__file__).resolve().parents[2]
TICKETS = {"dialect": "manage", "endpoint": "/service/tickets", "parameter": "conditions"}


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("playground")
    write(folder)
    return folder / "modules"


@pytest.fixture(scope="module")
def playground(modules: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("playground", modules / "playground.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ask(playground: ModuleType, name: str, **arguments: Any) -> Any:
    answer = json.loads(playground.call(name, json.dumps(arguments)))
    assert answer["milliseconds"] >= 0
    return answer["result"]


def test_choices(playground: ModuleType) -> None:
    about = ask(playground, "describe")
    assert [dialect["name"] for dialect in about["dialects"]] == ["manage", "automate"]
    for dialect in about["dialects"]:
        assert set(RECORDS[dialect["name"]]) <= set(dialect["endpoints"])
    assert "childConditions" in about["dialects"][0]["parameters"]


def test_a_name_that_is_newer_than_the_release(playground: ModuleType) -> None:
    releases = ask(playground, "describe")["dialects"][0]["releases"]
    assert releases == sorted(releases, key=lambda release: [int(part) for part in release.split(".")])
    text = "escalationLevel > 1"
    assert ask(playground, "check", text=text, **TICKETS)["diagnostics"] == []
    found = ask(playground, "check", text=text, **TICKETS, release="2024.1")["diagnostics"]
    assert [each["name"] for each in found] == ["newer-name"]
    facts = ask(playground, "hover", text=text, offset=0, **TICKETS)["facts"]
    assert "Since ConnectWise Manage 2025.1." in facts


def test_positions_count_utf16_units(playground: ModuleType) -> None:
    text = "summary = '😀' and sumary = 'é'"
    [found] = [
        each
        for each in ask(playground, "check", text=text, **TICKETS)["diagnostics"]
        if each["name"] == "unknown-field"
    ]
    units = text.encode("utf-16-le")
    assert units[2 * found["from"] : 2 * found["to"]].decode("utf-16-le") == "sumary"
    [edit] = found["fixes"][0]["edits"]
    assert (edit["from"], edit["to"], edit["insert"]) == (found["from"], found["to"], "summary")


def test_endpoints_that_do_not_exist(playground: ModuleType) -> None:
    def problem(endpoint: str, dialect: str = "manage") -> Any:
        arguments = {"dialect": dialect, "endpoint": endpoint, "parameter": "conditions"}
        return ask(playground, "check", text="id = 1", **arguments)["endpoint"]

    assert problem("/service/tickets") is None
    assert problem("https://na.myconnectwise.net/v4_6_release/apis/3.0/service/tickets") is None
    assert problem("/service/ticket")["choices"][0] == {"dialect": "manage", "endpoint": "/service/tickets"}
    choices = problem("tickets")["choices"]
    assert {"dialect": "manage", "endpoint": "/service/tickets"} in choices
    assert choices[-1] == {"dialect": "automate", "endpoint": "/Tickets"}
    assert problem("computers")["choices"] == [{"dialect": "automate", "endpoint": "/Computers"}]
    assert problem("/service/tickets", "automate")["choices"] == [
        {"dialect": "automate", "endpoint": "/Tickets"},
        {"dialect": "manage", "endpoint": "/service/tickets"},
    ]
    assert problem("nothing at all")["choices"] == []
    assert problem("")["message"] == "Without an endpoint, names and values are not checked."


def test_records_of_an_endpoint_in_another_form(playground: ModuleType) -> None:
    arguments = TICKETS | {"endpoint": "service/Tickets"}
    assert ask(playground, "evaluate", text="id < 4", **arguments)["selected"] == 3


def test_the_version_is_that_of_the_project(modules: Path) -> None:
    code = "import sys; sys.path.insert(0, sys.argv[1]); import cwql; print(cwql.__version__)"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, str(modules)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]


def test_canonical_form_and_fixes(playground: ModuleType) -> None:
    assert ask(playground, "check", text="id=1", **TICKETS)["canonical"] == "id = 1"
    assert ask(playground, "check", text="id = = 1", **TICKETS)["canonical"] is None
    assert ask(playground, "fix", text="id==1", unsafe=False, **TICKETS) == "id=1"
    assert ask(playground, "format", text="id=1", dialect="manage", parameter="conditions") == "id = 1"


def test_errors_are_texts(playground: ModuleType) -> None:
    answer = json.loads(
        playground.call("format", json.dumps({"text": "id =", "dialect": "manage", "parameter": "conditions"}))
    )
    assert "result" not in answer
    assert answer["error"]


def test_endpoint_that_is_being_typed_counts_as_none(playground: ModuleType) -> None:
    asked = TICKETS | {"endpoint": "/service/tick"}
    assert ask(playground, "check", text="anything = 1", **asked)["diagnostics"] == []


def test_completion_and_hover(playground: ModuleType) -> None:
    found = ask(playground, "complete", text="😀 impact = ", offset=12, **TICKETS)
    assert all(set(each) >= {"label", "text", "from", "to"} for each in found)
    assert "'High'" in [
        each["text"].replace('"', "'") for each in ask(playground, "complete", text="impact = ", offset=9, **TICKETS)
    ]
    assert "impact" in ask(playground, "hover", text="impact = 'High'", offset=2, **TICKETS)["title"]
    assert ask(playground, "hover", text="", offset=0, **TICKETS) is None


@pytest.mark.parametrize("product", RECORDS)
def test_every_endpoint_with_records_is_evaluated(playground: ModuleType, product: str) -> None:
    for endpoint in RECORDS[product]:
        asked = {
            "dialect": product,
            "endpoint": endpoint,
            "parameter": "conditions" if product == "manage" else "condition",
        }
        every = ask(playground, "evaluate", text="", **asked)
        assert every["selected"] == every["total"] > 0
        key = "id" if product == "manage" else "Id"
        one = ask(playground, "evaluate", text=f"{key} = {every['records'][0][key]}", **asked)
        assert [record[key] for record in one["records"]] == [every["records"][0][key]]


def test_other_endpoints_have_no_records(playground: ModuleType) -> None:
    asked = TICKETS | {"endpoint": "/system/members"}
    assert ask(playground, "evaluate", text="id = 1", **asked)["records"] is None
    assert "not evaluated" in ask(playground, "evaluate", text="id", **TICKETS | {"parameter": "orderBy"})["reason"]


@pytest.mark.parametrize(
    ("text", "offset", "parameter", "diagram"),
    [
        ("id = 1", 1, "conditions", "manage-comparison"),
        ("id in (1)", 5, "conditions", "manage-membership"),
        ("id = 1 and id = 2", 8, "conditions", "manage-and-chain"),
        ("id = 1 or id = 2", 8, "conditions", "manage-condition"),
        ("id = ", 5, "conditions", "manage-condition"),
        ("id", 0, "orderBy", "order-by-list"),
        ("id", 0, "fields", "field-list-list"),
        ("id = 1", 0, "childConditions", "manage-comparison"),
    ],
)
def test_diagram_at_the_cursor(
    modules: Path, playground: ModuleType, text: str, offset: int, parameter: str, diagram: str
) -> None:
    found = ask(playground, "diagram", text=text, offset=offset, dialect="manage", parameter=parameter)
    assert found == diagram
    assert (modules.parent / "diagrams" / f"{found}.svg").is_file()


def test_translation(playground: ModuleType) -> None:
    done = ask(playground, "translate", text="status/name = 'New'", dialect="manage", endpoint="/service/tickets")
    assert done["dialect"] == "automate"
    assert done["text"]


def test_script(playground: ModuleType) -> None:
    text = (
        "$u = \"https://api-na.myconnectwise.net/v4_6_release/apis/3.0/service/tickets?conditions=statsu/name='New'\""
    )
    found = ask(playground, "lint", text=text, file="script.ps1")
    assert [text[each["from"] : each["to"]] for each in found if each["name"] == "unknown-field"] == ["statsu"]


def test_modules_need_no_dependency(modules: Path) -> None:
    """A bare interpreter runs them: what is missing from the archive, or imports a dependency, fails here."""
    program = (
        "import json, playground as p, sys\n"
        "q = dict(dialect='manage', endpoint='/service/tickets', parameter='conditions')\n"
        "for name, more in (('check', {}), ('complete', {'offset': 2}), ('hover', {'offset': 1}), ('evaluate', {})):\n"
        "    assert 'result' in json.loads(p.call(name, json.dumps({'text': 'id = 1', **q, **more}))), name\n"
        "for suffix in 'py ps1 js ts cs php rb go sh json yaml http md'.split():\n"
        "    assert 'result' in json.loads(p.call('lint', json.dumps({'text': 'x = 1', 'file': f'a.{suffix}'})))\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "assert not loaded & {'httpx', 'pydantic', 'lark', 'pyarrow', 'mcp', 'pygls'}, loaded\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(modules)!r})\n{program}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_archive_has_only_what_the_page_uses(modules: Path) -> None:
    assert {path.name for path in (modules / "cwql").iterdir() if path.is_dir()} - {"__pycache__"} == set(FOLDERS)
    assert sum(path.stat().st_size for path in modules.rglob("*.py")) < 4_000_000
