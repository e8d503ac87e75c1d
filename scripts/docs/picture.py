"""Draw a terminal session as SVG from the real output of commands: ``make pages`` writes docs/pictures/findings.svg."""

from __future__ import annotations

import re
import shlex
from contextlib import redirect_stdout
from html import escape
from io import StringIO
from pathlib import Path
from unittest.mock import patch

from cwql.cli import main

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs" / "pictures" / "findings.svg"

COMMANDS = (
    """cwql check -e /service/tickets 'sumary contains "vpn"'""",
    """cwql check -e /service/tickets "company/name = 'Kim's Cafe' and closedFlag = false\"""",
    """cwql check -e /service/tickets 'status/name = "New" and dateEntered > 2026-01-31'""",
)
"""Three mistakes: a misspelt field, a quote in a customer's name, a date without brackets."""

FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
WIDTH, LINE, TOP, LEFT, SIGN = 104, 19, 52, 20, 8.43
COLOURS = {
    "1;31": "#ff7b72",
    "1;33": "#e3b341",
    "1;36": "#76e3ea",
    "34": "#79c0ff",
    "32": "#7ee787",
    "36": "#a5d6ff",
    "2": "#8b949e",
}
_STYLED = re.compile(r"\x1b\[([0-9;]*)m([^\x1b]*)\x1b\[0m|([^\x1b]+)")


def record() -> list[str]:
    """Run the commands and return the lines of the session, with ANSI colours."""
    lines: list[str] = []
    for command in COMMANDS:
        lines.append(f"\x1b[32m$\x1b[0m \x1b[1m{command}\x1b[0m")
        output = StringIO()
        with patch.dict("os.environ", {"FORCE_COLOR": "1", "NO_COLOR": ""}), redirect_stdout(output):
            main(shlex.split(command)[1:])
        lines += [*output.getvalue().rstrip("\n").split("\n"), ""]
    return lines[:-1]


def draw(lines: list[str]) -> str:
    """Return an SVG of a terminal that shows the lines."""
    width = LEFT * 2 + round(WIDTH * SIGN)
    height = TOP + LINE * len(lines) + 14
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="cwql check finds three mistakes">',
        f'<rect width="{width}" height="{height}" rx="10" fill="#0d1117" stroke="#30363d"/>',
        *(
            f'<circle cx="{24 + 20 * index}" cy="22" r="6" fill="{colour}"/>'
            for index, colour in enumerate(("#ff5f57", "#febc2e", "#28c840"))
        ),
        f'<g font-family="{FONTS}" font-size="14" fill="#c9d1d9" xml:space="preserve">',
        *(f'<text x="{LEFT}" y="{TOP + LINE * row}">{_spans(line)}</text>' for row, line in enumerate(lines) if line),
        "</g>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _spans(line: str) -> str:
    """Return the styled runs of a line, each at its column, so that the width of the font does not matter."""
    spans: list[str] = []
    column = 0
    for style, styled, plain in _STYLED.findall(line):
        text = styled or plain
        attributes = f' fill="{COLOURS[style]}"' if style in COLOURS else ""
        attributes += ' font-weight="bold"' if style.startswith("1") else ""
        place = f'x="{LEFT + column * SIGN:.1f}" textLength="{len(text) * SIGN:.1f}"'
        spans.append(f"<tspan {place}{attributes}>{escape(text, quote=False)}</tspan>")
        column += len(text)
    return "".join(spans)


def store() -> None:
    """Write the picture."""
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(draw(record()), encoding="utf-8")
