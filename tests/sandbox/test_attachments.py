"""Files are uploaded to the sandbox and downloaded again, byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from cwql.client.errors import BadRequestError
from cwql.manage import Client
from tests.sandbox.api_client import ApiClient

CONTENTS = [b"", b"\r\n--", bytes(range(256)) * 300, b"\n\r\n\r", b"--cwql-\r\n\r\nx\r\n"]


def test_uploaded_file_is_downloaded_again(api: ApiClient, tmp_path: Path) -> None:
    with Client.from_env(environ=api.sandbox.environment) as psa:
        documents = psa.system.documents
        before = documents.count()
        for number, content in enumerate(CONTENTS):
            form = {"recordType": "Ticket", "recordId": 5, "title": f"Übersicht {number}"}
            made = documents.create(form, file=(f'größe "{number}".bin', content))
            assert made.id is not None
            assert (made.title, made.size) == (f"Übersicht {number}", len(content))
            assert made.fileName == f"größe %22{number}%22.bin"
            assert documents.get(made.id).guid == made.guid
            size: object = documents(made.id).download.get(to=tmp_path / "down")
            assert size == len(content)
            assert (tmp_path / "down").read_bytes() == content
        attached = list(documents.list(params={"recordType": "ticket", "recordId": 5}))
        assert len(attached) == documents.count(params={"recordType": "Ticket", "recordId": 5}) == len(CONTENTS)
        assert documents.count(params={"recordType": "Ticket", "recordId": 6}) == 0
        assert documents.count() == before + len(CONTENTS)
        assert attached[0].id is not None
        documents.delete(attached[0].id)
        assert api.manage("GET", f"/system/documents/{attached[0].id}/download").status_code == 404


@pytest.mark.parametrize("missing", ["recordType", "recordId"])
def test_incomplete_form_is_refused(api: ApiClient, missing: str) -> None:
    form = {name: value for name, value in (("recordType", "Ticket"), ("recordId", 5)) if name != missing}
    with Client.from_env(environ=api.sandbox.environment) as psa, pytest.raises(BadRequestError, match=missing):
        psa.system.documents.create(form, file=b"x")


@pytest.mark.parametrize(
    ("media", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b"--b--\r\n"),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="recordId"\r\n\r\n5\r\n--b--',
        ),
        ("multipart/form-data; boundary=b", b"\xff\x00--b\r\n\r\n\r\n--b"),
    ],
)
def test_invalid_form_is_refused(api: ApiClient, media: str, body: bytes) -> None:
    response = api.manage("POST", "/system/documents", content=body, headers={"content-type": media})
    assert response.status_code == 400
