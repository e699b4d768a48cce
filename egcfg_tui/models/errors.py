"""The errors of models."""

from __future__ import annotations


class ModelError(Exception):
    """A model is missing, broken or too large. The text says where, and gives the next step."""


class ModelMissingError(ModelError):
    """The model is not on this disk."""


class SourceError(Exception):
    """One source could not deliver a model; another source may. The text is the reason in one line."""
