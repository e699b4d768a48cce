"""Which packages an import loads, seen in a fresh process."""

from __future__ import annotations

import importlib
import json
import pkgutil
import subprocess
import sys

import pytest

LOOK = """
import importlib, json, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print(json.dumps(sorted(sys.modules)))
"""


def modules_of(package: str) -> list[str]:
    """All modules of a package except those that run when imported."""
    root = importlib.import_module(package)
    return [
        name
        for _, name, _ in pkgutil.walk_packages(root.__path__, f"{package}.")
        if not name.endswith("__main__")
    ]


def loaded_by(*names: str) -> set[str]:
    """The top-level packages that a fresh process has loaded after these imports."""
    done = subprocess.run(
        [sys.executable, "-c", LOOK, *names], capture_output=True, encoding="utf-8", check=True, timeout=60
    )
    return {name.split(".")[0] for name in json.loads(done.stdout)}


NATIVE = {"egcfg_tui.engine.llama", "egcfg_tui.engine.native"}
"""The native library's binding; whoever needs it imports it inside a function."""

CORE = [
    name
    for name in modules_of("egcfg_tui")
    if name.split(".")[1] not in ("cli", "tui") and name not in NATIVE
]
FRONT = [name for name in modules_of("egcfg_tui") if name.split(".")[1] == "cli"]


def test_there_is_something_to_look_at() -> None:
    assert set(modules_of("egcfg_tui")) > NATIVE
    assert "egcfg_tui.models.pulling" in CORE
    assert "egcfg_tui.cli.commands.models" in FRONT


def test_the_core_loads_no_native_library_and_no_front_end() -> None:
    loaded = loaded_by(*CORE)
    assert loaded & {"llama_cpp", "huggingface_hub", "hf_xet", "textual", "rich"} == set()


def test_the_command_line_loads_no_screen_and_no_native_library() -> None:
    assert loaded_by(*FRONT) & {"llama_cpp", "textual"} == set()


def test_the_sandbox_is_alone_with_the_standard_library() -> None:
    """The only exception is the module that runs tests with pytest, in the mode `inside`."""
    modules = [name for name in modules_of("egcfg_sandbox") if not name.endswith(".with_pytest")]
    foreign = loaded_by(*modules) - set(sys.stdlib_module_names) - loaded_by()
    assert foreign == {"egcfg_sandbox"}


@pytest.mark.parametrize("module", ["egcfg_tui.cli.dispatch", "egcfg_tui.events", "egcfg_tui.exercises"])
def test_what_every_start_imports_stays_light(module: str) -> None:
    assert loaded_by(module) & {"numpy", "llama_cpp", "textual", "huggingface_hub", "jinja2"} == set()


def test_the_workbench_opens_without_what_only_a_solve_needs() -> None:
    loaded = loaded_by("egcfg_tui.cli.commands.open", "egcfg_tui.tui.app")
    assert loaded & {"numpy", "llama_cpp", "huggingface_hub", "jinja2", "scipy", "doctest"} == set()
