"""The APIs as data: products, endpoints, records, fields and operations."""
