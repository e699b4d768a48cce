"""The user's folders and files for models."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_path, user_config_path, user_data_path


def models_folder() -> Path:
    """The folder of pulled models; the variable `EGCFG_MODELS_DIR` names another one."""
    chosen = os.environ.get("EGCFG_MODELS_DIR")
    return Path(chosen).expanduser() if chosen else user_data_path("egcfg-tui", appauthor=False) / "models"


def hub_folder() -> Path:
    """The folder of the models that were pulled as `hf:org/repo/file`."""
    return models_folder() / "hf"


def user_catalogue_file() -> Path:
    """The file of the user's own catalogue entries, in the format of the bundled catalogue."""
    return user_config_path("egcfg-tui", appauthor=False) / "models.toml"


def checksum_file() -> Path:
    """The file that caches checksums of model files."""
    return user_cache_path("egcfg-tui", appauthor=False) / "checksums.json"


def prompts_folder() -> Path:
    """The folder that keeps the states of prompts."""
    return user_cache_path("egcfg-tui", appauthor=False) / "prompts"


def make_private(folder: Path) -> Path:
    """Makes a folder that only the user can read, and returns it; an existing one keeps its permissions."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
