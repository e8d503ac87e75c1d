"""Types whose values need no quotes, by their names in all languages: numbers, booleans, enums, and collections of these."""

from __future__ import annotations

from functools import lru_cache

from cwql.lint import lazy_patterns as re
from cwql.lint.dataflow.knowledge import is_anchored, is_safe_pattern
from cwql.lint.words import words

TYPE_CHECKING = False

NUMBER_TYPES = words(
    """int int8 int16 int32 int64 integer long short byte sbyte uint uint8 uint16 uint32 uint64 ulong ushort nint
    uintptr double decimal float float32 float64 single bool boolean number bigint guid uuid datetime datetimeoffset
    dateonly timespan rune switch i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64 localdate instant
    system.int32 system.guid system.int64 datetimeimmutable datetimeinterface biginteger enum intarray
    longarray shortarray intrange floatrange longrange offsetdatetime zoneddatetime localdatetime yearmonth bigdecimal
    date naivedate naivedatetime carbon carboninterface carbonimmutable time.time ipaddr ipv4addr ipv6addr ipaddress
    inetaddress physicaladdress version semver netip.addr netip.prefix net.ip"""
)
_QUALIFIED_TYPES = words("uuid guid decimal datetime datetimeoffset localdate instant ipaddress physicaladdress")
"""Those that are also safe after the name of any package: ``System.Net.IPAddress``."""

_WRAPPER = re.compile(r"([\w.]*)\s*[<\[(](.*)[>\])]", re.DOTALL)
_MEMBERS = re.compile(r"\(?\s*typeof\s+(\w+)\s*+\)?\s*+\[.*\]|keyof\s+typeof\s+(\w+)", re.DOTALL)
"""The items of a list that is declared ``as const``, and the keys and values of such an object."""

_PATTERN = re.compile(r"\b(?:pattern|regex)=r?[\"']([^\"']+)[\"']")
"""The pattern that the values of a type match: ``Annotated[str, StringConstraints(pattern="^[a-z]+$")]``."""
_SCHEMA = re.compile(r"(?:(?:z|zod|yup|joi|v|type|t)\.)(?:coerce\.|iso\.)?(\w+)\((.*)", re.DOTALL | re.IGNORECASE)
"""A schema of zod, yup, joi, valibot, TypeBox or Elysia: its kind, and the rest of the text."""

_SAFE_SCHEMAS = words(
    "number int boolean bool bigint date datetime time enum nativeenum literal uuid guid integer picklist"
)
_SCHEMA_LISTS = words("array set optional nullable nullish union")
_CHECKED_SCHEMA = re.compile(
    r"\.(?:uuid|guid|cuid2?|ulid|nanoid|datetime|date|time|ip|isoDate|valid|oneOf)\(|\bformat: *+[\"'](?:date|date-time|uuid|ipv4)\b"
)
_MATCHED_SCHEMA = re.compile(r"\.(?:regex|matches|pattern)\(\s*+/((?:[^/\\\n]|\\.)*+)/[a-z]*+\s*+[,)]")

_BRANDED = re.compile(r"string\s*&\s*\{.*\}|(?:Brand(?:ed)?|Tagged|Opaque|Nominal)<\s*string\b.*>", re.DOTALL)
"""Types of texts that passed a test of the program: ``string & { readonly __brand: "identifier" }``."""

_WORDS = re.compile(r"\A\s*(?:(?:readonly|params|final|const|mut|vararg|in|out|ref)\s+|\.\.\.)*")
_LETTERS = re.compile(r"[a-z]+")
_TEXTS = words("str string text object any mixed charsequence variant dynamic unknown interface")
"""Types that can be any text."""

_WRAPPER_ENDS = tuple(
    words(
        """list array set iterable enumerable collection sequence promise task optional nullable mapped column classvar initvar required notrequired vec option range slice final
        readonlyarray deque tuple iterator generator literal path"""
    )
)
"""How the names of types end that contain one or more values of the type in their brackets."""


@lru_cache(1024)
def is_text_type(type: str) -> bool:
    """Return whether the values of a type, or the items of a list of it, may be any text."""
    return not _TEXTS.isdisjoint(_LETTERS.findall(type.lower()))


_DATES = words(
    """date datetime datetimeoffset dateonly time localdate localdatetime naivedate naivedatetime instant offsetdatetime
    zoneddatetime carbon carbonimmutable carboninterface"""
)
_OPTIONAL = re.compile(
    r"\A(?:Option(?:al)?|Nullable)[\[<]([^\[\]<>]*)[\]>]\Z|\s*\|\s*(?:None|null|undefined)\Z|<[^<>]*>\Z|[&?!*\s]++"
)


@lru_cache(1024)
def bare_type(type: str) -> str:
    """Return a type without what allows that there is no value, and without its own parameters: ``Kind`` of ``Option<Kind>``."""
    return _OPTIONAL.sub(r"\1", type)


@lru_cache(1024)
def is_date_type(type: str) -> bool:
    """Return whether the values of a type are dates, which are printed without brackets: ``date | None``, ``time.Time``."""
    name = bare_type(type).lower()
    return name.rpartition("." if "." in name else "::")[2] in _DATES and name != "time"


def is_safe_type(type: str, aliases: dict[str, str], depth: int = 0) -> bool:
    """Return whether the values of a type, or the items of a list of it, need no quotes."""
    type = _WORDS.sub("", type, 1).strip("&*?!").removesuffix("...").strip("&*?!").strip()
    if type.isidentifier():
        # Most types have neither brackets nor alternatives.
        return len(type) <= 200 and depth <= 5 and _is_safe_name(type, aliases, depth)
    schema = _SCHEMA.match(type) if depth <= 5 else None
    if schema is not None:
        return _is_safe_schema(schema[1].lower(), schema[2], aliases, depth)
    if not type or len(type) > 200 or depth > 5:
        return False
    if _BRANDED.fullmatch(type) is not None:
        return True
    if type.startswith("["):
        # ``[int]``, ``[]int``
        type = type.removeprefix("[]").strip() if type.startswith("[]") else type[1:].rstrip("]")
        return is_safe_type(type, aliases, depth + 1)
    options = _options(type)
    if len(options) > 1:
        left = [each for each in options if each not in ("undefined", "null", "None", "nil", "string.Empty")]
        return bool(left) and all(is_safe_type(each, aliases, depth + 1) for each in left)
    if type[0] in "'\"`":
        return len(type) > 1 and type[-1] == type[0] and not any(sign in type[1:-1] for sign in "'\"()[]=<>")
    if type.endswith(("[]", "()")):
        return is_safe_type(type[:-2], aliases, depth + 1)
    members = _MEMBERS.fullmatch(type)
    if members is not None:
        return aliases.get(f"typeof {members[1] or members[2]}") == "enum"
    match = _WRAPPER.fullmatch(type)
    if match is not None and match[1].lower().endswith(("annotated", "constr")):
        # ``Annotated[int, Path(ge=1)]``
        pattern = _PATTERN.search(match[2])
        known = pattern is not None and is_anchored(pattern[1]) and is_safe_pattern(pattern[1])
        return known or is_safe_type(match[2].partition(",")[0], aliases, depth + 1)
    if match is not None and match[1].lower().endswith(_WRAPPER_ENDS):
        return all(is_safe_type(each, aliases, depth + 1) for each in match[2].split(","))
    return _is_safe_name(type, aliases, depth)


def _is_safe_name(type: str, aliases: dict[str, str], depth: int) -> bool:
    folded = type.lower()
    if folded in NUMBER_TYPES or folded.rpartition(".")[2] in _QUALIFIED_TYPES:
        return True
    alias = aliases.get(type) or aliases.get(folded) or aliases.get(type.partition(".")[0])
    return alias is not None and alias != type and is_safe_type(alias, aliases, depth + 1)


def _is_safe_schema(word: str, rest: str, aliases: dict[str, str], depth: int) -> bool:
    """Return whether the values that match a schema need no quotes: ``z.enum([…])``, ``z.string().uuid()``."""
    if word in _SAFE_SCHEMAS:
        return True
    if word in _SCHEMA_LISTS:
        return all(is_safe_type(each, aliases, depth + 1) for each in _options(rest.lstrip("["), ","))
    if word != "string":
        return False
    pattern = _MATCHED_SCHEMA.search(rest)
    return _CHECKED_SCHEMA.search(rest) is not None or (
        pattern is not None and is_safe_pattern(pattern[1]) and is_anchored(pattern[1])
    )


def _options(type: str, separator: str = "|") -> list[str]:
    """Return the parts of a type between separators, up to the end of the brackets around it."""
    if separator not in type:
        return [type]
    found: list[str] = []
    level, begin, quote = 0, 0, ""
    for at, sign in enumerate(type):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"`":
            quote = sign
        elif sign in "<[({":
            level += 1
        elif sign in ">])}":
            level -= 1
            if level < 0 and separator == ",":
                return [each for each in (*found, type[begin:at].strip()) if each]
        elif sign == separator and level == 0:
            found.append(type[begin:at].strip())
            begin = at + 1
    found.append(type[begin:].strip())
    return [each for each in found if each]
