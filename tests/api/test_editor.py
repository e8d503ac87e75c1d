"""What an editor shows for handles, records and paths: completion and hover of a real language server, basedpyright."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from scripts.completion import CLIENT, ROOT, LanguageServer

pytest.importorskip("basedpyright")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the paths of the server are those of POSIX")

FIELDS = "from cwql.manage.fields import CustomFieldValue, Ticket\n\n"
RECORDS = f"{CLIENT}for t in psa.service.tickets.list():\n    "


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    with LanguageServer(tmp_path_factory.mktemp("program"), [ROOT / "src", ROOT / "generated"]) as running:
        yield running


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (f"{FIELDS}Ticket.", ["summary", "company", "customFields", "lastUpdated", "is_null"]),
        (f"{FIELDS}Ticket.company.", ["identifier", "name", "id"]),
        (f"{FIELDS}Ticket.summary.", ["contains", "startswith", "in_", "desc"]),
        # After == pyright completes only if the left side is a literal.
        (f'{FIELDS}Ticket.impact.in_(["|"])', ["Low", "Medium", "High"]),
        (f'{FIELDS}Ticket.impact.set("|")', ["Low", "Medium", "High"]),
        (f"{CLIENT}psa.service.", ["tickets", "boards"]),
        (f"{CLIENT}psa.service.tickets.", ["list", "get", "create", "count", "dry_run"]),
        (f"{CLIENT}psa.service.tickets(5).", ["notes", "patch"]),
        (f"{CLIENT}psa.service.tickets.list(", ["where=", "limit=", "order_by="]),
        (f"{RECORDS}t.", ["id", "summary", "to_dict", "custom_fields"]),
    ],
    ids=lambda value: value.rpartition("\n")[2].strip() if isinstance(value, str) else "",
)
def test_completion_has_the_names(server: LanguageServer, text: str, names: list[str]) -> None:
    before, _, after = text.partition("|")
    found = {name.strip("\"'") for name in server.complete(before, after)}
    assert set(names) <= found


@pytest.mark.parametrize(
    ("text", "name", "parts"),
    [
        (f"{FIELDS}Ticket.summary", "summary", ["TextField[", "at most 100 characters", "required"]),
        (f"{FIELDS}Ticket.impact", "impact", ["EnumField[", "Low | Medium | High"]),
        (f"{FIELDS}Ticket.company", "company", ["compare its id, identifier or name, or it with None"]),
        (f"{FIELDS}Ticket.company.name", "name", ["TextField[", "name: string"]),
        (f"{FIELDS}CustomFieldValue.podId", "podId", ["podId: string, since 2025.16"]),
        (f"{FIELDS}Ticket.summary.contains", "contains", ["Condition[", "Match if the text contains"]),
        (f"{RECORDS}t.summary", "summary", ["str | None", "at most 100 characters"]),
        (f"{RECORDS}t.impact", "impact", ["Low | Medium | High"]),
        (f"{CLIENT}psa.service.tickets", "tickets", ["/service/tickets"]),
        (
            f"{CLIENT}psa.service.tickets.list",
            "list",
            ["Condition[Ticket]", "ManageListOptions", "Return an iterator over all records"],
        ),
    ],
    ids=lambda value: value.rpartition("\n")[2].strip() if isinstance(value, str) else "",
)
def test_hover_shows_type_length_members_and_release(
    server: LanguageServer, text: str, name: str, parts: list[str]
) -> None:
    shown = server.hover(text, name)
    assert [part for part in parts if part not in shown] == [], shown


@pytest.mark.parametrize("path", ["service.tickets", "company.companies", "time.entries", "service.tickets(5).notes"])
def test_the_id_of_a_record_is_never_optional(server: LanguageServer, path: str) -> None:
    text = f"{CLIENT}for it in psa.{path}.list():\n    it.id"
    assert "id: int\n" in f"{server.hover(text, 'id')}\n"
