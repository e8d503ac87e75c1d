"""Sphinx configuration: ``make docs``. The build and the site load nothing from other hosts: no inventories, fonts or scripts."""

from __future__ import annotations

import tomllib
from pathlib import Path

DOCS = Path(__file__).parent

project = "cwql"
author = "the cwql authors"
project_copyright = "the cwql authors, MIT licence"
version = release = tomllib.loads((DOCS.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

extensions = ["myst_parser", "sphinx_copybutton"]
myst_heading_anchors = 4
# Output of a command can start with a character that highlighters take for a prompt.
suppress_warnings = ["misc.highlighting_failure"]

html_theme = "furo"
html_title = f"cwql {version}"
html_copy_source = False
html_show_sourcelink = False
html_use_index = False
html_static_path = ["_static"]
html_css_files = ["cwql.css"]
pygments_style = "friendly"
pygments_dark_style = "github-dark"
smartquotes = False

# Only the commands of a session are copied, without the prompt.
copybutton_prompt_text = "$ "

CONTENTS: dict[str, list[tuple[str, list[str]]]] = {
    "index": [
        ("Start", ["tutorial", "tour"]),
        (
            "Guides",
            [
                "guides/install",
                "guides/builder",
                "guides/templates",
                "guides/manage",
                "guides/records",
                "guides/automate",
                "guides/lint",
                "guides/editors",
                "guides/ci",
                "guides/testing",
                "guides/workers",
                "guides/network",
                "guides/observability",
                "guides/agents",
                "guides/tables",
                "guides/webhooks",
                "guides/*",
            ],
        ),
        ("In CI", ["ci/*"]),
        ("Recipes", ["recipes/index"]),
        (
            "Reference",
            [
                "rules/index",
                "reference/command-line",
                "reference/settings",
                "reference/errors",
                "reference/language-manage",
                "reference/language-*",
                "reference/grammar",
                "reference/endpoints",
                "reference/endpoints-manage-*",
                "reference/endpoints-*",
                "reference/api-cwql",
                "reference/api-manage",
                "reference/api-automate",
                "reference/api-resources",
                "reference/*",
            ],
        ),
        ("Explanations", ["explanations/checking", "explanations/semantics", "explanations/*"]),
    ],
    "rules/index": [("", ["rules/*"])],
    "recipes/index": [("", ["recipes/*", "recipes/**/*"])],
}
"""Tables of contents by page: headings with page patterns, in order. They are here so that the pages are plain Markdown."""


SEARCH_TERMS: dict[str, list[str]] = {
    "reference/errors": ["400", "401", "403", "404", "409", "429", "500", "bad request", "unauthorized", "exceptions"],
    "explanations/servers": ["400 bad request", "empty list", "undocumented"],
    "guides/workers": ["429 too many requests", "rate limit", "throttling"],
    "guides/powershell": ["PowerShell", "ps1", "ConnectWiseManageAPI", "Get-CWMTicket"],
    "guides/editors": ["VS Code", "Visual Studio Code", "extension", "IntelliSense"],
    "guides/tables": ["incremental sync", "data warehouse", "Parquet", "polars", "pandas", "DuckDB"],
    "guides/manage": ["API key", "credentials", "pagination"],
    "guides/ci": ["pipeline", "pull request"],
    "guides/agents": ["MCP", "Claude", "Copilot", "LLM"],
    "rules/quote-in-string": ["apostrophe", "O'Brien", "escape a quote"],
    "rules/interpolated-text": ["injection"],
    "rules/bare-date": ["date format"],
    "rules/loose-date": ["date format"],
    "rules/unquoted-text": ["missing quotes"],
}
"""Words that people search for and that a page uses rarely or not at all. The search ignores numbers, except for these."""


def list_contents(page: str) -> list[tuple[str, list[str]]]:
    """Return the pages below a page by heading, each once; headings without pages are left out.

    Pages that match the same pattern are in the order of their links on the page, then sorted by name.
    """
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8") if (DOCS / f"{page}.md").is_file() else ""

    def place(name: str) -> tuple[bool, int, str]:
        at = text.find(f"({name.removeprefix(page.removesuffix('index'))}.md)")
        return at < 0, at, name

    taken = {page, "index"}
    if page == "index":
        # Pages in the table of another page are not repeated.
        taken |= {name for other in CONTENTS.keys() - {"index"} for _, names in list_contents(other) for name in names}
    found = []
    for heading, patterns in CONTENTS.get(page, []):
        names: list[str] = []
        for pattern in patterns:
            files = [path.relative_to(DOCS).with_suffix("").as_posix() for path in DOCS.glob(f"{pattern}.md")]
            fitting = sorted(files, key=place)
            names += [name for name in fitting if name not in taken]
            taken.update(fitting)
        if names:
            found.append((heading, names))
    return found


def _add_contents(app: object, page: str, source: list[str]) -> None:
    for term in SEARCH_TERMS.get(page, ()):
        source[0] = f"```{{index}} {term}\n```\n\n{source[0]}"
    for heading, names in list_contents(page):
        caption = f":caption: {heading}\n" if heading else ""
        entries = "\n".join(f"/{name}" for name in names)
        source[0] += f"\n\n```{{toctree}}\n:hidden:\n{caption}\n{entries}\n```\n"


def setup(app) -> None:  # type: ignore[no-untyped-def]
    """Add the tables of contents when Sphinx reads a page."""
    # Sphinx reads all pages again if a configuration value changes, so an added or moved page must change one.
    app.add_config_value("contents", {page: list_contents(page) for page in CONTENTS}, "env")
    app.connect("source-read", _add_contents)
