"""Check the wording of docs, docstrings, comments and messages: ``make english``."""
