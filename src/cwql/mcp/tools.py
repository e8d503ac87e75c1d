"""The registry of tools: `TOOLS` declares each with its arguments, its result and its effect, and `call` performs one."""

from __future__ import annotations

import logging
from importlib import import_module
from importlib.util import find_spec

from cwql.errors import CwqlError
from cwql.mcp.arguments import Parameter, input_schema, read_arguments
from cwql.mcp.refusal import Refusal
from cwql.mcp.targets import PATH_LIMIT
from cwql.schema.suggest import suggest
from cwql.value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from typing import Any, Literal, TypeAlias

    from cwql.mcp.session import Session

    JSON: TypeAlias = dict[str, object]
    Run: TypeAlias = Callable[[Session, Mapping[str, Any]], Awaitable[JSON]]
    Effect: TypeAlias = Literal["none", "reads", "plans", "writes"]

logger = logging.getLogger("cwql.mcp")

_TEXT: JSON = {"type": "string"}
_NUMBER: JSON = {"type": "integer"}
_FLAG: JSON = {"type": "boolean"}
_NAMES: JSON = {"type": "array", "items": _TEXT}
_OBJECT: JSON = {"type": "object"}
_OBJECTS: JSON = {"type": "array", "items": {"type": "object"}}
_DIAGNOSTICS: JSON = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"code": _TEXT, "message": _TEXT, "start_offset": _NUMBER, "end_offset": _NUMBER},
    },
}

_ENDPOINT = Parameter("endpoint", required=True, limit=PATH_LIMIT)
_WHERE = Parameter("where", required=True)
_OPTIONAL_WHERE = Parameter("where")
_FIELDS = Parameter("fields", "names")


class Tool(Value):
    """A tool of the server.

    `home` is the module of `cwql.mcp` whose function of the same name performs it. `effect` is ``none`` if no server is needed,
    ``reads`` if records are read, ``plans`` or ``writes`` for the tools that only exist if writing is allowed. `output` has the
    JSON schema of each member of the result. A tool is offered only if the packages that it `needs` are installed.
    """

    name: str
    home: str
    about: str
    parameters: tuple[Parameter, ...]
    output: dict[str, dict[str, object]]
    effect: Effect = "none"
    needs: tuple[str, ...] = ()

    @property
    def writes(self) -> bool:
        """Return whether the tool exists only if writing is allowed."""
        return self.effect in ("plans", "writes")

    def input_schema(self) -> JSON:
        """Return the JSON schema of the arguments."""
        return input_schema(self.parameters)

    def output_schema(self) -> JSON:
        """Return the JSON schema of the result. A refusal has none of its members, so none is required."""
        return {"type": "object", "properties": self.output}

    def run(self) -> Run:
        """Return the function of the tool. Its module is imported at the first call, because some import the clients."""
        found: Run = getattr(import_module(f"cwql.mcp.{self.home}"), self.name)
        return found


TOOLS: tuple[Tool, ...] = (
    Tool(
        "find_endpoint",
        "language_tools",
        "Search the endpoints of both products by words. Start here.",
        (Parameter("words", required=True, limit=200),),
        {"endpoints": _OBJECTS},
    ),
    Tool(
        "describe",
        "language_tools",
        "List the fields of an endpoint: path, type, enum values.",
        (_ENDPOINT, Parameter("path", limit=200, about="a beginning, such as company/")),
        {"record": _TEXT, "product": _TEXT, "methods": _NAMES, "fields": _OBJECTS},
    ),
    Tool(
        "check",
        "language_tools",
        "Check a condition without sending it.",
        (_ENDPOINT, _WHERE),
        {"ok": _FLAG, "diagnostics": _DIAGNOSTICS},
    ),
    Tool(
        "fix",
        "language_tools",
        "Fix a condition; unsafe fixes may change its meaning.",
        (_ENDPOINT, _WHERE, Parameter("unsafe_fixes", "boolean")),
        {"where": _TEXT, "changed": _FLAG, "ok": _FLAG, "diagnostics": _OBJECTS},
    ),
    Tool(
        "complete",
        "language_tools",
        "List what can follow the beginning of a condition.",
        (_ENDPOINT, _WHERE),
        {"candidates": _OBJECTS},
    ),
    Tool(
        "compile",
        "language_tools",
        "Show the query parameters that a condition becomes.",
        (_ENDPOINT, _WHERE),
        {"params": _OBJECT, "bounded": _FLAG, "diagnostics": _OBJECTS},
    ),
    Tool(
        "explain_rule",
        "language_tools",
        "Explain a rule such as CW203.",
        (Parameter("code", required=True, limit=80),),
        {"summary": _TEXT, "why": _TEXT, "example": _TEXT, "instead": _TEXT},
    ),
    Tool(
        "count",
        "record_tools",
        "Count the records that match.",
        (_ENDPOINT, _OPTIONAL_WHERE),
        {"count": _NUMBER},
        "reads",
    ),
    Tool(
        "query",
        "record_tools",
        "List records as rows of the chosen fields.",
        (
            _ENDPOINT,
            _OPTIONAL_WHERE,
            _FIELDS,
            Parameter("order_by", limit=500, about="such as priority/id asc, id desc"),
            Parameter("limit", "integer", limit=100),
            Parameter("cursor", limit=100, about="of the previous result"),
        ),
        {"rows": _OBJECTS, "more": _FLAG, "cursor": _TEXT, "warnings": _OBJECTS},
        "reads",
    ),
    Tool(
        "get",
        "record_tools",
        "Read one record.",
        (_ENDPOINT, Parameter("id", "id"), _FIELDS),
        {"record": _OBJECT},
        "reads",
    ),
    Tool(
        "lookup",
        "record_tools",
        "Find the id of a name, or list names: boards, statuses, types, priorities, members, clients …",
        (
            Parameter("kind", required=True, limit=60),
            Parameter("name", limit=200),
            Parameter("of", "id", about="the board"),
            Parameter("product", choices=("manage", "automate")),
        ),
        {"names": _OBJECT, "more": _FLAG},
        "reads",
    ),
    Tool(
        "sql",
        "sql_tools",
        "DuckDB SELECT over manage.service.tickets, automate.Computers and other lists.",
        (Parameter("query", required=True, limit=4_000),),
        {"rows": _OBJECTS, "more": _FLAG, "records": _NUMBER},
        "reads",
        ("duckdb", "sqlglot", "pyarrow", "msgspec"),
    ),
    Tool(
        "plan",
        "write_tools",
        "Check a write and show its request. Nothing is sent.",
        (
            _ENDPOINT,
            Parameter("action", required=True, choices=("create", "update", "replace", "delete")),
            Parameter("id", "id"),
            Parameter("body", "object"),
        ),
        {"plan": _TEXT, "method": _TEXT, "url": _TEXT, "expires_in": _NUMBER},
        "plans",
    ),
    Tool(
        "apply",
        "write_tools",
        "Send the request of a plan, once. Ask the user first.",
        (Parameter("plan", required=True, limit=100),),
        {"applied": _FLAG, "record": _OBJECT},
        "writes",
    ),
)
"""Every tool, in the order of the list."""


def available(session: Session) -> list[Tool]:
    """Return the tools of a session."""
    return [
        tool for tool in TOOLS if (session.policy.allow_write or not tool.writes) and all(map(find_spec, tool.needs))
    ]


async def call(session: Session, name: str, given: Mapping[str, object]) -> JSON:
    """Perform a call of a tool and return its result. Raises Refusal, and no other exception."""
    tools = {tool.name: tool for tool in TOOLS}
    tool = tools.get(name)
    if tool is None or not all(map(find_spec, tool.needs)):
        close = suggest(name[:80], [tool.name for tool in available(session)])
        raise Refusal(
            "unknown-tool", "there is no such tool", hint=f"did you mean {' or '.join(close)}?" if close else None
        )
    try:
        return await tool.run()(session, read_arguments(tool.parameters, given))
    except Refusal:
        raise
    except CwqlError as error:
        raise _refuse(error) from None
    except Exception as error:
        # The text of an exception may contain records, so only its type and place are logged.
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace is not None else "?"
        logger.error("%s failed: %s at %s", name, type(error).__name__, place)
        raise Refusal("internal", f"{name} failed because of a bug in cwql ({type(error).__name__})") from None


def _refuse(error: CwqlError) -> Refusal:
    from cwql.client.errors import APIError
    from cwql.errors import InvalidIdError
    from cwql.mcp.rows import clean

    if isinstance(error, InvalidIdError):
        return Refusal("invalid-argument", str(clean(str(error))), argument="id")
    if isinstance(error, APIError):
        from cwql.mcp.record_tools import refuse_call

        return refuse_call(error)
    return Refusal("invalid-argument", str(clean(str(error))))
