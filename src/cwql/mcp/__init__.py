"""The server for agents, ``cwql mcp``: tools that check every query before it is sent (extra ``mcp``).

`cwql.mcp.server.build_server` returns a server of the official SDK; `cwql.mcp.serving` runs it on standard streams or over HTTP on
loopback. Only `server`, `serving` and the modules for resources and prompts import the SDK.
"""
