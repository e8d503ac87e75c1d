"""Rules about the terms of a condition as a whole."""
