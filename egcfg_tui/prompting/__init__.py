"""Prompts from chat templates, and the signal from traces."""
