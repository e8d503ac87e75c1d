"""The documentation of the rules: what each reports, why, and how it is known."""
