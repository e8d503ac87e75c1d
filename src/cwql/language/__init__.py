"""The condition languages: syntax trees, parser, printer, builder, templates and translation."""
