"""What tree-sitter finds in a program: the spans of its strings, and where the names end that it calls and assigns to.

The same is read from our tree by `found_by_us`. Positions are compared instead of names, so that a call of the right name
at the wrong place is a difference.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from typing import Any

from tree_sitter import Language, Parser

from cwql.lint.frontends import UnreadableSource
from cwql.lint.frontends.scanner import Scanner
from cwql.lint.ir import Argument, Assign, Call, Chunk, Member, Name, Node, Parameter
from cwql.lint.words import words


@dataclass(frozen=True)
class Oracle:
    """A grammar: kinds of nodes that are strings, with those of the code in them; fields of calls and assignments."""

    module: str
    strings: frozenset[str]
    placeholders: frozenset[str]
    calls: dict[str, str]
    assignments: dict[str, str]
    function: str = "language"
    frontend: str = ""
    """The module of our frontend, if it has another name than the language."""
    values: dict[str, str] = field(default_factory=dict)
    """Fields that an assignment must have: ``let x;`` is none."""


@dataclass(frozen=True)
class Program:
    """The strings of a program, and the ends of the names that it calls and assigns to."""

    strings: frozenset[tuple[int, int]]
    calls: frozenset[int]
    assignments: frozenset[int]


_STATEMENTS = frozenset(
    (
        *("import", "include", "require", "require_once", "echo", "print", "isset", "unset", "empty"),
        *("raise", "throw", "exit", "die", "next", "break", "yield"),
        # The blocks of a PowerShell function, with which the grammar has commands after `param`.
        *("param", "begin", "process", "end", "inlinescript"),
        *("assert", "declare", "default", "nameof", "sizeof", "super", "this"),
    )
)
"""Statements that one side has as calls, which changes nothing."""

_JAVASCRIPT = Oracle(
    "tree_sitter_javascript",
    frozenset(("string", "template_string")),
    frozenset(("template_substitution",)),
    # An element of JSX is a call for us, with attributes as arguments.
    {
        "call_expression": "function",
        "new_expression": "constructor",
        "jsx_opening_element": "name",
        "jsx_self_closing_element": "name",
    },
    {
        "assignment_expression": "left",
        "augmented_assignment_expression": "left",
        "variable_declarator": "name",
        "field_definition": "property",
        "public_field_definition": "name",
    },
    values={"variable_declarator": "value", "field_definition": "value", "public_field_definition": "value"},
)

ORACLES = {
    "javascript": _JAVASCRIPT,
    "typescript": replace(
        _JAVASCRIPT, module="tree_sitter_typescript", function="language_typescript", frontend="javascript"
    ),
    "tsx": replace(_JAVASCRIPT, module="tree_sitter_typescript", function="language_tsx", frontend="javascript"),
    "csharp": Oracle(
        "tree_sitter_c_sharp",
        frozenset(
            ("string_literal", "verbatim_string_literal", "interpolated_string_expression", "raw_string_literal")
        ),
        frozenset(("interpolation",)),
        # An attribute is a call for us, as that of a constructor.
        {
            "invocation_expression": "function",
            "object_creation_expression": "type",
            "implicit_object_creation_expression": "new",
            "attribute": "name",
        },
        {
            "assignment_expression": "left",
            "variable_declarator": "name tuple_pattern",
            "property_declaration": "name",
            "attribute_argument": "identifier",
        },
        values={
            "variable_declarator": "=",
            "property_declaration": "= arrow_expression_clause",
            "attribute": "attribute_argument_list",
            "attribute_argument": "=",
        },
    ),
    "go": Oracle(
        "tree_sitter_go",
        frozenset(("interpreted_string_literal", "raw_string_literal")),
        frozenset(),
        # A composite literal is a call for us: both make a value of a type.
        {"call_expression": "function", "composite_literal": "type"},
        {
            "short_var_declaration": "left",
            "assignment_statement": "left",
            "var_spec": "name",
            "const_spec": "name",
            "type_switch_statement": "alias",
        },
        values={"var_spec": "value", "const_spec": "value", "type_switch_statement": "alias"},
    ),
    "php": Oracle(
        "tree_sitter_php",
        frozenset(("string", "encapsed_string", "heredoc", "nowdoc")),
        frozenset(("variable_name", "member_access_expression", "subscript_expression", "dynamic_variable_name")),
        {
            "function_call_expression": "function",
            "member_call_expression": "name",
            "scoped_call_expression": "name",
            "nullsafe_member_call_expression": "name",
            "object_creation_expression": "",
            "attribute": "",
        },
        {
            "assignment_expression": "left",
            "augmented_assignment_expression": "left",
            "const_element": "",
            "property_element": "name",
            "enum_case": "name",
            "static_variable_declaration": "name",
            "declare_directive": "strict_types",
        },
        function="language_php",
        values={
            "property_element": "default_value",
            "enum_case": "value",
            "static_variable_declaration": "value",
            "attribute": "parameters",
        },
    ),
    "ruby": Oracle(
        "tree_sitter_ruby",
        frozenset(("string", "heredoc_body")),
        frozenset(("interpolation",)),
        {"call": "method"},
        # ``list << item`` changes its left side, so it is an assignment for us.
        {"assignment": "left", "operator_assignment": "left", "binary": "left"},
        values={"call": "arguments", "binary": "<<"},
    ),
    "powershell": Oracle(
        "tree_sitter_powershell",
        frozenset(("string_literal", "switch_clause_condition")),
        frozenset(("expandable_string_literal", "expandable_here_string_literal")),
        # The grammar has the arguments of ``Get-Ticket -Since $date.ToString('s')`` apart from the name of the method.
        {"command": "command_name", "invokation_expression": "member_name", "argument_list": "member"},
        {"assignment_expression": "left_assignment_expression", "class_property_definition": "variable"},
        values={"class_property_definition": "=", "argument_list": "member"},
    ),
    "java": Oracle(
        "tree_sitter_java",
        frozenset(("string_literal",)),
        frozenset(),
        {"method_invocation": "name", "object_creation_expression": "type", "annotation": "name"},
        {
            "assignment_expression": "left",
            "variable_declarator": "name",
            "element_value_pair": "key",
            "resource": "name",
        },
        values={"variable_declarator": "value", "resource": "value"},
    ),
}


@cache
def parser_of(language: str) -> Parser:
    """Return the parser of tree-sitter for a language."""
    oracle = ORACLES[language]
    return Parser(Language(getattr(import_module(oracle.module), oracle.function)()))


def found_by_oracle(language: str, text: str) -> Program | None:
    """Return what tree-sitter finds in an ASCII text; None if it reports an error."""
    oracle = ORACLES[language]
    tree = parser_of(language).parse(text.encode())
    if tree.root_node.has_error:
        return None
    strings: set[tuple[int, int]] = set()
    calls: set[int] = set()
    assignments: set[int] = set()
    stack: list[tuple[Any, bool]] = [(tree.root_node, False)]
    while stack:
        node, inside = stack.pop()
        kind = node.type
        label = kind == "switch_clause_condition" and text[node.start_byte] not in "'\""
        if node.is_named and kind in oracle.strings and not label:
            # Ruby's other literals are lists, symbols and documents, which we have as strings of another kind.
            if not inside and not (language == "ruby" and text[node.start_byte] in "%<`:\n"):
                strings.add((node.start_byte, node.end_byte))
            inside = True
        for ends, fields in ((calls, oracle.calls), (assignments, oracle.assignments)):
            if node.is_named and kind in fields and _has(node, oracle.values.get(kind, "")):
                target = _part(node, fields[kind])
                if target is not None and not _is_different(node, target, ends is calls):
                    ends.add(target.end_byte)
        stack += [(child, inside) for child in node.children]
    return Program(frozenset(strings), frozenset(calls), frozenset(assignments))


def _has(node: Any, names: str) -> bool:
    """Return whether a node has one of the children that an assignment or call must have."""
    if names == "member":
        before = node.prev_sibling
        variable = before is not None and before.text[:1] in b"$([" and before.text.split(b".")[-1].isalnum()
        return variable and node.parent.type == "command_elements"
    known = {child.type for child in node.children}
    if not names or any(node.child_by_field_name(name) is not None or name in known for name in names.split()):
        return True
    return names == "arguments" and node.child_by_field_name("block") is not None


def _is_different(node: Any, target: Any, called: bool) -> bool:
    """Return whether our tree has something else here on purpose."""
    # An entry of an initializer, ``new Options { Path = "…" }``, is an entry of a mapping.
    if not called and node.parent is not None and node.parent.type == "initializer_expression":
        return True
    # ``total -= 1`` changes a number: an operation for us.
    operator = node.child_by_field_name("operator")
    if not called and operator is not None and operator.text not in _OPERATORS:
        return True
    # An annotation of a parameter or of a member of an enum is only searched for a name or a type.
    if _is_annotated(node):
        return True
    # The same of the commands in ``[ValidateScript({ … })]``.
    if node.type in ("command", "invokation_expression") and _is_in_attribute(node):
        return True
    # A template with a tag, ``gql`…` ``, is a string after a name. A comparison of types is no operator that we have.
    arguments = node.child_by_field_name("arguments")
    if arguments is not None and arguments.type == "template_string":
        return True
    # What is called has no name: the result of another call, a text, an item, the start of the range ``1..3`` in PowerShell.
    if called and (target.text[:1].isdigit() or not (target.text[-1:].isalnum() or target.text[-1:] in b"_$!?>%")):
        return True
    # A literal of a type without a name is a list or a mapping.
    if target.type in ("map_type", "slice_type", "array_type", "implicit_length_array_type"):
        return True
    # ``Array.Empty()`` is no ``empty()``.
    before = target.start_byte - node.start_byte
    receiver = node.text[max(before - 1, 0) : before] == b"." or any(
        node.child_by_field_name(name) is not None for name in ("object", "receiver")
    )
    return called and not receiver and target.text.decode().lower() in _STATEMENTS


_OPERATORS = (b"=", b":=", b"+=", b".=", b"<<", b"??=", b"||=")
"""Operators that give their left side a text or a list; the others are operations for us."""

_ANNOTATIONS = words(
    """annotation annotation_argument_list attribute attribute_argument attribute_argument_list attribute_group
    attribute_list decorator element_value_pair modifiers"""
)
"""Annotations and their parts."""

_ANNOTATED = words(
    "parameter required_parameter optional_parameter formal_parameter spread_parameter simple_parameter enum_member_declaration"
)
"""Nodes whose annotations are no calls for us."""


def _is_annotated(node: Any) -> bool:
    """Return whether a part of an annotation belongs to one of those nodes."""
    if node.parent is not None and node.parent.type == "decorator":
        node = node.parent
    if node.type not in _ANNOTATIONS:
        return False
    while node is not None and node.type in _ANNOTATIONS:
        node = node.parent
    return node is not None and node.type in _ANNOTATED


def _is_in_attribute(node: Any) -> bool:
    while node is not None and node.type != "attribute_argument":
        node = node.parent
    return node is not None


def _part(node: Any, name: str) -> Any:
    """Return the child of a field, or of a kind; without a name, the class of an instantiation."""
    if name == "member":
        return node.prev_sibling
    if not name:
        return next(
            (child for child in node.children if child.type in ("name", "qualified_name", "variable_name")), None
        )
    parts = [child for each in name.split() for child in node.children_by_field_name(each) if child.is_named]
    parts = parts or [child for child in node.children if child.type in name.split()]
    # ``var first, last = split(name)``
    found = parts[-1] if parts else None
    while found is not None:
        # The name of ``Get<T>`` and of ``client.Get<T>`` ends before the types.
        named = found.type in ("member_access_expression", "qualified_name")
        inner = found.child_by_field_name("name") if named else None
        if found.type in ("generic_name", "generic_type") and found.text.endswith(b">"):
            inner = found.children[0]
        if found.type == "parenthesized_expression":
            inner = found.named_children[0]
        if inner is None:
            return found
        found = inner
    return None


def found_by_us(language: str, text: str) -> Program | None:
    """Return what our frontend finds in a text; None if it cannot be read."""
    grammar = import_module(f"cwql.lint.frontends.{ORACLES[language].frontend or language}").GRAMMAR
    try:
        tokens = Scanner(text, grammar.syntax).tokens()
    except UnreadableSource:
        return None
    strings: set[tuple[int, int]] = set()
    for token in tokens:
        opener = text[token.start : token.start + 2]
        character = opener[:1] == "'" and language in ("csharp", "go", "java")
        other = language == "ruby" and opener[:1] in ("%", "<", "`", ":")
        if token.kind == "string" and not character and not other:
            strings.add((token.start, token.end))
    calls: set[int] = set()
    assignments: set[int] = set()
    seen: set[int] = set()
    stack: list[object] = [grammar.parser(tokens, text).module().body]
    while stack:
        each = stack.pop()
        if isinstance(each, (list, tuple)):
            stack += each
        elif isinstance(each, (Node, Argument, Chunk, Parameter)) and id(each) not in seen:
            seen.add(id(each))
            if (
                isinstance(each, Call)
                and isinstance(each.callee, (Name, Member))
                and text[each.callee.start : each.callee.end].lower() not in _STATEMENTS
                and text[: each.callee.end].lower().endswith((each.callee.name or "new").lower())
            ):
                # ``from … select`` is a call for us of a name that is not in the source.
                calls.add(each.callee.end)
            if isinstance(each, Assign) and each.value is not None and each.target.start < each.target.end:
                # Targets without an extent are not in the source: the variable of a `switch` in the body of a label.
                assignments.add(each.target.end)
            stack += [getattr(each, slot) for kind in type(each).__mro__ for slot in getattr(kind, "__slots__", ())]
    return Program(frozenset(strings), frozenset(calls), frozenset(assignments))
