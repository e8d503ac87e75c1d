"""The text of an expression: literals, names with a literal value, placeholders for everything else."""

from __future__ import annotations

from cwql.lint.extractors.formats import fill_braces, fill_percents
from cwql.lint.extractors.lists import join_by_call, join_by_method, join_by_operator
from cwql.lint.extractors.safety import NUMERIC_FORMAT, is_safe
from cwql.lint.extractors.script import Script
from cwql.lint.extractors.tokens import Part

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from cwql.lint.extractors.script import Setting

    Parts: TypeAlias = list[Part]

DEPTH = 4
"""How many names are followed, one to the next."""

LIMIT = 500
"""Most parts of one text."""

LEVELS = 12
"""How deep brackets and calls are followed."""

LONG = 400
"""Maximum number of words in a placeholder that are evaluated."""

_ENDS = frozenset((",", ";", ")", "]", "}", "|", ":"))
_ENDING_WORDS = frozenset(("as", "satisfies", "if", "unless", "do", "then", "and", "or"))
_NEUTRAL = frozenset(
    ["trim", "strip", "trimend", "trimstart", "freeze", "squish", "to_s", "tostring", "html_safe", "chomp", "dup"]
)
_LOOPS = frozenset(("for", "foreach", "while", "until", "foreach-object"))


class Reader:
    """Evaluate the expressions of a script. `url` keeps functions that encode for a URL apart.

    The reader of a placeholder has the enclosing one as `outer`, and the index of its string as `where`. All readers of
    a source share a budget of operands in proportion to its size, so that the time is linear for all names and
    brackets.
    """

    __slots__ = ("budget", "habits", "level", "outer", "root", "script", "tokens", "url", "where")

    def __init__(self, script: Script, outer: Reader | None = None, where: int = 0, url: bool = False) -> None:
        self.script = script
        self.tokens = script.tokens
        self.habits = script.habits
        self.outer = outer
        self.where = where
        self.url = url
        self.root: Reader = self if outer is None else outer.root
        self.budget = 1000 + 30 * len(script.tokens)
        self.level = 0

    # --- expressions -----------------------------------------------------------------------------------------------

    def alternatives(self, at: int, depth: int = 0) -> list[Parts]:
        """Return the texts that the expression at `at` may have: more than one for ``a ? b : c`` and ``a || b``."""
        found: list[Parts] = []
        for _ in range(8):
            parts, at, complete = self.joined(at, depth)
            if complete:
                found.append(parts)
                if self.script.sign(at) != ":" or not found[:-1]:
                    break
                at += 1
                continue
            sign = self.script.sign(at)
            if sign in ("||", "??", "?:"):
                found.append(parts)
                at += 1
                continue
            at = self._find_choice(at)
            if at < 0:
                return found
            found.append([])
            at += 1
        return [parts for parts in found if parts]

    def _find_choice(self, at: int) -> int:
        """Return the index of the ``?`` or ``&&`` of a choice whose condition continues at `at`, or -1."""
        for _ in range(200):
            if at >= len(self.tokens) or self.ends(at):
                return -1
            sign = self.script.sign(at)
            if sign in ("?", "&&"):
                return at
            at = self.script.closing(at) + 1 if sign in ("(", "[", "{") else at + 1
        return -1

    def joined(self, at: int, depth: int = 0) -> tuple[Parts, int, bool]:
        """Return the parts of joined texts, their end, and whether the expression ends there too."""
        root = self.root
        if root.level >= LEVELS:
            return [], at, False
        root.level += 1
        try:
            return self._joined(at, depth)
        finally:
            root.level -= 1

    def _joined(self, at: int, depth: int) -> tuple[Parts, int, bool]:
        parts: Parts = []
        joins = self.habits.joins
        start, terms = at, 0
        while True:
            terms += 1
            term, end = self.term(at, depth)
            if end == at:
                return parts, at, False
            parts += term
            at = end
            if len(parts) > LIMIT:
                return [self.hole(at, at + 1)], at, False
            sign = self.script.sign(at)
            if sign in joins and self.tokens[at].kind == "sign":
                at += 1
                continue
            if self.habits.adjacent and at < len(self.tokens) and self.tokens[at].kind == "string":
                continue
            break
        if terms > 1 and all(part.literal is None for part in parts):
            # A sum of numbers, or of unknown values.
            parts = [self.hole(start, at, safe=all(part.safe or part.kind != "hole" for part in parts))]
        if self.habits.fills == "-f":
            parts, at = join_by_operator(self, parts, at, depth)
            parts, at = self._fill_operator(parts, at, depth)
        elif self.habits.fills == "%" and self.script.sign(at) == "%" and parts and parts[0].kind != "hole":
            values, at = self._arguments(at + 1, depth)
            parts = fill_percents(parts, values)
        return parts, at, self.ends(at)

    def ends(self, at: int) -> bool:
        """Return whether an expression ends before the word at `at`."""
        if at >= len(self.tokens):
            return True
        token = self.tokens[at]
        if token.kind == "sign" and token.text in _ENDS:
            return True
        if token.fresh and self.habits.lines:
            return not (token.kind == "sign" and token.text in ("?", "||", "??", "&&", ".", "?."))
        return token.kind == "name" and token.text in _ENDING_WORDS

    def hole(self, start: int, end: int, safe: bool = False, joint: str | None = None) -> Part:
        """Return the hole that the words ``start:end`` fill."""
        end = min(end, len(self.tokens))
        if start >= end:
            at = self.tokens[-1].end if self.tokens else 0
            return Part("hole", "", at, at)
        first, last = self.tokens[start].start, self.tokens[end - 1].end
        tokens = list(self.tokens[start:end]) if end - start <= LONG else None
        text = self.script.text[first : min(last, first + 10 * LONG)]
        return Part("hole", "", first, last, None, tokens, text, safe or is_safe(self, start, end), joint)

    # --- terms -----------------------------------------------------------------------------------------------------

    def term(self, at: int, depth: int) -> tuple[Parts, int]:
        """Return the parts of one operand and the index after it; the same index if there is none."""
        self.root.budget -= 1
        if at >= len(self.tokens) or self.root.budget < 0:
            return [], at
        token = self.tokens[at]
        if token.kind == "string":
            return self._string(at, depth)
        if token.kind == "number":
            return [Part("same", token.text, token.start, token.end)], at + 1
        if token.kind == "sign":
            return self._bracket(at, depth)
        if token.kind in ("name", "variable"):
            return self._chain(at, depth)
        return [], at

    def _string(self, at: int, depth: int) -> tuple[Parts, int]:
        token = self.tokens[at]
        if not token.whole:
            return [self.hole(at, at + 1)], at + 1
        parts = self.fill(at, depth)
        end = at + 1
        while self.script.sign(end) in self.habits.links:
            name = self.script.sign(end + 1)
            behind = end + 2
            if self.script.sign(behind) == "(":
                behind = self.script.closing(behind) + 1
            if name.lower() not in _NEUTRAL:
                # The result of the method is unknown.
                end = self.chain_end(at + 1)
                return [self.hole(at, end)], end
            end = behind
        return parts, end

    def _bracket(self, at: int, depth: int) -> tuple[Parts, int]:
        sign = self.script.sign(at)
        if sign in ("(", "$("):
            closing = self.script.closing(at)
            cast = self._cast(at, closing)
            if cast is not None:
                inner, end = self.term(closing + 1, depth)
                if end > closing + 1:
                    return ([self.hole(at, end, safe=True)] if cast else inner), end
            inside, end, _ = self.joined(at + 1, depth)
            behind = self.chain_end(closing + 1)
            if end == closing and behind == closing + 1:
                return inside, behind
            if self._method(closing + 1) == "join":
                return join_by_method(self, at, closing + 1, behind, depth), behind
            return [self.hole(at, behind)], behind
        if sign in ("[", "@("):
            closing = self.script.closing(at)
            if self.habits.casts == "square" and sign == "[":
                kind = self.script.sign(at + 1).lower() if closing == at + 2 else ""
                if self.script.sign(closing + 1) == "::":
                    end = self.chain_end(closing + 1)
                    if not self.url and self._encodes(end):
                        encoded = self._inside(end, depth)
                        if encoded is not None:
                            return encoded, end
                    return [self.hole(at, end)], end
                inner, end = self.term(closing + 1, depth)
                if end > closing + 1 and kind in ("string", "array"):
                    return inner, end
                return [self.hole(at, max(end, closing + 1), safe=kind in self.habits.number_types)], max(
                    end, closing + 1
                )
            behind = self.chain_end(closing + 1)
            if self._method(closing + 1) == "join":
                return join_by_method(self, at, closing + 1, behind, depth), behind
            if sign == "@(" and behind == closing + 1:
                items = self.items(at, depth)
                if items is not None and len(items) == 1:
                    return items[0], behind
            return [self.hole(at, behind)], behind
        if sign in ("-", "+", "!", "&", "@", "...", "*") and at + 1 < len(self.tokens):
            inner, end = self.term(at + 1, depth)
            return ([self.hole(at, end)] if end > at + 1 else []), end if end > at + 1 else at
        return [], at

    def _cast(self, at: int, closing: int) -> bool | None:
        """Return whether ``(int)`` makes a value safe; None if there is no cast."""
        if closing != at + 2 or self.habits.casts != "round" or self.tokens[at + 1].kind != "name":
            return None
        name = self.script.sign(at + 1)
        follower = self.tokens[closing + 1] if closing + 1 < len(self.tokens) else None
        if follower is None or (follower.kind == "sign" and follower.text not in ("(", "[")):
            return None
        return name in self.habits.number_types if name not in ("string", "object") else False

    def chain_end(self, at: int) -> int:
        """Return the index after ``.name``, ``(…)`` and ``[…]`` that follow a value."""
        calls = self.habits.calls
        while at < len(self.tokens):
            token = self.tokens[at]
            if token.kind != "sign":
                break
            apart = at > 0 and self.tokens[at - 1].end < token.start
            if token.text in self.habits.links and not (apart and calls == "cmdlet"):
                at += 2
            elif token.text in ("(", "[") and not (token.fresh or (apart and calls != "brackets")):
                at = self.script.closing(at) + 1
            elif token.text == "!" and self.habits.asserts and not apart:
                at += 1
            else:
                break
        return min(at, len(self.tokens))

    def _chain(self, at: int, depth: int) -> tuple[Parts, int]:
        token = self.tokens[at]
        word = token.text
        if token.kind == "name" and word in ("await", "new", "yield", "throw", "typeof", "raw", "not"):
            end = self.term(at + 1, depth)[1]
            return ([self.hole(at, end)], end) if end > at + 1 else ([], at)
        if self.habits.literals == "new" and self.script.sign(at + 1) == "{":
            return [], at
        end = self.chain_end(at + 1)
        if end == at + 1:
            known = self.resolve(word, at, depth)
            return (known if known is not None else [self.hole(at, end)]), end
        if self.script.sign(end - 1) != ")":
            member = self._member(at, depth) if end == at + 3 else None
            return (member if member is not None else [self.hole(at, end)]), end
        opener = self.script.partner.get(end - 1, end - 1)
        name = self.script.sign(opener - 1).lower()
        made = self._call(at, opener, end, name, depth)
        return (made if made is not None else [self.hole(at, end)]), end

    def _call(self, at: int, opener: int, end: int, name: str, depth: int) -> Parts | None:
        """Return the parts of a call that makes a text: a format, a join, an encoding; None for any other."""
        if name in self.habits.encoders:
            return None if self.url else self._inside(end, depth)
        if name in ("sprintf", "format"):
            owner = self.script.sign(opener - 3).lower() if self.script.sign(opener - 2) in self.habits.links else ""
            if name == "format" and owner != self.habits.formatter:
                # `date.format('YYYY')`
                return None
            items = self.items(opener, depth)
            if not items or all(part.kind == "hole" for part in items[0]):
                return None
            if self.habits.braces:
                return fill_braces(items[0], items[1:])
            return fill_percents(items[0], items[1:], self.url)
        if name in ("join", "implode"):
            if self.habits.separator == "method":
                return join_by_method(self, at, opener - 2, end, depth)
            return join_by_call(self, at, opener, end, depth)
        return None

    def _encodes(self, end: int) -> bool:
        opener = self.script.partner.get(end - 1, 0)
        return self.script.sign(end - 1) == ")" and self.script.sign(opener - 1).lower() in self.habits.encoders

    def _inside(self, end: int, depth: int) -> Parts | None:
        """Return the parts of the one argument of the call that ends before `end`."""
        opener = self.script.partner.get(end - 1, -1)
        if opener < 0:
            return None
        inner, behind, _ = self.joined(opener + 1, depth)
        return inner if behind == end - 1 and any(part.kind != "hole" for part in inner) else None

    def _method(self, at: int) -> str:
        """Return the name of the method that is called at `at` (``.join(``), in small letters."""
        called = self.script.sign(at) in self.habits.links and self.script.sign(at + 2) == "("
        return self.script.sign(at + 1).lower() if called else ""

    def items(self, opener: int, depth: int) -> list[Parts] | None:
        """Return the parts of each item in a bracket; None if one cannot be evaluated."""
        closing = self.script.closing(opener)
        found: list[Parts] = []
        at = opener + 1
        while at < closing:
            parts, end, complete = self.joined(at, depth)
            if end <= at or len(found) > 100:
                return None
            if (
                not complete
                or end > closing
                or (end < closing and self.script.sign(end) not in (",", ")", "]", "}") and not self.tokens[end].fresh)
            ):
                stop = self.item_end(at, closing)
                parts, end = [self.hole(at, stop)], stop
            found.append(parts)
            at = end + 1 if self.script.sign(end) == "," else end
        return found

    def item_end(self, at: int, closing: int) -> int:
        """Return the index of the comma after the item at `at`, or of the bracket that closes the list."""
        while at < closing and self.script.sign(at) != ",":
            at = self.script.closing(at) + 1 if self.script.sign(at) in ("(", "[", "{", "$(", "@(", "@{") else at + 1
        return min(at, closing)

    def _arguments(self, at: int, depth: int) -> tuple[list[Parts], int]:
        """Return the operands after a format operator: a list in brackets, or one value."""
        if self.script.sign(at) in ("[", "("):
            closing = self.script.closing(at)
            return self.items(at, depth) or [], closing + 1
        term, end = self.term(at, depth)
        values = [term]
        while self.script.sign(end) == "," and end > at:
            at = end + 1
            term, end = self.term(at, depth)
            values.append(term)
        return values, end

    # --- joins and formats -----------------------------------------------------------------------------------------

    def _fill_operator(self, parts: Parts, at: int, depth: int) -> tuple[Parts, int]:
        """Evaluate PowerShell's ``"… {0}" -f $value``; the results of other operators are unknown."""
        while at < len(self.tokens) and self.tokens[at].kind == "option" and not self.tokens[at].fresh and parts:
            operator = self.script.sign(at).lower()
            if operator != "-f":
                return parts, at
            values, end = self._arguments(at + 1, depth)
            if end <= at + 1:
                return parts, at
            parts, at = fill_braces(parts, values), end
        return parts, at

    # --- strings and names -----------------------------------------------------------------------------------------

    def fill(self, at: int, depth: int = 0) -> Parts:
        """Return the parts of the string at `at`, with the values of names in it that have a literal value."""
        token = self.tokens[at]
        filled: Parts = []
        for part in token.parts or ():
            if part.kind != "hole" or not part.tokens:
                filled.append(part)
                continue
            filled += self._fill_hole(part, at, depth)
            if len(filled) > LIMIT * 4:
                return [self.hole(at, at + 1)]
        return filled

    def _fill_hole(self, part: Part, at: int, depth: int) -> Parts:
        tokens = part.tokens or []
        if len(tokens) == 1 and tokens[0].kind in ("name", "variable"):
            known = self.resolve(tokens[0].text, at, depth)
            if known is not None:
                return known
        safe, joint = False, None
        self.root.budget -= len(tokens)
        if len(tokens) <= LONG and self.root.budget > 0:
            inner = Reader(Script(tokens, self.script.text, self.habits), self, at, self.url)
            spec = next((index for index, token in enumerate(tokens) if token.text == ":" and token.kind == "sign"), -1)
            if self.habits.braces and spec > 0 and inner.script.parent[spec] < 0:
                form = self.script.text[tokens[spec].end : part.end]
                safe = NUMERIC_FORMAT.match(form.strip()) is not None
            read, _, complete = inner.joined(0, depth + 1)
            if complete and len(read) == 1 and read[0].kind == "hole":
                safe, joint = safe or read[0].safe, read[0].joint
            elif complete and read and any(piece.kind != "hole" for piece in read) and not self.url:
                return read
            safe = safe or is_safe(inner, 0, len(tokens))
        return [
            Part("hole", "", part.start, part.end, part.quoting, tokens, part.expression, safe, joint, part.literal)
        ]

    def _member(self, at: int, depth: int) -> Parts | None:
        """Return the text of ``self::NAME`` or ``this.name`` if the class sets it once and nothing sets it again."""
        if self.script.sign(at).lstrip("$").lower() not in ("this", "self", "static"):
            return None
        reader = self
        while reader.outer is not None:
            reader = reader.outer
        script, name = reader.script, self.script.fold(self.script.sign(at + 2))
        settings = script.settings.get((-1, name), [])
        if (
            len(settings) != 1
            or settings[0].value < 0
            or settings[0].sign != "="
            or name in script.members
            or depth >= DEPTH
        ):
            return None
        parts, _, complete = reader.joined(settings[0].value, depth + 1)
        return parts if complete and any(part.kind != "hole" for part in parts) else None

    def resolve(self, name: str, at: int, depth: int) -> Parts | None:
        """Return the last text assigned to a name, with everything appended to it; None if it is not a literal or not
        certain.
        """
        if self.outer is not None:
            return self.outer.resolve(name, self.where, depth)
        if depth >= DEPTH:
            return None
        script = self.script
        settings = script.find_settings(name, at)
        if not settings:
            return None
        near = settings[0].function == script.function[at]
        if near and len(settings) > 1:
            settings = self.last_set(settings, at)
        first = settings[0]
        if first.value < 0 or first.sign != "=" or any(setting.sign == "=" for setting in settings[1:]):
            return None
        if (near and first.at >= at) or not script.encloses(first.block, at):
            return None
        parts, end, complete = self.joined(first.value, depth + 1)
        if not complete or not any(part.kind != "hole" for part in parts) or len(parts) > LIMIT:
            return None
        if script.sign(end) == "," and self.habits.commas:
            return None
        for setting in settings[1:]:
            if near and setting.at >= at:
                continue
            added, end, complete = self.joined(setting.value, depth + 1)
            if not complete or not added:
                return None
            inside = self.habits.worded and script.column(setting.at) > script.column(first.at)
            if inside or (not script.encloses(setting.block, at) and self._unsure(setting.block)):
                added = [self.hole(setting.value, end)]
            parts = parts + added
        return parts

    def last_set(self, settings: list[Setting], at: int) -> list[Setting]:
        """Return the assignments of a name from the one that its use at `at` certainly sees: all of them if a loop may
        run another.
        """
        script = self.script
        last = 0
        for index, setting in enumerate(settings):
            if setting.sign == "=" and setting.at < at:
                last = index
        block = settings[last].block
        below = [setting for setting in settings[last + 1 :] if setting.at > at]
        for setting in below:
            # A later assignment counts only if it runs before the last one does again.
            if setting.block != block and script.encloses(block, setting.at) and script.encloses(setting.block, at):
                return settings
        return settings[last : len(settings) - len(below)]

    def _unsure(self, block: int) -> bool:
        """Return whether a block may run never, instead of another, or more than once."""
        script = self.script
        begin = script.begin[block] if 0 <= block < len(script.begin) else 0
        words = {token.text.lower() for token in self.tokens[max(begin, block - 40) : block] if token.kind == "name"}
        closing = script.closing(block)
        return (
            bool(words & _LOOPS)
            or "else" in words
            or "elseif" in words
            or script.sign(closing + 1).lower()
            in (
                "else",
                "elseif",
            )
        )
