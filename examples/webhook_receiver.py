"""Receive Manage's callbacks with FastAPI, and believe only those that are signed.

Against the sandbox (it calls addresses on this machine only): start ``cwql sandbox`` in one terminal, paste the ``export``
lines that it prints into another, then

    pip install fastapi uvicorn
    python examples/webhook_receiver.py --port 8000 --register http://127.0.0.1:8000/callbacks

and change a ticket in a third (``psa.service.tickets.patch(1, [Ticket.summary.set("…")])``). Against your own server: set the
same variables to your keys, and register an https address that the server can reach.

It shows: `CallbackReceiver` behind a web framework, which needs the raw body and the headers, nothing else. The reply goes
out before the event is worked on, since Manage waits for it; an event may come twice, and is worked on once.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext

from cwql import CwqlError
from cwql.client import CallbackEvent, CallbackReceiver, SignatureError, UntrustedLinkError
from cwql.manage import Client

try:
    import uvicorn
    from fastapi import BackgroundTasks, FastAPI, Request, Response
except ImportError:
    sys.exit("this receiver needs: pip install fastapi uvicorn")

REMEMBERED = 1000
"""Events that are remembered, to tell one that comes again."""


def make_app(receiver: CallbackReceiver, work: Callable[[CallbackEvent], None]) -> FastAPI:
    """Return an application that takes callbacks at ``/callbacks`` and hands each event to `work`, in a thread, once."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await receiver.aclose()

    app = FastAPI(lifespan=lifespan)
    done: OrderedDict[str, None] = OrderedDict()

    @app.post("/callbacks", status_code=204)
    async def take(request: Request, background: BackgroundTasks) -> Response:
        try:
            # The signature is over the bytes as they came: a body that was parsed and written anew would not fit it.
            event = await receiver.areceive(await request.body(), request.headers)
        except (SignatureError, UntrustedLinkError) as error:
            print(f"refused: {error}", file=sys.stderr, flush=True)
            return Response(status_code=403)
        name = str(event.body.get("MessageId"))
        if name not in done:
            done[name] = None
            if len(done) > REMEMBERED:
                done.popitem(last=False)
            background.add_task(work, event)
        return Response(status_code=204, background=background)

    return app


def show(event: CallbackEvent) -> None:
    """Work on an event: here, print it."""
    summary = event.entity.get("summary", "") if isinstance(event.entity, dict) else ""
    print(f"{event.type} {event.id} {event.action}: {summary}", flush=True)


@contextmanager
def registered(url: str) -> Iterator[None]:
    """Have Manage call an address for every ticket, as long as the block runs."""
    with Client.from_env() as psa:
        made = psa.callbacks.register(url, "ticket", description="webhook_receiver.py")
        print(f"registered callback {made.id}", flush=True)
        try:
            yield
        finally:
            psa.callbacks.delete(made.id)


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description="Receive Manage's callbacks.")
    parser.add_argument("--port", type=int, default=8000, help="on 127.0.0.1 (default: %(default)s)")
    parser.add_argument("--register", metavar="URL", help="have Manage call this address for every ticket")
    parser.add_argument("--site", default=os.environ.get("CONNECTWISE_SITE"), help="default: CONNECTWISE_SITE")
    arguments = parser.parse_args(argv)
    # Signing keys are read from ConnectWise's own hosts, and from this site.
    receiver = CallbackReceiver(arguments.site)
    app = make_app(receiver, show)
    with registered(arguments.register) if arguments.register else nullcontext():
        uvicorn.run(app, host="127.0.0.1", port=arguments.port, log_level="warning")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CwqlError as error:
        sys.exit(str(error))
