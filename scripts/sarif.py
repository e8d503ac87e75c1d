"""Validate our SARIF logs with Microsoft's SARIF Multitool: ``make sarif``, or ``python -m scripts.sarif FOLDER``.

FOLDER is the npm folder in which the tool is installed. It runs with its rules for every producer: errors and warnings fail, notes
are counted. A log that was corrupted on purpose must fail too, because otherwise the tool validated nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from pathlib import Path

import cwql
from cwql.lint.frontends import find_language
from cwql.lint.linter import lint_text
from cwql.render import render
from cwql.source import Source

SNIPPETS = Path(__file__).resolve().parents[1] / "tests" / "lint" / "snippets"


def make_log() -> str:
    """Return a log with the diagnostics of every labelled snippet, and of a condition without a file."""
    reports = []
    for path in sorted(SNIPPETS.glob("*.toml")):
        language = find_language(path.stem)
        for number, entry in enumerate(tomllib.loads(path.read_text(encoding="utf-8"))["snippet"]):
            name = f"src/{path.stem}/ä {number}{language.suffixes[0]}"
            reports.append(
                (
                    Source(entry["source"], name),
                    lint_text(entry["source"], filename=name, language=language.name).diagnostics,
                )
            )
    reports.append((Source("id == 5"), tuple(cwql.check("id == 5"))))  # cwql: ignore[double-equals]
    return render(reports, "sarif")


def validate(tool: Path, log: str) -> Counter[tuple[str, str]]:
    """Run the validator and return how often it reports each rule, by level and rule."""
    with tempfile.TemporaryDirectory() as folder:
        given, found = Path(folder) / "given.sarif", Path(folder) / "found.sarif"
        given.write_text(log, encoding="utf-8")
        words = [str(tool), "validate", str(given), "--rule-kind", "Sarif", "--level", "Error;Warning;Note"]
        subprocess.run(
            [*words, "--output", str(found), "--log", "ForceOverwrite"], check=True, stdout=subprocess.DEVNULL
        )
        results = json.loads(found.read_text(encoding="utf-8-sig"))["runs"][0]["results"]
    return Counter((result.get("level", "warning"), result["ruleId"]) for result in results)


def main(folder: str) -> int:
    """Validate, print the results, and return 1 if there are errors or warnings."""
    found = Path(folder).glob("node_modules/@microsoft/sarif-multitool-*/*")
    tool = next(path for path in found if path.name in ("Sarif.Multitool", "Sarif.Multitool.exe"))
    tool.chmod(0o755)
    log = make_log()
    counts = validate(tool, log)
    for (level, rule), count in sorted(counts.items()):
        print(f"{level} {rule}: {count} times")
    corrupted = json.loads(log)
    corrupted["runs"][0]["results"][0]["ruleIndex"] = 9999
    corrupted["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
    if not any(level == "error" for level, _ in validate(tool, json.dumps(corrupted))):
        print("the validator accepts a corrupted log")
        return 1
    return 1 if any(level in ("error", "warning") for level, _ in counts) else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
