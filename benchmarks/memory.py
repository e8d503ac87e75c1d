"""Peak memory for a condition of one megabyte, in a new process for each kind of text."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.table import Row

LIMIT = 60

SHAPES = {
    "shortest terms": "' or '.join(f'a={n % 10}' for n in range(SIZE // 7))",
    "terms": "' and '.join(f'company/id = {n}' for n in range(SIZE // 24))",
    "terms with strings": """' or '.join(f'name = "customer {n}"' for n in range(SIZE // 27))""",
    "groups": "' or '.join(f'(a={n % 10} and b=2)' for n in range(SIZE // 19))",
    "fields": "' or '.join(f'a{n}=1' for n in range(SIZE // 11))",
    "numbers in a list": "f\"id in ({','.join(str(n) for n in range(SIZE // 6))})\"",
    "digits in a list": "f\"id in ({','.join(str(n % 10) for n in range(SIZE // 2))})\"",
    "strings in a list": "f\"id in ({','.join(repr(str(n % 10)) for n in range(SIZE // 4))})\"",
    "one string": "f\"id = '{'x' * SIZE}'\"",
    "unclosed groups": "'(' * SIZE",
    "words": "'word ' * (SIZE // 5)",
}
"""Expressions for texts of about SIZE characters."""

SCRIPT = """
import gc, tracemalloc
import cwql
SIZE = 1_000_000
text = {expression}
try:
    cwql.parse("a=1 or (b='x' and c in (1, 'x'))")
    cwql.parse("(")
except cwql.ConditionError:
    pass
gc.collect()
tracemalloc.start()
try:
    tree = cwql.parse(text)
except cwql.ConditionError as refusal:
    tree = refusal
print(len(text), tracemalloc.get_traced_memory()[1])
"""


def run(quick: bool) -> list[Row]:
    """Measure every kind once, because memory does not vary between runs."""
    rows = []
    for name, expression in list(SHAPES.items())[: 3 if quick else None]:
        script = SCRIPT.format(expression=expression)
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        size, peak = map(int, done.stdout.split())
        rows.append(Row(f"memory: {name}", peak / 2**20, size / 2**20, "MiB", peak / size, at_most=LIMIT))
    return rows
