"""Print each snippet whose diagnostics differ from its labels, and the figures: ``python -m tests.lint.holdout [GROUP…]``."""

from __future__ import annotations

import sys

from tests.lint.holdout import count, read_all

snippets = [each for each in read_all() if not sys.argv[1:] or each.group in sys.argv[1:]]
for snippet in snippets:
    found = snippet.run()
    for label in snippet.expected:
        if label not in found:
            print(f"{snippet.group}/{snippet.file}: missed {label}")
    for label in found:
        if label not in snippet.expected:
            print(f"{snippet.group}/{snippet.file}: false  {label}")
print(dict(count(snippets)))
