"""Declarations of languages with braces: values of parameters, accessors of properties, resources, patterns, classes without a name."""

from __future__ import annotations

import pytest

from tests.lint.scripts import describe

TICKETS = "conditions /service/tickets: id = 1"
MANAGE = "conditions manage: id = 1"

DEFAULTS = [
    ("javascript", "function list(conditions = 'id = 1') { return get('/service/tickets', { params: { conditions } }); }"),
    ("javascript", "const list = ({ page, conditions = 'id = 1' }) => get('/service/tickets', { params: { conditions } });"),
    ("javascript", "const { page, conditions = 'id = 1' } = options;\nget('/service/tickets', { params: { conditions } });"),
    ("php", "<?php\nfunction tickets(string $conditions = 'id = 1') { return get('/service/tickets', ['conditions' => $conditions]); }"),
    ("csharp", 'class C { Task List(int page, string conditions = "id = 1") => Get("/service/tickets", conditions: conditions); }'),
    ("kotlin", 'fun list(page: Int, conditions: String = "id = 1") = get("/service/tickets", mapOf("conditions" to conditions))'),
    ("swift", 'func list(page: Int, conditions: String = "id = 1") { get("/service/tickets", conditions: conditions) }'),
]  # fmt: skip


@pytest.mark.parametrize(("language", "source"), DEFAULTS)
def test_value_of_a_parameter_is_a_condition(language: str, source: str) -> None:
    assert describe(language, source) == [TICKETS]


ACCESSORS = [
    ("csharp", 'class C { string Conditions { get { return "id = 1"; } set { Save(value); } } }'),
    ("csharp", 'class C { string Conditions { get => "id = 1"; private set => Save(value); } }'),
    ("csharp", 'class C { string Query { get { Log(); return Build(conditions: "id = 1"); } } }'),
    ("csharp", 'class C { string Query { get; set { Send(conditions: "id = 1"); } } }'),
    ("swift", 'struct C { var conditions: String { return "id = 1" } }'),
    ("swift", 'struct C { var query: String { log(); return build(conditions: "id = 1") } }'),
    ("swift", 'struct C { var query = "" { didSet { send(conditions: "id = 1") } } }'),
    ("kotlin", 'class C { val conditions: String get() { return "id = 1" } }'),
]


@pytest.mark.parametrize(("language", "source"), ACCESSORS)
def test_bodies_of_a_property_are_searched(language: str, source: str) -> None:
    assert describe(language, source) == [MANAGE]


STATEMENTS = [
    ("java", 'void run() { try (Client c = open(); Query q = c.query("/service/tickets")) { q.add("conditions", "id = 1"); } }'),
    ("java", 'void run() { send(new Query() { void fill() { get("/service/tickets").add("conditions", "id = 1"); } }); }'),
    ("csharp", 'using (var c = Open()) using (var q = c.Query("/service/tickets")) { q.Add("conditions", "id = 1"); }'),
    ("csharp", 'var (path, term) = ("/service/tickets", "id = 1"); Get(path, conditions: term);'),
    ("csharp", 'var next = first with { Path = "/service/tickets", Conditions = "id = 1" };'),
    ("csharp", 'class C { static readonly (string Name, int Id)[] Kinds = { ("a", 1) }; void Run() { Get("/service/tickets", conditions: "id = 1"); } }'),
    ("csharp", 'await foreach (var page in Pages("/service/tickets", conditions: "id = 1")) { Save(page); }'),
    ("csharp", 'try { Run(); } catch (HttpException e) when (Get("/service/tickets", conditions: "id = 1")) { }'),
    ("csharp", 'using Text = System.String;\nclass C : IJob { void IJob.Run() { Get("/service/tickets", conditions: "id = 1"); } }'),
    ("javascript", "#!/usr/bin/env it's\nlet term;\nrun(term = 'id = 1');\nget('/service/tickets', { conditions: term });"),
    ("javascript", "abstract class C { abstract list(): Promise<Row[]>; run() { get('/service/tickets', { conditions: 'id = 1' }); } }"),
    ("php", '<?php\nlist($path, $term) = ["/service/tickets", "id = 1"]; get($path, ["conditions" => $term]);'),
    ("php", '<?php\nsend(new class("/service/tickets") extends Query { function fill() { get("/service/tickets", ["conditions" => "id = 1"]); } });'),
]  # fmt: skip


@pytest.mark.parametrize(("language", "source"), STATEMENTS)
def test_condition_in_a_statement_is_found(language: str, source: str) -> None:
    assert describe(language, source) == [TICKETS]


def test_empty_brackets_before_a_member_are_no_annotation() -> None:
    assert describe("csharp", 'class C { [] public string Conditions { get; set; } = "id = 1"; }') == [MANAGE]
