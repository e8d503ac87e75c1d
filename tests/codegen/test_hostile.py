"""Hostile documents: texts do not become code, limits are errors with a place, and nothing is downloaded."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cwql.schema.naming import HANDLE_NAMES, attributes
from cwql_codegen import build
from cwql_codegen.api import generate, verify
from cwql_codegen.api.naming import class_names, module_name
from cwql_codegen.api.python_source import docstring, header, join_entries, string_literal
from cwql_codegen.cli import CLEAN, FAILURE, main
from cwql_codegen.spec import document, openapi, overlay_parser
from cwql_codegen.spec.document import SpecError, load
from cwql_codegen.spec.model import Api, Property, Schema, Type
from cwql_codegen.spec.overlay import Overlay, OverlayError
from cwql_codegen.spec.references import find_circles, longest_chain
from tests.codegen import vendor

ROOT = Path(__file__).parents[2]
CODE = '__import__("os").mkdir("CANARY")'


def _document(**changes: Any) -> dict[str, Any]:
    """Return a small document; `changes` are members of it."""
    thing = {"type": "object", "properties": {"id": {"type": "integer"}}}
    reply = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}
    return {
        "openapi": "3.0.1",
        "info": {"title": "Small", "version": "1"},
        "paths": {"/things/{id}": {"get": {"operationId": "getThing", "responses": {"200": reply}}}},
        "components": {"schemas": {"Thing": thing}},
        **changes,
    }


def _schemas(**schemas: Any) -> dict[str, Any]:
    return _document(components={"schemas": {**_document()["components"]["schemas"], **schemas}})


def _members(**members: Any) -> dict[str, Any]:
    return _schemas(Thing={"properties": members})


def _operation(**members: Any) -> dict[str, Any]:
    return _document(paths={"/things": {"get": {"responses": {}, **members}}})


def _refused(value: dict[str, Any], version: str | None = None) -> SpecError:
    with pytest.raises(SpecError) as caught:
        openapi.read(value, "manage", version)
    return caught.value


# --- texts ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "pointer"),
    [
        (lambda text: _document(info={"version": text}), "#/info/version"),
        (lambda text: _schemas(**{text: {"type": "object"}}), "#/components/schemas/"),
        (lambda text: _members(**{text: {"type": "string"}}), "#/components/schemas/Thing/properties/"),
        (lambda text: _members(a={"enum": ["A", text]}), "#/components/schemas/Thing/properties/a/enum/1"),
        (lambda text: _schemas(Kind={"enum": [text]}), "#/components/schemas/Kind/enum/0"),
        (lambda text: _members(a={"format": text}), "#/components/schemas/Thing/properties/a/format"),
        (lambda text: _operation(operationId=text), "#/paths/~1things/get/operationId"),
        (lambda text: _operation(tags=[text]), "#/paths/~1things/get/tags/0"),
        (
            lambda text: _operation(parameters=[{"name": text, "in": "query", "type": "string"}]),
            "#/paths/~1things/get/parameters/0/name",
        ),
        (
            lambda text: _operation(responses={"200": {"content": {text: {}}}}),
            "#/paths/~1things/get/responses/200/content/",
        ),
        (
            lambda text: _operation(requestBody={"content": {text: {}}}),
            "#/paths/~1things/get/requestBody/content/",
        ),
        (
            lambda text: _operation(responses={"200": {"x-content-type": text}}),
            "#/paths/~1things/get/responses/200/x-content-type",
        ),
        (lambda text: _document(paths={f"/{text}": {}}), "#/paths/~1"),
        (lambda text: _document(paths={"/a": {"x-path": f"/{text}"}}), "#/paths/~1a/x-path"),
    ],
)
@pytest.mark.parametrize(
    "text",
    ["a\nb", "a\rb", "a\0b", "a\x1bb", "a\x85b", "a\u2028b", "a\u202eb", "a\u200bb", "a\ud800b", "a\xa0b", "x" * 1001],
)
def test_control_characters_are_refused_with_their_place(
    made: Callable[[str], dict[str, Any]], pointer: str, text: str
) -> None:
    error = _refused(made(text))
    assert error.pointer.startswith(pointer)
    assert str(error).isprintable()


@pytest.mark.parametrize(
    "version",
    [
        "",
        " ",
        "1\nx",
        '1"',
        "coding: utf-7",
        "coding=utf-7",
        "-*- coding: utf-7 -*-",
        "x" * 65,
        "1;",
        "1#",
        "é",
        "2025.1 ",
    ],
)
def test_versions_cannot_leave_their_comment(version: str) -> None:
    assert _refused(_document(info={"version": version})).pointer == "#/info/version"
    error = _refused(_document(), version)
    assert str(error).startswith("document: the given version ")
    with pytest.raises(ValueError, match="is not a version"):
        header(Api("manage", version, ()))


@pytest.mark.parametrize("version", ["2025.16", "v1", "25.0.5-beta+1", "2025.16 Cloud", "1", "Cloud"])
def test_ordinary_versions_are_accepted(version: str) -> None:
    # A list that has a release in the overlay, which is compared with the version.
    paths = {"/service/tickets": {"get": {"operationId": "getServiceTickets", "responses": {}}}}
    api = openapi.read(_document(info={"version": version}, paths=paths), "manage")
    assert api.version == version
    build.verify_package(build.generate_package(api, overlay_parser.load(build.find_overlays(), "manage")))


@pytest.mark.parametrize(
    ("made", "problem"),
    [
        (_members(**{"a b": {}}), "member 'a b' contains ' '"),
        (_members(**{"a:b": {}}), "member 'a:b' contains ':'"),
        (_members(**{"": {}}), "member '' is empty"),
        (_schemas(**{"": {}}), "schema name '' is empty"),
        (_members(a={"enum": ["a,b"]}), "enum member 'a,b' contains ','"),
        (_operation(tags=["a;b"]), "tag 'a;b' contains ';'"),
        (_operation(operationId=""), "operation id '' is empty"),
        (_operation(parameters=[{"name": "a,b", "in": "query"}]), "parameter name 'a,b' contains ','"),
        (_operation(responses={"200": {"content": {"a,b": {}}}}), "media type 'a,b' contains ','"),
        (_document(paths={"/a;b": {}}), "path '/a;b' cannot be used"),
        (_document(paths={"/a b": {}}), "path '/a b' cannot be used"),
        (_document(paths={"/a//b": {}}), "path '/a//b' cannot be used"),
        (_document(paths={"/": {}}), "path '/' cannot be used"),
        (_document(paths={"/é": {}}), "path '/é' cannot be used"),
        (_document(paths={"/a" * 21: {}}), "at most 300 characters and 20 segments"),
        (_members(a={"enum": [["A"]]}), "expected a string, a number, true, false or null"),
        (_members(a={"type": "string", "maxLength": -1}), "expected a length of 0 or more"),
        (_members(a={"type": "string", "maxLength": 2**63}), "expected a length of 0 or more"),
        (_document(openapi=["3.0"]), "openapi of this type is not supported"),
        (
            _members(
                **{f"a{'-' * number}": {} for number in range(21)} | {f"{'-' * number}": {} for number in range(1, 22)}
            ),
            "21 members have the Python name 'field_', at most 20 are supported",
        ),
    ],
)
def test_texts_that_break_the_tables_are_refused(made: dict[str, Any], problem: str) -> None:
    assert problem in str(_refused(made))


HOSTILE = [
    '"', "'", '"""', "'''", "\\", 'a"\\', "a'\\", "{}", "{0}", "%s", "#", "`", "`.\"\"\"", "None", "True", "class", "__init__", "__class__",
    "_", "__", "self", "int", "str", "bool", "float", "date", "datetime", "UUID", "Any", "Annotated", "Field", "Literal", "OPEN", "Record",
    "Config", "model_config", "copy", "con", "Import", "Import_", "import", "lower", "²", "٣", "ｄｅｆ", "ﬁeld", "field", "E\u0301", "İ", "ſ",
    "日本", "a-b", "a_b", "a+b", "E0", "Map", "Thing", "thing", "THING", "Root", "VERBS", "ROOT", "x" * 240,
    CODE, f'"+{CODE}+"', f"'+{CODE}+'", f'"),{CODE},("', f'x"),{CODE},Field(alias="y', f'"""+{CODE}+"""', f"`.\"\"\"+{CODE}#",
]  # fmt: skip
"""Texts that every rule for names allows."""


def _hostile_document() -> dict[str, Any]:
    """Return a document in which all of `HOSTILE` are names of everything, as far as separators allow."""
    members = [text for text in HOSTILE if not set(text) & set(" :;")]
    properties: dict[str, Any] = {text: {"type": "string"} for text in members}
    for number, text in enumerate(members):
        if number % 3 == 0:
            pointer = text.replace("~", "~0").replace("/", "~1")
            properties[text] = {"type": "array", "items": {"$ref": f"#/components/schemas/{pointer}"}}
        elif number % 3 == 1:
            properties[text] = {"type": "string", "enum": [it for it in HOSTILE if "," not in it], "description": text}
    schemas: dict[str, Any] = {text: {"type": "object", "properties": {text: {}, "id": {}}} for text in members}
    schemas |= {"Whole": {"title": CODE, "properties": properties}, "Kind": {"enum": ["A", *members[:20]]}}
    schemas["Whole"]["properties"]["kind"] = {"$ref": "#/components/schemas/Kind"}
    for text, kind in (("created", "date-time"), ("day", "date"), ("key", "uuid")):
        properties[text] = {"type": "string", "format": kind}
    properties |= {"count": {"type": "integer"}, "rate": {"type": "number"}, "flag": {"type": "boolean"}}
    parameters = [{"name": text, "in": "query"} for text in HOSTILE if not set(text) & set(";,")]
    paths: dict[str, Any] = {}
    for number, text in enumerate(HOSTILE):
        operation = {"operationId": text, "parameters": parameters, "responses": {"200": {"content": {"a/b": {}}}}}
        if ";" not in text:
            operation["tags"] = [text]
        paths[f"/p{number}"] = {"get": operation}
        if len(text) < 100 and text.isascii() and not set(text) & set(" ;/"):
            paths[f"/{text}"] = paths[f"/{text}/{{id}}/{text}"] = {
                "get": {**operation, "operationId": f"{text} {number}"}
            }
    return _document(paths=paths, components={"schemas": schemas})


def test_package_with_hostile_names_imports_without_effects(tmp_path: Path) -> None:
    """Every kind of name at once: the package imports without an effect, and every name comes back from it."""
    api = openapi.read(_hostile_document(), "manage")
    files = generate(api, Overlay("manage"))
    verify(files)
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(text.encode())
        compile(text.encode(), name, "exec")
    program = """
import json, sys
from cwql.schema import loader
from cwql.schema.catalog import catalog
known = catalog("manage")
models = loader.load("manage", "models")
for part in ("fields", "resources", "async_resources", "tree", "endpoints", "operations"):
    loader.load("manage", part)
members = {}
for name in known.records:
    model = getattr(models, name)
    model.model_validate({})
    members[known.record(name).wire] = [field.alias or key for key, field in model.model_fields.items()]
operations = [known.operation(it) for it in known.operation_ids()]
sys.stdout.write(json.dumps([members, [[it.id, it.tag, [p.name for p in it.parameters]] for it in operations]]))
"""
    environment = {**os.environ, "CWQL_MANAGE_SCHEMA": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    members, operations = json.loads(done.stdout)
    assert members == {
        name: [member.name for member in schema.properties] for name, schema in api.schemas.items() if not schema.enum
    }
    assert operations == [[it.id, it.tag, [p.name for p in it.parameters]] for it in api.operations]
    assert [path.name for path in tmp_path.iterdir()] == ["cwql_api"]


@pytest.mark.parametrize("text", [*HOSTILE, "a\nb", "\0", "\ud800", "\u202e", "a\"b'c\\", '\\\n"""', '\'"""\''])
def test_literals_and_docstrings_evaluate_to_the_text(text: str) -> None:
    for written in (string_literal(text), docstring(text)):
        assert eval(written, {"__builtins__": {}}) == text
        assert written.isprintable()


def test_packed_entries_cannot_contain_their_separator() -> None:
    assert join_entries(["a", "", "b"], ";") == "a;;b"
    with pytest.raises(ValueError, match=r"'a;b' contains ';', which separates entries"):
        join_entries(["a;b"], ";")


def test_class_names_are_unique_ascii_identifiers() -> None:
    names = class_names(Api("manage", "1", (), {text: Schema(text, ()) for text in HOSTILE}))
    assert len({name.lower() for name in names.values()}) == len(names)
    modules = [module_name(name) for name in names.values()]
    assert len(set(modules)) == len(modules)
    for name in (*names.values(), *modules):
        assert name.isascii()
        assert name.isidentifier()
        assert name[0] != "_"
    assert {names[text] for text in ("None", "True", "Any", "Record", "UUID")} == {
        "None_",
        "True_",
        "Any_",
        "Record_",
        "UUID_",
    }
    assert [module_name(name) for name in ("Con", "Nul_", "COM1", "Import", "Import_")] == [
        "con_", "nul__", "com1_", "import_", "import__",
    ]  # fmt: skip


def test_equal_class_names_are_numbered() -> None:
    names = class_names(Api("manage", "1", (), {f"A{'.' * number}Thing": Schema("", ()) for number in range(1, 2000)}))
    assert len(set(names.values())) == 1999


def test_renamed_operation_ids_are_unique() -> None:
    item = {"get": {"operationId": "a", "responses": {}}}
    paths = {"/y": {"get": {"operationId": "a__get_x", "responses": {}}}, "/z": item, "/x": item, "/x/": item}
    ids = [operation.id for operation in openapi.read(_document(paths=paths), "manage").operations]
    assert ids == ["a__get_x", "a", "a__get_x_2", "a__get_x_3"]


def test_member_names_are_compared_in_nfkc_form() -> None:
    names = attributes(["ﬁeld", "field", "E\u0301", "É"], HANDLE_NAMES)
    assert names == {"ﬁeld": "field_", "field": "field", "E\u0301": "É_", "É": "É"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[[open_record]]\nschema = "a\\nb"', "'schema': 'a\\\\nb' contains the non-printable character U+000A"),
        ('[[alias]]\nschemas = ["A"]\nname = "a;b"', "'name': 'a;b' contains ';'"),
        ('[[alias]]\nschemas = ["A"]\nname = "a"\ntype = "string"\norigin = "claimed"\nvalues = ["a,b"]', "'values': 'a,b' contains ','"),
        ('[[unfilterable]]\nschemas = ["A\\u0000"]\nname = "a"', "'schemas': 'A\\\\x00' contains the non-printable character U+0000"),
        ('[[schema]]\nname = "A"\nproperties = {"a b" = "string"}', "'properties': 'a b' contains ' '"),
    ],
)  # fmt: skip
def test_overlays_follow_the_same_rules(text: str, problem: str) -> None:
    entry = f'product = "manage"\n{text}\nreason = "r\\n"\nevidence = "e"\n'
    with pytest.raises(OverlayError) as caught:
        overlay_parser.parse({"a.toml": entry}, "manage")
    assert problem.replace("\\\\", "\\") in str(caught.value)


# --- structure -----------------------------------------------------------------------------------------------------------


def _nested(levels: int, step: Callable[[Any], Any]) -> Any:
    value: Any = {"type": "string"}
    for _ in range(levels):
        value = step(value)
    return value


def _chain(length: int, step: Callable[[Any], Any]) -> dict[str, Any]:
    schemas = {f"C{n}": step({"$ref": f"#/components/schemas/C{n + 1}"}) for n in range(length)}
    return _schemas(**schemas, **{f"C{length}": {"properties": {"x": {"type": "string"}}}})


@pytest.mark.parametrize(
    ("made", "problem"),
    [
        (_members(a=_nested(100, lambda it: {"type": "array", "items": it})), "types are nested more than 20 levels deep"),
        (_members(a=_nested(300, lambda it: {"allOf": [it]})), "types are nested more than 20 levels deep"),
        (
            _members(a=_nested(100, lambda it: {"type": "object", "additionalProperties": it})),
            "types are nested more than 20 levels deep",
        ),
        (_schemas(A=_nested(300, lambda it: {"allOf": [it, {}]})), "allOf is nested more than 20 levels deep"),
        (_chain(1000, lambda it: {"allOf": [it, {}]}), "allOf is nested more than 20 levels deep"),
        (
            _schemas(
                A={"$ref": "#/components/schemas/B"},
                B={"$ref": "#/components/schemas/A"},
                Thing={"properties": {"a": {"$ref": "#/components/schemas/A"}}},
            ),
            "refer to themselves",
        ),
        (_chain(20, lambda it: {"allOf": [it, it, it]}), "reading the document takes more than 1,500,000 steps"),
        (
            _schemas(A={"allOf": [{"$ref": "#/components/schemas/B"}, {}]}, B={"allOf": [{"$ref": "#/components/schemas/A"}, {}]}),
            "allOf refers back to the same schema",
        ),
        (_schemas(A={"allOf": [{"$ref": "#/components/schemas/A"}], "properties": {}}), "allOf refers back to the same schema"),
        (
            _chain(60, lambda it: {"properties": {"next": it}}),
            "#/components/schemas/C0: a chain of 61 schemas refer to each other from here on, at most 50 are supported",
        ),
        (_document(paths={"/a": {"$ref": "#/paths/~1a"}}), "reference to itself"),
        (_document(paths={"/a": {"$ref": "http://127.0.0.1:9/a.json#/x"}}), "reference to another document"),
        (_members(a={"$ref": "file:///etc/passwd"}), "reference to another document"),
        (_members(a={"$ref": f"#/servers/{'9' * 5000}"}), "reference to nothing"),
        (_schemas(**{f"S{n}": {} for n in range(10_001)}), "10,002 schemas, at most 10,000 are supported"),
        (
            _schemas(
                Base={"properties": {f"m{n}": {} for n in range(1000)}},
                **{f"S{n}": {"allOf": [{"$ref": "#/components/schemas/Base"}, {}]} for n in range(101)},
            ),
            "more than 100,000 members in all schemas together",
        ),
        (
            _document(paths={f"/p{n}": {"get": {"responses": {}}} for n in range(10_001)}),
            "more than 10,000 operations",
        ),
        (
            _document(
                paths={f"/p{n}": {"$ref": "#/x-item"} for n in range(201)},
                **{"x-item": {"get": {"parameters": [{"name": f"p{n}", "in": "query"} for n in range(1000)], "responses": {}}}},
            ),
            "more than 10,000 operations or 200,000 parameters",
        ),
    ],
)  # fmt: skip
def test_unbounded_structures_are_refused(made: dict[str, Any], problem: str) -> None:
    assert problem in str(_refused(made))


def test_each_reference_to_an_enum_counts_its_members() -> None:
    members = {f"m{number}": {"$ref": "#/components/schemas/Kind"} for number in range(1000)}
    made = _schemas(Kind={"enum": [f"{number}{'x' * 100}" for number in range(1000)]}, Thing={"properties": members})
    assert "reading the document takes more than 1,500,000 steps" in str(_refused(made))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'{"a": ' + b"9" * 5000 + b"}", "not JSON: Exceeds the limit (4300 digits)"),
        (b'{"a": NaN}', "not JSON: NaN is not a number"),
        (b'{"a": -Infinity}', "not JSON: -Infinity is not a number"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'{"a": [' + b"1," * 2_000_000 + b"1]}", "more than 2,000,000 values"),
    ],
)
def test_unreadable_json_is_an_error(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(SpecError) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}: {problem}")


def test_files_above_the_limit_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.write(b'{"a": "')
        file.truncate(100 * 2**20)
    with pytest.raises(SpecError, match=r"large\.json: larger than 32 MB, which is the limit"):
        load(path)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no such device")
def test_endless_devices_are_refused() -> None:
    with pytest.raises(SpecError, match="larger than 32 MB"):
        load(Path("/dev/zero"))


def test_messages_are_printable_and_short(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(_members(**{"\x1b[2J" + "x" * 100_000: {}})), encoding="utf-8")
    assert main(["manage", "--spec", str(path)]) == FAILURE
    message = capsys.readouterr().err
    assert message.removesuffix("\n").isprintable()
    assert len(message) < 1000
    assert r"at #/components/schemas/Thing/properties/\x1b[2Jxxx" in message


def test_hostile_member_of_a_vendor_document_does_not_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The alias of a member was once written into the model as it is."""
    monkeypatch.chdir(tmp_path)
    theirs = vendor.inline("automate", "25.0.5")
    theirs["paths"] = dict(list(theirs["paths"].items())[:5])
    name = 'x"),open("CANARY","w"),Field(alias="y'
    theirs["components"]["schemas"]["LabTech.Models.Computer"]["properties"][name] = {"type": "string"}
    Path("vendor.json").write_text(json.dumps(theirs), encoding="utf-8")
    assert main(["automate", "--spec", "vendor.json", "--out", "out"]) == CLEAN
    program = (
        "from cwql.automate.models import Computer; import sys; "
        f"sys.stdout.write(Computer.model_validate({{{name!r}: 'z'}}).model_dump_json(exclude_unset=True))"
    )
    environment = {**os.environ, "CWQL_AUTOMATE_SCHEMA": "out"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == {name: "z"}
    assert not Path("CANARY").exists()


def test_generators_refuse_texts_that_the_reader_would_refuse() -> None:
    api = openapi.read(_document(), "manage")
    for broken in (
        replace(api, version="1\nopen('CANARY')"),
        replace(api, schemas={"A": Schema("A", (Property("a b", Type("string")),))}),
        replace(api, schemas={"A": Schema("A", (Property("a", Type("string", enum=("a,b",))),))}),
        replace(api, operations=(replace(api.operations[0], path="/a;b"),)),
        replace(api, operations=api.operations * 2),
    ):
        with pytest.raises(ValueError):
            generate(broken, Overlay("manage"))


def test_reading_a_document_imports_no_network_module() -> None:
    """The reader cannot download anything, because it imports no module for it."""
    program = "import cwql_codegen.spec.openapi, sys; print(*sorted({'socket', 'ssl', 'http.client', 'urllib.request'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"


# --- circles and chains ----------------------------------------------------------------------------------------------------


def test_circles_are_found() -> None:
    uses = {"a": ["b"], "b": ["c", "d"], "c": ["a"], "d": ["e"], "e": ["d"], "f": ["f"], "g": []}
    found = find_circles(uses)
    circles: dict[str, set[str]] = {}
    for name, circle in found.items():
        circles.setdefault(circle, set()).add(name)
    assert sorted(map(sorted, circles.values())) == [["a", "b", "c"], ["d", "e"], ["f"], ["g"]]


def test_the_longest_chain_counts_every_member_of_a_circle() -> None:
    uses = {"a": ["b"], "b": ["c", "d"], "c": ["a"], "d": ["e"], "e": ["d"], "f": ["f"], "g": ["a", "f"]}
    length, start = longest_chain(uses)
    assert (length, start) == (6, "g")
    assert longest_chain({}) == (0, "")
    long = {str(number): [str(number + 1)] for number in range(50_000)} | {"50000": []}
    assert longest_chain(long) == (50_001, "0")


# --- the fuzz run ------------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "fork"), reason="each document gets a process by fork")
def test_fuzz_run_finds_no_failure() -> None:
    command = [sys.executable, "-m", "scripts.fuzz.codegen", "--count", "12", "--seed", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "12 documents in " in done.stdout
    assert document.MAX_BYTES == 32 * 2**20
