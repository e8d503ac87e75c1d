"""Rules about endpoints, fields and parameters."""
