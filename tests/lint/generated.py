"""Random programs in the languages that tree-sitter is compared with: assignments, calls, texts with code in them."""

from __future__ import annotations

import random
from dataclasses import dataclass

NAMES = ("api", "board", "c", "conditions", "filter", "ids", "name", "page", "query", "rows", "text", "url", "value")
WORDS = (
    "closedFlag = false",
    "board/id = ",
    "it's",
    " and ",
    "",
    "100%",
    "a.b",
    "#1",
    "(x)",
    "{",
    "//",
    "--",
    "\\\\",
    "<!",
)


@dataclass(frozen=True)
class Surface:
    """How a language writes what all have: a program around the statements, and the statements."""

    program: str
    declare: str
    assign: str
    extend: str
    call: str
    method: str
    branch: str
    name: str
    quotes: str
    placeholder: str
    join: str
    end: str = ";"


SURFACES = {
    "javascript": Surface(
        "function f(a) {{\n{}\n}}\n",
        "const {} = {}",
        "{} = {}",
        "{} += {}",
        "{}({})",
        "{}.{}({})",
        "if ({}) {{ {} }} else {{ {} }}",
        "{}",
        "\"'`",
        "${{{}}}",
        "+",
    ),
    "csharp": Surface(
        "class A {{ void F(int a) {{\n{}\n}} }}\n",
        "var {} = {}",
        "{} = {}",
        "{} += {}",
        "{}({})",
        "{}.{}({})",
        "if ({}) {{ {} }} else {{ {} }}",
        "{}",
        '"',
        "",
        "+",
    ),
    "java": Surface(
        "class A {{ void f(int a) {{\n{}\n}} }}\n",
        "String {} = {}",
        "{} = {}",
        "{} += {}",
        "{}({})",
        "{}.{}({})",
        "if ({}) {{ {} }} else {{ {} }}",
        "{}",
        '"',
        "",
        "+",
    ),
    "go": Surface(
        "package a\n\nfunc f(a int) {{\n{}\n}}\n",
        "{} := {}",
        "{} = {}",
        "{} += {}",
        "{}({})",
        "{}.{}({})",
        "if {} {{ {} }} else {{ {} }}",
        "{}",
        '"`',
        "",
        "+",
        "",
    ),
    "php": Surface(
        "<?php\nfunction f($a) {{\n{}\n}}\n",
        "${} = {}",
        "${} = {}",
        "${} .= {}",
        "{}({})",
        "${}->{}({})",
        "if ({}) {{ {} }} else {{ {} }}",
        "${}",
        "\"'",
        "{{${}}}",
        ".",
    ),
    "ruby": Surface(
        "def f(a)\n{}\nend\n",
        "{} = {}",
        "{} = {}",
        "{} += {}",
        "{}({})",
        "{}.{}({})",
        "if {}\n {}\nelse\n {}\nend",
        "{}",
        "\"'",
        "#{{{}}}",
        "+",
        "",
    ),
    "powershell": Surface(
        "function f($a) {{\n{}\n}}\n",
        "${} = {}",
        "${} = {}",
        "${} += {}",
        "(Get-{} -x ({}))",
        "${}.{}({})",
        "if ({}) {{ {} }} else {{ {} }}",
        "${}",
        "\"'",
        "$({})",
        "+",
        "",
    ),
}

SURFACES["tsx"] = SURFACES["typescript"] = SURFACES["javascript"]


class Writer:
    """Write one random program."""

    def __init__(self, language: str, seed: int) -> None:
        self.surface = SURFACES[language]
        self.rng = random.Random(f"{language} {seed}")

    def program(self) -> str:
        """Return a program of a few statements."""
        return self.surface.program.format("\n".join([self.statement(2) for _ in range(self.rng.randrange(1, 7))]))

    def statement(self, depth: int) -> str:
        """Return a statement."""
        surface, rng = self.surface, self.rng
        kind = rng.randrange(6 if depth else 5)
        name = rng.choice(NAMES)
        if kind == 0:
            return surface.declare.format(name, self.value(2)) + surface.end
        if kind == 1:
            return surface.assign.format(name, self.value(2)) + surface.end
        if kind == 2:
            return surface.extend.format(name, self.value(2)) + surface.end
        if kind == 3:
            return surface.call.format(name, self.value(2)) + surface.end
        if kind == 4:
            return surface.method.format(name, rng.choice(NAMES), self.value(2)) + surface.end
        test = surface.name.format(name)
        return surface.branch.format(test, self.statement(depth - 1), self.statement(depth - 1))

    def value(self, depth: int) -> str:
        """Return an expression."""
        surface, rng = self.surface, self.rng
        kind = rng.randrange(6 if depth else 3)
        if kind == 0:
            return surface.name.format(rng.choice(NAMES))
        if kind == 1:
            return str(rng.randrange(1000))
        if kind == 2:
            return self.text(depth)
        if kind == 3:
            joined = f"{self.value(depth - 1)} {surface.join} {self.value(depth - 1)}"
            return joined if surface.join != "+" or surface.end else f"({joined})"
        if kind == 4:
            return surface.call.format(rng.choice(NAMES), self.value(depth - 1))
        return surface.method.format(rng.choice(NAMES), rng.choice(NAMES), self.value(depth - 1))

    def text(self, depth: int) -> str:
        """Return a string literal."""
        surface, rng = self.surface, self.rng
        quote = rng.choice(surface.quotes)
        words = [word for word in rng.choices(WORDS, k=rng.randrange(3)) if quote not in word and "$" not in word]
        if surface.placeholder and quote != "'" and (quote == "`" or "`" not in surface.quotes) and depth:
            words.append(surface.placeholder.format(rng.choice(NAMES)))
        return quote + "".join(words) + quote
