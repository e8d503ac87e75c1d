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
    from collections.abc import Callable, Sequence

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


FUNCTIONS: dict[str, str | Callable[[str], bool]] = {
    "text_functions.encode": f"{' '.join(ENCODERS)} escape encode quote uri",
    "text_functions.escape": is_escaper,
    "text_functions.escape_by_owner": "escape",
    "pattern_functions.compile_pattern": f"{' '.join(COMPILERS)} new",
    "pattern_functions.make_lazy": "lazy new",
    "pattern_functions.run_regex": "run namedcaptures",
    "pattern_functions.keep_if": "takeif",
    "checked_values.try_parse": "tryparse",
    "checked_values.try_get": "trygetvalue",
    "collections.make_list": """
        listof setof mutablelistof mutablesetof arrayof arraylistof linkedsetof sequenceof aslist of listofnotnull setofnotnull
        hashsetof newarraylist vec create""",
    "collections.make_mapping": "mapof mutablemapof hashmapof linkedmapof of ofentries",
    "collections.name_values": "compact",
    "collections.list_conditions": """
        allof anyof andof orof joinand joinor joinall andjoin orjoin andall joinconditions joinclauses joinfilters joinparts
        combineconditions combineclauses combinefilters""",
    "pattern_functions.filter_items": "filter where takewhile select findall arrayfilter",
    "collections.find_item": """
        find first firstordefault firstornull findfirst findany single singleordefault last lastordefault detect findlast""",
    "pattern_functions.split_items": "partition splitwith",
    "collections.group_items": "groupby",
    "text_functions.resolve_url": "urljoin url uri join",
    "text_functions.translate": "strtr",
    "text_functions.join": "intersperse join implode joined jointostring combine mkstring text.combine",
    "collections.collect": "collect",
    "collections.select_parts": "keys keyset arraykeys values arrayvalues",
    "text_functions.make_replacer": "newreplacer maketrans",
    "collections.select_pairs": "getenumerator items entries entryset iteritems",
    "collections.get_entry": "get fetch getordefault getvalueordefault getvalue getorelse",
    "plain_values.format_by_formatter": "format string",
    "builders.trim": "trimend trim trimstart remove delete deletecharat setlength insert clear reset replace truncate",
    "text_functions.fill_format": "sprintf format formatted vsprintf stringformat printf",
    "text_functions.fill_template": "substitute safesubstitute",
    "text_functions.replace_text": """
        replace replaceall gsub sub strreplace pregreplace replaceallstring tr delete translate regexreplace
        replacingoccurrences replacematches remove strireplace text.replace keep""",
    "text_functions.concat": "concat union plus arraymerge sprint sprintln str",
    "collections.map_items": " ".join(MAPS),
    "builders.make_joiner": "stringjoiner",
    "builders.make_builder": "string stringbuilder stringbuffer stringwriter stringio new",
    "collections.make_empty_list": "make new list* arraylist*",
    "builders.append_to_list": "append push unshift arraypush",
    "builders.print_to_builder": "fprintf fprint fprintln write writeln",
    "checked_values.note_choices": "add addrange",
    "builders.append_to_owner": " ".join(APPENDS),
    "checked_values.note_rules": "setrules",
    "collections.make_range": "range",
    "collections.join_mapped": "mapjoin",
    "plain_values.print_number": "tostring",
    "plain_values.moment": " ".join(MOMENTS),
    "plain_values.make_date": "date",
    "plain_values.add_to_date": "with addyears addmonths adddays addhours addminutes addseconds",
    "plain_values.hex_digest": "digest tostring encode",
    "plain_values.format_iso": "formatted",
    "plain_values.format_date": """
        tostring strftime format date gmdate toformat datetimetostring formatdate totext date.totext datetime.totext
        datetimezone.totext tolocale*""",
    "plain_values.number": "*",
    "checked_values.filter_value": "filterinput filtervar",
    "collections.copy_list": """
        new set frozenset hashset sortedset treeset linkedhashset linkedlist list arraylist readonlycollection map ordereddict dict
        each from freeze unmodifiablelist unmodifiableset copyof""",
    "checked_values.read_field": "input get query post pop getlist value getobject decode",
    "collections.get_member": "get fetch",
    "text_functions.shorten": """
        lstrip trimstart ltrim removeprefix trimprefix rstrip trimend rtrim removesuffix trimsuffix trimright chomp chop slice
        substring substr left""",
    "collections.batch": "chunk chunks batched batch batches chunked arraychunk eachslice islice",
    "checked_values.cast": "cast",
    "text_functions.keep_interpolated": "create invariant",
    "checked_values.select_characters": "text.select text.remove",
    "checked_values.pick": "selectbox radio choice sample arrayrand randomelement",
    "pattern_functions.get_group": "group groups",
    "plain_values.keep": " ".join(SAME),
    "plain_values.cut": """
        split strsplit chunksplit slice substring substr padstart padend padleft padright pop shift take lower upper tolower
        toupper tolowercase touppercase downcase upcase left mid right removesuffix removeprefix add plus minus rsplit
        partition rpartition splitlines title zfill astimezone normalize localize combine date lowercase uppercase
        lowercased uppercased capitalize capitalized casefold tolowerinvariant toupperinvariant strtolower strtoupper
        ucfirst lcfirst mbstrtolower mbstrtoupper startofday startofweek startofmonth endofday endofmonth subday subdays
        subhours subweek subweeks submonth submonths subminutes drop droplast dropfirst dropwhile takelast takewhile prefix
        suffix substringbefore substringafter substringbeforelast substringafterlast removesurrounding skip head tail""",
    "pattern_functions.match_pattern": """
        test match fullmatch exec ismatch pregmatch search findall finditer scan findstring findstringsubmatch findallstring
        find matchentire firstmatch matcher""",
}
"""The functions that evaluate calls, each with their names without ``_`` and letter case, or a test of the name.

``list*`` are all names that begin with it. The first function that returns a value counts. Their modules are imported by the first
call that needs them: most files call functions of two or three.
"""


def _test_of(known: str) -> Callable[[str], bool]:
    """Return a test whether a name is one of those in a row of the table."""
    names = words(known)
    beginnings = tuple([each[:-1] for each in names if each[-1] == "*"])
    return lambda name: (folded := fold(name)) in names or folded.startswith(beginnings)


_TESTS = {path: known if callable(known) else _test_of(known) for path, known in FUNCTIONS.items()}


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
    return tuple([load_function(path) for path, test in _TESTS.items() if test(name)])


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
