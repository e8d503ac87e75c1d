"""Judging what was read: the checker, the registry of rules, and the cures."""
