"""One line for each diagnostic, for editors and logs: ``file:line:column: error CW201 unknown-field: message``.

``[*]`` after the name of a rule means that ``--fix`` corrects the problem.
"""

from __future__ import annotations

from cwql.render.width import make_visible, visible_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.diagnostics import Diagnostic
    from cwql.render import Report
    from cwql.render.terminal import Terminal
    from cwql.source import Source


def write(reports: list[Report], terminal: Terminal) -> str:
    """Return one line for each diagnostic."""
    return "\n".join(
        [_line(diagnostic, source, terminal) for source, diagnostics in reports for diagnostic in diagnostics]
    )


def _line(diagnostic: Diagnostic, source: Source, terminal: Terminal) -> str:
    source, span = source.displayed(diagnostic.span)
    line, column = source.position(span.start)
    severity = terminal.style(diagnostic.severity, f"{diagnostic.severity} {diagnostic.code}")
    name = terminal.style("quiet", diagnostic.name)
    mark = terminal.style("good", " [*]") if any(fix.is_safe for fix in diagnostic.fixes) else ""
    hint = f"; {diagnostic.hint}" if diagnostic.hint else ""
    message = make_visible(f"{diagnostic.message}{hint}")
    return f"{visible_name(source.name)}:{line}:{column}: {severity} {name}{mark}: {message}"
