"""Reads files: their text, their rows, and the place of an error."""
