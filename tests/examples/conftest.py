"""Fixtures for the tests of the examples: a sandbox for each module, and functions that run an example."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from cwql.manage import Client
from cwql.sandbox import Sandbox

FOLDER = Path(__file__).resolve().parents[2] / "examples"
SETTINGS = ("CONNECTWISE_", "CWQL_")

Program = Callable[[str], ModuleType]
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def psa(sandbox: Sandbox) -> Iterator[Client]:
    with Client.from_env(environ=sandbox.environment, requests_per_minute=1e6, burst=100_000) as client:
        yield client


@pytest.fixture(autouse=True)
def environment(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the environment variables of the sandbox, and remove all others of cwql."""
    for name in list(os.environ):
        if name.startswith(SETTINGS):
            monkeypatch.delenv(name)
    for name, value in sandbox.environment.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def program() -> Program:
    """Return a function that imports an example by name, so that its `main(argv)` runs in this process."""

    def load(name: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(f"examples_{name}", FOLDER / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        # Dataclasses look up their module.
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        return module

    return load


@pytest.fixture
def start() -> Iterator[Start]:
    """Return a function that starts an example as a process. Processes are stopped at the end of the test."""
    started: list[subprocess.Popen[str]] = []

    def run(name: str, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, str(FOLDER / f"{name}.py"), *words]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()
