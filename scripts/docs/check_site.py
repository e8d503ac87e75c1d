"""Check the built site: every link resolves to a file and an anchor, and no page loads anything from another host.

``python -m scripts.docs.check_site build/docs`` prints the broken links and exits with status 1 if there are any. Links to other sites
are not followed, because the check works without a network.
"""

from __future__ import annotations

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADED = {("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src"), ("source", "src")}
"""Tags and attributes whose addresses a browser fetches when it loads the page."""

APART = "playground"
"""A folder of the site that ``make playground`` adds; links to it are checked when it exists."""


class Page(HTMLParser):
    """The anchors of a page, and its addresses with a flag that is set if a browser fetches the address on load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.addresses: list[tuple[str, bool]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect the anchors and addresses of a tag."""
        for name, value in attrs:
            if value is None:
                continue
            if name == "id" or (tag == "a" and name == "name"):
                self.anchors.add(value)
            elif (tag, name) in LOADED or (tag, name) == ("a", "href"):
                self.addresses.append((value, tag != "a" and not _is_relation(tag, attrs)))


def _is_relation(tag: str, attrs: list[tuple[str, str | None]]) -> bool:
    """Return whether a link in the head only refers to another page."""
    return tag == "link" and dict(attrs).get("rel") in ("canonical", "index", "search", "next", "prev")


def find_problems(site: Path) -> list[str]:
    """Return a line for each broken link and for each address that is fetched from another host."""
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    problems = [] if pages else [f"{site} contains no pages"]
    for path, page in pages.items():
        shown = path.relative_to(site).as_posix()
        for address, fetched in page.addresses:
            parts = urlsplit(address)
            if parts.scheme == "data":
                continue
            if parts.scheme or parts.netloc:
                if fetched:
                    problems.append(f"{shown}: fetches {address}")
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            if site / APART in (target, *target.parents) and not (site / APART).is_dir():
                continue
            if not target.is_file():
                problems.append(f"{shown}: {address} is no file of the site")
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].anchors:
                problems.append(f"{shown}: {address} is no anchor of that page")
    return problems


def main(site: str) -> int:
    """Print the problems and return the exit status."""
    problems = find_problems(Path(site).resolve())
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
