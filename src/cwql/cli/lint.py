"""``cwql lint``: check all conditions in source files."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any

OPERAND = "paths"
WRITES_FILES = True
PLAIN = {"--output-format": "output_format", "--format": "output_format", "-f": "output_format", "--config": "config"}
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
    "list": False,
    "output_format": None,
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
    "severity": [],
    "dialect": None,
    "endpoint": None,
    "release": None,
    "language": None,
    "stdin_filename": None,
}


def configure(parser: ArgumentParser) -> None:
    """Add the paths, and options for rules, files, settings, output and fixes."""
    from cwql.cli.options import (
        DIALECT_NAMES,
        add_examples,
        add_exit_zero,
        add_output,
        add_quiet,
        add_release,
        add_severity,
        add_unsafe_fixes,
        split,
        whole,
    )
    from cwql.lint.frontends import LANGUAGES
    from cwql.render import FORMATS

    parser.epilog = "formats:\n" + "\n".join(f"  {name:8} {line}" for name, line in FORMATS.items())
    add_examples(
        parser,
        "lint",
        "lint src scripts --statistics",
        "lint --diff",
        "lint --select CW2 --output-format github --output-file annotations.txt",
    )
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="files and folders, or - for standard input; default: ."
    )

    rules = parser.add_argument_group("rules (codes, beginnings of codes, names or ALL, separated by commas)")
    for flag, text in (
        ("--select", "enable only these rules"),
        ("--extend-select", "enable these rules as well"),
        ("--ignore", "disable these rules"),
    ):
        rules.add_argument(flag, action="extend", type=split, metavar="RULES", help=text)
    rules.add_argument(
        "--per-file-ignores",
        action="extend",
        type=split,
        metavar="PATTERN:RULE",
        help="disable a rule in files that match the pattern",
    )
    add_severity(rules)

    targets = parser.add_argument_group("default target (of conditions whose request is unknown)")
    targets.add_argument("-d", "--dialect", choices=DIALECT_NAMES, help="the product")
    targets.add_argument("-e", "--endpoint", help="the endpoint, such as /service/tickets")
    add_release(targets)
    targets.add_argument(
        "--language", choices=[language.name for language in LANGUAGES], help="the language of every file"
    )

    files = parser.add_argument_group("files")
    files.add_argument(
        "--exclude",
        action="extend",
        type=split,
        metavar="PATTERNS",
        help="skip these files instead of the default ones",
    )
    files.add_argument(
        "--extend-exclude", action="extend", type=split, metavar="PATTERNS", help="skip these files as well"
    )
    files.add_argument(
        "--respect-gitignore", action="store_true", default=None, help="skip files that .gitignore lists (default)"
    )
    files.add_argument(
        "--no-respect-gitignore", action="store_false", dest="respect_gitignore", help="do not skip these files"
    )
    files.add_argument(
        "--force-exclude", action="store_true", help="skip excluded files even if they are named on the command line"
    )
    files.add_argument("--stdin-filename", metavar="NAME", help="the file name of standard input")
    files.add_argument("--show-files", action="store_true", help="list the files that would be linted")

    settings = parser.add_argument_group("settings")
    chosen = settings.add_mutually_exclusive_group()
    chosen.add_argument(
        "--config", metavar="FILE", help="use this cwql.toml or pyproject.toml instead of the nearest one"
    )
    chosen.add_argument("--isolated", action="store_true", help="ignore all configuration files")
    settings.add_argument("--show-settings", action="store_true", help="print the settings of the first path")

    output = parser.add_argument_group("output")
    add_output(output, FORMATS)
    output.add_argument(
        "--list",
        action="store_true",
        help="list all conditions with their targets, as text or with --output-format json",
    )
    output.add_argument("--statistics", action="store_true", help="count the problems of each rule")
    add_exit_zero(output)
    add_quiet(output)
    output.add_argument(
        "-v",
        "--verbose",
        action="store_true",
        help="also print where settings come from, and stale entries of the baseline",
    )

    changes = parser.add_argument_group("changes")
    changes.add_argument("--fix", action="store_true", help="apply safe fixes and report the remaining problems")
    changes.add_argument("--fix-only", action="store_true", help="apply safe fixes and report no problems")
    add_unsafe_fixes(changes)
    changes.add_argument("--diff", action="store_true", help="print the changes of --fix as a diff, and change nothing")
    changes.add_argument("--show-fixes", action="store_true", help="list the applied fixes")
    changes.add_argument("--add-ignore", action="store_true", help="add `cwql: ignore` comments for all problems")
    changes.add_argument("--baseline", metavar="FILE", help="do not report the problems that are listed in this file")
    changes.add_argument("--write-baseline", metavar="FILE", help="write all problems to a file for --baseline")

    running = parser.add_argument_group("running")
    running.add_argument("--no-cache", action="store_true", help="do not use or store cached results")
    running.add_argument(
        "--cache-dir",
        metavar="FOLDER",
        help="the folder of cached results; default: .cwql_cache in the folder of the settings",
    )
    running.add_argument(
        "-j", "--jobs", type=whole(1), metavar="N", help="number of processes; default: one for each core"
    )
    running.add_argument("--watch", action="store_true", help="run again whenever a file changes")
    parser.set_defaults(**DEFAULTS)


def run(arguments: Any) -> int:
    """Run the linter and return 1 if there are problems."""
    from cwql.lint.collector import CollectorOff

    with CollectorOff():
        from cwql.lint.command import run

    return run(arguments)
