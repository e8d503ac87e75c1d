"""The value of a call of a function of the standard libraries: `known_call`."""

from __future__ import annotations

from functools import lru_cache

from cwql.lint.dataflow.call_site import call_site
from cwql.lint.dataflow.knowledge import (
    APPENDS,
    BATCHES,
    CONCATS,
    CONNECTORS,
    CUTS,
    DEDENTS,
    ENCODERS,
    FORMATS,
    FORMATTED,
    JOINS,
    LIST_MAKERS,
    MAP_MAKERS,
    MAPS,
    MATCHES,
    MOMENTS,
    PICKS,
    REPLACES,
    SAME,
    STRIPS,
    TRIMS,
    fold,
    is_escaper,
)
from cwql.lint.words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from cwql.lint.dataflow.call_site import CallSite
    from cwql.lint.dataflow.flow import Flow
    from cwql.lint.dataflow.values import Value
    from cwql.lint.ir import Argument, Node

_ENCODERS = ENCODERS | words("escape encode quote uri")
_COMPILERS = words("compile mustcompile regex regexp generatedregex toregex new")
_SHORTENS = words(
    """lstrip trimstart ltrim removeprefix trimprefix rstrip trimend rtrim removesuffix trimsuffix trimright chomp chop
    slice substring substr left"""
)
_FIELDS = words("input get query post pop getlist value getobject decode")
_OPTIONS = words("methodoption classoption option optional requires routeparam")
_PAIRS = words("getenumerator items entries entryset iteritems")
_PARTS = words("keys keyset arraykeys values arrayvalues")
_DATE_STEPS = words("addyears addmonths adddays addhours addminutes addseconds")


def _makes_list(name: str) -> bool:
    return fold(name).startswith(("list", "arraylist"))


def _validates(name: str) -> bool:
    return fold(name).startswith("validate")


def _is_localized(name: str) -> bool:
    return fold(name).startswith("tolocale")


def _any(name: str) -> bool:
    return True


FUNCTIONS: tuple[tuple[Collection[str] | Callable[[str], bool], str], ...] = (
    (_ENCODERS, "encoders.encode"),
    (is_escaper, "encoders.escape"),
    (words("escape"), "encoders.escape_by_owner"),
    (_COMPILERS, "pattern_functions.compile_pattern"),
    (words("takeif"), "pattern_functions.keep_if"),
    (words("tryparse"), "checked_values.try_parse"),
    (LIST_MAKERS, "list_functions.make_list"),
    (MAP_MAKERS, "mapping_functions.make_mapping"),
    (CONNECTORS, "list_functions.list_conditions"),
    (words("filter where takewhile select findall arrayfilter"), "pattern_functions.filter_items"),
    (JOINS, "text_functions.join"),
    (words("collect"), "list_functions.collect"),
    (_PARTS, "mapping_functions.select_parts"),
    (words("newreplacer"), "encoders.make_replacer"),
    (_PAIRS, "mapping_functions.select_pairs"),
    (words("get fetch"), "mapping_functions.get_entry"),
    (words("format string"), "fixed_forms.format_by_formatter"),
    (TRIMS, "builders.trim"),
    (FORMATS, "text_functions.fill_format"),
    (words("substitute safesubstitute"), "text_functions.fill_template"),
    (REPLACES, "text_functions.replace_text"),
    (CONCATS, "text_functions.concat"),
    (MAPS, "list_functions.map_items"),
    (words("stringjoiner"), "builders.make_joiner"),
    (words("string stringbuilder stringbuffer new"), "builders.make_builder"),
    (words("make new"), "list_functions.make_empty_list"),
    (_makes_list, "list_functions.make_empty_list"),
    (words("append push unshift arraypush"), "builders.append_to_list"),
    (words("fprintf fprint fprintln write writeln"), "builders.print_to_builder"),
    (words("add addrange"), "checked_values.note_choices"),
    (APPENDS, "builders.append_to_owner"),
    (_validates, "checked_values.validate_fields"),
    (words("in"), "checked_values.make_rule"),
    (words("option requiredoption"), "checked_values.note_flag"),
    (words("opts"), "checked_values.read_flags"),
    (words("setrules"), "checked_values.note_rules"),
    (_OPTIONS, "checked_values.note_option"),
    (words("load safeload"), "fixed_forms.load_plain"),
    (words("range"), "list_functions.make_range"),
    (words("mapjoin"), "list_functions.join_mapped"),
    (words("tostring"), "fixed_forms.print_number"),
    (MOMENTS, "fixed_forms.moment"),
    (words("date"), "fixed_forms.make_date"),
    (_DATE_STEPS, "fixed_forms.add_to_date"),
    (words("digest tostring encode"), "fixed_forms.hex_digest"),
    (words("formatted"), "fixed_forms.format_iso"),
    (FORMATTED, "fixed_forms.format_date"),
    (_is_localized, "fixed_forms.format_date"),
    (_any, "same_values.number"),
    (words("getordefault getvalueordefault getvalue getorelse"), "mapping_functions.get_entry_or_default"),
    (words("filterinput filtervar"), "checked_values.filter_value"),
    (words("set hashset arraylist map ordereddict dict each"), "list_functions.copy_list"),
    (_FIELDS, "checked_values.read_field"),
    (words("get fetch getordefault"), "mapping_functions.get_any_entry"),
    (words("get"), "mapping_functions.get_member"),
    (STRIPS, "text_functions.strip"),
    (_SHORTENS, "text_functions.shorten"),
    (DEDENTS, "text_functions.dedent"),
    (BATCHES, "list_functions.batch"),
    (words("cast"), "checked_values.cast"),
    (words("create invariant"), "text_functions.keep_interpolated"),
    (words("text.select text.remove"), "checked_values.select_characters"),
    (PICKS, "checked_values.pick"),
    (words("group groups"), "pattern_functions.get_group"),
    (words("astype"), "checked_values.convert_column"),
    (SAME, "same_values.keep"),
    (CUTS, "same_values.cut"),
    (MATCHES, "pattern_functions.match_pattern"),
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
