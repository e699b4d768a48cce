"""What goes wrong with models."""

from __future__ import annotations


class ModelError(Exception):
    """A model that is missing, broken or too large. The text says where, and the next step to take."""


class ModelMissingError(ModelError):
    """The model is nowhere on this disk."""


class SourceError(Exception):
    """One source could not deliver a model; the next one may. The text is the reason in one line."""
