"""The clients: what they do, written once as flows; the two drivers; records in and out."""
