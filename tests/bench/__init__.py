"""Benchmarks: ratios, measured in one interleaved run. ``make bench`` runs them."""
