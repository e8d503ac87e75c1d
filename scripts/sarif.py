"""Let Microsoft's SARIF Multitool judge our logs: ``make sarif``, or ``python -m scripts.sarif FOLDER`` with the tool's npm folder.

It is asked with its rules for every producer. Errors and warnings fail; notes are counted. A log that was spoilt on purpose
must fail, or nothing was judged at all.
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
from cwql.lint.extractors import find_language
from cwql.lint.file import lint_text
from cwql.render import render
from cwql.source import Source

SNIPPETS = Path(__file__).resolve().parents[1] / "tests" / "lint" / "snippets"


def make_log() -> str:
    """Return a log with the findings of every labelled snippet, and of a condition without a file."""
    reports = []
    for path in sorted(SNIPPETS.glob("*.toml")):
        language = find_language(path.stem)
        for number, entry in enumerate(tomllib.loads(path.read_text(encoding="utf-8"))["snippet"]):
            name = f"src/{path.stem}/ä {number}{language.suffixes[0]}"
            reports.append((Source(entry["source"], name), lint_text(entry["source"], name, language.name)))
    reports.append((Source("id == 5"), cwql.check("id == 5")))  # cwql: ignore[double-equals]
    return render(reports, "sarif")


def validate(tool: Path, log: str) -> Counter[tuple[str, str]]:
    """Return how often each rule of the validator speaks, by level and rule."""
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
    """Validate, print what was found, and return 1 for errors and warnings."""
    found = Path(folder).glob("node_modules/@microsoft/sarif-multitool-*/*")
    tool = next(path for path in found if path.name in ("Sarif.Multitool", "Sarif.Multitool.exe"))
    tool.chmod(0o755)
    log = make_log()
    counts = validate(tool, log)
    for (level, rule), count in sorted(counts.items()):
        print(f"{level} {rule}: {count} times")
    spoilt = json.loads(log)
    spoilt["runs"][0]["results"][0]["ruleIndex"] = 9999
    spoilt["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
    if not any(level == "error" for level, _ in validate(tool, json.dumps(spoilt))):
        print("the validator does not see a spoilt log")
        return 1
    return 1 if any(level in ("error", "warning") for level, _ in counts) else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
