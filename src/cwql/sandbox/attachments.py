"""Files that are attached to records of Manage: `Documents` takes uploads and gives them back.

An upload is a form (RFC 7578) with the file and the record that it belongs to; ``/system/documents`` lists the documents of the record
that ``recordType`` and ``recordId`` name. The bytes are kept in memory, also where the records lie in a file.
"""

from __future__ import annotations

from email.message import Message
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from cwql.sandbox.lookup import missing
from cwql.sandbox.messages import Refusal, Reply

if TYPE_CHECKING:
    from cwql.sandbox.messages import Request
    from cwql.sandbox.routing import Route
    from cwql.sandbox.store.store import Parent, Row, Store

__all__ = ["DOWNLOAD", "PLACE", "Documents", "owner"]

PLACE = "system/documents"
DOWNLOAD = f"{PLACE}/{{}}/download"
PRODUCT, RECORD = "manage", "DocumentInfo"
SAMPLE = b"sandbox\n"
"""What the documents hold that were there from the start."""


class Documents:
    """Keep the files of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._files: dict[int, bytes] = {}

    def add(self, request: Request, now: str, member: str) -> Row:
        """Take an upload and return its record. Raises Refusal (400) for a form that lacks something."""
        fields, name, content = _read_form(request)
        record_type, record = fields.get("recordtype", ""), fields.get("recordid", "")
        lacking = [
            field
            for field, value in (("file", content), ("recordType", record_type), ("recordId", record))
            if value in (None, "")
        ]
        if lacking:
            faults = tuple(("RequiredFieldMissing", f"{field} is required", field) for field in lacking)
            raise Refusal(400, "RequiredFieldMissing", f"Document object is invalid: {faults[0][1]}", errors=faults)
        assert content is not None
        if not _is_key(record):
            raise Refusal(400, "InvalidArgument", "recordId must be an integer")
        document: dict[str, Any] = {
            "id": None,
            "title": fields.get("title") or name,
            "fileName": name,
            "serverFileName": name,
            "owner": member,
            "size": len(content),
            "createdOnDate": now,
            "_info": {"lastUpdated": now, "updatedBy": member, "dateEntered": now, "enteredBy": member},
        }
        (key,) = self._store.add(PRODUCT, RECORD, [document], _parent(record_type, record))
        document |= {"id": key, "guid": str(uuid5(NAMESPACE_URL, f"{record_type}/{record}/{key}"))}
        self._store.replace(PRODUCT, RECORD, key, document)
        self._files[key] = content
        row = self._store.get(PRODUCT, RECORD, key)
        assert row is not None
        return row

    def remove(self, row: Row) -> None:
        """Drop the bytes of a document whose record was deleted."""
        self._files.pop(row.key, None)

    def download(self, row: Row) -> Reply:
        """Answer with the bytes of a document."""
        name = str(row.document.get("fileName") or "document").encode("ascii", "replace").decode().replace('"', "'")
        headers = {"content-type": "application/octet-stream", "content-disposition": f'attachment; filename="{name}"'}
        return Reply(200, headers, self._files.get(row.key, SAMPLE))

    def find(self, value: str) -> Row:
        """Return the record of a document. Raises Refusal (404)."""
        row = self._store.get(PRODUCT, RECORD, int(value)) if _is_key(value) else None
        if row is None:
            raise missing(RECORD, value)
        return row


def owner(route: Route, request: Request) -> Parent:
    """Return what a list of documents is asked for, None for all of them."""
    if route.server.product != PRODUCT or route.endpoint.key.removesuffix("/count") != PLACE:
        return None
    record_type, record = request.parameter("recordType"), request.parameter("recordId")
    return _parent(record_type, record) if record_type and record and _is_key(record) else None


def _parent(record_type: str, record: str) -> tuple[str, int]:
    return f"documents of {record_type.casefold()}", int(record)


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _read_form(request: Request) -> tuple[dict[str, str], str, bytes | None]:
    """Return the fields of a form by their names in small letters, the file's name, and its bytes (None: no file)."""
    boundary = _header("content-type", request.header("content-type")).get_param("boundary")
    fields: dict[str, str] = {}
    name, content = "", None
    if not isinstance(boundary, str) or not boundary:
        raise Refusal(400, "InvalidArgument", "The form has no boundary.")
    for part in (b"\r\n" + request.body).split(b"\r\n--" + boundary.encode())[1:]:
        head, separator, body = part.partition(b"\r\n\r\n")
        if not separator:
            continue
        lines = [line for line in head.decode("utf-8", "replace").split("\r\n") if ":" in line]
        found = {line.partition(":")[0].strip().lower(): line.partition(":")[2].strip() for line in lines}
        disposition = _header("content-disposition", found.get("content-disposition", ""))
        field = str(disposition.get_param("name", "", "content-disposition")).lower()
        filename = disposition.get_filename()
        if filename is not None:
            name, content = filename, body
        else:
            fields[field] = body.decode("utf-8", "replace")
    return fields, name, content


def _header(name: str, value: str) -> Message:
    """Return a header to ask for its parameters."""
    message = Message()
    message[name] = value.replace("\r", "").replace("\n", "")
    return message
