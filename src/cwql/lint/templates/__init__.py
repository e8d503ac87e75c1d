"""Conditions with placeholders: their model, their roles in the text, sample values, and the way back to the file."""
