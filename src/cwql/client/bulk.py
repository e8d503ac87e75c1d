"""Requests that change several records at once: the result of each, from a response with the status 207."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from cwql.client.batch import Outcome
from cwql.client.error_body import Refusal, read_refusal
from cwql.client.errors import APIError, InvalidResponseError, reply_error
from cwql.client.parsing import SchemaMismatch, read_record

if TYPE_CHECKING:
    from cwql.client.send import CallResult
    from cwql.schema.operation import Operation

__all__ = ["is_bulk", "read_outcomes"]


def is_bulk(operation: Operation) -> bool:
    """Return whether an operation answers with one result for each item of its body."""
    return operation.reply is not None and operation.reply.status == 207


def read_outcomes(
    product: str, operation: Operation, path: str, items: Iterable[Any], answer: CallResult, keep: bool
) -> tuple[list[Outcome[Any, Any]], list[SchemaMismatch]]:
    """Return the outcome of each item, in the order of the items, and values of unexpected types.

    Raises InvalidResponseError for a response that has no results.
    """
    title = f"{operation.method} {path}"
    results = answer.value.get("payload") if isinstance(answer.value, dict) else answer.value
    if results is None and answer.response.content in (b"", b"null"):
        # A dry run.
        return [], []
    if not isinstance(results, list):
        refusal = Refusal(answer.response.status_code, "", "expected a list of results in payload")
        raise reply_error(refusal, product, InvalidResponseError, response=answer.response, title=title)
    outcomes: list[Outcome[Any, Any]] = [
        Outcome(item, None, APIError("the response has no result for this item", title=title)) for item in items
    ]
    mismatches: list[SchemaMismatch] = []
    for position, result in enumerate(results):
        number = result.get("originalIndex", position) if isinstance(result, Mapping) else -1
        if not isinstance(number, int) or not 0 <= number < len(outcomes):
            continue
        item = outcomes[number].item
        status = result.get("statusCode")
        status = status if type(status) is int else 0
        if result.get("success", 200 <= status < 300 or (not status and not result.get("error"))) is True:
            value, found = _read_data(product, operation, result.get("data"), keep)
            mismatches += found
            outcomes[number] = Outcome(item, value)
        else:
            said = json.dumps(result.get("error")).encode()
            refusal = read_refusal(status or 400, {"content-type": "application/json"}, said)
            outcomes[number] = Outcome(item, None, reply_error(refusal, product, title=f"{title} (item {number})"))
    return outcomes, mismatches


def _read_data(product: str, operation: Operation, data: Any, keep: bool) -> tuple[Any, list[SchemaMismatch]]:
    record = operation.body.record if operation.body is not None else None
    if record is None or not isinstance(data, dict):
        return None, []
    return read_record(product, record, json.dumps(data).encode(), keep)
