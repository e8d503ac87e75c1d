"""`server.json` fulfils what the registry of servers documents for it, and names what the server really reads."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

import pytest

from cwql.cli import mcp
from cwql.cli.options import build_parser
from cwql.client.settings import FILE_VARIABLE, PROFILE_VARIABLE, VARIABLES
from scripts.constraints import ROOT

SERVER: dict[str, Any] = json.loads((ROOT / "server.json").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
(PACKAGE,) = SERVER["packages"]

# The registry's schema of 2025-12-11: members of each object, and those that are required.
INPUT = {"description", "isRequired", "format", "value", "isSecret", "default", "placeholder", "choices", "variables"}
MEMBERS: dict[str, tuple[set[str], set[str]]] = {
    "server": (
        {"name", "description", "version"},
        {"$schema", "title", "repository", "websiteUrl", "icons", "packages", "remotes", "_meta"},
    ),
    "repository": ({"url", "source"}, {"id", "subfolder"}),
    "package": (
        {"registryType", "identifier", "transport"},
        {
            "registryBaseUrl",
            "version",
            "fileSha256",
            "runtimeHint",
            "runtimeArguments",
            "packageArguments",
            "environmentVariables",
        },
    ),
    "named": ({"type", "name"}, INPUT | {"isRepeated"}),
    "positional": ({"type"}, INPUT | {"isRepeated", "valueHint"}),
    "variable": ({"name"}, INPUT),
}


def objects() -> list[tuple[str, dict[str, Any]]]:
    arguments = [*PACKAGE["runtimeArguments"], *PACKAGE["packageArguments"]]
    return [
        ("server", SERVER),
        ("repository", SERVER["repository"]),
        ("package", PACKAGE),
        *[(argument["type"], argument) for argument in arguments],
        *[("variable", variable) for variable in PACKAGE["environmentVariables"]],
    ]


@pytest.mark.parametrize(("kind", "value"), objects())
def test_objects_have_the_members_of_the_schema(kind: str, value: dict[str, Any]) -> None:
    required, optional = MEMBERS[kind]
    assert required <= set(value) <= required | optional
    if kind == "positional":
        assert {"value", "valueHint"} & set(value)
    assert value.get("format", "string") in ("string", "number", "boolean", "filepath")
    assert all(isinstance(value.get(name, False), bool) for name in ("isRequired", "isSecret", "isRepeated"))
    assert all(isinstance(value.get(name, ""), str) for name in ("description", "default", "placeholder", "value"))


def test_texts_have_the_lengths_of_the_schema() -> None:
    assert re.fullmatch(r"[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+", SERVER["name"])
    assert 3 <= len(SERVER["name"]) <= 200
    assert 1 <= len(SERVER["title"]) <= 100
    assert 1 <= len(SERVER["description"]) <= 100
    for url in (SERVER["$schema"], SERVER["websiteUrl"], SERVER["repository"]["url"], PACKAGE["registryBaseUrl"]):
        assert re.fullmatch(r"https://[^\s]+", url)


def test_versions_are_those_of_the_package() -> None:
    version = PROJECT["version"]
    assert (SERVER["version"], PACKAGE["version"], PACKAGE["identifier"]) == (version, version, PROJECT["name"])
    assert PACKAGE["runtimeArguments"][0]["value"] == f"cwql[mcp]=={version}"
    assert "mcp" in PROJECT["optional-dependencies"]
    assert SERVER["repository"]["url"] == PROJECT["urls"]["Homepage"]


def test_registry_can_verify_the_package() -> None:
    # The registry reads this line from the description on PyPI.
    assert f"mcp-name: {SERVER['name']}" in (ROOT / PROJECT["readme"]).read_text(encoding="utf-8")


def test_environment_variables_are_those_of_the_clients() -> None:
    secrets = {"public_key", "private_key", "client_id", "password"}
    known = {name: setting for settings in VARIABLES.values() for setting, names in settings.items() for name in names}
    for variable in PACKAGE["environmentVariables"]:
        name = variable["name"]
        assert name in known or name in (FILE_VARIABLE, PROFILE_VARIABLE)
        assert variable.get("isSecret", False) is (known.get(name) in secrets)


def test_arguments_are_those_of_the_command() -> None:
    parser = build_parser("mcp", "")
    mcp.configure(parser)
    first, *others = PACKAGE["packageArguments"]
    assert first == {"type": "positional", "value": "mcp"}
    assert {other["name"] for other in others} <= set(parser._option_string_actions)
    # A repeated option must not replace the one before it.
    assert parser.parse_args(["--hide", "a", "--hide", "b"]).hide == ["a", "b"]
