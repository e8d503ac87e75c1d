"""Literals of Python: what is read is what Python reads, with positions and quoting."""

from __future__ import annotations

import ast
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cwql.lint.frontends.python.syntax import find_field, read_literals
from cwql.lint.ir import Chunk
from cwql.lint.templates.model import PLACEHOLDER
from tests.lint.python_conditions import find, shown


def chunks_of(literal: str) -> list[Chunk]:
    """Return the pieces of a literal, or of several ones side by side."""
    return [piece for token in read_literals(literal, 0, len(literal)) for piece in token.parts or []]


SIGNS = st.text(alphabet="ab ='\"\\{}\n\r\t\0é\u2028\U0001f600%", max_size=12)


@pytest.mark.parametrize("prefix", ["", "r", "f", "rf", "u"])
@pytest.mark.parametrize("quote", ["'", '"', "'''", '"""'])
@given(value=SIGNS)
def test_what_a_quoting_encodes_python_decodes(prefix: str, quote: str, value: str) -> None:
    (segment,) = chunks_of(f"{prefix}{quote}a{quote}")
    assert segment.quoting is not None
    spelt = segment.quoting.encode(value)
    if spelt is None:
        assert "r" in prefix
        return
    literal = f"{prefix}{quote}{spelt}{quote}"
    assert eval(literal) == value
    segments = chunks_of(literal)
    assert "".join(segment.text for segment in segments) == value
    for segment in segments:
        spelling = literal[segment.start : segment.end]
        if segment.kind == "same":
            assert spelling == segment.text
        else:
            assert spelling in ("{{", "}}") or eval(f'"{spelling}"') == segment.text


@given(spelt=st.text(alphabet="\\nxu0N{}14BULLET'\"é\n ", max_size=24), prefix=st.sampled_from(["", "r", "b", "f"]))
def test_literals_are_read_as_python_reads_them(spelt: str, prefix: str) -> None:
    literal = f'{prefix}"""{spelt}"""'
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(literal, mode="eval").body
    except SyntaxError:
        return
    if not isinstance(tree, ast.Constant) or not isinstance(tree.value, str):
        return
    segments = chunks_of(literal)
    assert "placeholder" not in [segment.kind for segment in segments]
    assert "".join(segment.text for segment in segments) == tree.value


@given(
    parts=st.lists(
        st.one_of(
            SIGNS.map(lambda text: ("text", text)),
            st.sampled_from(
                ["x", " x ", "x!r", "x:>4", "d['k']", "(x, '}')", "x:{w}", "x!s:>{w}", "{'a': 1}['a']"]
            ).map(lambda text: ("placeholder", text)),
        ),
        max_size=6,
    )
)
def test_fillings_stand_where_python_finds_them(parts: list[tuple[str, str]]) -> None:
    quote = '"""'
    spelt, placeholders = "", []
    for kind, text in parts:
        if kind == "text":
            for sign in text:
                spelt += {"\\": "\\\\", '"': '\\"', "{": "{{", "}": "}}", "\r": "\\r", "\0": "\\0"}.get(sign, sign)
        else:
            # A brace directly after the opening one would be a doubled one.
            field = f" {text}" if text.startswith("{") else text
            placeholders.append((len(spelt) + 4, field))
            spelt += f"{{{field}}}"
    literal = f"f{quote}{spelt}{quote}"
    segments = chunks_of(literal)
    fillings = [segment for segment in segments if segment.kind == "placeholder"]
    assert [(filling.start, literal[filling.start + 1 : filling.end - 1]) for filling in fillings] == placeholders
    for filling, (_, field) in zip(fillings, placeholders, strict=True):
        found = find_field(literal, filling)
        assert found is not None
        low, high, specification = found
        expression = literal[low:high]
        conversion = field[len(expression) :].removesuffix(specification).removesuffix(":")
        assert ast.parse(expression.strip(), mode="eval")
        assert conversion in ("", "!r", "!s")
    values = {"x": "v", "d": {"k": "v"}, "w": 4}
    made = "".join(
        eval(f"f{quote}{literal[segment.start : segment.end]}{quote}", values)
        if segment.kind == "placeholder"
        else segment.text
        for segment in segments
    )
    assert made == eval(literal, values)


@pytest.mark.parametrize("text", ["'a", "f'{x'", "a", "'a' b", "f'{x:'"])
def test_what_is_no_literal_is_not_read(text: str) -> None:
    assert read_literals(text, 0, len(text)) == []


def test_the_value_of_a_field_that_shows_itself_is_unknown() -> None:
    assert [shown(found) for found in find("c = f'{x=}'\nf(conditions=c)\nf(conditions=f'a={x!r}')")] == ["a=<x>"]


def test_a_field_begins_with_the_quote_of_a_longer_literal() -> None:
    assert [shown(found) for found in find("f(conditions=f'''id in ({', '.join(x)})''')")] == ["id in (<', '.join(x)>)"]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_places_in_files_of_any_kind(newline: str, mark: str) -> None:
    lines = ['é = "ü"; ü = {"conditions": "näme=\'ß\' and "', '\t"""a', 'b""" f"{é}{ü:d} c"}', "x=1"]
    text = mark + newline.join(lines)
    literals = text[text.index('"näme') : text.index("}" + newline)]
    (found,) = find(text)
    assert shown(found) == "näme='ß' and a\nbü<ü!> c"
    assert text[found.span.start : found.span.end] == literals
    assert [text[segment.start : segment.end] for segment in found.segments if segment.kind == "placeholder"] == [
        "{ü:d}"
    ]


def test_the_span_is_that_of_the_literals() -> None:
    text = 'WANTED = r"a=1"\ndef f(c):\n  get(conditions=WANTED, params={"conditions": ("b=1 "\n "and c=2")})\n'
    assert [text[found.span.start : found.span.end] for found in find(text)] == ['r"a=1"', '"b=1 "\n "and c=2"']


def test_literals_are_numbered() -> None:
    (found,) = find("A = 'x=1'\nf(conditions=A + ' and ' f'y={z}' + A)")
    assert [(segment.text, segment.literal) for segment in found.segments] == [
        ("x=1", 0), (" and ", 1), ("y=", 2), (PLACEHOLDER, 2), ("x=1", 0),
    ]  # fmt: skip
