"""Look over the built site: every address on every page leads to a file and an anchor there, and nothing is loaded from elsewhere.

``python -m scripts.docs.check_site build/docs`` prints what does not, and ends with status 1. Links of the text to other sites are let
be: whether those are up is not for a build without a network to say.
"""

from __future__ import annotations

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADED = {("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src"), ("source", "src")}
"""What a browser fetches by itself."""


class Page(HTMLParser):
    """Collect the anchors of a page, and the addresses on it: each with whether a browser fetches it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.addresses: list[tuple[str, bool]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what the tag names."""
        for name, value in attrs:
            if value is None:
                continue
            if name == "id" or (tag == "a" and name == "name"):
                self.anchors.add(value)
            elif (tag, name) in LOADED or (tag, name) == ("a", "href"):
                self.addresses.append((value, tag != "a" and not _is_relation(tag, attrs)))


def _is_relation(tag: str, attrs: list[tuple[str, str | None]]) -> bool:
    """Tell whether a link in the head only names another page."""
    return tag == "link" and dict(attrs).get("rel") in ("canonical", "index", "search", "next", "prev")


def find_faults(site: Path) -> list[str]:
    """Return a line for each address that leads nowhere, or that would be fetched from another host."""
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    faults = [] if pages else [f"{site} holds no pages"]
    for path, page in pages.items():
        shown = path.relative_to(site).as_posix()
        for address, fetched in page.addresses:
            parts = urlsplit(address)
            if parts.scheme == "data":
                continue
            if parts.scheme or parts.netloc:
                if fetched:
                    faults.append(f"{shown}: fetches {address}")
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            if not target.is_file():
                faults.append(f"{shown}: {address} leads to no file")
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].anchors:
                faults.append(f"{shown}: {address} leads to no anchor")
    return faults


def main(site: str) -> int:
    """Print the faults of a site and return the exit status."""
    faults = find_faults(Path(site).resolve())
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
