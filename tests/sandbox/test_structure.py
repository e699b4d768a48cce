"""The sandbox's modules import one another in one direction."""

from __future__ import annotations

import ast
from pathlib import Path

import egcfg_sandbox

ROOT = Path(egcfg_sandbox.__file__).parent


def _imports() -> dict[str, set[str]]:
    """Modules of the sandbox, and those that each imports when it is loaded."""
    files = {
        ".".join(("egcfg_sandbox", *path.relative_to(ROOT).with_suffix("").parts)): path
        for path in ROOT.rglob("*.py")
    }
    files = {module.removesuffix(".__init__"): path for module, path in files.items()}
    found: dict[str, set[str]] = {}
    for module, path in files.items():
        named = {
            whole if (whole := f"{node.module}.{alias.name}") in files else str(node.module)
            for node in ast.parse(path.read_text()).body
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        found[module] = (named & files.keys()) - {module, "egcfg_sandbox"}
    return found


def test_no_module_imports_itself_by_way_of_others() -> None:
    imports = _imports()
    order: list[str] = []
    while len(order) < len(imports):
        ready = [module for module in imports if module not in order and imports[module] <= set(order)]
        assert ready, f"a circle among {sorted(imports.keys() - set(order))}"
        order += ready
