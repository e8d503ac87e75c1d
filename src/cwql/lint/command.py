"""The `cwql lint` command: `run`, from its options to its exit status."""

from __future__ import annotations

import os
import sys

from cwql.lint.collector import CollectorOff
from cwql.lint.discovery import Target, make_absolute
from cwql.lint.examine import examine_bytes
from cwql.lint.frontends import language_or_text
from cwql.lint.run import Results
from cwql.lint.session import Session
from cwql.lint.summary import make_reports, make_statistics, open_source, sum_up
from cwql.lint.words import count

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TextIO

CLEAN, FINDINGS = 0, 1
STANDARD_INPUT = "-"


def run(options: Any) -> int:
    """Lint the paths of the options, and return the exit status: 0 clean, 1 problems."""
    with CollectorOff():
        session = Session(options)
    if options.show_settings:
        return _show_settings(session)
    if session.paths == [STANDARD_INPUT]:
        return _lint_standard_input(session)
    if options.watch:
        from cwql.lint.watch import watch

        return watch(options, run_once)
    return run_once(session)


def run_once(session: Session) -> int:
    """Lint the files of a session once."""
    options = session.options
    with CollectorOff():
        targets = session.targets()
    if options.show_files:
        from cwql.render.width import visible_name

        for target in targets:
            print(visible_name(target.shown))
        return CLEAN
    if options.list:
        from cwql.lint.listing import list_conditions, write_rows

        session.publish(write_rows(list(list_conditions(targets)), session.format == "json"))
        return CLEAN
    results = session.examine(targets)
    for note in results.notes:
        session.report(note)
    if options.verbose:
        for origin in session.settings.origins:
            session.report(f"settings from {origin}")
    if options.write_baseline is not None:
        return _write_baseline(session, results)
    if options.add_ignore:
        from cwql.lint.add_ignore import add_comments

        return add_comments(session, _without_known(session, results))
    if options.diff:
        from cwql.lint.fix import show_changes

        return show_changes(session, results)
    if options.fix or options.fix_only:
        from cwql.lint.fix import fix_files

        fix_files(session, results)
        if options.fix_only:
            return CLEAN
    return _report(session, _without_known(session, results))


def _without_known(session: Session, results: Results) -> Results:
    """Remove the diagnostics of the baseline, and report its stale entries."""
    path = session.baseline
    if path is None:
        return results
    from cwql.lint.baseline import read_baseline
    from cwql.lint.summary import read_again

    baseline = read_baseline(path)
    known = 0
    for target, outcome in results.pairs():
        if outcome.findings:
            # Texts first: if a file has just changed, reading its text also updates its diagnostics.
            read_again(target, outcome)
            known += baseline.apply(target, outcome)
    stale = baseline.stale([target for target, _ in results.pairs()])
    if known and session.options.verbose:
        session.report(f"{count(known, 'known problem')} of {path} suppressed")
    if stale:
        entries = count(len(stale), "stale entry", "stale entries")
        session.report(f"{entries} in {path}: update it with --write-baseline {path}")
        for line in stale if session.options.verbose else ():
            session.report(f"  {line}")
    return results


def _write_baseline(session: Session, results: Results) -> int:
    from cwql.lint.baseline import write_baseline

    session.check_output(session.options.write_baseline)
    written = write_baseline(session.options.write_baseline, results.pairs())
    session.report(f"wrote {count(written, 'problem')} to {session.options.write_baseline}")
    return CLEAN


def _report(session: Session, results: Results) -> int:
    options = session.options
    # This lints files again that changed since they were linted.
    reports = list(make_reports(results))
    found = any(findings for _, findings in reports)
    status = FINDINGS if found and not options.exit_zero else CLEAN
    text = session.format == "text"
    if options.statistics:
        session.publish(make_statistics(results, session.format == "json"))
    elif reports or not text:
        from cwql.render import render

        session.publish(render(reports, session.format, _terminal(session, sys.stdout)))
    elif options.output_file is not None:
        session.publish("")
    # A job of a CI service that fails has to say why in its log, also if the report is in a file.
    if (text or options.output_file is not None) and not options.quiet:
        print(f"\n{sum_up(results)}" if found and options.output_file is None else sum_up(results))
    return status


def _terminal(session: Session, stream: TextIO) -> Any:
    from cwql.render.terminal import Terminal, terminal_for

    return Terminal() if session.options.output_file is not None else terminal_for(stream, os.environ, sys.platform)


def _show_settings(session: Session) -> int:
    from cwql.lint.configuration import describe

    path = make_absolute("." if session.paths[0] == STANDARD_INPUT else session.paths[0])
    print(describe(session.discovery.settings_of(path if os.path.isdir(path) else os.path.dirname(path))))
    return CLEAN


def _lint_standard_input(session: Session) -> int:
    options = session.options
    data = sys.stdin.buffer.read()
    name = options.stdin_filename or "<stdin>"
    path = make_absolute(options.stdin_filename or "stdin")
    settings = session.discovery.settings_of(os.path.dirname(path))
    language = settings.language or language_or_text(name).name
    target = Target(path, name, language, settings)
    job = target.job()
    rewrites = options.fix or options.fix_only or options.diff
    if session.discovery.is_excluded(path):
        if rewrites and not options.diff:
            _give_back(data)
        return CLEAN
    if rewrites:
        from cwql.lint.fix import fix_text

        fixed, changes = fix_text(session, target, job, data)
        if options.diff:
            sys.stdout.write(changes)
            return FINDINGS if changes else CLEAN
        _give_back(fixed)
        if options.fix_only:
            return CLEAN
        left = examine_bytes(fixed, job)
        if left.findings:
            from cwql.render import render

            sys.stdout.flush()
            report = open_source(left.text or "", name, language), left.findings
            print(render([report], session.format, _terminal(session, sys.stderr)), file=sys.stderr)
        return FINDINGS if left.findings and not options.exit_zero else CLEAN
    results = Results([target])
    results.outcomes[0] = examine_bytes(data, job)
    return _report(session, _without_known(session, results))


def _give_back(data: bytes) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
