"""Check that importing a generated module runs only definitions.

`find_violations` walks the syntax tree with a list of allowed nodes: docstrings, imports of known names, assignments of
literals, classes with annotated members, and known functions. Every other node is a violation. So if a text of an API
document ever gets out of its string constant, the code is found regardless of its effect.

An annotation may be a string, which pydantic evaluates when it builds the class. Such strings are parsed and checked too.
"""

from __future__ import annotations

import ast
import builtins
import io
import tokenize
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection

_PRODUCTS = ("manage", "automate")

_IMPORTS: dict[str, frozenset[str]] = {
    module: frozenset(names.split())
    for module, names in {
        "builtins": "bool dict float int list str",
        "cwql.schema": "handles",
        "cwql.schema.accessor": "Root",
        "cwql.schema.catalog": "catalog",
        "cwql.schema.handles": "record_handle",
        "cwql_api.runtime": "OPEN Record RecordInfo",
        "datetime": "date datetime",
        "importlib": "import_module",
        "pydantic": "Field",
        "typing": "Annotated Any Literal",
        "uuid": "UUID",
        **{f"cwql_api.{product}": "async_verbs models verbs" for product in _PRODUCTS},
    }.items()
}
"""The names that a generated module may import, by module."""

_SUBPACKAGES: dict[int, tuple[str, ...]] = {1: ("areas", "async_areas"), 2: ("models",)}
"""The packages from whose modules a generated module may import, by the number of dots before their names."""

_MODULES = frozenset(["datetime", "typing"])
"""The modules that a generated stub may import as a whole."""


class Violation(NamedTuple):
    """A node that is not part of a definition, or a file that cannot be parsed."""

    line: int
    reason: str


class UnsafeCodeError(Exception):
    """Importing generated code would run more than definitions. This is a bug in a generator."""


def functions_in(source: str) -> frozenset[str]:
    """Return the functions of a template, as `find_violations` expects them."""
    return frozenset(ast.dump(node) for node in ast.parse(source).body if isinstance(node, ast.FunctionDef))


def find_violations(source: bytes, functions: Collection[str] = ()) -> list[Violation]:
    """Return the nodes of a module that are not part of a definition, sorted by line.

    Args:
        source: The file as it is on disk, because its first lines may declare an encoding.
        functions: Known functions. The body of any other function has to be ``...`` or a docstring.
    """
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        if encoding != "utf-8":
            return [Violation(1, f"the file declares the encoding {encoding}")]
        tree = ast.parse(source)
    # A null byte is a ValueError in some versions of Python, and a full stack of the parser is a MemoryError.
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return [Violation(getattr(error, "lineno", None) or 1, f"not Python: {error}")]
    checker = _Checker(functions)
    try:
        checker.module(tree)
    except RecursionError:
        checker.violations.append(Violation(1, "nested too deeply"))
    return sorted(checker.violations)


class _Checker:
    def __init__(self, functions: Collection[str]) -> None:
        self.violations: list[Violation] = []
        self._functions = functions
        self._imported: dict[str, str] = {}
        """Imported names, for example ``{"Field_type": "pydantic.Field"}``."""

    def module(self, tree: ast.Module) -> None:
        for before, node in zip((None, *tree.body), tree.body, strict=False):
            match node:
                case ast.Expr(value=ast.Constant(value=str())) if before is None or isinstance(before, ast.AnnAssign):
                    # The docstring of the module, or of the name before it.
                    pass
                case ast.Import():
                    self._import(node)
                case ast.ImportFrom():
                    self._import_from(node)
                case ast.ClassDef():
                    self._class(node)
                case _:
                    self._statement(node)

    def _refuse(self, node: ast.AST, reason: str) -> None:
        self.violations.append(Violation(getattr(node, "lineno", 1), reason))

    def _import(self, node: ast.Import) -> None:
        for alias in node.names:
            if alias.name not in _MODULES:
                self._refuse(node, f"import of {alias.name}")
            self._imported[alias.asname or alias.name] = alias.name

    def _import_from(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        for alias in node.names:
            if node.level:
                # Sibling modules are generated too, and checked like this one.
                known = self._is_sibling(node.level, module) and alias.name != "*"
            else:
                known = alias.name in _IMPORTS.get(module, ())
            home = f"{'.' * node.level}{module}"
            if not known:
                self._refuse(node, f"import of {alias.name} from {home}")
            self._imported[alias.asname or alias.name] = f"{home}.{alias.name}"

    @staticmethod
    def _is_sibling(level: int, module: str) -> bool:
        """Return whether a relative import is one of a generated module."""
        first, _, last = module.partition(".")
        return (
            last.isidentifier() and first in _SUBPACKAGES.get(level, ())
            if last
            else level == 1 and first.isidentifier()
        )

    def _class(self, node: ast.ClassDef) -> None:
        if node.decorator_list or node.keywords or getattr(node, "type_params", None):
            self._refuse(node, f"class {node.name} has decorators, keywords or type parameters")
        for base in node.bases:
            self._annotation(base)
        for inner in node.body:
            match inner:
                case ast.Expr(value=ast.Constant(value=str())):
                    # The docstring of the class, or of the member before it.
                    pass
                case ast.Pass() | ast.Expr(value=ast.Constant(value=builtins.Ellipsis)):
                    pass
                case _:
                    self._statement(inner)

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)]) if not name.startswith("__"):
                self._literal(node.value)
            case ast.AnnAssign(target=ast.Name(id=name)) if not name.startswith("__"):
                self._annotation(node.annotation)
                if node.value is not None:
                    alias = self._meaning(node.annotation) == "typing.TypeAlias"
                    (self._annotation if alias else self._literal)(node.value)
            case ast.FunctionDef():
                self._function(node)
            case _:
                self._refuse(node, f"statement {type(node).__name__}")

    def _function(self, node: ast.FunctionDef) -> None:
        if ast.dump(node) in self._functions:
            return
        match node:
            case ast.FunctionDef(
                decorator_list=[],
                args=ast.arguments(vararg=None, kwarg=None, defaults=[], kw_defaults=[]),
                body=[ast.Expr(value=ast.Constant(value=builtins.Ellipsis | str()))],
            ) if not getattr(node, "type_params", None):
                hints = [argument.annotation for argument in (*node.args.posonlyargs, *node.args.args)]
                for hint in (*hints, node.returns):
                    if hint is not None:
                        self._annotation(hint)
            case _:
                self._refuse(node, f"function {node.name} is not known")

    def _literal(self, node: ast.expr) -> None:
        match node:
            case ast.Constant() | ast.UnaryOp(op=ast.USub(), operand=ast.Constant()):
                pass
            case ast.Tuple(elts=items):
                for item in items:
                    self._literal(item)
            case ast.Dict(keys=keys, values=values):
                for key, value in zip(keys, values, strict=True):
                    # The key of `{**other}` is None.
                    if key is None:
                        self._refuse(node, "an unpacked dictionary")
                    else:
                        self._literal(key)
                    self._literal(value)
            case _:
                self._refuse(node, f"expression {type(node).__name__}")

    def _annotation(self, node: ast.expr) -> None:
        match node:
            case ast.Name() | ast.Constant(value=None | builtins.Ellipsis):
                pass
            case ast.Attribute(value=ast.Name(), attr=name) if not name.startswith("_"):
                pass
            case ast.Constant(value=str(text)):
                self._forward(node, text)
            case ast.BinOp(op=ast.BitOr()):
                self._annotation(node.left)
                self._annotation(node.right)
            case ast.Tuple(elts=items):
                for item in items:
                    self._annotation(item)
            case ast.Subscript() if self._meaning(node.value) == "typing.Literal":
                self._literal(node.slice)
            case ast.Subscript(value=ast.Name() | ast.Attribute()):
                self._annotation(node.value)
                self._annotation(node.slice)
            case ast.Call(args=[], keywords=[ast.keyword(arg="alias", value=ast.Constant(value=str()))]) if (
                self._meaning(node.func) == "pydantic.Field"
            ):
                pass
            case _:
                self._refuse(node, f"annotation {type(node).__name__}")

    def _forward(self, node: ast.expr, text: str) -> None:
        try:
            inner = ast.parse(text, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            self._refuse(node, f"an annotation that is not Python: {error}")
            return
        self._annotation(ast.copy_location(inner, node))

    def _meaning(self, node: ast.expr) -> str:
        """Return the qualified name of an imported name (``typing.Literal`` for ``_t.Literal``), otherwise an empty string."""
        match node:
            case ast.Name(id=name):
                return self._imported.get(name, "")
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in self._imported:
                return f"{self._imported[name]}.{attribute}"
            case _:
                return ""
