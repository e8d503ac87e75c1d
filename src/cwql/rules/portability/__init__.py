"""Rules about what only some servers, products or requests have."""
