"""Read a program: tokens, tree, data flow."""

from __future__ import annotations

from cwql.lint.dataflow.emit import find_flow
from cwql.lint.dataflow.flow import SHORT
from cwql.lint.frontends import language_of
from cwql.lint.frontends.scanner import Scanner
from cwql.source import Span
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from cwql.diagnostics import Diagnostic
    from cwql.lint.dataflow.traits import Traits
    from cwql.lint.frontends.parser import Parser
    from cwql.lint.frontends.syntax import Syntax
    from cwql.lint.request_targets import Context
    from cwql.lint.templates.model import ConditionTemplate
    from cwql.source import Source


BUNDLE = 50_000
"""A file of so many characters is minified if its lines are as long as no person writes them."""

_LONG_LINES = 2_000


def _is_minified(text: str) -> bool:
    """Return whether a text is the output of a bundler: few lines, of thousands of characters on average."""
    return len(text) >= BUNDLE and text.count("\n") * _LONG_LINES < len(text)


class Grammar(Value):
    """A language: its tokens, its parser, and the facts that the data flow needs.

    `functions` names the layout of its functions (see `skipping.LAYOUTS`); without one, every function is parsed.
    """

    syntax: Syntax
    parser: type[Parser]
    traits: Traits
    functions: str = ""

    def extract(self, source: Source, context: Context) -> Iterator[ConditionTemplate | Diagnostic]:
        """Yield the conditions of a source. Raises `UnreadableSource` if its strings are nested too deeply."""
        if not context.can_name_endpoint(self.traits.words):
            return
        if _is_minified(source.text):
            if not context.sure:
                return
            from cwql.rules.source import SKIPPED_FILE

            yield SKIPPED_FILE.at(
                Span(0, 0), "a minified file: passed over", hint="lint the files that it was made from"
            )
            return
        skipped: dict[int, int] = {}
        if self.functions and len(source.text) >= SHORT:
            from cwql.lint.frontends.skipping import find_silent_functions

            skipped = find_silent_functions(source.text, context, self.traits.words, self.functions)
        tokens = Scanner(source.text, self.syntax, skipped).tokens()
        module = self.parser(tokens, source.text).module()
        yield from find_flow(context, source.text, module, self.traits, self._language(source.name))

    def _language(self, filename: str) -> str:
        """Return the name of the language of a file: that of a language with the same grammar, such as ``typescript``."""
        known = language_of(filename)
        # The code in a Markdown file has the name of that file.
        return known.name if known is not None and known.module == self.traits.name else self.traits.name
