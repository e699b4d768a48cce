"""The formats of exercises, one module each."""
