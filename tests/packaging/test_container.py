"""The container file: its context has everything that the package is built from."""

from __future__ import annotations

import re
import tomllib

from scripts.packaging.build import ROOT


def test_the_context_has_all_that_the_wheel_needs() -> None:
    kept = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text("utf-8"), re.MULTILINE))
    assert all((ROOT / name).exists() for name in kept)
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = settings["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {
        *wheel["packages"],
        *wheel["force-include"],
        settings["project"]["readme"],
        *settings["project"]["license-files"],
    }
    assert {name.partition("/")[0] for name in needed} <= kept


def test_the_image_installs_extras_that_exist_and_runs_without_rights() -> None:
    text = (ROOT / "Containerfile").read_text("utf-8")
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    (installed,) = re.findall(r'"/cwql\[(.*?)\]"', text)
    assert set(installed.split(",")) <= set(extras)
    assert re.search(r"^USER 1000:1000$", text, re.MULTILINE)
    assert re.findall(r"^ENTRYPOINT (.*)$", text, re.MULTILINE) == ['["cwql"]']
