"""`cwql login`: credentials in a keyring and a profile without secrets, tried against the sandbox over HTTP."""

from __future__ import annotations

import io
import os
import stat
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import keyring.errors
import pytest
from keyring.backend import KeyringBackend

from cwql import automate, manage
from cwql.cli import login, main
from cwql.client.profile_file import write_profile
from cwql.errors import ConfigError
from cwql.sandbox import Sandbox


class InMemory(KeyringBackend):
    """A keyring of this process; a container has no desktop that could lend its own."""

    priority = 1  # pyright: ignore[reportAssignmentType]  # the base class declares a property

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring has no types here
        self.kept: dict[tuple[str, str], str] = {}
        self.is_locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.is_locked:
            raise keyring.errors.KeyringLocked("locked")
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.is_locked:
            raise keyring.errors.KeyringLocked("locked")
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def backend() -> Iterator[InMemory]:
    before, backend = keyring.get_keyring(), InMemory()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox() as box:
        yield box


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.startswith(("CONNECTWISE_", "CWQL_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CWQL_PROFILES_FILE", str(tmp_path / "cwql" / "profiles.toml"))
    return tmp_path / "cwql" / "profiles.toml"


@pytest.fixture
def stores(backend: InMemory, file: Path) -> tuple[InMemory, Path]:
    return backend, file


def log_in(monkeypatch: pytest.MonkeyPatch, answers: list[str], *words: str) -> int:
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join([f"{answer}\n" for answer in answers])))
    return main(["login", *words])


def manage_answers(box: Sandbox, **changed: str) -> list[str]:
    given = {name.removeprefix("CONNECTWISE_").lower(): value for name, value in box.environment.items()}
    given |= changed
    return [given[name] for name, _, _ in login.QUESTIONS["manage"]]


def test_manage_is_used_by_clients_and_commands(
    box: Sandbox, backend: InMemory, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = manage_answers(box)
    assert log_in(monkeypatch, answers) == 0
    assert capsys.readouterr().err == (
        "manage, profile default (for the other product: --product automate)\n"
        f"stored client_id, public_key, private_key in the keyring, and [manage.default] in {file}\n"
    )
    assert tomllib.loads(file.read_text(encoding="utf-8")) == {
        "manage": {"default": {"site": answers[0], "company_id": answers[1], "keyring": True}}
    }
    assert backend.kept["cwql", "manage.default.private_key"] == answers[4]
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with manage.Client.from_env() as psa:
        assert psa.service.boards.count() > 0
    assert main(["count", "/service/boards"]) == 0
    # The environment still counts first.
    monkeypatch.setenv("CONNECTWISE_PRIVATE_KEY", "wrong")
    assert main(["count", "/service/boards"]) == 2


def test_nothing_is_stored_if_the_server_refuses(
    box: Sandbox, backend: InMemory, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert log_in(monkeypatch, manage_answers(box, private_key="wrong-key")) == 2
    err = capsys.readouterr().err
    assert "401" in err
    assert "wrong-key" not in err
    assert (backend.kept, file.exists()) == ({}, False)
    assert log_in(monkeypatch, manage_answers(box, private_key="wrong-key"), "--no-check") == 0
    assert backend.kept["cwql", "manage.default.private_key"] == "wrong-key"


def test_automate_with_a_profile_of_its_own(
    box: Sandbox, backend: InMemory, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = box.environment
    names = ("SERVER", "USERNAME", "PASSWORD")
    answers = [given[f"CONNECTWISE_AUTOMATE_{name}"] for name in names]
    assert log_in(monkeypatch, [*answers, "", ""], "-d", "automate", "--profile", "lab") == 0
    assert list(backend.kept) == [("cwql", "automate.lab.password")]
    with automate.Client.from_env(profile="lab") as rmm:
        assert rmm.computers.count() > 0
    assert answers[2] not in file.read_text(encoding="utf-8")


def test_a_terminal_does_not_echo_secrets(
    box: Sandbox, backend: InMemory, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    asked: list[str] = []
    answers = manage_answers(box)

    def read_silently(prompt: str, stream: Any) -> str:
        asked.append(prompt)
        return answers[4]

    monkeypatch.setattr("getpass.getpass", read_silently)
    monkeypatch.setattr(sys, "stdin", Terminal("".join([f"{answer}\n" for answer in answers[:4]])))
    assert main(["login"]) == 0
    assert asked == ["private key: "]
    # The next time, an empty answer keeps what the profile has.
    monkeypatch.setattr(sys, "stdin", Terminal(f"\n\n{answers[2]}\n{answers[3]}\n"))
    assert main(["login"]) == 0
    assert f"company [{answers[1]}]: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("answers", "profile", "said"),
    [
        (["na"], "default", "company_id is missing: company"),
        (["naa", "a", "b", "c", "d"], "default", "'naa' is no known region"),
        (["na", "a", "b", "c", "d"], "a.b", "letters, digits, - and _ only: got 'a.b'"),
    ],
)
def test_answers_that_cannot_be_used(
    stores: tuple[InMemory, Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answers: list[str],
    profile: str,
    said: str,
) -> None:
    assert log_in(monkeypatch, answers, "--profile", profile) == 2
    assert said in capsys.readouterr().err
    backend, file = stores
    assert (backend.kept, file.exists()) == ({}, False)


def test_a_locked_keyring(
    box: Sandbox, backend: InMemory, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert log_in(monkeypatch, manage_answers(box)) == 0
    backend.is_locked = True
    with pytest.raises(ConfigError, match=r"secrets of \[manage.default\] cannot be read: KeyringLocked"):
        manage.Client.from_env()
    assert log_in(monkeypatch, manage_answers(box), "--profile", "other") == 2
    assert "the keyring takes no secrets: KeyringLocked" in capsys.readouterr().err
    assert "other" not in file.read_text(encoding="utf-8")


# --- the file ------------------------------------------------------------------------------------------------------------

SETTINGS: dict[str, str | float | bool] = {"site": "na", "keyring": True}
TABLE = '[manage.default]\nsite = "na"\nkeyring = true\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", TABLE),
        ("# mine\n", f"# mine\n\n{TABLE}"),
        ('[manage.default]\nsite = "eu"\nprivate_key = "x"\n', TABLE),
        (
            '[manage.default] # old\nsite = "eu"\n\n[manage.lab]\nsite = "au"\n',
            f'{TABLE}\n[manage.lab]\nsite = "au"\n',
        ),
        ('[automate.default]\nserver = "x"\n', f'[automate.default]\nserver = "x"\n\n{TABLE}'),
    ],
)
def test_only_the_table_of_the_profile_is_replaced(tmp_path: Path, before: str, after: str) -> None:
    file = tmp_path / "profiles.toml"
    file.write_text(before, encoding="utf-8")
    write_profile(file, "manage", "default", SETTINGS)
    assert file.read_text(encoding="utf-8") == after
    assert [path.name for path in tmp_path.iterdir()] == ["profiles.toml"]


@pytest.mark.parametrize("text", ['manage.default.site = "eu"\n', '[manage]\ndefault = {site = "eu"}\n', "[manage\n"])
def test_a_file_that_cannot_be_changed_is_left_alone(tmp_path: Path, text: str) -> None:
    file = tmp_path / "profiles.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError):
        write_profile(file, "manage", "default", SETTINGS)
    assert file.read_text(encoding="utf-8") == text


def test_a_value_is_quoted(tmp_path: Path) -> None:
    settings: dict[str, str | float | bool] = {"company_id": 'a "b"\\\u00e4\x07', "timeout": 5.5}
    write_profile(tmp_path / "x" / "profiles.toml", "manage", "default", settings)
    found = tomllib.loads((tmp_path / "x" / "profiles.toml").read_text(encoding="utf-8"))
    assert found == {"manage": {"default": settings}}
