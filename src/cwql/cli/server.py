"""``cwql server``: the language server for editors."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any


def configure(parser: ArgumentParser) -> None:
    """Add the option that many editors pass to every server."""
    parser.add_argument("--stdio", action="store_true", help="use standard input and output; this is the default")
    parser.epilog = (
        "An editor starts this command; docs/guides/editors.md shows its configuration. The server needs the extra\n"
        "`lsp`: pip install 'cwql[lsp]', or uvx --from 'cwql[lsp]' cwql server."
    )


def run(arguments: Any) -> int:
    """Serve one editor until it ends the session.

    Raises:
        CwqlError: The extra is not installed.
    """
    try:
        from cwql.lsp.server import run as serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        from cwql.errors import CwqlError

        raise CwqlError("the language server needs pygls: pip install 'cwql[lsp]'") from None
    serve()
    return 0
