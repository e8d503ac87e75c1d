"""Functions of the standard libraries: a call of one is a `CallSite`, whose value `known_call` returns."""

from __future__ import annotations

from functools import lru_cache

from cwql.lint.dataflow.knowledge import (
    APPENDS,
    COMPILERS,
    ENCODERS,
    MAPS,
    MOMENTS,
    PUSHES,
    SAME,
    TEXT_OWNERS,
    fold,
    is_escaper,
)
from cwql.lint.dataflow.values import Value
from cwql.lint.ir import Call, Member, Name
from cwql.lint.record import Record
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from cwql.lint.dataflow.flow import Flow
    from cwql.lint.ir import Argument, Node


class CallSite(Record):
    """A call with the values of its owner and its arguments.

    `name` and `owner_name` are folded: without ``_`` and letter case. `is_module` is True if the owner is no text or list but a
    module, whose functions take what they change as an argument, or if there is no owner.
    """

    flow: Flow
    node: Node
    name: str
    owner: Value | None
    owner_node: Node | None
    owner_name: str
    is_module: bool
    values: Sequence[Value]
    arguments: Sequence[Argument]

    @property
    def first(self) -> Value | None:
        """Return the value of the first argument."""
        return self.values[0] if self.values else None

    @property
    def subject(self) -> Value | None:
        """Return the operand of a function of texts or lists: its owner, or the first argument of a function of a module."""
        return self.first if self.is_module else self.owner

    @property
    def made(self) -> bool:
        """Return whether the call makes an object: ``new List<string>()``."""
        return isinstance(self.node, Call) and self.node.made

    def value(self, safe: bool = False) -> Value:
        """Return an unknown result, which is `safe` or not."""
        return Value(self.node.start, self.node.end, safe=safe)

    def same(self, value: Value) -> Value:
        """Return a value as the result of the call."""
        return value.moved(self.node.start, self.node.end)


def _begins(*prefixes: str) -> Callable[[str], bool]:
    """Return a test whether a name begins with one of some prefixes; with an empty one, for all names."""
    return lambda name: fold(name).startswith(prefixes)


FUNCTIONS: tuple[tuple[Collection[str] | Callable[[str], bool], str], ...] = (
    (ENCODERS | words("escape encode quote uri"), "text_functions.encode"),
    (is_escaper, "text_functions.escape"),
    (words("escape"), "text_functions.escape_by_owner"),
    (COMPILERS | words("new"), "pattern_functions.compile_pattern"),
    (words("lazy new"), "pattern_functions.make_lazy"),
    (words("run namedcaptures"), "pattern_functions.run_regex"),
    (words("takeif"), "pattern_functions.keep_if"),
    (words("tryparse"), "checked_values.try_parse"),
    (
        words(
            """listof setof mutablelistof mutablesetof arrayof arraylistof linkedsetof sequenceof aslist of listofnotnull setofnotnull
            hashsetof newarraylist vec"""
        ),
        "collections.make_list",
    ),
    (words("mapof mutablemapof hashmapof linkedmapof of ofentries"), "collections.make_mapping"),
    (
        words(
            """allof anyof andof orof joinand joinor joinall andjoin orjoin andall joinconditions joinclauses
            joinfilters joinparts combineconditions combineclauses combinefilters"""
        ),
        "collections.list_conditions",
    ),
    (words("filter where takewhile select findall arrayfilter"), "pattern_functions.filter_items"),
    (words("partition splitwith"), "pattern_functions.split_items"),
    (words("groupby"), "collections.group_items"),
    (words("urljoin url uri join"), "text_functions.resolve_url"),
    (words("strtr"), "text_functions.translate"),
    (words("intersperse join implode joined jointostring combine mkstring text.combine"), "text_functions.join"),
    (words("collect"), "collections.collect"),
    (words("keys keyset arraykeys values arrayvalues"), "collections.select_parts"),
    (words("newreplacer maketrans"), "text_functions.make_replacer"),
    (words("getenumerator items entries entryset iteritems"), "collections.select_pairs"),
    (words("get fetch getordefault getvalueordefault getvalue getorelse"), "collections.get_entry"),
    (words("format string"), "plain_values.format_by_formatter"),
    (
        words("""trimend trim trimstart remove delete deletecharat setlength insert clear reset replace truncate"""),
        "builders.trim",
    ),
    (words("sprintf format formatted vsprintf stringformat printf"), "text_functions.fill_format"),
    (words("substitute safesubstitute"), "text_functions.fill_template"),
    (
        words(
            """replace replaceall gsub sub strreplace pregreplace replaceallstring tr delete translate regexreplace
            replacingoccurrences replacematches remove strireplace text.replace keep"""
        ),
        "text_functions.replace_text",
    ),
    (words("concat union plus arraymerge sprint sprintln str"), "text_functions.concat"),
    (MAPS, "collections.map_items"),
    (words("stringjoiner"), "builders.make_joiner"),
    (words("string stringbuilder stringbuffer stringwriter stringio new"), "builders.make_builder"),
    (words("make new"), "collections.make_empty_list"),
    (_begins("list", "arraylist"), "collections.make_empty_list"),
    (words("append push unshift arraypush"), "builders.append_to_list"),
    (words("fprintf fprint fprintln write writeln"), "builders.print_to_builder"),
    (words("add addrange"), "checked_values.note_choices"),
    (APPENDS, "builders.append_to_owner"),
    (words("setrules"), "checked_values.note_rules"),
    (words("range"), "collections.make_range"),
    (words("mapjoin"), "collections.join_mapped"),
    (words("tostring"), "plain_values.print_number"),
    (MOMENTS, "plain_values.moment"),
    (words("date"), "plain_values.make_date"),
    (words("with addyears addmonths adddays addhours addminutes addseconds"), "plain_values.add_to_date"),
    (words("digest tostring encode"), "plain_values.hex_digest"),
    (words("formatted"), "plain_values.format_iso"),
    (
        words(
            """tostring strftime format date gmdate toformat datetimetostring formatdate totext date.totext
            datetime.totext datetimezone.totext"""
        ),
        "plain_values.format_date",
    ),
    (_begins("tolocale"), "plain_values.format_date"),
    (_begins(""), "plain_values.number"),
    (words("filterinput filtervar"), "checked_values.filter_value"),
    (
        words(
            """set frozenset hashset arraylist map ordereddict dict each from new freeze unmodifiablelist unmodifiableset copyof"""
        ),
        "collections.copy_list",
    ),
    (words("input get query post pop getlist value getobject decode"), "checked_values.read_field"),
    (words("get fetch"), "collections.get_member"),
    (
        words(
            """lstrip trimstart ltrim removeprefix trimprefix rstrip trimend rtrim removesuffix trimsuffix trimright
            chomp chop slice substring substr left"""
        ),
        "text_functions.shorten",
    ),
    (words("chunk chunks batched batch batches chunked arraychunk eachslice islice"), "collections.batch"),
    (words("cast"), "checked_values.cast"),
    (words("create invariant"), "text_functions.keep_interpolated"),
    (words("text.select text.remove"), "checked_values.select_characters"),
    (words("selectbox radio choice sample arrayrand randomelement"), "checked_values.pick"),
    (words("group groups"), "pattern_functions.get_group"),
    (SAME, "plain_values.keep"),
    (
        words(
            """split strsplit chunksplit slice substring substr padstart padend padleft padright pop shift take lower upper tolower toupper
            tolowercase touppercase downcase upcase left mid right removesuffix removeprefix add plus minus rsplit
            partition rpartition splitlines title zfill astimezone normalize localize combine date lowercase
            uppercase lowercased uppercased capitalize capitalized casefold tolowerinvariant toupperinvariant
            strtolower strtoupper ucfirst lcfirst mbstrtolower mbstrtoupper startofday startofweek startofmonth
            endofday endofmonth subday subdays subhours subweek subweeks submonth submonths subminutes drop droplast
            dropfirst dropwhile takelast takewhile prefix suffix substringbefore substringafter substringbeforelast
            substringafterlast removesurrounding skip head tail"""
        ),
        "plain_values.cut",
    ),
    (
        words(
            """test match fullmatch exec ismatch pregmatch search findall finditer scan findstring findstringsubmatch
            findallstring find matchentire firstmatch matcher"""
        ),
        "pattern_functions.match_pattern",
    ),
)
"""The functions by their names without ``_`` and letter case, or by a test of the name. The first that returns a value counts.

Their modules are imported by the first call that needs them: most files call functions of two or three.
"""


def load_function(path: str) -> Callable[[CallSite], Value | None]:
    """Return a function of the table."""
    module, _, name = path.partition(".")
    function: Callable[[CallSite], Value | None] = getattr(
        __import__(f"cwql.lint.dataflow.{module}", fromlist=[name]), name
    )
    return function


@lru_cache(4096)
def _functions_of(name: str) -> tuple[Callable[[CallSite], Value | None], ...]:
    """Return the functions that evaluate calls of a name, in the order of the table."""
    folded = fold(name)
    return tuple(
        [load_function(path) for test, path in FUNCTIONS if (test(name) if callable(test) else folded in test)]
    )


def call_site(
    flow: Flow, node: Node, name: str, owner: Value | None, values: Sequence[Value], arguments: Sequence[Argument]
) -> CallSite:
    """Return a call, or a member that is called without brackets, with the names of its function and of its owner."""
    folded = fold(name)
    callee = node.callee if isinstance(node, Call) else node
    owner_node = callee.owner if isinstance(callee, Member) else None
    owner_name = fold(owner_node.name) or owner_node.name if isinstance(owner_node, (Name, Member)) else ""
    is_module = owner is None or (not owner.texts and owner.items is None and owner_name in TEXT_OWNERS)
    if is_module and isinstance(owner_node, Name) and flow.env.get(owner_node.name) is not None:
        # A variable of that name: ``text.Substring(0, 80)``
        is_module = False
    if flow.traits.modules and isinstance(owner_node, Name):
        # ``Date.add(today, 7)``
        is_module = is_module or owner_node.name[:1].isupper()
    if owner is None and (folded in APPENDS or folded in PUSHES):
        # ``buildString { append("…") }``
        owner_node = Name(node.start, node.start, "this")
        owner = flow.env.names.get("this") or flow.env.get("this")
    return CallSite(flow, node, folded, owner, owner_node, owner_name, is_module, values, arguments)


def known_call(
    flow: Flow, node: Node, name: str, owner: Value | None, values: Sequence[Value], arguments: Sequence[Argument]
) -> Value | None:
    """Return the value of a call of a known function; None for any other."""
    call = call_site(flow, node, name, owner, values, arguments)
    for function in _functions_of(name):
        value = function(call)
        if value is not None:
            return value
    return None
