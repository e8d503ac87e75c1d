"""Print the diagnostics of labelled snippets next to their labels: ``python -m tests.lint FILE.toml [WORD…]``."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.lint.labels import FOLDER, read

path = Path(sys.argv[1])
for snippet in read(path if path.exists() else FOLDER / path):
    if not all(word.lower() in snippet.title.lower() for word in sys.argv[2:]):
        continue
    report = [place for place, _ in snippet.run()]
    expected = [*snippet.findings]
    good = sorted(report) == sorted(expected)
    print(f"{'ok  ' if good else 'BAD '} {snippet.title}")
    if not good:
        print(f"       says   {', '.join(report) or 'nothing'}")
        print(f"       labels {', '.join(expected) or 'nothing'}")
