"""Fuzz runs: one module for each part, seeded and bounded, run as ``python -m scripts.fuzz.PART --count N --seed N``."""
