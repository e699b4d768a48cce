"""Benches: run many exercises with several methods, models and repeats, record the results, compare them."""
