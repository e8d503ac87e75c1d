"""Queries and what is sent for them: `Query`, `compile`, and the routing of terms to query parameters."""
