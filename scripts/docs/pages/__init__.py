"""Generate docs/rules and docs/reference from the registries. Each module covers one subject and has a function ``pages()``."""
