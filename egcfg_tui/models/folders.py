"""The user's own folders that have to do with models."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_path, user_config_path, user_data_path


def models_folder() -> Path:
    """Where pulled models lie; `EGCFG_MODELS_DIR` moves it."""
    chosen = os.environ.get("EGCFG_MODELS_DIR")
    return Path(chosen).expanduser() if chosen else user_data_path("egcfg-tui", appauthor=False) / "models"


def user_catalogue_file() -> Path:
    """The user's own entries, in the format of the bundled catalogue."""
    return user_config_path("egcfg-tui", appauthor=False) / "models.toml"


def checksum_file() -> Path:
    """The checksums that were verified before."""
    return user_cache_path("egcfg-tui", appauthor=False) / "checksums.json"


def prompts_folder() -> Path:
    """Where the states of long prompts are kept."""
    return user_cache_path("egcfg-tui", appauthor=False) / "prompts"


def make_private(folder: Path) -> Path:
    """Makes a folder that only the user can read; an existing one keeps its mode."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
