"""Tests of the built package, the GitHub Action and the pre-commit hooks."""
