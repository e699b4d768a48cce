"""Exercises: the model, one module per format, the bundled set."""
