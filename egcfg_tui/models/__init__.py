"""The catalogue of models: finds models on this disk and pulls missing ones."""

from egcfg_tui.models.adding import add
from egcfg_tui.models.catalogue import Catalogue, Entry
from egcfg_tui.models.catalogue_file import load_catalogue
from egcfg_tui.models.errors import ModelError, ModelMissingError
from egcfg_tui.models.gguf_chat import Chat, read_chat
from egcfg_tui.models.inventory import Standing, State, others, standing
from egcfg_tui.models.memory import needed_bytes, sequences_for
from egcfg_tui.models.provenance import provenance
from egcfg_tui.models.pulling import discard, partial_bytes, pull
from egcfg_tui.models.resolving import ResolvedModel, resolve
from egcfg_tui.models.wanted import wanted_entry

__all__ = [
    "Catalogue",
    "Chat",
    "Entry",
    "ModelError",
    "ModelMissingError",
    "ResolvedModel",
    "Standing",
    "State",
    "add",
    "discard",
    "load_catalogue",
    "needed_bytes",
    "others",
    "partial_bytes",
    "provenance",
    "pull",
    "read_chat",
    "resolve",
    "sequences_for",
    "standing",
    "wanted_entry",
]
