"""Rules about operators and values."""
