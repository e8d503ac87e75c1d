"""The table of known functions names functions that exist: it imports them only when a call needs them."""

from __future__ import annotations

import pytest

from cwql.lint.dataflow.known_functions import FUNCTIONS, load_function


@pytest.mark.parametrize("path", FUNCTIONS)
def test_every_known_function_can_be_imported(path: str) -> None:
    assert callable(load_function(path))
