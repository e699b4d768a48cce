"""Solves coding exercises offline with a small local model and execution-guided decoding."""

__version__ = "0.1.0"
