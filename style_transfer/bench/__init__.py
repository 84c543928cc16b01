"""Benchmarks: each command measures its figures again."""
