"""Code actions: fixes, suppressions, and other ways to write a condition."""

from __future__ import annotations

from lsprotocol import types

from cwql.diagnostics import Edit
from cwql.lint.add_ignore import suppress
from cwql.lint.frontends import find_language
from cwql.lsp.conditions import EmbeddedCondition
from cwql.lsp.diagnostics import convert
from cwql.lsp.navigation import format_edit, record_of
from cwql.lsp.rewrites import as_handles, as_template, insert_imports, is_single_literal
from cwql.source import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any, TypeAlias

    from cwql.diagnostics import Diagnostic
    from cwql.lsp.rewrites import Rewrite
    from cwql.lsp.views import View

    Kind: TypeAlias = types.CodeActionKind | str

FIX_ALL = "source.fixAll.cwql"
KINDS: tuple[Kind, ...] = (types.CodeActionKind.QuickFix, types.CodeActionKind.RefactorRewrite, FIX_ALL)
"""The kinds of actions, for the capabilities of the server."""


class Actions:
    """Code actions of one request. `lazy` leaves expensive edits to `resolve`, if the editor can ask for them."""

    def __init__(self, view: View, only: Sequence[Kind] | None, *, lazy: bool, versioned: bool) -> None:
        self._view = view
        self._only = only
        self._lazy = lazy
        self._versioned = versioned

    def find(self, range: types.Range) -> list[types.CodeAction]:
        """Return the actions for a range."""
        view = self._view
        span = view.span(range)
        diagnostics = view.document.diagnostics()
        touched = [found for found in diagnostics if view.contains(found.span) and _touches(found.span, span)]
        actions: list[types.CodeAction] = []
        if self._wants(types.CodeActionKind.QuickFix):
            for found in touched:
                actions += self._fixes(found)
            actions += [self._deferred(f"Ignore {each.code} on this line", each) for each in _once(touched)]
            if any(fix for found in diagnostics for fix in found.fixes if not fix.is_safe):
                actions.append(
                    self._all("Apply all fixes, also unsafe ones", types.CodeActionKind.QuickFix, unsafe=True)
                )
        if self._wants(types.CodeActionKind.RefactorRewrite):
            condition = next((found for found in view.document.conditions() if _touches(found.span, span)), None)
            if condition is not None and view.contains(condition.span):
                actions += self._rewrites(EmbeddedCondition(condition))
        if self._wants(FIX_ALL) and any(fix.is_safe for found in diagnostics for fix in found.fixes):
            actions.append(self._all("Fix all problems that have safe fixes", FIX_ALL, unsafe=False))
        return [action for action in actions if self._lazy or action.edit is not None or action.disabled]

    def resolve(self, action: types.CodeAction) -> types.CodeAction:
        """Return an action with its edit; without one if the text has changed."""
        data: Any = action.data
        document = self._view.document
        text: str | None = None
        if isinstance(data, dict) and data.get("version") == self._view.version:
            if data.get("kind") == "suppress" and document.job is not None:
                found = next((each for each in document.diagnostics() if _key(each) == data.get("key")), None)
                text = None if found is None else suppress(document.text, document.job, found)
            elif data.get("kind") == "all":
                text = document.fixed(unsafe=bool(data.get("unsafe")))
        if text is not None and self._is_whole:
            action.edit = self._edit(self._view.replacement(text))
        return action

    @property
    def _is_whole(self) -> bool:
        return self._view.start == 0 and self._view.end == len(self._view.document.text)

    def _wants(self, kind: Kind) -> bool:
        wanted = str(getattr(kind, "value", kind))
        if self._only is None:
            return True
        names = [str(getattr(each, "value", each)) for each in self._only]
        return any(not name or wanted == name or wanted.startswith(f"{name}.") for name in names)

    def _fixes(self, found: Diagnostic) -> Iterator[types.CodeAction]:
        for fix in found.fixes:
            yield types.CodeAction(
                f"{fix.title[:1].upper()}{fix.title[1:]}{'' if fix.is_safe else ' (may change the meaning)'}",
                kind=types.CodeActionKind.QuickFix,
                diagnostics=[convert(self._view, found)],
                is_preferred=fix.is_safe or None,
                edit=self._edit(self._view.text_edits(fix.edits)),
            )

    def _deferred(self, title: str, found: Diagnostic) -> types.CodeAction:
        data = {"kind": "suppress", "key": _key(found), "uri": self._view.uri, "version": self._view.version}
        action = types.CodeAction(
            title, kind=types.CodeActionKind.QuickFix, diagnostics=[convert(self._view, found)], data=data
        )
        return action if self._lazy else self.resolve(action)

    def _all(self, title: str, kind: Kind, *, unsafe: bool) -> types.CodeAction:
        data = {"kind": "all", "unsafe": unsafe, "uri": self._view.uri, "version": self._view.version}
        action = types.CodeAction(title, kind=kind, data=data)
        return action if self._lazy else self.resolve(action)

    def _rewrites(self, condition: EmbeddedCondition) -> Iterator[types.CodeAction]:
        edit = format_edit(condition)
        if edit is not None:
            yield self._rewrite("Write this condition in canonical form", [edit])
        document = self._view.document
        job = document.job
        if job is None or not find_language(job.language).native or not is_single_literal(document.text, condition):
            return
        template = as_template(document.text, condition)
        if template is not None:
            yield self._rewrite("Build this condition with cwql.cond", self._replace(condition, template))
        record = record_of(condition)
        handles = None if record is None else as_handles(condition, record)
        if handles is not None and record is not None:
            yield self._rewrite(
                f"Build this condition with the typed fields of {record.name}", self._replace(condition, handles)
            )

    def _replace(self, condition: EmbeddedCondition, rewrite: Rewrite) -> list[Edit]:
        edits = [Edit(condition.found.span, rewrite.expression)]
        at, text = insert_imports(self._view.document.text, rewrite.imports)
        if text and at >= self._view.start:
            edits.insert(0, Edit(Span(at, at), text))
        return edits

    def _rewrite(self, title: str, edits: Sequence[Edit]) -> types.CodeAction:
        return types.CodeAction(
            title, kind=types.CodeActionKind.RefactorRewrite, edit=self._edit(self._view.text_edits(edits))
        )

    def _edit(self, edits: Sequence[types.TextEdit]) -> types.WorkspaceEdit:
        if not self._versioned:
            return types.WorkspaceEdit(changes={self._view.uri: edits})
        document = types.OptionalVersionedTextDocumentIdentifier(self._view.uri, version=self._view.version)
        return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(document, edits)])


def _touches(span: Span, other: Span) -> bool:
    return span.start <= other.end and other.start <= span.end


def _once(found: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Return one diagnostic of each rule."""
    return list({each.code: each for each in reversed(found)}.values())[::-1]


def _key(found: Diagnostic) -> list[object]:
    return [found.code, found.span.start, found.span.end]
