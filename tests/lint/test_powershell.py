"""Conditions in PowerShell: their texts, placeholders and targets."""

from __future__ import annotations

import pytest

from cwql.lint.frontends.cmdlets import NOUNS, place_of_cmdlet
from cwql.schema.catalog import catalog
from tests.lint.scripts import describe, find

TICKETS = "conditions /service/tickets"
COMPUTERS = "conditions /Computers"

FOUND = [
    # options of cmdlets
    ("Get-CWMTicket -Condition \"status/name='New'\" -All", [f"{TICKETS}: status/name='New'"]),
    ("Get-CWMTicket -condition 'id = 1' -orderBy 'id desc'", [f"{TICKETS}: id = 1", "orderBy /service/tickets: id desc"]),
    ("Get-CWMTicket -Condition:'id = 1'", [f"{TICKETS}: id = 1"]),
    ("Get-CWMTicket `\n  -Condition 'id = 1' `\n  -all", [f"{TICKETS}: id = 1"]),
    ("Get-CWMCompany -childCondition \"types/id=1\"", ["childConditions /company/companies: types/id=1"]),
    ("Get-CWMCompany -CustomFieldConditions 'caption=\"x\"'", ['customFieldConditions /company/companies: caption="x"']),
    ("Get-CWMCompany -Condition 'id=1' | ForEach-Object { Get-CWMTicket -Condition 'id=2' }",
     ["conditions /company/companies: id=1", f"{TICKETS}: id=2"]),
    ("Get-CWMNovelty -Condition 'id=1'", ["conditions manage: id=1"]),
    ("Update-CWMTicket -Condition 'id=1'", ["conditions manage: id=1"]),
    ("Get-CWMNovelty -OrderBy 'id'", []),
    ("Get-AutomateComputer -Condition \"Status = 'Online'\"", [f"{COMPUTERS}: Status = 'Online'"]),
    ("Get-AutomateAPIGeneric -Endpoint \"computers\" -Condition 'Id = 1'", [f"{COMPUTERS}: Id = 1"]),
    ("Get-CWMTicket -Condition $unknown", []),
    # literals
    ("Get-CWMTicket -Condition \"a = `\"x`\" and b = \"\"y\"\"\"", [f'{TICKETS}: a = "x" and b = "y"']),
    ("Get-CWMTicket -Condition 'a = ''x'''", [f"{TICKETS}: a = 'x'"]),
    ("Get-CWMTicket -Condition @'\na = 1\nor b = 2\n'@", [f"{TICKETS}: a = 1\nor b = 2"]),
    ("Get-CWMTicket -Condition @\"\r\na = $b\r\n\"@ -all", [f"{TICKETS}: a = <$b>"]),
    ("Get-CWMTicket -Condition \"a = `$b\"", [f"{TICKETS}: a = $b"]),
    # placeholders
    ("Get-CWMTicket -Condition \"a = $x and b = ${y z} and c = $env:USER\"",
     [f"{TICKETS}: a = <$x> and b = <y z> and c = <$env:USER>"]),
    ("Get-CWMTicket -Condition \"a = $($x.name) and id = $([int]$y)\"", [f"{TICKETS}: a = <$x.name> and id = <![int]$y>"]),
    ("Get-CWMTicket -Condition \"a = $(\"nested $(1 + 2)\") and b = 2\"", [f"{TICKETS}: a = nested <!1 + 2> and b = 2"]),
    ("Get-CWMTicket -Condition \"a > [$(Get-Date -Format 'yyyy-MM-dd')]\"",
     [f"{TICKETS}: a > [<!Get-Date -Format 'yyyy-MM-dd'>]"]),
    ("Get-CWMTicket -Condition \"a > [$($d.ToString('o'))] and n = $($x.Count)\"",
     [f"{TICKETS}: a > [<!$d.ToString('o')>] and n = <!$x.Count>"]),
    ("switch -Regex ($x) { 'job (\\d+) (?<rest>.*)' { Get-CWMTicket -Condition \"a = '$($Matches[1])' and b = '$($Matches.rest)'\" } }",
     [f"{TICKETS}: a = '<!$Matches[1]>' and b = '<$Matches.rest>'"]),
    ("if ($x) { $d = Get-Date -Format o } else { $d = $y.ToString('o') }\nGet-CWMTicket -Condition \"a > [$d]\"",
     [f"{TICKETS}: a > [<!$d>]"]),
    ("if ($x) { $d = Get-Date -Format o } else { $d = $y }\nGet-CWMTicket -Condition \"a > [$d]\"", [f"{TICKETS}: a > [<$d>]"]),
    ("$n = $s -replace '[^0-9]', ''\nGet-CWMTicket -Condition \"id = $n\"", [f"{TICKETS}: id = <!$n>"]),
    ("$n = $s -replace '[^a-z]', ''\nGet-CWMTicket -Condition \"id = $n\"", [f"{TICKETS}: id = <!$n>"]),
    ("Get-CWMTicket -Condition \"a > $($d.AddDays(-2) | ConvertTo-CWMTime)\"",
     [f"{TICKETS}: a > <!$d.AddDays(-2) | ConvertTo-CWMTime>"]),
    ("$n = $s -replace '&', '%26' -replace \"'\", \"''\"\nGet-CWMTicket -Condition \"a = '$n'\"", [f"{TICKETS}: a = '<!$n>'"]),
    ("param([string]$n)\n$n = $n -replace \"'\", \"''\"\nGet-CWMTicket -Condition \"a = '$n'\"", [f"{TICKETS}: a = '<!$n>'"]),
    ("param([string]$n)\nif ($x) { $n = $n -replace \"'\", \"''\" }\nGet-CWMTicket -Condition \"a = '$n'\"", [f"{TICKETS}: a = '<$n>'"]),
    ("[string]$n = Get-Date -Format o\nGet-CWMTicket -Condition \"a > [$n]\"", [f"{TICKETS}: a > [<!$n>]"]),
    ("$n = $s.Replace(\"'\", \"''\")\nGet-CWMTicket -Condition \"a = '$n'\"", [f"{TICKETS}: a = '<!$n>'"]),
    ("$n = $s -replace \"'\", '' -replace 'x', $y\nGet-CWMTicket -Condition \"a = '$n'\"", [f"{TICKETS}: a = '<$n>'"]),
    # a value with a quote is refused
    ("if ($n.Contains(\"'\")) { throw 'x' }\nGet-CWMTicket -Condition \"a = '$n'\"", [f"{TICKETS}: a = '<!$n>'"]),
    ("if ($n -match \"'\") { throw 'x' }\nGet-CWMTicket -Condition \"a = '$n'\"", [f"{TICKETS}: a = '<!$n>'"]),
    ("if ($n -like \"*'*\") { return }\nGet-CWMTicket -Condition \"a = '$n'\"", [f"{TICKETS}: a = '<!$n>'"]),
    ("if ($n -notmatch \"'\") { Get-CWMTicket -Condition \"a = '$n'\" }", [f"{TICKETS}: a = '<!$n>'"]),
    ("if ($n -match \"'\") { 1 } else { Get-CWMTicket -Condition \"a = '$n'\" }", [f"{TICKETS}: a = '<!$n>'"]),
    ("if ($n -match \"'\") { 1 }\nGet-CWMTicket -Condition \"a = '$n'\"", [f"{TICKETS}: a = '<$n>'"]),
    ("if ($n -notmatch \"'\") { throw 'x' }\nGet-CWMTicket -Condition \"a = '$n'\"", [f"{TICKETS}: a = '<$n>'"]),
    ("if ($n.Contains('a')) { throw 'x' }\nGet-CWMTicket -Condition \"a = '$n'\"", [f"{TICKETS}: a = '<$n>'"]),
    ("Get-CWMTicket -Condition \"a > [$($d.ToUniversalTime())]\"", [f"{TICKETS}: a > [<$d.ToUniversalTime()>]"]),
    ("Get-CWMTicket -Condition \"a > $(Get-Date 00:00 | ConvertTo-CWMTime)\"",
     [f"{TICKETS}: a > <!Get-Date 00:00 | ConvertTo-CWMTime>"]),
    # the id of a record is a number
    ("$c = Get-CWMCompany -id 5\nGet-CWMTicket -Condition \"company/id = $($c.id) and a = $($c.name)\"",
     [f"{TICKETS}: company/id = <!$c.id> and a = <$c.name>"]),
    ("$t = Get-CWMTicket -id 5 | Select-Object -First 1\n$n = $t.company.id\nGet-CWMTicket -Condition \"company/id = $n\"",
     [f"{TICKETS}: company/id = <!$n>"]),
    ("$all = @(Get-CWMCompany -all)\nforeach ($c in $all) { Get-CWMTicket -Condition \"company/id = $($c.id)\" }",
     [f"{TICKETS}: company/id = <!$c.id>"]),
    ("$n = (Get-CWMCompany -id 5).id\nGet-CWMTicket -Condition \"company/id = $n\"", [f"{TICKETS}: company/id = <!$n>"]),
    ("$c = Import-Csv x.csv\nGet-CWMTicket -Condition \"company/id = $($c.id)\"", [f"{TICKETS}: company/id = <$c.id>"]),
    ("$c = Get-CWMCompany -all | ForEach-Object { $_.name }\nGet-CWMTicket -Condition \"company/id = $($c.id)\"",
     [f"{TICKETS}: company/id = <!$c.id>"]),
    ("function F { param($c) Get-CWMTicket -Condition \"company/id = $($c.id)\" }", [f"{TICKETS}: company/id = <!$c.id>"]),
    ("if ($x) { $c = Get-CWMCompany -id 5 } else { $c = $y }\nGet-CWMTicket -Condition \"company/id = $($c.id)\"",
     [f"{TICKETS}: company/id = <!$c.id>"]),
    ("Get-CWMCompany -all | ForEach-Object { Get-CWMTicket -Condition \"company/id = $($_.id)\" }",
     [f"{TICKETS}: company/id = <!$_.id>"]),
    ("Import-Csv x.csv | ForEach-Object { Get-CWMTicket -Condition \"company/id = $($_.id)\" }", [f"{TICKETS}: company/id = <$_.id>"]),
    ("$t = Get-CWMTicket -all\nGet-CWMTicketNote -Condition \"ticketId in ($($t.id -join ','))\"",
     ["conditions /service/tickets/{parentId}/notes: ticketId in (<!$t.id -join ',':,>)"]),
    ("Get-CWMTicket -Condition \"a = $true and b = '$Global:Name' and c > [$(Get-Date)]\"",
     [f"{TICKETS}: a = <!$true> and b = '<$Global:Name>' and c > [<Get-Date>]"]),
    # functions of one's own
    ("Get-CWMTickets -Condition 'id = 1'", [f"{TICKETS}: id = 1"]),
    ("Get-CWMCompanies -Condition 'id = 1'", ["conditions /company/companies: id = 1"]),
    ("Get-CWMBoardStatuses -Condition 'id = 1'", ["conditions /service/boards/{parentId}/statuses: id = 1"]),
    ("param([int]$Id, [string]$Name)\nGet-CWMTicket -Condition \"id = $Id and n = '$Name'\"",
     [f"{TICKETS}: id = <!$Id> and n = '<$Name>'"]),
    ("$n = 5\nGet-CWMTicket -Condition \"id = $n\"", [f"{TICKETS}: id = 5"]),
    ("Get-CWMTicket -Condition (\"a = '{0}' and id = {1:N0} {{x}}\" -f $a, $b)",
     [f"{TICKETS}: a = '<$a>' and id = <!$b> {{x}}"]),
    ("Get-CWMTicket -Condition \"id in ($($ids -join ', '))\"", [f"{TICKETS}: id in (<$ids -join ', ':, >)"]),
    ("Get-CWMTicket -Condition \"company/id = $((Get-CWMCompany -Condition \"name = '$n'\").id)\"",
     [f"{TICKETS}: company/id = <!(Get-CWMCompany -Condition \"name = '$n'\").id>", "conditions /company/companies: name = '<$n>'"]),
    # names
    ("$c = 'id = 1'\nGet-CWMTicket -Condition $c", [f"{TICKETS}: id = 1"]),
    ("$b = 'x'\n$c = \"a = '$b'\"\nGet-CWMTicket -Condition $c", [f"{TICKETS}: a = 'x'"]),
    ("$c = 'id = 1'\n$c = 'id = 2'\nGet-CWMTicket -Condition $c", [f"{TICKETS}: id = 2"]),
    ("$c = 'id = 1'\nGet-CWMTicket -Condition $c\n$c = 'id = 2'\nGet-CWMCompany -Condition $c",
     [f"{TICKETS}: id = 1", "conditions /company/companies: id = 2"]),
    ("$c = 'id = 1'\nif ($x) { $c = 'id = 2' }\nGet-CWMTicket -Condition $c", [f"{TICKETS}: id = 1", f"{TICKETS}: id = 2"]),
    ("$c = 'id = 1'\nforeach ($x in $y) { Get-CWMTicket -Condition $c; $c = \"id = $x\" }", [f"{TICKETS}: id = 1"]),
    ("$c = 'id = 1'\nforeach ($x in $y) { $c = 'id = 2'; Get-CWMTicket -Condition $c }\n$c = ''", [f"{TICKETS}: id = 2"]),
    ("$c = 'id = 1'\n$c += ' or id = 2'\n$c = 'id = 3'\n$c += ' or id = 4'\nGet-CWMTicket -Condition $c",
     [f"{TICKETS}: id = 3 or id = 4"]),
    ("if ($x) { $c = 'id = 1' }\nGet-CWMTicket -Condition $c", [f"{TICKETS}: id = 1"]),
    ("function F { param($c = 'id = 1') Get-CWMTicket -Condition $c }", [f"{TICKETS}: id = 1"]),
    ("$c = 'id = 1'\n$c += ' and id = 2'\nGet-CWMTicket -Condition $c", [f"{TICKETS}: id = 1 and id = 2"]),
    ("$c = 'id = 1'\nif ($x) { $c += ' and id = 2' } else { $c += ' and id = 3' }\nGet-CWMTicket -Condition $c",
     [f"{TICKETS}: id = 1 and id = 2", f"{TICKETS}: id = 1 and id = 3"]),
    ("$c = 'a' + ' = ' + $x + \" and b = 1\"\nGet-CWMTicket -Condition $c", [f"{TICKETS}: a = <$x> and b = 1"]),
    ("$l = @('a = 1', \"b = $x\")\nGet-CWMTicket -Condition ($l -join ' and ')", [f"{TICKETS}: a = 1 and b = <$x>"]),
    ("$Condition = \"id = 1\"\nGet-Own -Query $Condition", []),
    ("$Conditions = @()\n$Conditions += 'Size > 1'\n$b = @{ condition = $Conditions -join ' and ' }\nInvoke-CWAApi -Body $b",
     ["conditions automate: Size > 1"]),
    # lists that are filled step by step
    ("$l = @()\nif ($x) { $l += \"a = '$x'\" }\n$l += 'b = 1'\nGet-CWMTicket -Condition ($l -join ' and ')",
     [f"{TICKETS}: a = '<$x>'", f"{TICKETS}: b = 1"]),
    ("$l = @('a = 1')\n$l += 'b = 1'\n$c = $l -join ' or '\nGet-CWMTicket -Condition $c", [f"{TICKETS}: a = 1 or b = 1"]),
    ("$l = [System.Collections.Generic.List[string]]::new()\n$l.Add('a = 1')\n$p = @{ Condition = $l -join ' and ' }\nGet-CWMTicket @p",
     [f"{TICKETS}: a = 1"]),
    ("$l = @()\n$l += '5'\n$l += '6'\nGet-CWMTicket -Condition ($l -join ', ')", [f"{TICKETS}: 5, 6"]),
    ("$l = @()\n$l += 'a = 1'\nGet-Own -Filter ($l -join ' and ')\nGet-CWMTicket -id 5", []),
    ("$c = 'id = 1'\nirm \"$u/service/tickets?conditions=$(ConvertTo-UrlEncoded $c)&page=1\"", [f"{TICKETS}: id = 1"]),
    ("$c = 'id = 1'\nirm \"$u/service/tickets?conditions=$(Get-Own $c)&page=1\"", []),
    # the parameter that a name is passed to counts more than the name itself
    ("$childConditions = 'name = 1'\nGet-CWMBoardStatus -Condition $childConditions",
     ["conditions /service/boards/{parentId}/statuses: name = 1"]),
    ("$childConditions = 'types/id = 1'\nGet-CWMCompany -ChildConditions $childConditions",
     ["childConditions /company/companies: types/id = 1"]),
    ("$childCondition = 'id = 1'\n$p = @{ Condition = $childCondition }\nGet-CWMCompany @p", ["conditions /company/companies: id = 1"]),
    ("$Condition = \"id = 1\"\nGet-Own -Query $Condition\nGet-CWMTicket -id 5", [f"{TICKETS}: id = 1"]),
    ("$Condition = \"id = 1\"\nGet-CWMTicket -id 5; Get-CWMCompany", ["conditions anywhere: id = 1"]),
    ("Get-Own -Condition 'id = 1'\nGet-CWMTicket -id 5", []),
    ("Get-Own -Conditions 'id = 1'", ["conditions manage: id = 1"]),
    ("$Condition = \"id = 1\"\n$r = Get-CWMTicket -Condition $Condition", [f"{TICKETS}: id = 1"]),
    # hashtables
    ("$p = @{ Condition = 'id = 1'; all = $true }\nGet-CWMTicket @p", [f"{TICKETS}: id = 1"]),
    ("$p = @{\n  'Condition' = 'id = 1'\n  OrderBy = 'id desc'\n}\nGet-CWMTicket @p",
     [f"{TICKETS}: id = 1", "orderBy /service/tickets: id desc"]),
    ("$p = @{}\n$p.Condition = 'id = 1'\n$p['OrderBy'] = 'id'\n$p.Add('childConditions', 'types/id = 1')\nGet-CWMTicket @p",
     [f"{TICKETS}: id = 1", "orderBy /service/tickets: id", "childConditions /service/tickets: types/id = 1"]),
    ("$b = @{ conditions = 'id = 1' }\nInvoke-RestMethod -Uri \"$u/service/tickets\" -Body $b", [f"{TICKETS}: id = 1"]),
    ("Invoke-RestMethod -Uri \"$u/service/tickets/search\" -Body (@{ conditions = 'id = 1' } | ConvertTo-Json)",
     [f"{TICKETS}: id = 1"]),
    # URLs
    ("irm \"$u/service/tickets?conditions=status/name='$s'&page=1\"", [f"{TICKETS}: status/name='<$s>'"]),
    ("$c = 'id = 1'\nirm ($u + '/service/tickets?conditions=' + [uri]::EscapeDataString($c))", [f"{TICKETS}: id = 1"]),
    ("$c = 'id = 1'\nirm \"$u/service/tickets?conditions=$([uri]::EscapeDataString($c))&page=1\"", [f"{TICKETS}: id = 1"]),
    # the block
    ("function F {\n  $u = \"$b/service/tickets\"\n  $conditions = 'id = 1'\n  Send $u $conditions\n}", [f"{TICKETS}: id = 1"]),
    ("function F {\n  $u = \"$b/service/tickets\"\n  $v = \"$b/company/contacts\"\n  $conditions = 'id = 1'\n}",
     ["conditions manage: id = 1"]),
    # no code
    ("# Get-CWMTicket -Condition 'id = 1'\n<# Get-CWMTicket -Condition 'id = 1' #>", []),
    ("'Get-CWMTicket -Condition \"id = 1\"'", []),
    ("$condition = 'Partly cloudy'", []),
]  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), FOUND)
def test_finds(source: str, expected: list[str]) -> None:
    assert describe("powershell", source) == expected


def test_spans_and_quoting() -> None:
    source = 'Get-CWMTicket -Condition "a = `"x`" and b = $y" -all'
    [found] = find("powershell", source)
    assert source[found.span.start : found.span.end] == '"a = `"x`" and b = $y"'
    escape = next(segment for segment in found.segments if segment.kind == "escape")
    assert (escape.text, source[escape.start : escape.end]) == ('"', '`"')
    assert escape.quoting is not None
    assert escape.quoting.encode('$"`') == '`$`"``'


def test_span_of_a_name_is_its_literal() -> None:
    source = "$c = 'id = 1'\nGet-CWMTicket -Condition $c"
    [found] = find("powershell", source)
    assert source[found.span.start : found.span.end] == "'id = 1'"


@pytest.mark.parametrize(("dialect", "noun", "path"), [
    *[(dialect, noun, path) for dialect, nouns in NOUNS.items() for noun, path in nouns.items()],
    ("manage", "agreementaddition", "/finance/agreements/{parentId}/additions"),
    ("manage", "boardstatus", "/service/boards/{parentId}/statuses"),
    ("manage", "boardtypesubtypeitemassociation", "/service/boards/{parentId}/typeSubTypeItemAssociations"),
    ("manage", "company", "/company/companies"),
    ("manage", "companyconfigurationtype", "/company/configurations/types"),
    ("manage", "companystatus", "/company/companies/statuses"),
    ("manage", "invoice", "/finance/invoices"),
    ("manage", "sla", "/service/SLAs"),
    ("manage", "source", "/service/sources"),
    ("manage", "timeentry", "/time/entries"),
    ("automate", "computer", "/Computers"),
    ("automate", "networkdevice", "/NetworkDevices"),
])  # fmt: skip
def test_cmdlets_read_endpoints_that_exist(dialect: str, noun: str, path: str) -> None:
    known = catalog(dialect)
    endpoint = known.find_endpoint(path)
    assert endpoint is not None
    assert endpoint.listed
    assert known.title(endpoint) == path
    place = place_of_cmdlet(f"Get-{'CWM' if dialect == 'manage' else 'Automate'}{noun.title()}")
    assert place is not None
    assert (place.dialect, place.endpoint) == (dialect, path)


@pytest.mark.parametrize(
    "name", ["Get-Process", "Get-CWMail", "Get-Automated", "Ticket", "Get-CimInstance", "Get-LTrace"]
)
def test_other_cmdlets_say_nothing(name: str) -> None:
    assert place_of_cmdlet(name) is None
