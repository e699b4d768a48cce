"""Isolates the suite from the machine: clean folders, no network, and no model unless a test is marked."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import hypothesis
import pytest

# How long an example takes depends on the machine's other work, so there is no deadline.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

DEFAULT_MODEL: Final = "qwen2.5-coder-0.5b"

HOME_FOLDERS: Final = {
    "HOME": "",
    "XDG_CONFIG_HOME": ".config",
    "XDG_DATA_HOME": ".local/share",
    "XDG_STATE_HOME": ".local/state",
    "XDG_CACHE_HOME": ".cache",
}

FOREIGN_PREFIXES: Final = ("EGCFG_", "HF_", "HUGGINGFACE_", "LLAMA_", "OLLAMA_", "PIP_", "TEXTUAL", "XDG_")
SNAPSHOTS: Final = "TEXTUAL_SNAPSHOT_TEMPDIR"
"""Where the workers of one run put the pictures for its report."""
FOREIGN_NAMES: Final = ("CI", "NO_COLOR", "FORCE_COLOR", "COLORTERM", "COLUMNS", "LINES")

MACHINE: Final[Mapping[str, str]] = dict(os.environ)
"""The environment the suite was started in; only the search for the real model looks at it."""

# On a GPU, batches of other shapes round differently, so tests that compare tokens need the CPU. This is set
# before anything loads llama.cpp.
os.environ["CUDA_VISIBLE_DEVICES"] = ""


class NetworkBlocked(AssertionError):
    """A test tried to reach the network. It is an assertion, so that no `except OSError` swallows it."""


def _isolate(patcher: pytest.MonkeyPatch, home: Path) -> None:
    """Removes environment variables that could steer the program, and gives it a home of its own."""
    for name in MACHINE:
        if name != SNAPSHOTS and (name in FOREIGN_NAMES or name.startswith(FOREIGN_PREFIXES)):
            patcher.delenv(name, raising=False)
    for name, folder in HOME_FOLDERS.items():
        patcher.setenv(name, str(home / folder))


def _block_network(patcher: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect
    connect_ex = socket.socket.connect_ex

    def refuse(address: object) -> None:
        raise NetworkBlocked(f"tests have no network, but something connects to {address!r}")

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX:
            refuse(address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        if self.family != socket.AF_UNIX:
            refuse(address)
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: object, *_args: object, **_options: object) -> None:
        refuse(host)

    patcher.setattr(socket.socket, "connect", guarded_connect)
    patcher.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    patcher.setattr(socket, "getaddrinfo", guarded_getaddrinfo)


@pytest.fixture(scope="session", autouse=True)
def _isolated_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Isolates fixtures that live longer than one test as well."""
    with pytest.MonkeyPatch.context() as patcher:
        _isolate(patcher, tmp_path_factory.mktemp("session-home"))
        _block_network(patcher)
        yield


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A fresh, empty home for each test; its XDG folders do not exist yet."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patcher:
        _isolate(patcher, folder)
        yield folder


@pytest.fixture(scope="session")
def model_path() -> Path:
    """The real default model, where the user of this machine has it."""
    from egcfg_tui.models import ModelError, resolve

    with patch.dict(os.environ, MACHINE, clear=True):
        try:
            return resolve(DEFAULT_MODEL).path
        except ModelError as error:
            reason = f"the default model is not on this machine: {error}"
    if MACHINE.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
