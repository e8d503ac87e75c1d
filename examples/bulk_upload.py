"""Attach files to a ticket, and download its attachments.

With the sandbox: start ``cwql sandbox`` in one terminal, paste the ``export`` lines that it prints into another, then run

    python examples/bulk_upload.py 1 --upload README.md LICENSE
    python examples/bulk_upload.py 1 --download attachments

With your own server: set the same variables to your keys.

This example shows streamed uploads and downloads, so files do not have to fit into memory; downloads that are moved to their final name
when they are complete; and several files at a time, where each outcome has its file. An upload is a POST, so it is not retried if the first
request may have arrived.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from cwql import CwqlError
from cwql.manage import Client
from cwql.manage.models import DocumentInfo


def upload(psa: Client, ticket: int, path: Path) -> str:
    """Attach a file to a ticket. Raises CwqlError."""
    if not path.is_file():
        raise CwqlError("no such file")
    form = {"recordType": "Ticket", "recordId": ticket, "title": path.stem}
    document = psa.system.documents.create(form, file=path)
    return f"document {document.id}, {path.stat().st_size} bytes"


def download(psa: Client, document: DocumentInfo, folder: Path) -> str:
    """Download a document into a folder. Raises CwqlError."""
    assert document.id is not None
    # The name comes from the server. Only its last part is used, so the file cannot be outside the folder.
    name = Path((document.fileName or "").replace("\\", "/")).name or "unnamed"
    target = folder / f"{document.id}-{name}"
    psa.system.documents(document.id).download.get(to=target)
    return f"{target}, {target.stat().st_size} bytes"


def main(argv: Sequence[str] | None = None) -> int:
    """Upload the given files, and download all attachments."""
    parser = argparse.ArgumentParser(description="Attach files to a ticket, and download its attachments.")
    parser.add_argument("ticket", type=int, help="id of the ticket")
    parser.add_argument("--upload", nargs="+", type=Path, default=[], metavar="FILE")
    parser.add_argument("--download", type=Path, metavar="FOLDER")
    arguments = parser.parse_args(argv)
    failed = 0
    with Client.from_env() as psa:
        for sent in psa.run_concurrently(
            lambda path: upload(psa, arguments.ticket, path), arguments.upload, max_concurrency=3
        ):
            print(f"{sent.item}: {sent.value if sent.ok else f'FAILED: {sent.error}'}")
            failed += not sent.ok
        if arguments.download:
            arguments.download.mkdir(parents=True, exist_ok=True)
            attached = list(psa.system.documents.list(params={"recordType": "Ticket", "recordId": arguments.ticket}))
            for got in psa.run_concurrently(
                lambda each: download(psa, each, arguments.download), attached, max_concurrency=3
            ):
                print(f"{got.item.title}: {got.value if got.ok else f'FAILED: {got.error}'}")
                failed += not got.ok
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CwqlError as error:
        sys.exit(str(error))
