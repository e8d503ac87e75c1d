"""Benchmarks. Every figure is a ratio of two CPU times that were measured alternately in the same run."""
