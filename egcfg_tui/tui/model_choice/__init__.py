"""Choosing a model: lists what is on disk or can be fetched, with facts, and fetches and removes models."""
