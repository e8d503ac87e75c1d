"""Lint again whenever a file changes: `watch`, by looking at the times of files, on every system alike."""

from __future__ import annotations

import sys
import time

from cwql.errors import CwqlError
from cwql.lint.session import Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias

    Signature: TypeAlias = tuple[object, ...]

PAUSE = 0.5
"""Seconds between two looks."""

_CLEAR = "\x1b[2J\x1b[3J\x1b[H"


def watch(options: Any, lint: Callable[[Session], int]) -> int:
    """Lint, wait for a change, lint again, until Ctrl-C; return 0."""
    last: Signature | None = None
    try:
        while True:
            now = _look(options)
            if now != last:
                if sys.stdout.isatty():
                    sys.stdout.write(_CLEAR)
                try:
                    lint(Session(options))
                except CwqlError as error:
                    # A setting that is being typed is no reason to stop.
                    print(f"cwql lint: error: {error}", file=sys.stderr)
                print("cwql lint: watching for changes, Ctrl-C ends", file=sys.stderr, flush=True)
                sys.stdout.flush()
                # Changes that --fix has just written itself are ignored.
                last = _look(options) if options.fix or options.fix_only or options.add_ignore else now
            time.sleep(PAUSE)
    except KeyboardInterrupt:
        return 0


def _look(options: Any) -> Signature:
    """Return a key that changes whenever a file or a setting does."""
    try:
        session = Session(options)
        targets = session.targets()
    except CwqlError as error:
        return (str(error),)
    return (session.settings, *[(target.path, target.size, target.changed, target.trouble) for target in targets])
