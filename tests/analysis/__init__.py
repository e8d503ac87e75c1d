"""Tests of the checker, the rules and the fixes."""
