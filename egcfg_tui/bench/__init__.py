"""Benches: many exercises x methods x models x repeats, written as they end, and what they compare to."""
