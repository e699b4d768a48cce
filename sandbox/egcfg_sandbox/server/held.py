"""Modules read ahead and loaded later, where their files are out of reach."""

from __future__ import annotations

import marshal
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    # Their module loads a good deal that no program's process has any use for.
    from importlib.abc import Loader


class HeldPackage:
    """The compiled modules of one package without sub-packages: held, but not loaded."""

    def __init__(self, name: str, folder: Path) -> None:
        self._name = name
        self._codes: dict[str, bytes] = {}
        for file in folder.glob("*.py"):
            module = name if file.stem == "__init__" else f"{name}.{file.stem}"
            self._codes[module] = marshal.dumps(SourceFileLoader(module, str(file)).get_code(module))

    def make_loadable(self) -> None:
        """From now on `import` finds the modules here."""
        sys.meta_path.insert(0, self)

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The protocol of `sys.meta_path`."""
        if name not in self._codes:
            return None
        return ModuleSpec(name, cast("Loader", self), is_package=name == self._name)

    def create_module(self, spec: ModuleSpec) -> None:
        """Leaves it to Python to make the empty module."""

    def exec_module(self, module: ModuleType) -> None:
        """Fills it."""
        exec(marshal.loads(self._codes[module.__name__]), vars(module))
