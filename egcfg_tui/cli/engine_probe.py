"""Asks llama-cpp-python what it was built with, in a separate process that may crash.

`python -m egcfg_tui.cli.engine_probe` loads the library and prints one JSON object; `probe_engine` runs it.
"""

from __future__ import annotations

import ctypes
import json
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import Any, Final

from egcfg_tui.cli import stdout

_TIMEOUT_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Device:
    """A device that the library can compute on, with its memory."""

    name: str
    description: str
    free_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True)
class EngineFacts:
    """The facts of the engine's library. `problem` says why it cannot be used; empty if it can."""

    version: str = ""
    gpu_offload: bool = False
    features: tuple[tuple[str, tuple[str, ...]], ...] = ()
    devices: tuple[Device, ...] = ()
    problem: str = ""


def probe_engine() -> EngineFacts:
    """The facts of the library, or the problem that keeps it from loading."""
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "egcfg_tui.cli.engine_probe"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_TIMEOUT_S,
        )
    except subprocess.TimeoutExpired:
        return EngineFacts(problem=f"llama-cpp-python did not load within {_TIMEOUT_S:g} s")
    except OSError as error:
        return EngineFacts(problem=f"no process could be started: {error.strerror}")
    if ended.returncode != 0:
        return EngineFacts(problem=f"llama-cpp-python cannot be loaded: {_reason(ended)}")
    facts = json.loads(ended.stdout.splitlines()[-1])
    return EngineFacts(
        version=facts["version"],
        gpu_offload=facts["gpu_offload"],
        features=read_features(facts["system_info"]),
        devices=tuple(Device(**device) for device in facts["devices"]),
    )


def read_features(system_info: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Pairs (backend, features) of `CUDA : ARCHS = 890 | CPU : AVX2 = 1 | ...`, without features at 0."""
    features: dict[str, list[str]] = {}
    backend = ""
    for part in system_info.split("|"):
        match = re.fullmatch(r"\s*(?:(\w+) : )?(\w+) = (\S+)\s*", part)
        if match is None:
            continue
        backend = match[1] or backend
        own = features.setdefault(backend, [])
        if match[3] != "0":
            own.append(match[2] if match[3] == "1" else f"{match[2]}={match[3]}")
    return tuple((name, tuple(own)) for name, own in features.items())


def _reason(ended: subprocess.CompletedProcess[str]) -> str:
    """The signal that killed the process, or its last line of standard error."""
    if ended.returncode < 0:
        return f"killed by {signal.Signals(-ended.returncode).name}"
    lines = ended.stderr.strip().splitlines()
    return lines[-1] if lines else f"exit code {ended.returncode}"


def _devices(library: Any) -> list[dict[str, Any]]:
    """Every device of the library, by its C interface, which llama-cpp-python does not wrap."""
    library.ggml_backend_dev_count.restype = ctypes.c_size_t
    library.ggml_backend_dev_get.restype = ctypes.c_void_p
    library.ggml_backend_dev_get.argtypes = [ctypes.c_size_t]
    for name in ("ggml_backend_dev_name", "ggml_backend_dev_description"):
        getattr(library, name).restype = ctypes.c_char_p
        getattr(library, name).argtypes = [ctypes.c_void_p]
    size = ctypes.POINTER(ctypes.c_size_t)
    library.ggml_backend_dev_memory.argtypes = [ctypes.c_void_p, size, size]
    found = []
    for index in range(library.ggml_backend_dev_count()):
        device = library.ggml_backend_dev_get(index)
        free, total = ctypes.c_size_t(), ctypes.c_size_t()
        library.ggml_backend_dev_memory(device, ctypes.byref(free), ctypes.byref(total))
        found.append(
            {
                "name": library.ggml_backend_dev_name(device).decode("utf-8", "replace"),
                "description": library.ggml_backend_dev_description(device).decode("utf-8", "replace"),
                "free_bytes": free.value,
                "total_bytes": total.value,
            }
        )
    return found


def _library_facts() -> dict[str, Any]:
    """The facts of the library as JSON values."""
    import llama_cpp
    from llama_cpp._ggml import libggml

    return {
        "version": llama_cpp.__version__,
        "gpu_offload": bool(llama_cpp.llama_supports_gpu_offload()),
        "system_info": llama_cpp.llama_print_system_info().decode("utf-8", "replace"),
        "devices": _devices(libggml),
    }


if __name__ == "__main__":
    stdout.emit_json(_library_facts())
