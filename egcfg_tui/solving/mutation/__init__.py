"""Mutants: programs that differ from a failed answer in a single place."""
