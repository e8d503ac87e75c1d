"""Rules about the structure and the spelling of a text, which the parser reports."""
