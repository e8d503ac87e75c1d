"""The code around a condition that names its target: its call, its statement, the uses of its name, its block."""

from __future__ import annotations

from bisect import bisect_left

from cwql.lint.places import place_of_attributes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from cwql.lint.extractors.script import Script
    from cwql.lint.places import Context, Place

    PlaceOf: TypeAlias = Callable[[Script, int], Place | None]

_SECTIONS = frozenset(
    [
        "company",
        "configurations",
        "expense",
        "finance",
        "marketing",
        "procurement",
        "project",
        "sales",
        "schedule",
        "service",
        "system",
        "time",
    ]
)
_AUTOMATE = ("automate", "labtech", "lab-tech", "lab_tech", "cwa/api", "-cwm", "-cwa")
"""Text of a file that mentions Automate, or uses a module whose parameter is called ``-Condition``."""

_COMMAND_STARTS = frozenset(("|", ";", "=", "{", "(", "$(", "@(", "&&", "||", "+=", "&"))
_NEAR = 20
"""How many uses of a name, or places in a stretch, are looked at."""


class Surroundings:
    """The targets that a script names, and the lookup of the target of a condition.

    `place_of` returns the target that the word at an index of a script names (a cmdlet, a method), if any.
    """

    __slots__ = (
        "automate",
        "blocks",
        "habits",
        "place_of",
        "places",
        "script",
        "spots",
        "statements",
        "sure",
        "uses",
    )

    def __init__(
        self, context: Context, script: Script, place_of: PlaceOf | None, outer: Surroundings | None = None
    ) -> None:
        if outer is None:
            text = script.text.lower() + context.source.name.lower()
            self.automate = any(word in text for word in _AUTOMATE)
            self.sure = context.sure
        else:
            self.automate, self.sure = outer.automate, outer.sure
        self.script = script
        self.habits = script.habits
        self.place_of = place_of
        self.spots: list[int] = []
        self.places: list[Place] = []
        self.statements: dict[int, list[Place]] = {}
        self.blocks: dict[int, list[Place]] = {}
        self.uses: dict[str, list[int]] = {}

    # --- definitions ----------------------------------------------------------------------------------------------

    def note_word(self, at: int) -> None:
        """Record a name: the position of its use, and the target that it names."""
        self.uses.setdefault(self.script.fold(self.script.sign(at)), []).append(at)
        place = self._place_of_word(at)
        if place is not None:
            # A cmdlet or a method of a client is evidence of ConnectWise, whatever else the file contains.
            self.sure = True
            self.note(at, place)

    def names_endpoint(self, at: int) -> bool:
        """Return whether a string is passed as an endpoint or path by name (``-Endpoint "computers"``, ``path:
        'tickets'``).
        """
        for back in (1, 2):
            word = self.script.sign(at - back).lower().lstrip("-$")
            if word in ("endpoint", "path", "url", "uri", "resource", "route"):
                return True
        return False

    def weigh(self, place: Place | None, text: str) -> Place | None:
        """Return a place unless the text is too weak a sign for it: ``/tickets`` in a file that never speaks of Automate."""
        if place is None or place.endpoint is None or place.endpoint.strip("/").count("/") > 0:
            return place
        return place if self.automate or "cwa/api" in text.lower() else None

    def _place_of_word(self, at: int) -> Place | None:
        script = self.script
        if self.place_of is not None:
            place = self.place_of(script, at)
            if place is not None:
                return place
        if (
            script.sign(at).lower() in _SECTIONS
            and script.sign(at + 1) in self.habits.links
            and script.sign(at - 1) in self.habits.links
        ):
            names: list[str] = []
            index = at
            while index < len(script.tokens) and len(names) < 6 and script.tokens[index].kind == "name":
                names.append(script.sign(index))
                index += 1
                if script.sign(index) == "(" and script.closing(index) < len(script.tokens):
                    names.append("{}")
                    index = script.closing(index) + 1
                if script.sign(index) not in self.habits.links:
                    break
                index += 1
            return place_of_attributes(names)
        return None

    def note(self, at: int, place: Place) -> None:
        """Note a place that the token at an index names; indices come in order."""
        self.spots.append(at)
        self.places.append(place)
        if place.endpoint is None:
            return
        known = self.statements.setdefault(self.script.begin[at], [])
        if len(known) < 2 and all(other.endpoint != place.endpoint for other in known):
            known.append(place)
        block = self.script.block[at]
        for _ in range(100):
            inside = self.blocks.setdefault(block, [])
            if len(inside) > 1 or any(other.endpoint == place.endpoint for other in inside):
                break
            inside.append(place)
            if block < 0:
                break
            block = self.script.block[block]

    def _within(self, start: int, end: int) -> list[Place]:
        """Return the distinct places that are named between two indices."""
        first = bisect_left(self.spots, start)
        distinct: list[Place] = []
        for index in range(first, min(first + _NEAR, len(self.spots))):
            if self.spots[index] >= end:
                break
            place = self.places[index]
            if all(other.endpoint != place.endpoint for other in distinct if place.endpoint is not None):
                distinct.append(place)
        return distinct

    # --- lookups ----------------------------------------------------------------------------------------------------

    def near(self, at: int, wide: bool = True) -> list[Place | None]:
        """Return the places around a key, the nearest first: its call, its statement, the uses of its name, its block if `wide`."""
        script = self.script
        if self.habits.calls == "cmdlet":
            head = self._head(at) if script.tokens[at].kind == "option" else -1
            command = self._cmdlet(head)
            if command is not None:
                stated = [] if command.endpoint is not None else self._within(head + 1, self._tail(at))
                return [command, *stated] if len(stated) == 1 else [command]
        opener = script.parent[at]
        for _ in range(8):
            if opener < 0 or script.block[min(opener + 1, len(script.tokens) - 1)] == opener:
                break
            start = opener
            if script.sign(opener) == "(":
                while (
                    start > 0
                    and opener - start < 16
                    and (
                        script.tokens[start - 1].kind in ("name", "variable")
                        or script.sign(start - 1) in self.habits.links
                    )
                ):
                    start -= 1
            inside = [place for place in self._within(start, script.closing(opener)) if place.endpoint is not None]
            if len(inside) == 1:
                return [inside[0]]
            if len(inside) > 1:
                return []
            opener = script.parent[opener]
        statement = self.statements.get(script.begin[at], [])
        if statement:
            return [statement[0]] if len(statement) == 1 else []
        used = self._used(at)
        if used is not None:
            return used
        block = script.block[at]
        for _ in range(50 if wide and self.sure else 0):
            inside = self.blocks.get(block, [])
            if inside:
                return [inside[0]] if len(inside) == 1 else []
            if block < 0 or (script.function[at] >= 0 and script.function[block] < 0):
                # The calls of other functions of the file are no evidence for this one.
                break
            block = script.block[block]
        return []

    def _head(self, at: int) -> int:
        """Return the first word of the PowerShell command that the word at `at` is an argument of."""
        script = self.script
        head = at
        for _ in range(200):
            back = head - 1
            if script.sign(back) in (")", "}", "]") and back in script.partner:
                back = script.partner[back]
            if back < 0 or script.tokens[head].fresh or script.sign(back) in _COMMAND_STARTS:
                break
            head = back
        return head

    def _tail(self, at: int) -> int:
        """Return the end of the PowerShell command around `at`."""
        script = self.script
        for _ in range(200):
            at = script.closing(at) + 1 if script.sign(at) in ("(", "$(", "@(", "@{", "{") else at + 1
            if at >= len(script.tokens) or script.tokens[at].fresh or script.sign(at) in ("|", ";", ")", "}"):
                break
        return at

    def _cmdlet(self, head: int) -> Place | None:
        """Return the place of the cmdlet at an index."""
        return self.place_of(self.script, head) if head >= 0 and self.place_of is not None else None

    def _used(self, at: int) -> list[Place | None] | None:
        """Return the target of the calls that receive the name assigned at `at`; None if there is none."""
        script = self.script
        begin = script.begin[at]
        owner = begin
        while owner < begin + 4 and script.sign(owner) in ("const", "let", "var", "my", "local", "[", "]"):
            owner += 1
        if owner >= len(script.tokens) or script.tokens[owner].kind not in ("name", "variable"):
            return None
        ahead = owner + 1
        while ahead < min(owner + 12, len(script.tokens)) and script.sign(ahead) not in (
            *self.habits.sets,
            "+=",
            ".",
            "[",
            ":",
        ):
            if script.tokens[ahead].kind != "name":
                return None
            owner, ahead = ahead, ahead + 1
        name = script.fold(script.sign(owner))
        distinct: list[Place] = []
        uses = self.uses.get(name, [])
        first = bisect_left(uses, owner)
        for use in uses[max(0, first - _NEAR) : first + 2 * _NEAR]:
            if script.begin[use] == begin or script.function[use] != script.function[owner] or self._is_key(use):
                continue
            for place in self._around_use(use):
                if place.endpoint is not None and all(other.endpoint != place.endpoint for other in distinct):
                    distinct.append(place)
        if not distinct:
            return None
        return [distinct[0]] if len(distinct) == 1 else []

    def _is_key(self, use: int) -> bool:
        """Return whether a name is an object key (``{ conditions: "…" }``), not a variable use."""
        script = self.script
        keyed = script.sign(use + 1) in self.habits.pairs and script.sign(use - 1) in ("{", ",")
        return keyed and script.sign(use + 2) not in (",", "}", ")")

    def _around_use(self, use: int) -> list[Place]:
        script = self.script
        if self.habits.calls == "cmdlet":
            place = self._cmdlet(self._head(use))
            if place is not None and place.endpoint is not None:
                return [place]
        return self.statements.get(script.begin[use], [])
