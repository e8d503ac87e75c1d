"""From text to tree: lexer, parser, and recovery from mistakes."""
