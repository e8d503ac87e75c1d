"""Compiling: the parameters to send, the parameter of each term, and the diagnostics for terms that cannot be routed."""

from __future__ import annotations

import pickle
import random
from typing import TYPE_CHECKING, Any

import pytest

import cwql
from cwql import Compiled, ConditionError, ExpressionError, F, Query, UnknownNameError
from cwql.analysis.rule_config import RuleConfig
from cwql.ast import Constant
from cwql.language.nodes import Comparison, Path, comparisons, conjunction, disjunction
from cwql.manage.fields import Contact, ContactCommunicationItem, Ticket
from cwql.semantics.predicate import predicate
from tests.generators import hostile_strings

if TYPE_CHECKING:
    from cwql import Condition, Expr

CONTACTS = "/company/contacts"
ITEM = ContactCommunicationItem


def codes(compiled: Compiled) -> list[str]:
    return [finding.code for finding in compiled.diagnostics]


@pytest.mark.parametrize(
    ("what", "parameters"),
    [
        ("id=5", {"conditions": "id = 5"}),
        (Contact.id == 5, {"conditions": "id = 5"}),
        (cwql.cond("lastName = {} and id in {ids}", "O'Neil", ids=[1, 2]), {"conditions": 'lastName = "O\'Neil" and id in (1, 2)'}),
        ("", {}),
        (" \t", {}),
        (Constant(True), {}),
        (F("id").not_in([]), {}),
        ((Contact.id > 5) & F("id").not_in([]), {"conditions": "id > 5"}),
        ((Contact.id > 5) | F("id").in_([]), {"conditions": "id > 5"}),
        ("types/id = 1", {"childConditions": "types/id = 1"}),
        ("types/id = 1 or types/id = 2", {"childConditions": "types/id = 1 or types/id = 2"}),
        (
            'lastName = "Pat" and types/id = 1 and id > 5',
            {"conditions": 'lastName = "Pat" and id > 5', "childConditions": "types/id = 1"},
        ),
        (
            "id > 5 and (types/id = 1 or types/id = 2) and (lastName = 'a' or lastName = 'b')",
            {
                "conditions": 'id > 5 and (lastName = "a" or lastName = "b")',
                "childConditions": "types/id = 1 or types/id = 2",
            },
        ),
        (
            (Contact.id > 5) & Contact.communicationItems.any((ITEM.value.contains("@b.c")) & (ITEM.type.name == "Email")),
            {
                "conditions": "id > 5",
                "childConditions": 'communicationItems/value contains "@b.c" and communicationItems/type/name = "Email"',
            },
        ),
        (
            'customFields/caption = "Region" and customFields/value = "West"',
            {"customFieldConditions": 'caption = "Region" and value = "West"'},
        ),
        (
            Contact.customFields["Region"] == "West",
            {"customFieldConditions": 'caption = "Region" and value = "West"'},
        ),
        (Contact.customFields[75] == "12345", {"customFieldConditions": 'id = 75 and value = "12345"'}),
        (
            (Contact.customFields["Region"] == "West") | (Contact.customFields["Region"] == "East"),
            {
                "customFieldConditions": '(caption = "Region" and value = "West") or (caption = "Region" and value = "East")'
            },
        ),
        (
            (Contact.customFields["Region"] != "West") & (Contact.types.id == 3) & (Contact.id < 9),
            {
                "conditions": "id < 9",
                "childConditions": "types/id = 3",
                "customFieldConditions": 'caption = "Region" and value != "West"',
            },
        ),
        (Query(), {}),
        (
            Query(
                "id > 5",
                child_conditions="types/id = 1",
                custom_field_conditions='caption = "Region" and value = "West"',
                order_by="id desc",
                fields="id,lastName",
                page_size=50,
            ),
            {
                "conditions": "id > 5",
                "childConditions": "types/id = 1",
                "customFieldConditions": 'caption = "Region" and value = "West"',
                "orderBy": "id desc",
                "fields": "id,lastName",
                "pageSize": 50,
            },
        ),
        (
            Query(Contact.types.id == 1, child_conditions=Contact.types.name == "Owner"),
            {"childConditions": 'types/id = 1 and types/name = "Owner"'},
        ),
        (
            Query(custom_field_conditions=Contact.customFields["Region"] == "West"),
            {"customFieldConditions": 'caption = "Region" and value = "West"'},
        ),
        (
            Query(order_by=[Contact.lastName, Contact.id.desc(), "firstName"], fields=[Contact.id, "lastName", Contact.id]),
            {"orderBy": "lastName asc, id desc, firstName asc", "fields": "id,lastName"},
        ),
        (Query(page_size=1), {"pageSize": 1}),
    ],
)  # fmt: skip
def test_what_is_sent(what: Any, parameters: dict[str, object]) -> None:
    made = cwql.compile(what, endpoint=CONTACTS)
    assert made.params == parameters
    assert made.ok
    assert not made.matches_nothing
    assert made.text == parameters.get("conditions")
    assert made.raise_for_errors() is made


def test_the_parts_are_in_the_order_of_the_dialect() -> None:
    query = Query(
        fields="id",
        order_by="id",
        custom_field_conditions='caption = "a" and value = 1',
        child_conditions="types/id = 1",
        where="id = 1",
    )
    names = [part.parameter for part in cwql.compile(query, endpoint=CONTACTS).parts]
    assert names == ["conditions", "childConditions", "customFieldConditions", "orderBy", "fields"]


@pytest.mark.parametrize(
    ("what", "parameters"),
    [
        ("Client.Id = 5", {"condition": "Client.Id = 5"}),
        # No parameter is for collections: the condition itself leads through them.
        ("LoggedInUsers.LoggedInUserName = 'pat' or Id = 5", {"condition": "LoggedInUsers.LoggedInUserName = 'pat' or Id = 5"}),
        (
            Query("Id > 5", order_by="Id desc", fields=["Id", "ComputerName"], expand="Client", page_size=5),
            {"condition": "Id > 5", "orderBy": "Id desc", "expand": "Client", "includeFields": "Id,ComputerName", "pageSize": 5},
        ),
        (Query(fields="Id", exclude_fields="Client"), {"includeFields": "Id", "excludeFields": "Client"}),
    ],
)  # fmt: skip
def test_what_is_sent_to_automate(what: Any, parameters: dict[str, object]) -> None:
    assert cwql.compile(what, dialect="automate", endpoint="/computers").params == parameters


def test_without_an_endpoint_nothing_is_known_of_names() -> None:
    made = cwql.compile("id > 5 and types/id = 1")
    assert made.params == {"conditions": "id > 5 and types/id = 1"}


def test_other_parameters_keep_what_was_written_for_them() -> None:
    assert cwql.compile("types/id=1", endpoint=CONTACTS, parameter="childconditions").params == {
        "childConditions": "types/id = 1"
    }
    made = cwql.compile("id=75 and value='x'", endpoint=CONTACTS, parameter="customFieldConditions")
    assert (made.text, made.params) == ('id = 75 and value = "x"', {"customFieldConditions": 'id = 75 and value = "x"'})  # fmt: skip
    made = cwql.compile("customFields/id=75 and value='x'", endpoint=CONTACTS, parameter="customFieldConditions")
    assert made.text == 'id = 75 and value = "x"'
    made = cwql.compile("id DESC", endpoint=CONTACTS, parameter="orderBy")
    assert (made.text, made.params) == ("id desc", {"orderBy": "id desc"})
    assert cwql.compile([Contact.id], endpoint=CONTACTS, parameter="fields").text == "id"  # type: ignore[arg-type]


# Nothing to send


@pytest.mark.parametrize(
    "what",
    [
        F("id").in_([]),
        (Contact.id > 5) & F("id").in_([]),
        Query("id = 5", child_conditions=F("types/id").in_([])),
        Query(F("id").in_([]), order_by="id"),
    ],
)
def test_a_condition_that_matches_nothing(what: Any) -> None:
    made = cwql.compile(what, endpoint=CONTACTS)
    assert made.matches_nothing
    assert made.ok
    assert made.text is None
    with pytest.raises(ExpressionError, match="matches no record, so there is no request"):
        _ = made.params


def test_a_contradiction_is_found_on_request() -> None:
    assert not cwql.compile("id = 1 and id = 2", endpoint=CONTACTS).matches_nothing
    made = cwql.compile("id = 1 and id = 2", endpoint=CONTACTS, simplify=True)
    assert (made.matches_nothing, made.expr) == (True, Constant(False))


# Diagnostics


def marked(text: str, compiled: Compiled) -> list[tuple[str, str]]:
    return [(finding.code, text[finding.span.start : finding.span.end]) for finding in compiled.diagnostics]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("id == 5", [("CW112", "==")]),
        ("lastNme = 'a' and id = 5", [("CW203", "lastNme")]),
        ("id = 5 and types/nme = 'a'", [("CW203", "nme")]),
        ("types/id == 1 and lastNme = 'a'", [("CW112", "=="), ("CW203", "lastNme")]),
        ("id = 5 and customFields/caption == 'a' and customFields/valu = 1", [("CW112", "=="), ("CW209", "valu")]),
        ("id = 5 and customFields/caption = 'a' and customFields/id = 'x' and lastNme = 1", [("CW302", "'x'"), ("CW203", "lastNme")]),
        ("id = ", [("CW107", "=")]),
        ("id = 5 or types/id = 1", [("CW503", "types/id = 1")]),
        ("lastName = 'a' and (id = 5 or types/id = 1)", [("CW503", "types/id = 1")]),
        ("types/id = 1 or customFields/value = 1", [("CW503", "customFields/value = 1")]),
        ("(id = 5 and types/id = 1) or (id = 6 and types/id = 1)", [("CW504", "types/id = 1")]),
        ("id = 5 or types/id = 1 or lastNme = 'a'", [("CW503", "types/id = 1"), ("CW203", "lastNme")]),
        ("customFields/caption = 'a' and customFields/value = 1 and id = 5 and customFields/caption = 'b'", [("CW501", "caption = 'b'")]),
        ("not (customFields/caption = 'a' and customFields/value = 1)", [("CW120", "not"), ("CW502", "caption = 'a'")]),
    ],
)  # fmt: skip
def test_findings_point_into_the_users_text(text: str, found: list[tuple[str, str]]) -> None:
    made = cwql.compile(text, endpoint=CONTACTS)
    assert [code for code, _ in sorted(marked(text, made))] == [code for code, _ in sorted(found)]
    assert {part.source for part in made.parts} == {text}
    assert sorted(marked(text, made)) == sorted(found)
    if any(finding.severity == "error" for finding in made.diagnostics):
        assert not made.ok
        with pytest.raises(ConditionError):
            made.raise_for_errors()


def test_findings_in_a_tree_point_into_what_it_prints_to() -> None:
    made = cwql.compile((F("lastNme") == "a") & (Contact.types.id == 1), endpoint=CONTACTS)
    assert marked(made.parts[0].source, made) == [("CW203", "lastNme")]
    assert made.parts[0].source == 'lastNme = "a" and types/id = 1'


def test_the_fixes_of_a_routed_part_fit_the_users_text() -> None:
    text = "id = 5 and customFields/caption = 'a' and customFields/Value = 1"
    made = cwql.compile(text, endpoint=CONTACTS, rules=RuleConfig(strict=True))
    edits = [edit for finding in made.diagnostics for fix in finding.fixes for edit in fix.edits]
    assert [(text[edit.span.start : edit.span.end], edit.text) for edit in edits] == [("Value", "value")]


def test_the_parts_of_a_query_have_texts_of_their_own() -> None:
    made = cwql.compile(Query("lastNme = 'a'", order_by="nope", fields="id,nope"), endpoint=CONTACTS)
    assert [(part.source, [it.code for it in part.diagnostics]) for part in made.parts] == [
        ("lastNme = 'a'", ["CW203"]),
        ("nope", ["CW203"]),
        ("id,nope", ["CW203"]),
    ]
    # An unknown endpoint is one mistake, however many parameters there are.
    assert codes(cwql.compile(Query("id = 1", order_by="id"), endpoint="/company/contcts")) == ["CW201"]


@pytest.mark.parametrize(
    ("what", "text", "says"),
    [
        ("id = = 5", None, "`= =` is not an operator"),
        ("(id = 5", None, "never closed"),
        (F("lastName") == "both ' and \"", None, "quotes"),
        (Query(Contact.id == 5).where("id = ("), None, ""),
        (Query(order_by="id upwards"), None, ""),
        (Query(expand="types"), None, "no parameter for expand"),
    ],
)
def test_what_cannot_be_sent_leaves_no_parameters(what: Any, text: str | None, says: str) -> None:
    made = cwql.compile(what, endpoint=CONTACTS)
    assert not made.ok
    assert made.text is text
    assert says in "".join(finding.message for finding in made.diagnostics)
    with pytest.raises(ConditionError):
        _ = made.params


def test_what_cannot_be_routed_says_why_and_what_to_do() -> None:
    made = cwql.compile("id = 5 or types/id = 1", endpoint=CONTACTS)
    (finding,) = made.diagnostics
    assert finding.message.startswith("types/id belongs in childConditions, id in conditions")
    assert finding.hint is not None
    assert "send two requests" in finding.hint
    assert made.text == "id = 5 or types/id = 1"
    (finding,) = cwql.compile("(id=5 and types/id=1) or (id=6 and types/id=1)", endpoint=CONTACTS).diagnostics
    assert (
        finding.hint
        == "both sides contain the same term about types/id: move it out of the `or`: (… or …) and types/id = …"
    )


def test_levels_count() -> None:
    made = cwql.compile("id = 5 or types/id = 1", endpoint=CONTACTS, rules=RuleConfig(max_severity="warning"))
    assert [finding.severity for finding in made.diagnostics] == ["warning"]
    assert made.ok
    assert cwql.compile("lastNme = 1", endpoint=CONTACTS, rules=RuleConfig(max_severity="off")).diagnostics == []


@pytest.mark.parametrize(
    ("what", "parameter"),
    [(5, None), (None, None), (Contact.id, None), (Query(), "fields"), (Contact.id == 5, "orderBy"), (5, "fields")],
)
def test_what_is_nothing_to_compile(what: Any, parameter: str | None) -> None:
    with pytest.raises(ExpressionError):
        cwql.compile(what, endpoint=CONTACTS, parameter=parameter)


def test_unknown_names() -> None:
    with pytest.raises(UnknownNameError):
        cwql.compile("id = 5", dialect="sql")  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError):
        cwql.compile("id = 5", parameter="filter")


# Simplifying


@pytest.mark.parametrize(
    ("what", "parameters"),
    [
        ("id = 1 or id = 2", {"conditions": "id in (1, 2)"}),
        # The vendor lists `in` for the parameter conditions only, and a contact may have two types.
        ("types/id = 1 or types/id = 2", {"childConditions": "types/id = 1 or types/id = 2"}),
        ("types/id = 1 and types/id = 2 and types/id = 1", {"childConditions": "types/id = 1 and types/id = 2"}),
        ("company/id > 5 and company/id > 3", {"conditions": "company/id > 5"}),
        ("(id = 1 and id = 2) or company/id = 3", {"conditions": "company/id = 3"}),
    ],
)
def test_simplified_on_request(what: str, parameters: dict[str, str]) -> None:
    assert cwql.compile(what, endpoint=CONTACTS, simplify=True).params == parameters


# Laws


def leaf(rng: random.Random, kind: str) -> Condition:
    number, word = rng.randint(1, 4), rng.choice(["a", "b", "c"])
    match kind:
        case "conditions":
            return rng.choice(
                [
                    Contact.id == number,
                    Contact.lastName == word,
                    Contact.company.id.in_([number, 9]),
                    Contact.id != number,
                ]
            )
        case "childConditions":
            return rng.choice(
                [
                    Contact.types.id == number,
                    Contact.communicationItems.any(ITEM.value.contains(word)),
                    Contact.types.name != word,
                ]
            )
    field = Contact.customFields[word]
    return field == number if rng.random() < 0.5 else field == word


def item(rng: random.Random, kind: str) -> Condition:
    if rng.random() < 0.5:
        return leaf(rng, kind)
    return disjunction([conjunction([leaf(rng, kind) for _ in range(rng.randint(1, 2))]) for _ in range(2)])


def strip(expr: Condition) -> Expr:
    text = cwql.emit(expr).replace("customFields/", "")
    return cwql.parse(text)


def record(rng: random.Random) -> dict[str, Any]:
    return {
        "id": rng.randint(1, 4),
        "lastName": rng.choice(["a", "b", None]),
        "company": {"id": rng.randint(1, 4)},
        "types": [{"id": rng.randint(1, 4), "name": rng.choice(["a", "b"])} for _ in range(rng.randint(0, 2))],
        "communicationItems": [{"value": rng.choice(["ab", "c"])} for _ in range(rng.randint(0, 2))],
        "customFields": [{"id": 1, "caption": word, "value": rng.choice(["a", "b", 1, 2])} for word in ("a", "b")],
    }


@pytest.mark.parametrize("seed", range(8))
def test_the_parts_are_what_was_asked(seed: int) -> None:
    rng = random.Random(seed)
    kinds = ("conditions", "childConditions", "customFieldConditions")
    for _ in range(40):
        items = [(kind, item(rng, kind)) for kind in rng.choices(kinds[:2], k=rng.randint(0, 4))]
        items += [(kinds[2], item(rng, kinds[2])) for _ in range(rng.randint(0, 1))]
        rng.shuffle(items)
        if not items:
            continue
        whole = conjunction([part for _, part in items])
        expected = {
            kind: conjunction([part for found, part in items if found == kind])
            for kind in kinds
            if any(found == kind for found, _ in items)
        }
        if kinds[2] in expected:
            expected[kinds[2]] = strip(expected[kinds[2]])
        for what in (whole, cwql.emit(whole)):
            made = cwql.compile(what, endpoint=CONTACTS)
            parsed = {name: cwql.parse(str(text), parameter=name) for name, text in made.params.items()}
            assert parsed == expected
            assert made.expr == whole
        # A server joins the parameters by `and`: together they mean the same as the condition.
        together = [predicate(tree, parameter=name) for name, tree in expected.items()]
        alone = predicate(whole)
        for _ in range(5):
            sample = record(rng)
            assert alone(sample) == all(judge(sample) for judge in together), (whole, sample)


PIECES = (
    "id = 5", "types/id = 1", 'customFields/caption = "a"', "customFields/value == 3", "not types/id = 2", "lastNme = 1",
    "customFields.caption = 'b'", "customFields/id = 1", "customFields = null", "types", "(", ")", "and", "or", "=",
)  # fmt: skip
JOINTS = ("{} and {}", "{} or {}", "({}) and {}", "not ({}) and {}", "({} or {})", "{} {}")


@pytest.mark.parametrize("seed", range(4))
def test_no_text_whatever_makes_it_raise(seed: int) -> None:
    rng = random.Random(seed)
    texts = list(hostile_strings(60, seed + 1))
    for _ in range(250):
        text = rng.choice(PIECES)
        for _ in range(rng.randint(0, 4)):
            text = rng.choice(JOINTS).format(text, rng.choice(PIECES))
        texts.append(text)
    for text in texts:
        made = cwql.compile(text, endpoint=CONTACTS, simplify=rng.random() < 0.5)
        for part in made.parts:
            assert all(0 <= it.span.start <= it.span.end <= len(part.source) for it in part.diagnostics)
        if made.ok and not made.matches_nothing:
            for name, it in made.params.items():
                cwql.parse(str(it), parameter=name)


def test_no_tree_is_changed_on_the_way() -> None:
    whole = (Ticket.id > 5) & (Ticket.customFields["Region"] == "West")
    before = pickle.dumps(whole)
    cwql.compile(whole, endpoint="/service/tickets", simplify=True)
    assert pickle.dumps(whole) == before
    assert all(type(leaf) is Comparison and isinstance(leaf.path, Path) for leaf in comparisons(whole))


def test_what_was_made_can_be_kept_and_compared() -> None:
    made = cwql.compile(Query("id = 5 and types/id = 1", order_by="id"), endpoint=CONTACTS)
    assert pickle.loads(pickle.dumps(made)) == made
    assert hash(made) == hash(cwql.compile(Query("id = 5 and types/id = 1", order_by="id"), endpoint=CONTACTS))
    assert repr(made).startswith("Compiled(parameter='conditions'")
