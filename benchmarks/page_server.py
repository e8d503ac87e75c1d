"""A server for benchmarks: pages of tickets from memory, over HTTP, in a separate process.

``python -m benchmarks.page_server RECORDS SMALL [SECONDS]`` prints its port. It supports `page`, `pageSize`, `pageId`, the condition
``id <= N`` and the order ``id desc``, sends Link headers, waits some seconds before each page, and counts page requests: ``GET
/requests`` returns the number of requests and bytes, and resets both.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any
from urllib.parse import parse_qsl, urlsplit

SIZE = 1000


def settle(record: str, row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with valid enums and dates, because otherwise pyconnectwise refuses the page."""
    from cwql.schema.catalog import catalog

    info = catalog("manage").record(record)
    for name, value in row.items():
        field = info.find(name)
        if field is None or value is None:
            continue
        if field.kind == "enum":
            row[name] = field.enum[0]
        elif field.dated or field.kind == "datetime":
            row[name] = "2024-05-06T07:08:09Z"
        elif field.kind == "collection" and field.target is not None:
            row[name] = [settle(field.target, item) for item in value]
    return row


class Pages:
    """A page as bytes, into which ids are inserted."""

    def __init__(self, records: int, small: bool, delay: float = 0.0) -> None:
        from benchmarks.api import make_page

        rows = [settle("Ticket", row) for row in json.loads(make_page(SIZE))]
        if small:
            rows = [{name: row.get(name) for name in ("id", "summary", "closedFlag")} for row in rows]
        self.records = records
        self.delay = delay
        self.rows = [
            json.dumps({"id": 0, **{name: value for name, value in row.items() if name != "id"}})[
                len('{"id": 0') :
            ].encode()
            for row in rows
        ]
        self.made: dict[int, bytes] = {}
        self.requests = self.sent = 0

    def page(self, after: int, size: int, last: int) -> bytes:
        """Return the records after an id, up to the last one."""
        known = self.made.get(after) if size == SIZE and after + size <= last else None
        if known is not None:
            return known
        ids = range(after + 1, min(last, after + size) + 1)
        body = b"[" + b",".join([b'{"id": %d' % n + self.rows[n % SIZE] for n in ids]) + b"]"
        if len(ids) == SIZE and len(self.made) < 25:
            self.made[after] = body
        return body

    def answer(self, target: str) -> tuple[bytes, bytes]:
        """Return the body and the Link header of a request."""
        url = urlsplit(target)
        if url.path == "/requests":
            counts = f"{self.requests} {self.sent}".encode()
            self.requests = self.sent = 0
            return counts, b""
        query = dict(parse_qsl(url.query))
        size = int(query.get("pageSize", 25))
        after = int(query["pageId"]) if "pageId" in query else (int(query.get("page", 1)) - 1) * size
        bound = query.get("conditions", "").rpartition("id <= ")[2]
        last = min(self.records, int(bound) if bound else self.records)
        if query.get("orderBy") == "id desc":
            after = max(0, last - size)
        self.requests += 1
        link = b'<%s?pageSize=%d&page=1>; rel="first"' % (url.path.encode(), size)
        if after + size < last:
            link += b', <%s?pageSize=%d&page=%d>; rel="next"' % (url.path.encode(), size, after // size + 2)
        page = self.page(after, size, last)
        self.sent += len(page)
        return page, link


async def serve(pages: Pages) -> None:
    """Serve until killed."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                body, link = pages.answer(head.split(b" ", 2)[1].decode())
                if pages.delay:
                    await asyncio.sleep(pages.delay)
                extra = b"Link: %s\r\n" % link if link else b""
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n"
                    % (extra, len(body))
                )
                writer.write(body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, limit=1 << 20)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Pages(int(sys.argv[1]), sys.argv[2] == "small", float((*sys.argv, "0")[3]))))
