"""Recorded runs: writing and replaying them."""
