"""Generate code from grammars and OpenAPI documents: parser tables, and one package for each API."""
