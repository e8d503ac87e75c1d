"""Where the values in conditions come from: mappings, results and parameters of functions, texts that are shortened."""

from __future__ import annotations

import pytest

from tests.lint.holdout import Snippet

HEAD = {
    "py": "# connectwise\n",
    "js": "// connectwise\n",
    "cs": "// connectwise\n",
    "ps1": "# connectwise\n",
    "sh": "#!/bin/bash\n",
    "yml": "# connectwise\n",
    "go": "",
    "kt": "// connectwise\n",
    "vb": "' connectwise\n",
}
HEAD |= {"psm1": HEAD["ps1"], "rb": HEAD["py"], "php": "<?php // connectwise\n", "bat": "@echo off\nrem connectwise\n"}
CURL = "curl -G https://na.myconnectwise.net/v4_6_release/apis/3.0/service/tickets --data-urlencode"

SAFE = [
    (
        "py",
        """client.get("/service/tickets", params={"conditions": f"summary = '{'x' * 400}' and id in ({', '.join('12345')})"})""",
    ),
    ("py", """TABLE = [("customFieldConditions", "/company/contacts", 'caption = "x" and value')]"""),
    (
        "ps1",
        """param([ValidateSet("New", "In Progress")][string]$Status = "New")
Get-CWMTicket -Condition "status/name = '$Status'\"""",
    ),
    (
        "ps1",
        """$tickets | Group-Object { $_.company.id } | ForEach-Object { Get-CWMTicket -Condition "company/id = $($_.Name)" }""",
    ),
    (
        "ps1",
        """$parts = foreach ($name in 'New', 'Open') { "status/name = '$name'" }
Get-CWMTicket -Condition ($parts -join ' or ')""",
    ),
    (
        "sh",
        f"""model=$(cat model | tr -cd '[:alnum:]+-')
{CURL} "conditions=summary contains '$model'\"""",
    ),
    (
        "bat",
        """for %%s in (New "In Progress") do curl -G "%CW%/v4_6_release/apis/3.0/service/tickets" --data-urlencode "conditions=status/name='%%~s'\"""",
    ),
    # Batch files.
    (
        "bat",
        """set /a TICKET=%~1 2>nul
set STATUS=New
for %%b in (1 14 22) do curl -G "%CW%/v4_6_release/apis/3.0/service/tickets" --data-urlencode "conditions=board/id=%%b and id=%TICKET%"
set NAME=%NAME:'=%
for /f %%d in ('powershell -Command "(Get-Date).ToString('yyyy-MM-dd')"') do set TODAY=%%d
curl -G "%CW%/v4_6_release/apis/3.0/service/tickets" ^
  --data-urlencode "conditions=status/name='%STATUS%' and lastUpdated>[%TODAY%] and summary contains '%NAME%'"
echo %BOARD%| findstr /r "^[A-Za-z0-9]*$" >nul || exit /b 1
curl -G "%CW%/v4_6_release/apis/3.0/service/tickets" --data-urlencode "conditions=board/name='%BOARD%'\"""",
    ),
    # Mappings that the program itself lists.
    (
        "ps1",
        """$cfg = [pscustomobject]@{ Boards = 1, 7; Impact = 'High' }
$cfg.Boards | ForEach-Object { Get-CWMTicket -Condition "board/id=$_ and impact='$($cfg.Impact)'" }""",
    ),
    (
        "ps1",
        """$boards = @{ 'Desk' = @{ Id = 1; Statuses = 'New', 'New (email)' }; 'NOC' = @{ Id = 2; Statuses = @('New') } }
foreach ($name in $boards.Keys) { Get-CWMTicket -Condition "board/id = $($boards[$name].Id) and board/name = '$name'" }""",
    ),
    (
        "py",
        """BOARDS = {"desk": {"id": 1, "name": "Desk"}, "noc": {"id": 2, "name": "NOC"}}
for key in BOARDS.keys():
    client.get("/service/tickets", params={"conditions": f"board/id = {BOARDS[key]['id']} and board/name = '{key}'"})
for board in BOARDS.values():
    client.get("/service/tickets", params={"conditions": f"board/name = '{board['name']}'"})""",
    ),
    (
        "js",
        """const BOARDS = { desk: { id: 1, name: "Desk" } };
for (const key of Object.keys(BOARDS)) {
  axios.get("/service/tickets", { params: { conditions: `board/id = ${BOARDS[key].id} and board/name = "${key}"` } });
}""",
    ),
    (
        "php",
        """$boards = ['desk' => ['name' => 'Desk']];
foreach (array_keys($boards) as $key) {
  $client->get('/service/tickets', ['query' => ['conditions' => "board/name = '{$boards[$key]['name']}'"]]);
}""",
    ),
    # Groups of patterns.
    (
        "ps1",
        """$match = [regex]::Match($alert.summary, 'Ticket (\\d+)')
Get-CWMTicket -Condition "summary contains '$($match.Groups[1].Value)'\"""",
    ),
    (
        "py",
        """found = re.search(r"Ticket (\\d+)", subject)
client.get("/service/tickets", params={"conditions": f"summary contains '{found.group(1)}'"})""",
    ),
    # The last expression of a function.
    (
        "ps1",
        """function Get-Cutoff { (Get-Date).AddDays(-1).ToString('yyyy-MM-dd') }
Get-CWMTicket -Condition "lastUpdated > [$(Get-Cutoff)]\"""",
    ),
    (
        "rb",
        """def cutoff
  (Time.now - 86400).utc.iso8601
end
client.get("/service/tickets", conditions: "lastUpdated > [#{cutoff}]")""",
    ),
    (
        "ps1",
        """$cache = @{}
function Resolve-Id([string]$Name) {
    if (-not $cache.ContainsKey($Name)) { $cache[$Name] = [int](Get-Content $Name) }
    $cache[$Name]
}
$id = Resolve-Id $row.Company
Get-CWMTicket -Condition "company/id = $id\"""",
    ),
    # Parameters of functions that only the program calls.
    (
        "ps1",
        """function Get-Open([string]$Status) { Get-CWMTicket -Condition "status/name = '$Status'" }
Get-Open 'New'; Get-Open -Status Assigned""",
    ),
    (
        "cs",
        """class Tickets {
  private string Find(string status) => client.Get($"https://na.myconnectwise.net/v4_6_release/apis/3.0/service/tickets?conditions=status/name = '{status}'");
  public void Run() { Find("New"); Find("Closed"); }
}""",
    ),
    (
        "sh",
        f"""fetch() {{
  local member=$1
  {CURL} "conditions=owner/id=$member"
}}
[[ $1 =~ ^[0-9]+$ ]] || exit 2
fetch "$1\"""",
    ),
    (
        "sh",
        f"""find_all() {{ local -i id="$1"; {CURL} "conditions=id=$id"; }}
find_all "$2\"""",
    ),
    # Separators at the ends of texts.
    (
        "ps1",
        """foreach ($name in 'New', 'Open') { $list += "'$name'," }
Get-CWMTicket -Condition "status/name in ($($list.TrimEnd(',')))\"""",
    ),
    (
        "py",
        """text = ""
for name in names:
    text += "'" + name.replace("'", "") + "',"
client.get("/service/tickets", params={"conditions": f"status/name in ({text.rstrip(',')})"})
client.get("/service/tickets", params={"conditions": f"status/name in ({text[:-1]})"})""",
    ),
    (
        "sh",
        f"""list=$(printf "'%s'," "${{types[@]//\\'/}}")
{CURL} "conditions=status/name in (${{list%,}})\"""",
    ),
    # Builders and formats.
    (
        "cs",
        """var text = new StringBuilder();
text.Append("closedFlag = false and (");
text.AppendFormat("priority/name = '{0}'", "High");
text.Append(")");
client.Get("/service/tickets?conditions=" + text.ToString());""",
    ),
    (
        "ps1",
        """$until = '{0:yyyy-MM-dd}' -f $sunday
Get-CWMTicket -Condition "dateEntered < [$until]\"""",
    ),
    # Tests and filters of the shell.
    (
        "sh",
        f"""case $company in (*[!0-9]*|'') exit 1 ;; esac
{CURL} "conditions=company/id=$company\"""",
    ),
    (
        "sh",
        f"""[[ $board == +([0-9]) ]] || exit 1
{CURL} "conditions=board/id=$board\"""",
    ),
    (
        "sh",
        f"""words=${{words//[^[:alnum:] ._-]/}}
event=$(sed -n 's/^Event: \\([0-9]*\\)$/\\1/p' <<< "$BODY")
{CURL} "conditions=summary contains '$words' and externalXRef = '$event'\"""",
    ),
    (
        "sh",
        f"""select board in Desk Projects; do break; done
for page in {{1..5}}; do {CURL} "conditions=board/name='$board' and id > $page"; done""",
    ),
    # Private functions that the statements of the module call.
    (
        "py",
        """def _count(prefix):
    return cw.get("/service/tickets", params={"conditions": f"summary like '{prefix}%'"})

for prefix in ("VPN", "Backup"):
    print(prefix, _count(prefix))""",
    ),
    # Values of forms.
    (
        "py",
        """class Filter(FlaskForm):
    company = IntegerField("Company")
    status = SelectField("Status", choices=[("New", "New"), (">Closed", "Closed")])
form = Filter()
cw.get("/service/tickets", conditions=f"company/id = {form.company.data} and status/name = '{form.status.data}'")""",
    ),
    (
        "py",
        """class Filter(forms.Form):
    status = forms.ChoiceField(choices=STATUSES)
form = Filter(request.POST)
cw.get("/service/tickets", conditions=f"status/name = '{form.cleaned_data['status']}'")""",
    ),
    # Inputs of workflows.
    (
        "yml",
        f"""on:
  workflow_dispatch:
    inputs:
      board:
        type: choice
        options: ["1", "14"]
jobs:
  list:
    steps:
      - run: {CURL} "conditions=board/id = ${{{{ inputs.board }}}} and id > 5\"""",
    ),
    # Tests of the items of a list.
    (
        "ps1",
        """$tags = (Import-Csv tags.csv).Tag | Where-Object { $_ -match '^[A-Z0-9]{7}$' }
foreach ($tag in $tags) { Get-CWMTicket -Condition "summary = '$tag'" }""",
    ),
    (
        "ps1",
        """Import-Csv tags.csv | ? { $_.Tag -match '^[A-Z0-9]{7}$' } | % { Get-CWMTicket -Condition "summary = '$($_.Tag)'" }""",
    ),
    (
        "ps1",
        """$digits = -join ((Read-Host).ToCharArray() | Where-Object { [char]::IsDigit($_) })
Get-CWMTicket -Condition "summary = '$digits'\"""",
    ),
    (
        "cs",
        """class A { void F(string[] tags) { foreach (var tag in tags.Where(t => Regex.IsMatch(t, "^[A-Z0-9]{7}$")))
http.Get("/service/tickets?conditions=summary='" + tag + "'"); } }""",
    ),
    (
        "py",
        """for tag in [t for t in tags if re.fullmatch("[A-Z0-9]{7}", t)]:
    cw.get("/service/tickets", conditions=f"summary = '{tag}'")""",
    ),
    (
        "js",
        """function f(rows) { for (const row of rows.filter((r) => /^[A-Z0-9]{7}$/.test(r.tag)))
  cw.get("/service/tickets", { conditions: `summary = '${row.tag}'` }); }""",
    ),
    (
        "rb",
        """def f(tags)
  tags.select { |t| t.match?(/\\A[A-Z0-9]{7}\\z/) }.each { |tag| cw.get("/service/tickets", conditions: "summary = '#{tag}'") }
end""",
    ),
    (
        "kt",
        """fun f(tags: List<String>) { tags.filter { it.matches(Regex("[A-Z0-9]{7}")) }.forEach {
cw.get("/service/tickets?conditions=summary = '$it'") } }""",
    ),
    (
        "php",
        """foreach (array_filter($tags, fn($t) => preg_match('/^[A-Z0-9]{7}$/', $t)) as $tag) {
  $cw->get('/service/tickets', ['query' => ['conditions' => "summary = '$tag'"]]); }""",
    ),
    # Groups of a pattern that the text has to match.
    (
        "ps1",
        """if ($args[0] -notmatch '^(?<host>[\\w-]+): (?<text>.+)$') { return }
Get-CWMTicket -Condition "summary = '$($Matches['host'])'\"""",
    ),
    (
        "cs",
        """class A { [GeneratedRegex("^[A-Z]+$")] private static partial Regex Tag(); void F(App app) {
app.MapGet("/x/{tag}", async Task<Results<Ok<List<Dto>>, BadRequest<string>>> (string tag, Cw cw) => {
if (!Tag().IsMatch(tag)) return BadRequest("tag");
return Ok(await cw.Get("service/tickets", $"summary = '{tag}'")); }); } }""",
    ),
    # Choices of a form.
    (
        "cs",
        """class F : Form { void Fill() { box.Items.AddRange(new object[] { "Desk", "Field" }); }
void Find() { cw.Get("/service/tickets?conditions=board/name='" + box.SelectedItem + "'"); } }""",
    ),
    *[
        ("sh", f"""value=$({command})\n{CURL} "conditions=summary = '$value'\"""")
        for command in (
            "tr -cd '[:alnum:]-' <<<\"$1\"",
            "grep -oE '[A-Z0-9]+' <<< \"$1\" 2>/dev/null",
            "sed 's/[^A-Za-z0-9]//g' < name.txt",
        )
    ],
    ("sh", f"""case $1 in\n  +([0-9])) ;;\n  *) exit 64 ;;\nesac\n{CURL} "conditions=board/id = $1\""""),
    (
        "bat",
        """CHOICE /C 123
SET PRIO=%ERRORLEVEL%
curl -G "%CW%/v4_6_release/apis/3.0/service/tickets" --data-urlencode "conditions=priority/id=%PRIO%\"""",
    ),
    (
        "ps1",
        """switch -Regex (Read-Host) { '^[A-Z0-9]{5,9}$' { Get-CWMTicket -Condition "summary = '$_'" } }""",
    ),
    (
        "ps1",
        """Get-CWMTicket -Condition "dateEntered > [$(Get-Date -UFormat %Y-%m-%d)] and closedDate > [$(Get-Date $day -UFormat +%F)]\"""",
    ),
    *[
        (
            "ps1",
            f"""enum Stage {{ Quoted; Verbal }}
foreach ($stage in {names}) {{ Get-CWMOpportunity -Condition "stage/name = '$stage'" }}""",
        )
        for names in ("[Enum]::GetNames([Stage])", "[Stage].GetEnumNames()")
    ],
    (
        "ps1",
        """$rules = @([pscustomobject]@{ Condition = 'dateEntered < [{0}] and board/id = 1' })
foreach ($rule in $rules) { Get-CWMTicket -Condition ($rule.Condition -f (Get-Date -Format yyyy-MM-dd)) }""",
    ),
    (
        "cs",
        """record Query(string Serial); class Check : AbstractValidator<Query> {
public Check() { RuleFor(q => q.Serial).NotEmpty().Matches("^[A-Z0-9-]{3,40}$").WithMessage("serial"); } }
class Find { void F(Query query) { cw.Get("/service/tickets?conditions=summary='" + query.Serial + "'"); } }""",
    ),
    (
        "sh",
        """get() { curl -sG "$CW/v4_6_release/apis/3.0/$1" --data-urlencode "conditions=$2"; }
declare -A checks=([service/tickets]="closedFlag = false and id > 5" [finance/agreements]="cancelledFlag = false")
for path in "${!checks[@]}"; do get "$path" "${checks[$path]}"; done""",
    ),
    (
        "ps1",
        """$id = [guid]::Empty
if ([guid]::TryParse($args[0], [ref]$id)) { Get-CWMTicket -Condition "externalXRef = '$id'" }""",
    ),
    (
        "cs",
        """class A { void F(List<Row> rows) { foreach (var day in rows.GroupBy(r => r.Bought.Year).OrderBy(g => g.Key))
cw.Get($"/service/tickets?conditions=dateEntered > [{day.Key}-01-01]"); } }""",
    ),
    *[
        ("sh", f"""cat names | while read -r name; do\n  {test}\n  {CURL} "conditions=summary = '$name'"\ndone""")
        for test in (
            """[[ $name == *\\'* ]] && continue""",
            """[[ "$name" == *"'"* ]] && continue""",
            """case "$name" in *"'"*) continue ;; esac""",
        )
    ],
    (
        "ps1",
        """param([ValidateSet("New", "Open")][string]$State)
$site = 'New York'
Get-CWMTicket -Condition "siteName = '${site}' and status/name = '${State}' and city = '${script:site}'\"""",
    ),
    ("ps1", """param([version]$Below)\nGet-CWMTicket -Condition "summary = '$Below'\""""),
    (
        "bat",
        """for /f "tokens=2 delims==" %%I in ('wmic os get localdatetime /value') do set NOW=%%I
set DAY=%NOW:~0,4%-%NOW:~4,2%-%NOW:~6,2%
curl -G "%CW%/v4_6_release/apis/3.0/service/tickets" --data-urlencode "conditions=dateEntered>=[%DAY%]\"""",
    ),
    (
        "vb",
        """Class A
Private Shared ReadOnly Names As New Dictionary(Of Integer, String) From {{1, "Priority 1"}, {2, "Priority 2"}}
Sub Run()
For Each each_name In Names
cw.Get("/service/tickets?conditions=priority/name = '" & each_name.Value & "'")
Next
End Sub
End Class""",
    ),
]

UNSAFE = [
    (
        "ps1",
        """$parts = foreach ($name in Get-Content names.txt) { "status/name = '$name'" }
Get-CWMTicket -Condition "($($parts -join ' or ')) and closedFlag = false\"""",
        ["2 CW601 $name"],
    ),
    (
        "ps1",
        """$parts = [System.Collections.Generic.List[string]]::new()
$parts.Add('board/id = 1')
$parts.Add('priority/id = 3 or priority/id = 4')
Get-CWMTicket -Condition ($parts -join ' and ')""",
        ["3 CW143 board/id"],
    ),
    ("sh", f"""{CURL} "conditions=dateEntered < $(date -d '-7 days' +%F)\"""", ["2 CW127 $(date"]),
    (
        "bat",
        """for /f "delims=" %%s in (names.txt) do curl -G "%CW%/v4_6_release/apis/3.0/service/tickets" ^
  --data-urlencode "conditions=board/name='%%s' and closdFlag=false\"""",
        ["4 CW203 closdFlag", "4 CW601 %%s"],
    ),
    (
        "bat",
        """set NAME=Service
if not "%1"=="" set "NAME=%~1"
curl -G "%CW%/v4_6_release/apis/3.0/service/tickets" --data-urlencode "conditions=board/name='%NAME%'\"""",
        ["5 CW601 %NAME%"],
    ),
    (
        "py",
        """client.get(f"{URL}/service/tickets?conditions=closedDate>=[{int(year)}-01-01 and closedFlag=true&pageSize=1000")
client.get(f"{URL}/service/tickets?conditions=closedDate>=[{date.today()}T00:00:00Z and closedDate<[2027-01-01]&pageSize=5")""",
        ["3 CW103 ["],
    ),
    (
        "ps1",
        """$names = @{ a = 'x' }
$names[$key] = Read-Host
Get-CWMTicket -Condition "summary contains '$($names[$other])'\"""",
        ["4 CW601 $($names"],
    ),
    (
        "ps1",
        """$names = @{}
$names.Add('a', $row.Name)
Get-CWMTicket -Condition "summary contains '$($names[$key])'\"""",
        ["4 CW601 $($names"],
    ),
    (
        "ps1",
        """function Get-Name { param($User) $User.Name }
$name = Get-Name $row
Get-CWMTicket -Condition "contactName = '$name'\"""",
        ["4 CW601 $name"],
    ),
    (
        "ps1",
        """function Get-Open { param([Parameter(ValueFromPipeline)][string]$Status) process { Get-CWMTicket -Condition "status/name = '$Status'" } }
Get-Content names.txt | Get-Open""",
        ["2 CW601 $Status"],
    ),
    (
        "psm1",
        """function Get-Open([string]$Status) { Get-CWMTicket -Condition "status/name = '$Status'" }
Get-Open 'New'""",
        ["2 CW601 $Status"],
    ),
    (
        "cs",
        """class Tickets {
  private string Find(string status) => client.Get($"https://na.myconnectwise.net/v4_6_release/apis/3.0/service/tickets?conditions=status/name = '{status}'");
  public void Run(string other) { Find("New"); Find(other); }
}""",
        ["3 CW601 {status}"],
    ),
    (
        "sh",
        f"""fetch() {{ local name=$1; {CURL} "conditions=status/name='$name'"; }}
fetch New
fetch "$1\"""",
        ["2 CW601 $name"],
    ),
    (
        "sh",
        f"""name=none
while read -r name; do {CURL} "conditions=status/name='$name'"; done < names.txt""",
        ["3 CW601 $name"],
    ),
    (
        "py",
        """for kind in cw.get("/company/configurations/types"):
    cw.get("/company/configurations", conditions=f"type/name = '{kind['name']}'")""",
        ["3 CW601 {kind['name']}"],
    ),
    (
        "py",
        """def find(name):
    cw.get("https://na.myconnectwise.net/v4_6_release/apis/3.0/company/companies?conditions=" + requests.utils.quote(f"name = '{name}'"))""",
        ["3 CW601 {name}"],
    ),
    (
        "py",
        """def find(pairs):
    cw.get("/company/companies", conditions=" or ".join("(id = %s or name = '%s')" % pair for pair in pairs))""",
        ["3 CW601 %s')", "3 CW602 %s"],
    ),
    # Lists of parts that a container of parameters carries to its target.
    *[
        (
            "go",
            f"""package psa
func (c *Client) find(names []string) error {{
	parts := []string{{}}
	for _, n := range names {{
		parts = append(parts, "name = '"+n+"'")
	}}
	query := url.Values{{}}
	{statement}
	return c.get("/company/companies", query)
}}""",
            ["5 CW601 n+"],
        )
        for statement in (
            """query.Set("conditions", strings.Join(parts, " or "))""",
            """query["conditions"] = strings.Join(parts, " or ")""",
        )
    ],
    # Dates by their types.
    (
        "kt",
        """fun find(days: Long) {
    val from = LocalDate.now().minusDays(days)
    cw.get("https://na.myconnectwise.net/v4_6_release/apis/3.0/service/tickets?conditions=dateEntered > $from")
}""",
        ["4 CW127 $from"],
    ),
    *[
        (
            "py",
            f"""class Row:
    since: dt.datetime
def find(day: date | None, row: Row):
    cw.get("/service/tickets", conditions=f"dateEntered > {{{value}}} and id > 5")""",
            [f"5 CW127 {{{value}}}"],
        )
        for value in ("day", "row.since", "date.today()", "datetime.now() - timedelta(days=7)")
    ],
    (
        "cs",
        """class Board { void Read(DateOnly day) { cw.Get("/service/tickets", conditions: $"dateEntered > {day}"); } }""",
        ["2 CW127 {day}"],
    ),
    # Tests that say nothing about the value.
    (
        "ps1",
        """$rows = Import-Csv tags.csv | Where-Object { $_.Tag -match '^[A-Z0-9]{7}$' }
foreach ($row in $rows) { Get-CWMTicket -Condition "summary = '$($row.Name)'" }
foreach ($row in Import-Csv x.csv | Where-Object { $_.Tag -notmatch '^[A-Z]+$' }) { Get-CWMTicket -Condition "summary = '$($row.Tag)'" }""",
        ["3 CW601 $($row.Name)", "4 CW601 $($row.Tag)"],
    ),
    (
        "cs",
        """class F : Form { void Fill() { box.Items.Add("Desk"); foreach (var n in names) box.Items.Add(n); }
void Find() { cw.Get("/service/tickets?conditions=board/name='" + box.SelectedItem + "'"); } }""",
        ["3 CW601 box"],
    ),
    # Conditions of several lines, and templates.
    (
        "ps1",
        """$where = @"
summary = '$($args[0])'
  and summry = 'x'
"@
Get-CWMTicket -Condition ($where -replace '\\s*\\r?\\n\\s*', ' ')""",
        ["3 CW601 $($args[0])", "4 CW203 summry"],
    ),
    (
        "py",
        """def f(name):
    text = f'summary = "{name}"\\n    and summry = "x"'
    cw.get("/service/tickets", conditions=re.sub("\\s+", " ", text))""",
        ["3 CW203 summry", "3 CW601 {name}"],
    ),
    *[
        (suffix, source, ["2 CW203 summry", "2 CW601 {name}"])
        for suffix, source in (
            (
                "cs",
                """class A { const string Template = "summary = '{name}' and summry = 'x' and closedDate > [{day}]";
void F(string name) { cw.Get("/service/tickets?conditions=" + Template.Replace("{name}", name).Replace("{day}", $"{DateTime.Today:yyyy-MM-dd}")); } }""",
            ),
            (
                "js",
                """const TEMPLATE = "summary = '{name}' and summry = 'x'";
function f(name) { cw.get("/service/tickets", { conditions: TEMPLATE.replace("{name}", name) }); }""",
            ),
            (
                "ps1",
                """$template = "summary = '{name}' and summry = 'x'"
Get-CWMTicket -Condition ($template -replace '{name}', (Read-Host))""",
            ),
        )
    ],
    # Instantiations whose type only the declaration names.
    (
        "cs",
        """class Q { readonly List<string> _terms = new();
public Q Name(string name) { _terms.Add($"summary = '{name}'"); return this; }
public Task Send() => cw.Get("/service/tickets?conditions=" + Uri.EscapeDataString(string.Join(" and ", _terms))); }""",
        ["3 CW601 {name}"],
    ),
    (
        "cs",
        """class A { static readonly Dictionary<string, string> Checks = new Dictionary<string, string> { { "None", "ownr = null and id > 5" } };
void F() { foreach (var check in Checks) cw.Count("service/tickets", check.Value); } }""",
        ["2 CW203 ownr"],
    ),
    # Dates with a zone.
    (
        "cs",
        """class A { void F(DateTime day) { cw.Get("/service/tickets?conditions=closedDate > " + day.ToString("s") + "Z"); } }""",
        ["2 CW127 day"],
    ),
    (
        "py",
        """cw.get("/service/tickets", conditions=f"closedDate > {datetime.now().isoformat()[:19]}Z and id > 5")""",
        ["2 CW127 {datetime"],
    ),
    (
        "ps1",
        """function Get-Object { param([string]$Path, [Alias('Where')][string]$Conditions)
Invoke-RestMethod "https://na.myconnectwise.net/v4_6_release/apis/3.0$Path" -Body @{ conditions = $Conditions } }
Get-Object /service/tickets -Where "summry = 'x' and id > 5\"""",
        ["4 CW203 summry"],
    ),
    (
        "ps1",
        """class Policy { [string[]]$Exclude = @()
[string] Condition([int]$id) { $parts = @("company/id = $id")
foreach ($each in $this.Exclude) { $parts += "summary not like '$each%'" }
return $parts -join ' and ' } }
function Get-Target { param([Policy]$Policy) Get-CWMTicket -Condition $Policy.Condition(5) -pageSize 5 }""",
        ["4 CW601 $each"],
    ),
    (
        "ps1",
        """foreach ($group in Get-Mails | Group-Object Mail, Company) { Get-CWMTicket -Condition "contactEmailAddress = '$($group.Values[0])'" }""",
        ["2 CW601 $($group"],
    ),
    *[
        (
            "sh",
            f"""enc() {{ jq -rn --arg v "$1" '$v|@uri'; }}
curl -s "https://na.myconnectwise.net/v4_6_release/apis/3.0/service/tickets?conditions=$({command})&pageSize=5\"""",
            ["3 CW203 summry", "3 CW601 $1"],
        )
        for command in (
            """enc "summry = '$1' and id > 5\"""",
            """jq -rn --arg c "summry = '$1' and id > 5" '$c|@uri'""",
            """printf %s "summry = '$1' and id > 5" | jq -sRr @uri""",
            """python3 -c 'import sys, urllib.parse as u; print(urllib.parse.quote(sys.argv[1]))' "summry = '$1' and id > 5\"""",
        )
    ],
    # Terms that a function joins.
    (
        "py",
        """def find(path, terms):
    cw.get(path, conditions=" and ".join(terms))
find("/service/tickets", ["board/id = 1", "summry = 'x'"])""",
        ["4 CW203 summry"],
    ),
    (
        "ps1",
        """function Get-Record { param([string]$Path, [string[]]$Terms)
Invoke-RestMethod "https://na.myconnectwise.net/v4_6_release/apis/3.0/$Path" -Body @{ conditions = ($Terms | % { "($_)" }) -join ' and ' } }
Get-Record service/tickets 'board/id = 1', "summry = 'x'\"""",
        ["4 CW203 summry"],
    ),
]


def _run(suffix: str, source: str) -> list[str]:
    return sorted(Snippet("", f"connectwise.{suffix}", HEAD[suffix] + source + "\n", ()).run())


@pytest.mark.parametrize(("suffix", "source"), SAFE)
def test_value_of_the_program_is_not_reported(suffix: str, source: str) -> None:
    assert _run(suffix, source) == []


@pytest.mark.parametrize(("suffix", "source", "expected"), UNSAFE)
def test_value_from_outside_is_reported(suffix: str, source: str, expected: list[str]) -> None:
    found = _run(suffix, source)
    assert [label[: len(start)] for label, start in zip(found, expected, strict=True)] == expected


def test_result_of_a_function_in_a_shell_script_is_global() -> None:
    source = f"""setup() {{ WHERE="statuss/name = 'New'"; }}
setup
{CURL} "conditions=$WHERE\""""
    assert [label[:14] for label in _run("sh", source)] == ["2 CW203 statuss"[:14]]
