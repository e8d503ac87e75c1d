"""What makes the pages of docs/rules and docs/reference out of the registries: a module a subject, each with ``pages()``."""
