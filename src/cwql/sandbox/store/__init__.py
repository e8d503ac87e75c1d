"""Records in SQLite: `Store` stores them as JSON documents, one table for each kind of record."""
