"""The commands of the server: count the records of a condition, explain a rule, read the names of a server."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from importlib import import_module

from cwql.errors import CwqlError, UnknownNameError
from cwql.language.dialects import find_dialect, find_parameter
from cwql.lint.templates.model import PLACEHOLDER
from cwql.schema.catalog import catalog

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from cwql.lsp.conditions import EmbeddedCondition

COUNT, EXPLAIN, LOAD = "cwql.count", "cwql.explainRule", "cwql.loadNames"
NAMES = (COUNT, EXPLAIN, LOAD)


class Connection:
    """The server for commands: that of a profile, or a sandbox that is started on first use."""

    def __init__(self, profile: str | None, *, sandbox: bool) -> None:
        self.profile = profile
        self._uses_sandbox = sandbox
        self._stack = ExitStack()
        self._environment: Any = None

    @contextmanager
    def client(self, product: str) -> Iterator[Any]:
        """Yield a client of a product. Raises `CwqlError` if there are no settings for one."""
        module = import_module(f"cwql.{product}")
        if self._uses_sandbox:
            if self._environment is None:
                from cwql.sandbox import Sandbox

                self._environment = self._stack.enter_context(Sandbox(seed=1, size="small")).environment
            with module.Client.from_env(environ=self._environment) as client:
                yield client
            return
        with module.Client.from_env(profile=self.profile) as client:
            yield client

    def close(self) -> None:
        """Stop the sandbox."""
        self._stack.close()


def count(condition: EmbeddedCondition, connection: Connection) -> int:
    """Return how many records a condition matches on the server. Raises `CwqlError`."""
    if condition.endpoint is None:
        raise UnknownNameError("the endpoint of this condition is not known")
    if PLACEHOLDER in condition.text:
        raise UnknownNameError("the condition has placeholders, so only the program knows its text")
    dialect = find_dialect(condition.dialect)
    if find_parameter(dialect, condition.found.parameter) is not dialect.parameters[0]:
        raise UnknownNameError(f"only {dialect.parameters[0].name} can be counted")
    names = catalog(dialect.name)
    endpoint = names.find_endpoint(condition.endpoint)
    if endpoint is None or "{}" in endpoint.key:
        raise UnknownNameError(f"{condition.endpoint} needs an id, so only the program knows its path")
    from cwql.schema.naming import accessor

    with connection.client(dialect.name) as client:
        resource = client
        for segment in endpoint.key.split("/"):
            resource = getattr(resource, accessor(segment))
        return int(resource.count(condition.text))


def explain_rule(name: str) -> str:
    """Return the documentation of a rule as Markdown. Raises `UnknownNameError`."""
    from cwql.diagnostics import DOCS_URL
    from cwql.rules.registry import rule

    found = rule(name)
    fence = found.language or "text"
    return "\n\n".join(
        [
            f"# {found.code} {found.name}",
            found.summary,
            found.why,
            f"Example:\n\n```{fence}\n{found.example}\n```",
            f"Instead:\n\n```{fence}\n{found.instead}\n```",
            f"Evidence: {found.evidence}.",
            f"[{found.name}]({DOCS_URL}{found.name}/)",
        ]
    )


def describe_error(error: Exception) -> str:
    """Return the message for the editor."""
    return str(error) if isinstance(error, CwqlError) else f"{type(error).__name__}: {error}"
