"""Names that a schema, a form, a route or an option restricts, as text."""

from __future__ import annotations

import pytest

from cwql.lint.declared_rules import DeclaredRules
from cwql.lint.linter import lint_text

RESTRICTED = [
    # Schemas.
    ("companyId: Type.Integer({ minimum: 1 }),", "request.params.companyId"),
    ("kind: Type.Optional(Type.Union([Type.Literal('Server'), Type.Literal('Workstation')])),", "kind"),
    ("until: Type.Optional(Type.String({ format: 'date' })),", "query.until"),
    ("severity = fields.String(validate=validate.OneOf(['Low', 'High']))", 'query["severity"]'),
    ('"kind": {"type": "string", "enum": ["Server", "Workstation"]},', "arguments['kind']"),
    ('"identifier": schema.StringAttribute{\n  Validators: list{RegexMatches(regexp.MustCompile(`^[A-Z0-9]{2,9}$`))},\n}', "m.Identifier"),
    ("field :kind, Ecto.Enum, values: [:server, :laptop]", "device.kind"),
    ("identifier: Joi.string().alphanum().max(15).required(),", "identifier"),
    ("board = forms.ChoiceField(choices=BOARDS)", "cleaned['board']"),
    ("id = fields.Integer(required=True)", "query['id']"),
    # Rules.
    ("RuleFor(q => q.Serial).NotEmpty().Matches(\"^[A-Za-z0-9-]{3,40}$\");", "request.Serial"),
    ("$v->required('number')->like(qr/^[\\w-]{4,30}$/);", "$number"),
    ("validates :tag, format: { with: /\\A\\w+\\z/ }", "params[:tag]"),
    ("'status' => 'required|in:New,Open',", "$data['status']"),
    ("'status' => ['required', Rule::in(self::STATUSES)],", "$data['status']"),
    ("query('severity').isIn(['Low', 'High']),", "req.query.severity"),
    ("body('board').isInt(),", "req.body.board"),
    ("param('id').isInt(),", "req.params.id"),
    # Options.
    ("parser.add_argument('--company-id', type=int, required=True)", "args.company_id"),
    ("@click.option('--state', type=click.Choice(['New', 'Open']))", "state"),
    ("requires :board, type: Integer", "params[:board]"),
    (".option('-b, --board <id>', 'the board', Number)", "options.board"),
    (".requiredOption('-c, --company <id>', 'a company', parseInt)", "options.company"),
    ("o.on('--days N', Integer) { |v| @days = v }", "days"),
    ("var status = new Option<string>(\"--status\", \"Status\").FromAmong(\"New\", \"Open\");", "status"),
    # Routes.
    ("app.get('/clients/:id{[0-9]+}/computers', find)", "c.req.param('id')"),
    ("@app.route('/tickets/<int:ticket_id>/notes')", "ticket_id"),
    ("[HttpGet(\"{companyId:int}/devices\")]", "companyId"),
    ("#[Route('/tickets/{id<\\d+>}/time')]", "$id"),
    ("#[Route('/t/{id}', requirements: ['id' => '\\d+'])]", "$id"),
    ("Route::get('/boards/{board}', $list)->where('board', '[0-9]+');", "$board"),
    ("re_path(r'^board/(?P<board>\\d+)/$', board_view)", "board"),
]  # fmt: skip

SCHEMA = "rules = {'board': {'type': 'integer'}}\n"

SAME = [
    ("team = query['board']", True),
    ("$team = $request->input('board');", True),
    ("team = query.get('board')", True),
    ("team = form.board.data\nteam = input()", False),
    ("team = text.replace('board')", False),
    ("team = query['other']", False),
    ("team = other\nother = team", False),
]

FREE = [
    ("serial: Type.String(),", "query.serial"),
    ("name: Type.Integer()", "query.name"),
    ("serial, [int]$pageSize = 20", "serial"),
    ("def find(serial, limit: int):", "serial"),
    ("serial = Read-Host 'Serial number'", "serial"),
    ("serial = row.number", "serial"),
    ("# serial: number on the label of the device", "serial"),
    ("serial: { id: number; text: string }", "asset.serial"),
    ("query('serial').matches(/^.+$/)", "req.query.serial"),
    ("'serial' => 'required|string|max:40',", "$data['serial']"),
    ("SERIAL = re.compile('^[A-Z]+$')", "serial"),
    ("serial = re.sub('\\d+', '', text)", "serial"),
    ("<string:serial>", "serial"),
    (".option('--serial <text>', 'number of a device')", "serial"),
    ("id: number", "req.params.id"),
    ("rows.map((row) => row.id).filter(Boolean)", "req.params.id"),
    # The member of a record, and parameters that take any text.
    ("interface Alert { ClientID: number }", "clientId"),
    ("board_name: Literal['Alpha', 'Beta']\ndef find(board_name: str):", "board_name"),
    ("z.object({ state: z.enum(['open', 'closed']) });\nfunction find(state: string) {", "state"),
    ("p.add_argument('--kind', choices=['json', 'csv'])\ndef find(kind: str):", "kind"),
    ("{'serial': 'alpha_num'}\nTask Find(string serial)", "serial"),
    # Dates in the format of the culture.
    ("since = new Date()", "since"),
    ("before = (Get-Date).AddDays(-7)", "before"),
]


@pytest.mark.parametrize(("text", "expression"), RESTRICTED)
def test_name_is_restricted(text: str, expression: str) -> None:
    assert DeclaredRules(text).restrict(expression)


@pytest.mark.parametrize(("text", "expected"), SAME)
def test_name_that_is_given_a_restricted_value(text: str, expected: bool) -> None:
    assert DeclaredRules(SCHEMA + text).restrict("team") is expected


@pytest.mark.parametrize(("text", "expression"), FREE)
def test_name_is_not_restricted(text: str, expression: str) -> None:
    assert not DeclaredRules(text).restrict(expression)


def test_restricted_value_is_not_reported() -> None:
    text = """// connectwise
const Query = Schema.Struct({ kind: Schema.Literal("Server", "Workstation"), serial: Schema.String });
export const find = (query) =>
  manage.get("/company/configurations", { conditions: `type/name = '${query.kind}' and serialNumber = '${query.serial}'` });
"""
    reported = lint_text(text, filename="devices.ts").diagnostics
    assert [(each.code, text[each.span.start : each.span.end]) for each in reported] == [("CW601", "${query.serial}")]


def test_places_of_a_name_are_bounded() -> None:
    text = "kind = get(1)\n" * 60 + "'kind': 'integer'\n"
    assert not DeclaredRules(text).restrict("kind")
    assert DeclaredRules(text[-200:]).restrict("kind")


def test_time_is_bounded() -> None:
    names = [f"name{index}" for index in range(400)]
    rules = DeclaredRules("".join(f"'{name}', (x, y)\n" * 50 for name in names) + "'board': 'integer'")
    assert not any(map(rules.restrict, names))
    assert not rules.restrict("board")
