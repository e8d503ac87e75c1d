"""Authentication: schemes, tokens, token stores, secrets."""
