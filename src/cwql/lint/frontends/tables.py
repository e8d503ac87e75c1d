"""The tables of a grammar, with the values that most languages share: `Tables`."""

from __future__ import annotations

from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

DEPTH = 60
"""Deepest nesting of brackets and blocks that is parsed."""

CLOSERS = {"(": ")", "[": "]", "{": "}", "$(": ")", "@(": ")", "@{": "}", "%{": "}", "#{": "}", "#(": ")"}
OPENERS = frozenset(CLOSERS)
ENDS = frozenset((")", "]", "}"))
STOPS = ENDS | {",", ";"}
"""The signs that end an expression."""

POWERS = {
    "-=": 2,
    **dict.fromkeys(("||", "or", "??", "?:"), 4),
    **dict.fromkeys(("&&", "and", "andalso", "orelse"), 5),
    **dict.fromkeys(("==", "!=", "===", "!==", "<", ">", "<=", ">=", "=~", "!~", "<=>", "<>"), 7),
    **dict.fromkeys(("in", "is", "instanceof", "like", "eq", "ne", "lt", "gt"), 7),
    **dict.fromkeys(("|", "^"), 8),
    **dict.fromkeys(("&", "<<", "..", "...", "..<", "..="), 9),
    **dict.fromkeys(("+", "-"), 10),
    **dict.fromkeys(("*", "/", "%", "**"), 11),
}
"""How tightly the operators bind that most languages share."""

UNARY = frozenset(("-", "+", "!", "~", "&", "*", "++", "--", "...", "..", "@", "?", "#", "\\", "<-"))
PASSING = words("ref out in this params")
_MAKERS = words("new from async")
PREFIX = 12
CHOICE = 3
ASSIGN = 1


class Tables:
    """What differs between languages: a parser reads it, and a subclass per language sets it."""

    joins = frozenset(("+",))
    links = frozenset((".", "?.", "::"))
    pairs = frozenset((":",))
    named = frozenset((":",))
    assigns: Mapping[str, bool] = {"=": False, "+=": True, "??=": False, "||=": False}
    adds: Mapping[str, bool] = {}
    powers: Mapping[str, int] = POWERS
    fallbacks = frozenset(("||", "??", "?:"))
    guards = frozenset(("&&",))
    percents = frozenset[str]()
    lambdas = frozenset[str]()
    spreads = frozenset(("...", "**", "*", ".."))
    lines = False
    folds = False
    continues = frozenset(
        (".", "?.", "?", ":", "&&", "||", "??", "+", "*", "|", "==", "===", "!=", "!==", "=>", "=", "|>", "->", "&.")
    )
    typed = ""
    casts = ""
    literals = ""
    headers = True
    patterns = True
    trailing = False
    methods = False
    commands = False
    equality = False
    shorthand = ""
    braced_specs = False
    queries = False
    sigils = "$@"
    chained = True
    modifying = frozenset[str]()
    conditionals = words("if elseif elif elsif unless")
    elses = frozenset(("else",))
    elseifs = words("elseif elif elsif")
    loops = words("for foreach while until")
    iterates = words("of in as : <-")
    switches = frozenset(("switch",))
    cases = words("case default")
    tries = words("try do begin synchronized")
    handlers = words("catch rescue except finally ensure")
    returns = frozenset(("return",))
    jumps = words("throw break continue goto")
    functions = words("function func fn fun sub def")
    classes = words("class struct record object trait impl extension namespace module")
    shapes = frozenset[str]()
    declares = words("const let var val my our local dim")
    modifiers = words(
        """public private protected internal static readonly final override async export abstract sealed virtual extern
        unsafe partial declare mut pub open lateinit suspend inline volatile transient synchronized required default
        global fileprivate"""
    )
    unaries = words("await typeof void delete not yield ref out in move box")
    ended = words("as satisfies if unless do then of in where else end")
    cast_types = words("int integer long float double bool boolean string decimal short byte array object")

    leads = frozenset[str]()
    """The words that begin an operand that is no name: a union of tables above."""

    def __init_subclass__(cls) -> None:
        cls.leads = cls.unaries | cls.functions | cls.jumps | cls.returns | cls.conditionals | cls.switches | _MAKERS
