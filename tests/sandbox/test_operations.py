"""Every operation of both documents responds, with the status and the format that its document describes."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from cwql.sandbox import Sandbox
from cwql.sandbox.examples import example_value, make_example
from cwql.sandbox.references import stored_kind
from cwql.schema.catalog import catalog
from tests.sandbox.api_client import ApiClient

if TYPE_CHECKING:
    from cwql.schema.field import FieldInfo
    from cwql.schema.operation import Operation

SHARDS = 4
NUMBERS = count(1)
# Members that servers require although the specification does not say so.
MORE: dict[str, dict[str, Any]] = {
    "Contact": {"firstName": "x"},
    "ServiceNote": {"detailDescriptionFlag": True},
    "CommandExecute": {"Command": {"Id": "2"}},
    "CallbackEntry": {"type": "ticket", "level": "owner"},
}


def fill(product: str, operation: Operation, sandbox: Sandbox) -> str:
    """Put keys of existing records into a path. A record below another one is made if there is none."""
    steps = operation.path.split("/")
    store, parent = sandbox._store, None
    for place, step in enumerate(steps):
        if "{" in step:
            known = catalog(product).find_endpoint("/".join(steps[: place + 1]))
            record = known.record if known is not None else None
            rows = store.find(product, record, limit=1) if record else []
            if record and rows and parent and store.is_below_another(product, record, rows[0].key, parent):
                store.add(product, record, [make_example(catalog(product), record)], parent)
                rows = store.find(product, record, parent, limit=1)
            key = rows[0].key if rows else 1
            steps[place] = re.sub(r"\{.*\}", str(key), step)
            # Without an operation that returns it, a record above is known by its path.
            parent = (record or re.sub(r"/\d+$", "/{}", "/".join(steps[1 : place + 1])), key)
    return "/".join(steps)


def refer(product: str, target: str | None, sandbox: Sandbox) -> Any:
    """Return a reference to an existing record."""
    kind = stored_kind(target) if product == "manage" and target is not None else None
    rows = sandbox._store.find(product, kind, limit=1) if kind is not None else []
    return {"id": rows[0].key if rows else 1}


def make_text(field: FieldInfo) -> str:
    """Return a text that no other record has, as far as the length of the field allows."""
    text = f"x{next(NUMBERS)}"
    return text if field.max_length is None or len(text) <= field.max_length else text[-field.max_length :]


def make_body(product: str, operation: Operation, sandbox: Sandbox) -> Any:
    body = operation.body
    if body is None or body.type is None:
        return None
    if body.record == "PatchOperation":
        return make_patch(product, operation)
    if body.record is not None:
        document = make_example(catalog(product), body.record)
        fields = list(catalog(product).record(body.record).fields())
        required = {field.name: field for field in fields if field.required}
        document = {name: value for name, value in document.items() if name in required or value not in ("", [], {}, 0)}
        document |= {
            name: refer(product, field.target, sandbox) for name, field in required.items() if field.kind == "reference"
        }
        document |= {name: 1 for name, field in required.items() if field.kind == "integer"}
        document |= {name: make_text(field) for name, field in required.items() if field.kind == "text"}
        document |= {name: 1 for name in required if name == "id"}
        document |= MORE.get(body.record, {})
        if body.record == "ConfigurationReference":
            document = refer(product, body.record, sandbox)
        return [document] if body.listed else document
    return [] if body.type.kind == "collection" else example_value(body.type)


QUERIES = {"/system/audittrail": {"type": "Ticket", "id": 1}}
"""The query parameters without which a list is refused."""


def make_patch(product: str, operation: Operation) -> Any:
    response = operation.reply
    assert response is not None
    assert response.record is not None
    fields = [field for field in catalog(product).record(response.record).fields() if field.name.lower() != "id"]
    texts = [field for field in fields if field.kind == "text"]
    plain = [field for field in fields if example_value(field) is not None]
    if texts:
        return [{"Op": "replace", "Path": f"/{texts[0].name}", "Value": make_text(texts[0])}]
    if plain:
        return [{"op": "replace", "path": plain[0].name, "value": example_value(plain[0])}]
    return [{"op": "replace", "path": f"{fields[0].name}/id", "value": 1}]


def ask_operation(api: ApiClient, product: str, operation: Operation) -> tuple[int, Any]:
    path = fill(product, operation, api.sandbox)
    options: dict[str, Any] = {"params": QUERIES.get(operation.path.removesuffix("/count"))}
    body = make_body(product, operation, api.sandbox)
    if body is not None:
        options["json"] = body
    if product == "manage":
        response = api.manage(operation.method, path, **options)
    else:
        response = api.automate(operation.method, path.removeprefix("/api/v1"), **options)
    is_json = response.headers.get("content-type", "").startswith("application/json")
    return response.status_code, response.json() if is_json and response.content else response.content


@pytest.mark.parametrize("shard", range(SHARDS))
@pytest.mark.parametrize("product", ["manage", "automate"])
def test_every_operation_responds(product: str, shard: int) -> None:
    sandbox = Sandbox()
    known = catalog(product)
    odd: list[str] = []
    with ApiClient(sandbox) as api:
        for id in known.operation_ids()[shard::SHARDS]:
            operation = known.operation(id)
            status, answer = ask_operation(api, product, operation)
            if not fits(operation, status, answer):
                odd.append(f"{operation.method} {operation.path}: {status} {str(answer)[:160]}")
    sandbox.close()
    assert not odd, f"{len(odd)} of {len(known.operation_ids()[shard::SHARDS])}:\n" + "\n".join(odd[:40])


def fits(operation: Operation, status: int, answer: Any) -> bool:
    """Return whether a response is as described; a record that was deleted before no longer exists."""
    response = operation.reply
    expected = response.status if response is not None and response.status else 200
    if operation.path == "/system/documents" and operation.method == "POST":
        # It takes forms only.
        return status == 415
    is_view = operation.path.endswith("/configurations/{id}")
    if status == 404 and (operation.method != "GET" or is_view) and "{" in operation.path:
        return isinstance(answer, dict) and ("code" in answer or "error" in answer)
    if (status == 401 and "APIToken" in operation.path) or "APICredentials" in operation.path:
        return True
    if status not in (
        expected,
        204 if expected in (0, 200) and (response is None or response.type is None) else expected,
    ):
        return False
    if response is None or response.type is None or status == 204:
        return True
    if response.type.kind == "collection":
        return isinstance(answer, list)
    if response.record is not None:
        return isinstance(answer, dict)
    return True
