"""Reads Python source: docstrings, stubs and test files."""
