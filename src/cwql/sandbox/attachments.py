"""Files that are attached to records of Manage: `Attachments` takes uploads and sends them back.

An upload is a form (RFC 7578) with the file and the record that it belongs to; ``/system/documents`` lists the documents of the record
that ``recordType`` and ``recordId`` name. The bytes are in memory, even if the records are in a file.
"""

from __future__ import annotations

from email.message import Message
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from cwql.sandbox.messages import HTTPProblem, Response
from cwql.sandbox.problems import (
    invalid_object,
    label_of,
    missing,
    not_found,
    reference_not_found,
    unsupported_media_type,
    wrong_type,
)

if TYPE_CHECKING:
    from cwql.sandbox.messages import Request
    from cwql.sandbox.routing import Route
    from cwql.sandbox.store.store import Parent, Row, Store

DOCUMENTS_KEY = "system/documents"
DOWNLOAD_KEY = f"{DOCUMENTS_KEY}/{{}}/download"
PRODUCT, RECORD = "manage", "DocumentInfo"
RESOURCE = "Document"
OWNERS: dict[str, tuple[str, ...]] = {
    "ticket": ("Ticket", "ProjectTicket"),
    "company": ("Company",),
    "contact": ("Contact",),
    "configuration": ("Configuration",),
    "project": ("Project",),
    "agreement": ("Agreement",),
    "opportunity": ("Opportunity",),
    "salesorder": ("Order",),
    "purchaseorder": ("PurchaseOrder",),
}
"""The kinds of record that a document can belong to, by the ``recordType`` of the form; others are not checked."""

_IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".svg")
SAMPLE = b"sandbox\n"
"""The bytes of the documents that were there from the start."""


class Attachments:
    """The files of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._files: dict[int, bytes] = {}

    def add(self, request: Request, now: str, member: str) -> Row:
        """Store an upload, or a link if the form has a URL in place of a file, and return its record.

        Raises HTTPProblem: 415 if the body is no form, 400 if the form lacks something, or its record does not exist.
        """
        if not request.header("content-type").lower().startswith("multipart/"):
            raise unsupported_media_type()
        fields, name, content = _parse_form(request)
        record_type, record_id = fields.get("recordtype", ""), fields.get("recordid", "")
        url = fields.get("url", "").strip()
        absent = [
            field
            for field, value in (("file", url or content), ("recordType", record_type), ("recordId", record_id))
            if value in (None, "")
        ]
        if absent:
            raise invalid_object(RESOURCE, [missing(field) for field in absent], "Document")
        if not _is_key(record_id):
            raise invalid_object(RESOURCE, [wrong_type("recordId", "an integer")], "Document")
        self._require_owner(record_type, int(record_id))
        data = content or b""
        title = fields.get("title") or name or url
        document: dict[str, Any] = {
            "id": None,
            "title": title,
            "fileName": url or name,
            "serverFileName": url or name,
            "owner": member,
            "linkFlag": bool(url),
            "imageFlag": name.lower().endswith(_IMAGES),
            "publicFlag": not _is_true(fields.get("privateflag", "true")),
            "htmlTemplateFlag": False,
            "readOnlyFlag": _is_true(fields.get("readonlyflag", "")),
            "size": len(data),
            "urlFlag": bool(url),
            "createdOnDate": now,
            "_info": {"lastUpdated": now, "updatedBy": member, "dateEntered": now, "enteredBy": member},
        }
        (key,) = self._store.add(PRODUCT, RECORD, [document], parent_of_documents(record_type, record_id))
        document |= {"id": key, "guid": str(uuid5(NAMESPACE_URL, f"{record_type}/{record_id}/{key}"))}
        self._store.replace(PRODUCT, RECORD, key, document)
        self._files[key] = data
        row = self._store.get(PRODUCT, RECORD, key)
        assert row is not None
        return row

    def _require_owner(self, record_type: str, key: int) -> None:
        """Raise HTTPProblem (400) if the record of a document does not exist and its kind is stored."""
        kinds = OWNERS.get(record_type.casefold(), ())
        if not any(self._store.count(PRODUCT, kind) for kind in kinds):
            return
        if not any(self._store.get(PRODUCT, kind, key) is not None for kind in kinds):
            message = f"{label_of(kinds[0])} {key} not found"
            raise invalid_object(RESOURCE, [reference_not_found("recordId", message)], "Document")

    def remove(self, row: Row) -> None:
        """Drop the bytes of a document whose record was deleted."""
        self._files.pop(row.key, None)

    def download(self, row: Row) -> Response:
        """Respond with the bytes of a document."""
        name = str(row.document.get("fileName") or "document").encode("ascii", "replace").decode().replace('"', "'")
        headers = {"content-type": "application/octet-stream", "content-disposition": f'attachment; filename="{name}"'}
        return Response(200, headers, self._files.get(row.key, SAMPLE))

    def find(self, value: str) -> Row:
        """Return the record of a document. Raises HTTPProblem (404)."""
        row = self._store.get(PRODUCT, RECORD, int(value)) if _is_key(value) else None
        if row is None:
            raise not_found(RECORD, value)
        return row


def find_owner(route: Route, request: Request) -> Parent:
    """Return the record whose documents a list asks for, or None if it asks for all of them."""
    if route.product.name != PRODUCT or route.endpoint.key.removesuffix("/count") != DOCUMENTS_KEY:
        return None
    record_type, record_id = request.parameter("recordType"), request.parameter("recordId")
    return parent_of_documents(record_type, record_id) if record_type and record_id and _is_key(record_id) else None


def parent_of_documents(record_type: str, record_id: str) -> tuple[str, int]:
    """Return the parent under which the documents of a record are stored."""
    return f"documents of {record_type.casefold()}", int(record_id)


def _is_true(text: str) -> bool:
    return text.strip().lower() in ("true", "1", "yes")


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _parse_form(request: Request) -> tuple[dict[str, str], str, bytes | None]:
    """Return the fields of a form by their names in small letters, the file's name, and its bytes (None without a file)."""
    boundary = _parse_header("content-type", request.header("content-type")).get_param("boundary")
    fields: dict[str, str] = {}
    name, content = "", None
    if not isinstance(boundary, str) or not boundary:
        raise HTTPProblem(400, "InvalidArgument", "The form has no boundary.")
    for part in (b"\r\n" + request.body).split(b"\r\n--" + boundary.encode())[1:]:
        head, separator, body = part.partition(b"\r\n\r\n")
        if not separator:
            continue
        lines = [line for line in head.decode("utf-8", "replace").split("\r\n") if ":" in line]
        headers = {line.partition(":")[0].strip().lower(): line.partition(":")[2].strip() for line in lines}
        disposition = _parse_header("content-disposition", headers.get("content-disposition", ""))
        field = str(disposition.get_param("name", "", "content-disposition")).lower()
        filename = disposition.get_filename()
        if filename is not None:
            name, content = filename, body
        else:
            fields[field] = body.decode("utf-8", "replace")
    return fields, name, content


def _parse_header(name: str, value: str) -> Message:
    """Return a message with one header, whose parameters it can parse."""
    message = Message()
    message[name] = value.replace("\r", "").replace("\n", "")
    return message
