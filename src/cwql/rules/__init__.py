"""The documentation of the rules: their reports, reasons and evidence."""
