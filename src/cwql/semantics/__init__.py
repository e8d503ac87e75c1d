"""The meaning of conditions: one table of operators, and two evaluators that use it (`predicate` in Python, `sql` in SQLite)."""
