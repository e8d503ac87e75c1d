"""What a condition means: one table, and two evaluators that are fed from it (`predicate`, `sql`)."""
