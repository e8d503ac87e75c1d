"""Conditions of all tests: the width of the output is that of a pipe, whatever started the tests."""

from __future__ import annotations

import os

# pytest-xdist sets it in its workers, and commands respect it.
os.environ.pop("COLUMNS", None)
