"""Receive callbacks of Manage with FastAPI, and verify their signatures.

With the sandbox (it calls addresses on this machine only): start ``cwql sandbox`` in one terminal, paste the ``export`` lines that it
prints into another, then run

    pip install fastapi uvicorn
    python examples/webhook_receiver.py --port 8000 --register 'http://127.0.0.1:8000/callbacks?recordId='

and change a ticket in a third (``psa.service.tickets.patch(1, [Ticket.summary.set("…")])``). With your own server: set the
same variables to your keys, and register an https address that the server can reach.

This example shows `CallbackReceiver` in a web framework; it needs only the raw body and the headers. The response is sent before the event
is processed, because Manage waits for it. An event can arrive twice, but is processed once.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext

from cwql import (
    CwqlError,
    DuplicateCallbackError,
    SignatureVerificationError,
    SigningKeyUnavailableError,
    UntrustedURLError,
)
from cwql.manage import Client
from cwql.webhooks import AsyncCallbackReceiver, CallbackEvent

try:
    import uvicorn
    from fastapi import BackgroundTasks, FastAPI, Request, Response
except ImportError:
    sys.exit("this receiver needs: pip install fastapi uvicorn")

REPLAY_WINDOW = 86_400.0
"""Seconds for which events are remembered, to skip repeated ones."""


def make_app(receiver: AsyncCallbackReceiver, work: Callable[[CallbackEvent], None]) -> FastAPI:
    """Return an application that receives callbacks at ``/callbacks``, and calls `work` once for each event in a thread."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await receiver.aclose()

    app = FastAPI(lifespan=lifespan)

    @app.post("/callbacks", status_code=204)
    async def receive(request: Request, background: BackgroundTasks) -> Response:
        try:
            # The signature is for the raw bytes; a body that was parsed and serialized again would not match it.
            event = await receiver.unwrap(await request.body(), request.headers)
        except DuplicateCallbackError:
            return Response(status_code=204)
        except SigningKeyUnavailableError as error:
            # Manage sends the callback again after this status.
            print(f"try again: {error}", file=sys.stderr, flush=True)
            return Response(status_code=429)
        except (SignatureVerificationError, UntrustedURLError) as error:
            print(f"refused: {error}", file=sys.stderr, flush=True)
            return Response(status_code=403)
        background.add_task(work, event)
        return Response(status_code=204, background=background)

    return app


def show(event: CallbackEvent) -> None:
    """Process an event: here, print it."""
    summary = event.entity.get("summary", "") if isinstance(event.entity, dict) else ""
    print(f"{event.type} {event.id} {event.action}: {summary}", flush=True)


@contextmanager
def registered(url: str) -> Iterator[None]:
    """Register a callback for every ticket while the block runs."""
    with Client.from_env() as psa:
        entry = psa.callbacks.create(url, "ticket", description="webhook_receiver.py")
        print(f"registered callback {entry.id}", flush=True)
        try:
            yield
        finally:
            psa.callbacks.delete(entry.id)


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description="Receive callbacks of Manage.")
    parser.add_argument("--port", type=int, default=8000, help="on 127.0.0.1 (default: %(default)s)")
    parser.add_argument("--register", metavar="URL", help="register this address for every ticket")
    parser.add_argument("--site", default=os.environ.get("CONNECTWISE_SITE"), help="default: CONNECTWISE_SITE")
    parser.add_argument(
        "--company", default=os.environ.get("CONNECTWISE_COMPANY_ID"), help="default: CONNECTWISE_COMPANY_ID"
    )
    arguments = parser.parse_args(argv)
    # Only callbacks of this company are accepted, and signing keys are downloaded from this site only.
    receiver = AsyncCallbackReceiver(
        company_id=arguments.company or "", site=arguments.site or "", replay_window=REPLAY_WINDOW
    )
    app = make_app(receiver, show)
    with registered(arguments.register) if arguments.register else nullcontext():
        uvicorn.run(app, host="127.0.0.1", port=arguments.port, log_level="warning")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CwqlError as error:
        sys.exit(str(error))
