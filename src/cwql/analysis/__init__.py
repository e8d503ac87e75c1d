"""Checking conditions: the checker, the registry of rules, and fixes."""
