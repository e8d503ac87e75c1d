"""``cwql completion``: shell completion of commands, options, endpoints, fields and rules.

The script that a shell loads contains no names. It calls ``cwql completion --complete``, so it is up to date after an upgrade.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Action, ArgumentParser
    from collections.abc import Iterable, Sequence
    from typing import Any

ROLES = ("where", "child_conditions", "custom_field_conditions", "fields", "order_by")
"""Options whose values are texts of a query."""

SCRIPTS: dict[str, str] = {
    "bash": """\
# To load it: eval "$(cwql completion bash)" in ~/.bashrc
_cwql() {
    local IFS=$'\\n'
    COMPREPLY=($(cwql completion --complete "$COMP_CWORD" "${COMP_WORDS[@]}" 2>/dev/null))
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == */ ]]; then compopt -o nospace; fi
}
complete -o default -F _cwql cwql""",
    "zsh": """\
# To load it: eval "$(cwql completion zsh)" in ~/.zshrc, after compinit
_cwql() {
    local -a found
    found=("${(@f)$(cwql completion --complete $((CURRENT - 1)) "${words[@]}" 2>/dev/null)}")
    if [[ -n "${found[1]}" ]]; then compadd -- "${found[@]}"; else _files; fi
}
compdef _cwql cwql""",
    "fish": """\
# To load it: cwql completion fish > ~/.config/fish/completions/cwql.fish
function __cwql_complete
    set -l words (commandline -opc) (commandline -ct)
    cwql completion --complete (math (count $words) - 1) $words 2>/dev/null
end
complete -c cwql -a '(__cwql_complete)'""",
    "powershell": """\
# To load it: cwql completion powershell | Out-String | Invoke-Expression in $PROFILE
Register-ArgumentCompleter -Native -CommandName cwql -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | ForEach-Object { $_.ToString() })
    if ($wordToComplete -eq '') { $words += '' }
    cwql completion --complete ($words.Count - 1) @words 2>$null | ForEach-Object {
        [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
    }
}""",
}
"""The script of each shell; its first line says how to load it."""


def configure(parser: ArgumentParser) -> None:
    """Add the shell, or, for its script, the words that were typed and the number of the word to complete."""
    parser.epilog = "to load it:\n" + "\n".join(
        f"  {shell:10} {script.partition('To load it: ')[2].partition(chr(10))[0]}" for shell, script in SCRIPTS.items()
    )
    parser.add_argument("shell", nargs="?", choices=list(SCRIPTS), help="print the script for this shell")
    parser.add_argument(
        "--complete",
        nargs="...",
        metavar="N WORD",
        help="print the candidates for word N of a command line; word 0 is cwql",
    )


def run(arguments: Any) -> int:
    """Print a script, or a candidate on each line."""
    if arguments.complete is not None:
        number, *words = arguments.complete or [""]
        if not number.isdigit():
            print(
                "cwql completion: error: --complete: expected a number and the words of a command line", file=sys.stderr
            )
            return 2
        for candidate in complete(words, int(number)):
            print(candidate)
        return 0
    if arguments.shell is None:
        print(f"cwql completion: error: expected a shell: {', '.join(SCRIPTS)}", file=sys.stderr)
        return 2
    print(SCRIPTS[arguments.shell])
    return 0


def complete(words: Sequence[str], number: int) -> list[str]:
    """Return the candidates for a word, in order; word 0 is ``cwql``."""
    typed = words[number] if number < len(words) else ""
    before = list(words[1:number])
    return [candidate for candidate in _candidates(before, typed) if candidate.lower().startswith(typed.lower())]


def _candidates(before: Sequence[str], typed: str) -> Iterable[str]:
    from cwql.cli import COMMANDS

    if not before:
        return [*COMMANDS, "--help", "--version"]
    if before[0] not in COMMANDS:
        return []
    from cwql.cli.options import build_parser

    parser = build_parser(before[0], "")
    __import__(f"cwql.cli.{before[0]}", fromlist=["configure"]).configure(parser)
    # argparse has no public list of what a parser takes; every completer reads this one.
    actions = parser._actions
    options = {option: action for action in actions for option in action.option_strings}
    operands = [action for action in actions if not action.option_strings]
    values: dict[str, str] = {}
    position = 0
    pending: Action | None = None
    for word in before[1:]:
        if pending is not None:
            values[pending.dest] = word
            pending = None
        elif word in options:
            pending = options[word] if options[word].nargs != 0 else None
        elif not word.startswith("-"):
            if position < len(operands):
                values[operands[position].dest] = word
            position += 1
    if pending is not None:
        return _values(pending, values, typed)
    if typed.startswith("-"):
        return options
    return _values(operands[min(position, len(operands) - 1)], values, typed) if operands else []


def _values(action: Action, values: dict[str, str], typed: str) -> Iterable[str]:
    """Return the known values of an option or operand."""
    from cwql.language.dialects import DIALECTS

    if action.choices is not None:
        return [str(choice) for choice in action.choices]
    if action.dest == "endpoint":
        return _endpoints(values.get("dialect"), typed)
    if action.dest in ("rule", "severity", "select", "ignore", "extend_select"):
        from cwql.rules.registry import RULES

        return [name for rule in RULES for name in (rule.code, rule.name)]
    if action.dest == "parameter":
        return [parameter.name for record in DIALECTS for parameter in record.parameters]
    if action.dest == "prefix":
        return _fields(values.get("endpoint", ""), typed)
    if action.dest in ROLES:
        return _texts(action.dest, values.get("endpoint", ""), values.get("dialect"), typed)
    return []


def _texts(role: str, endpoint: str, dialect: str | None, typed: str) -> list[str]:
    """Return the typed text of a query parameter with each candidate at its end."""
    from cwql.client.list_query import NAMES
    from cwql.completion import complete as complete_text
    from cwql.errors import UnknownNameError
    from cwql.schema.catalog import locate

    try:
        product, _ = locate(endpoint.partition("?")[0], dialect)
    except UnknownNameError:
        return []
    parameter = getattr(NAMES[product], role)
    if not parameter:
        return []
    found = complete_text(typed, endpoint=endpoint.partition("?")[0], dialect=product, parameter=parameter)
    return [f"{typed[: candidate.span.start]}{candidate.text}" for candidate in found]


def _endpoints(dialect: str | None, typed: str) -> list[str]:
    """Return the endpoints that begin with the typed text, one segment further, because an API has two thousand."""
    from cwql.completion import complete_url

    if not typed.startswith("/"):
        typed = f"/{typed}"
    return [f"{typed[: candidate.span.start]}{candidate.text}" for candidate in complete_url(typed, dialect=dialect)]


def _fields(path: str, typed: str) -> list[str]:
    from cwql.errors import UnknownNameError
    from cwql.schema.catalog import catalog
    from cwql.schema.field_paths import find_field_paths
    from cwql.schema.loader import PRODUCTS

    for product in PRODUCTS:
        known = catalog(product)
        endpoint = known.find_endpoint(path)
        if endpoint is not None and endpoint.record is not None:
            stem = typed.rpartition("/")[0]
            try:
                rows = find_field_paths(known, known.record(endpoint.record), f"{stem}/" if stem else "")
            except UnknownNameError:
                return []
            return ["/".join(steps) for steps, _ in rows]
    return []
