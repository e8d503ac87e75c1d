"""Every operation of both documents answers, with the status and the shape that its document describes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from cwql.sandbox import Sandbox
from cwql.sandbox.examples import make_specimen, specimen_value
from cwql.schema.catalog import catalog
from tests.sandbox.asking import Asker

if TYPE_CHECKING:
    from cwql.schema.operation import Operation

SHARDS = 4


def fill(product: str, operation: Operation, box: Sandbox) -> str:
    """Put keys of records that are there into a path."""
    steps = operation.path.split("/")
    for place, step in enumerate(steps):
        if "{" in step:
            above = catalog(product).find_endpoint("/".join(steps[: place + 1]))
            rows = box.store.find(product, above.record, limit=1) if above is not None and above.record else []
            steps[place] = re.sub(r"\{.*\}", str(rows[0].key) if rows else "1", step)
    return "/".join(steps)


def make_body(product: str, operation: Operation) -> Any:
    body = operation.body
    if body is None or body.type is None:
        return None
    if body.record == "PatchOperation":
        return make_patch(product, operation)
    if body.record is not None:
        document = make_specimen(catalog(product), body.record)
        fields = list(catalog(product).record(body.record).fields())
        required = {field.name: field for field in fields if field.required}
        document = {name: value for name, value in document.items() if name in required or value not in ("", [], {})}
        document |= {name: "x" for name, field in required.items() if field.kind == "text"}
        document |= {name: 1 for name in required if name == "id"}
        return [document] if body.listed else document
    return [] if body.type.kind == "collection" else specimen_value(body.type)


def make_patch(product: str, operation: Operation) -> Any:
    reply = operation.reply
    assert reply is not None
    assert reply.record is not None
    fields = [field for field in catalog(product).record(reply.record).fields() if field.name.lower() != "id"]
    texts = [field for field in fields if field.kind == "text"]
    plain = [field for field in fields if specimen_value(field) is not None]
    if texts:
        return [{"Op": "replace", "Path": f"/{texts[0].name}", "Value": "x"}]
    if plain:
        return [{"op": "replace", "path": plain[0].name, "value": specimen_value(plain[0])}]
    return [{"op": "replace", "path": f"{fields[0].name}/id", "value": 1}]


def ask_operation(asker: Asker, product: str, operation: Operation) -> tuple[int, Any]:
    path = fill(product, operation, asker.box)
    options: dict[str, Any] = {}
    body = make_body(product, operation)
    if body is not None:
        options["json"] = body
    if product == "manage":
        reply = asker.manage(operation.method, path, **options)
    else:
        reply = asker.automate(operation.method, path.removeprefix("/api/v1"), **options)
    is_json = reply.headers.get("content-type", "").startswith("application/json")
    return reply.status_code, reply.json() if is_json and reply.content else reply.content


@pytest.mark.parametrize("shard", range(SHARDS))
@pytest.mark.parametrize("product", ["manage", "automate"])
def test_every_operation_answers(product: str, shard: int) -> None:
    box = Sandbox()
    known = catalog(product)
    odd: list[str] = []
    with Asker(box) as asker:
        for id in known.operation_ids()[shard::SHARDS]:
            operation = known.operation(id)
            status, answer = ask_operation(asker, product, operation)
            if not fits(operation, status, answer):
                odd.append(f"{operation.method} {operation.path}: {status} {str(answer)[:160]}")
    box.close()
    assert not odd, f"{len(odd)} of {len(known.operation_ids()[shard::SHARDS])}:\n" + "\n".join(odd[:40])


def fits(operation: Operation, status: int, answer: Any) -> bool:
    """Tell whether an answer is of the described kind; a record that was deleted before is not there any more."""
    reply = operation.reply
    expected = reply.status if reply is not None and reply.status else 200
    if status == 404 and operation.method != "GET" and "{" in operation.path:
        return isinstance(answer, dict) and ("code" in answer or "error" in answer)
    if (status == 401 and "APIToken" in operation.path) or "APICredentials" in operation.path:
        return True
    if status not in (expected, 204 if expected in (0, 200) and (reply is None or reply.type is None) else expected):
        return False
    if reply is None or reply.type is None or status == 204:
        return True
    if reply.type.kind == "collection":
        return isinstance(answer, list)
    if reply.record is not None:
        return isinstance(answer, dict)
    return True
