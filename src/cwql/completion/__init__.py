"""Completion and hover text for conditions, also for conditions that are being typed.

::

    complete("status/name = 'Ne", endpoint="/service/tickets")        the candidates at the end of the text
    complete("boa and id = 5", 3, endpoint="/service/tickets")        the candidates at an offset
    hover("impact = 'High'", 2, endpoint="/service/tickets")          the field under the cursor
    complete_url("/service/ti")                                       endpoints and query parameters

The language server, the command line, the agent server and the playground use these functions. They have no state, import
no dependency, and never raise for any text.
"""

from __future__ import annotations

from cwql.completion.candidates import complete
from cwql.completion.completion import Completion
from cwql.completion.hover import Hover, hover
from cwql.completion.urls import complete_url

__all__ = ["Completion", "Hover", "complete", "complete_url", "hover"]
