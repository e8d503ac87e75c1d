"""``cwql lint``: find every condition of a source tree and say what is wrong with it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any

OPERAND = "paths"
PLAIN = {"--format": "format", "--config": "config"}
DEFAULTS: dict[str, Any] = {
    "paths": [],
    "select": [],
    "ignore": [],
    "extend_select": [],
    "per_file_ignores": [],
    "exclude": [],
    "extend_exclude": [],
    "respect_gitignore": None,
    "force_exclude": False,
    "config": None,
    "isolated": False,
    "show_settings": False,
    "show_files": False,
    "format": None,
    "output_file": None,
    "fix": False,
    "fix_only": False,
    "unsafe_fixes": False,
    "diff": False,
    "show_fixes": False,
    "statistics": False,
    "add_ignore": False,
    "baseline": None,
    "write_baseline": None,
    "exit_zero": False,
    "no_cache": False,
    "cache_dir": None,
    "jobs": None,
    "watch": False,
    "quiet": False,
    "verbose": False,
    "strict": False,
    "level": [],
    "dialect": None,
    "endpoint": None,
    "language": None,
    "stdin_filename": None,
}


def configure(parser: ArgumentParser) -> None:
    """Take paths, which rules and files count, what to do with findings, and how to show them."""
    from cwql.cli.options import DIALECT_NAMES, add_examples, add_rule_levels
    from cwql.lint.extractors import LANGUAGES
    from cwql.render import FORMATS

    parser.epilog = "formats:\n" + "\n".join(f"  {name:8} {line}" for name, line in FORMATS.items())
    add_examples(
        parser,
        "lint",
        "lint src scripts --statistics",
        "lint --diff",
        "lint --select CW2 --format github --output-file findings.txt",
    )
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="files and folders, or - for standard input; default: ."
    )

    rules = parser.add_argument_group("rules (codes, beginnings of codes, names, ALL; several with commas)")
    for flag, text in (
        ("--select", "only these rules count"),
        ("--extend-select", "these rules count as well"),
        ("--ignore", "these rules do not count"),
    ):
        rules.add_argument(flag, action="extend", type=_split, metavar="RULES", help=text)
    rules.add_argument(
        "--per-file-ignores",
        action="extend",
        type=_split,
        metavar="PATTERN:RULE",
        help="this rule does not count in files of that pattern",
    )
    add_rule_levels(rules)

    places = parser.add_argument_group("where conditions go that nothing near them speaks of")
    places.add_argument("-d", "--dialect", choices=DIALECT_NAMES)
    places.add_argument("-e", "--endpoint", help="such as /service/tickets")
    places.add_argument("--language", choices=[language.name for language in LANGUAGES], help="read every file as this")

    files = parser.add_argument_group("files")
    files.add_argument("--exclude", action="extend", type=_split, metavar="PATTERNS", help="in place of the usual ones")
    files.add_argument("--extend-exclude", action="extend", type=_split, metavar="PATTERNS")
    files.add_argument("--respect-gitignore", action="store_true", default=None, help="the default")
    files.add_argument("--no-respect-gitignore", action="store_false", dest="respect_gitignore")
    files.add_argument("--force-exclude", action="store_true", help="exclude files also where they are named here")
    files.add_argument("--stdin-filename", metavar="NAME", help="the name of what stands on the standard input")
    files.add_argument("--show-files", action="store_true", help="list the files that would be linted")

    settings = parser.add_argument_group("settings")
    chosen = settings.add_mutually_exclusive_group()
    chosen.add_argument("--config", metavar="FILE", help="a cwql.toml or pyproject.toml, in place of the nearest ones")
    chosen.add_argument("--isolated", action="store_true", help="read no configuration file")
    settings.add_argument("--show-settings", action="store_true", help="print the settings of the first path")

    output = parser.add_argument_group("output")
    output.add_argument("--format", choices=list(FORMATS), help="default: text")
    output.add_argument("--output-file", metavar="FILE", help="write findings there")
    output.add_argument("--statistics", action="store_true", help="count findings by rule")
    output.add_argument("--exit-zero", action="store_true", help="end with status 0 also where there are findings")
    output.add_argument("-q", "--quiet", action="store_true", help="print findings and nothing else")
    output.add_argument(
        "-v", "--verbose", action="store_true", help="also say where settings come from, and what is stale"
    )

    cures = parser.add_argument_group("changes")
    cures.add_argument("--fix", action="store_true", help="apply fixes, then tell what is left")
    cures.add_argument("--fix-only", action="store_true", help="apply fixes, and tell nothing")
    cures.add_argument("--unsafe-fixes", action="store_true", help="also those that may change what a condition means")
    cures.add_argument("--diff", action="store_true", help="show what --fix would change, and change nothing")
    cures.add_argument("--show-fixes", action="store_true", help="list what was fixed")
    cures.add_argument("--add-ignore", action="store_true", help="put `cwql: ignore` comments where findings are")
    cures.add_argument("--baseline", metavar="FILE", help="do not tell the findings that this file holds")
    cures.add_argument("--write-baseline", metavar="FILE", help="write the findings to a file for --baseline")

    running = parser.add_argument_group("running")
    running.add_argument("--no-cache", action="store_true", help="neither read nor keep results of earlier runs")
    running.add_argument("--cache-dir", metavar="FOLDER", help="default: .cwql_cache beside the settings")
    running.add_argument("-j", "--jobs", type=_read_jobs, metavar="N", help="processes; default: one for each core")
    running.add_argument("--watch", action="store_true", help="lint again whenever a file changes")
    parser.set_defaults(**DEFAULTS)


def _split(words: str) -> list[str]:
    return [word.strip() for word in words.split(",") if word.strip()]


def _read_jobs(word: str) -> int:
    number = int(word)
    if number < 1:
        raise ValueError
    return number


def run(arguments: Any) -> int:
    """Lint, and return 1 where there are findings."""
    from cwql.lint.command import run

    return run(arguments)
