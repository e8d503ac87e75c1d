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
    from cwql.lint.dataflow.values import LocalCall
    from cwql.lint.ir import Function

_MAIN = re.compile(
    r"(?m)^(?:if __name__ == ['\"]__main__['\"]:(?:[ \t]*+#[^\n]*+)?+\s++(?:[^\n]{0,120}\n[ \t]++){0,9}?|(?=[a-z]))[^\n]{0,80}?\bmain\([^\n]*+\s*+\Z"
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


def _is_recursive(call: LocalCall, name: str) -> bool:
    """Return whether a function calls itself and passes a parameter on."""
    value = call.given[name]
    return call.caller is call.function and value.parameter == name and not value.safe


class KnownParameters:
    """The parameters of private functions, with the values of all calls.

    Each is given by its name and a position in its function: others may have parameters of that name.
    """

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self._closed: dict[int, bool] = {}
        self._values: dict[tuple[str, int], Value | None] = {}

    @cached_property
    def _calls(self) -> dict[int, list[LocalCall]]:
        """Return the calls of each function."""
        calls: dict[int, list[LocalCall]] = {}
        for call in self.flow.calls:
            calls.setdefault(id(call.function), []).append(call)
        return calls

    def _function(self, name: str, at: int) -> Function | None:
        """Return the innermost function around a position that has a parameter of a name."""
        around = [each for each in self.flow.takers.get(name, {}).values() if each.start <= at < each.end]
        return max(around, key=lambda each: each.start, default=None)

    def value(self, name: str, at: int) -> Value | None:
        """Return the value of a parameter; None if other files may call its function."""
        function = self._function(name, at)
        if function is None or not self._is_closed(function):
            return None
        key = name, id(function)
        if key not in self._values:
            # A function that calls itself may pass its parameter on.
            self._values[key] = None
            calls = [each for each in self._calls[key[1]] if name in each.given]
            found = [self._passed(each.given[name], each.caller) for each in calls if not _is_recursive(each, name)]
            together = Value(0, 0, safe=all(map(is_harmless, found)))
            together.origin = origin_of(found)
            self._values[key] = together if found else None
        return self._values[key]

    def _passed(self, value: Value, caller: Function | None) -> Value:
        """Return the value of an argument, which may be a parameter of the function that passes it."""
        known = (
            None if value.safe or not value.parameter or caller is None else self.value(value.parameter, caller.start)
        )
        return value if known is None else known

    def is_simple(self, name: str, at: int) -> bool:
        """Return whether only the program calls the function that has a parameter, and with terms that contain no ``or``."""
        function = self._function(name, at)
        if function is None or not self._is_closed(function):
            return False
        given = [each.given[name] for each in self._calls[id(function)] if name in each.given]
        return all(
            value.texts and not value.open and all(" or " not in text.shown.lower() for text in value.texts)
            for value in given
        )

    def _is_closed(self, function: Function) -> bool:
        """Return whether only the program calls a function."""
        key = id(function)
        if key not in self._closed:
            self._closed[key] = key in self._calls and self._is_private(function)
        return self._closed[key]

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
