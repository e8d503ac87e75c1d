"""A few programs with mistyped conditions; ``python -m scripts.fuzz.lint_fixes`` fixes many."""

from __future__ import annotations

from cwql.lint.fix import Document, fix_source
from cwql.lint.job import LintJob
from cwql.lint.request_targets import NOWHERE
from scripts.fuzz.lint_fixes import main


def test_fixed_programs_parse_as_before() -> None:
    assert main(["--count", "60", "--seed", "9000"]) == 0


def fix_powershell(text: str) -> str:
    """Return a script after all fixes."""
    order = LintJob("a.ps1", "a.ps1", "powershell", NOWHERE)
    fixed = fix_source(Document("a.ps1", text.encode()), order, True)
    return text if fixed is None else fixed.text


def test_parentheses_are_not_put_into_different_statements() -> None:
    text = """# ConnectWise
param([string]$Condition, $Resource, $Company)
if ($Resource) {
    $more = Get-More $Resource
    $Condition = $Condition + " AND " + $more
    Write-Verbose "Condition is: << $Condition >>, and more words in the same line"
}
if ($Company) {
    $other = Get-Other $Company
    $Condition = $Condition + " AND " + $other
}
Get-CWMTicket -Condition $Condition
"""
    assert fix_powershell(text) == text


def test_parentheses_are_put_around_a_part_of_one_expression() -> None:
    text = '# ConnectWise\nGet-CWMTicket -Condition ("closedFlag = false and " + $more + " and id > 5")\n'
    assert 'and (" + $more + ") and id' in fix_powershell(text)


def test_a_variable_keeps_its_name_if_the_parenthesis_after_it_is_deleted() -> None:
    text = """# ConnectWise
$types = ('A', 'B' | ForEach-Object { "'$_'" }) -join ','
Get-CWMCompanyConfiguration -Condition "type/name in $types) and activeFlag = True"
"""
    assert fix_powershell(text) == text
