"""Tests of queries, compilation and routing."""
