"""Everyday jobs of other people's clients against a sandbox: ``python -m scripts.peers FOLDER``."""
