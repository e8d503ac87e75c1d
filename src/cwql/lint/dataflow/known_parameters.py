"""The values of parameters of functions that only the program itself calls: `KnownParameters`."""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.origins import origin_of
from cwql.lint.dataflow.values import Value, is_harmless

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cwql.lint.dataflow.flow import Flow
    from cwql.lint.ir import Function

_MAIN = re.compile(
    r"(?m)^(?:if __name__ == ['\"]__main__['\"]:(?:[ \t]*+#[^\n]*+)?+\s++|(?=[a-z]))[^\n]{0,80}?\bmain\([^\n]*+\s*+\Z"
    r"|^(?:async )?+def (?:(?:lambda_)?+handler\(event|main\(\w++: func\.)|^\w++ = (?:\w++\.)?+(?:Flask|FastAPI|Quart|App|AsyncApp)\("
)
"""The end of a script that only runs its main function, a function of AWS or Azure, or the application of a server or bot.

Other files call the functions of a script with examples at its end.
"""

_PRIVATE = frozenset(("private", "defp", "defn-"))
_SECTIONS = re.compile(r"^[ \t]*+(?:(private|public|protected)[ \t]*+$|class\b|module\b)", re.MULTILINE)
"""The lines of Ruby after which the methods of a class are private or not."""

_WORD = re.compile(r"[\w$]+")
_EXPORTS = re.compile(r"\bexports?\b[^;(]{0,2000}+")


class KnownParameters:
    """The parameters whose functions are private, by their names, with the values of all calls."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self._closed: dict[str, bool] = {}
        self._values: dict[str, Value | None] = {}

    @cached_property
    def _given(self) -> dict[int, list[dict[str, Value]]]:
        """Return the arguments of the calls of each function."""
        given: dict[int, list[dict[str, Value]]] = {}
        for call in self.flow.calls:
            given.setdefault(id(call.function), []).append(call.given)
        return given

    def value(self, name: str) -> Value | None:
        """Return the value of a parameter; None if other files may call a function that has it."""
        if not self._is_closed(name):
            return None
        if name not in self._values:
            given = [values[name] for each in self.flow.takers[name] for values in self._given[each] if name in values]
            found = [value for value in given if value.safe or value.parameter != name]
            together = Value(0, 0, safe=all(map(is_harmless, found)))
            together.origin = origin_of(found)
            self._values[name] = together if found else None
        return self._values[name]

    def is_simple(self, name: str) -> bool:
        """Return whether only the program calls the functions that have a parameter, and with terms that contain no ``or``."""
        if not self._is_closed(name):
            return False
        given = [
            values[name] for function in self.flow.takers[name] for values in self._given[function] if name in values
        ]
        return all(
            value.texts and not value.open and all(" or " not in text.shown.lower() for text in value.texts)
            for value in given
        )

    def _is_closed(self, name: str) -> bool:
        """Return whether only the program calls the functions that have a parameter."""
        if name not in self._closed:
            takers = self.flow.takers.get(name, {})
            self._closed[name] = bool(takers) and all(
                key in self._given and self._is_private(function) for key, function in takers.items()
            )
        return self._closed[name]

    def _is_private(self, function: Function) -> bool:
        """Return whether only the file itself can call a function."""
        traits = self.flow.traits
        if traits.shared or function.name.startswith("_"):
            return True
        if traits.libraries or self._is_script:
            return self._is_script
        text = self.flow.context.source.text
        if traits.exports and text.startswith(("function", "async function"), function.start):
            # A function of a module, unless the module exports it.
            return function.name not in self._exported
        if traits.sections:
            index = bisect_left(self._sections, (function.start, "")) - 1
            return index >= 0 and self._sections[index][1] == "private"
        start = text.rfind("\n", 0, function.start) + 1
        head = text[start : function.start + 200].lstrip(" \t(").partition("(")[0].lower().split()
        return not _PRIVATE.isdisjoint(head)

    @cached_property
    def _is_script(self) -> bool:
        """Return whether no other file imports the program."""
        source, libraries = self.flow.context.source, self.flow.traits.libraries
        filename = source.name.lower()
        if libraries:
            return not filename.endswith(libraries)
        script = source.text.startswith("#!") or filename.endswith((".exs", ".pl"))
        return script or "package main\n" in source.text[:4000] or _MAIN.search(source.text) is not None

    @cached_property
    def _sections(self) -> list[tuple[int, str]]:
        """Return the positions of the lines after which methods are private or not, with their words."""
        return [(match.start(), match[1] or "") for match in _SECTIONS.finditer(self.flow.context.source.text)]

    @cached_property
    def _exported(self) -> set[str]:
        """Return the words of the exports of a module."""
        return {word for match in _EXPORTS.finditer(self.flow.context.source.text) for word in _WORD.findall(match[0])}
