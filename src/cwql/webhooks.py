"""Callbacks from Manage: verify that they are genuine, and read them.

::

    from cwql.webhooks import CallbackReceiver

    receiver = CallbackReceiver(company_id="acme", site="na")      # or psa.callbacks.receiver()
    event = receiver.unwrap(request.body, request.headers)         # raises SignatureVerificationError and others of cwql
"""

from __future__ import annotations

from cwql.client.webhook import (
    AsyncCallbackReceiver,
    CallbackEvent,
    CallbackReceiver,
    MemoryReplayStore,
    ReplayStore,
)

__all__ = ["AsyncCallbackReceiver", "CallbackEvent", "CallbackReceiver", "MemoryReplayStore", "ReplayStore"]

# Tracebacks, pickles and help() name the public module.
for _name in __all__:
    if callable(globals()[_name]):
        globals()[_name].__module__ = __name__
