"""Choosing a model: what is on disk, what can be fetched, what is known of each, and a pull under way."""
