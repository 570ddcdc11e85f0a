"""Benchmarks, one file a subject; see tools/bench.py."""
