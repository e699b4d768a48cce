"""Draws the rooms of the program (its packages) into docs/architecture.md, from the imports in the code.

    python scripts/draw_rooms.py [--check]

With `--check` nothing is written, and the exit code is 1 if the page has another picture than the code.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

import grimp

PAGE: Final = Path(__file__).parents[1] / "docs" / "architecture.md"
BEGIN: Final = "<!-- rooms: written by scripts/draw_rooms.py -->"
END: Final = "<!-- end of rooms -->"

ROOMS: Final = (
    ("the front ends", ("egcfg_tui.cli", "egcfg_tui.tui")),
    ("many solves", ("egcfg_tui.bench", "egcfg_tui.runs")),
    ("one solve", ("egcfg_tui.solving",)),
    (
        "what a solve is made of",
        ("egcfg_tui.engine", "egcfg_tui.prompting", "egcfg_tui.models", "egcfg_tui.exercises"),
    ),
    ("usable alone", ("egcfg_sandbox",)),
)
"""The rooms by floor, the highest first. Imports go down, or to the right on the same floor."""


def picture() -> str:
    """The rooms and what each imports directly, as a Mermaid flow chart."""
    graph = grimp.build_graph("egcfg_tui", "egcfg_sandbox")
    rooms = [room for _, floor in ROOMS for room in floor]
    lines = ["```mermaid", "flowchart TD"]
    for number, (name, floor) in enumerate(ROOMS):
        lines.append(f'  subgraph floor{number}["{name}"]')
        lines += [f"    {_name(room)}" for room in floor]
        lines.append("  end")
    for importer in rooms:
        for imported in rooms:
            if importer != imported and _imports(graph, importer, imported):
                lines.append(f"  {_name(importer)} --> {_name(imported)}")
    return "\n".join([*lines, "```"])


def _imports(graph: grimp.ImportGraph, importer: str, imported: str) -> bool:
    """Whether any module of room `importer` directly imports a module of room `imported`."""
    inside = {importer, *graph.find_descendants(importer)}
    target = {imported, *graph.find_descendants(imported)}
    return any(graph.find_modules_directly_imported_by(module) & target for module in inside)


def _name(room: str) -> str:
    return room.removeprefix("egcfg_tui.")


def main() -> int:
    """Writes the picture into the page, or checks it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    drawn = f"{before}{BEGIN}\n\n{picture()}\n\n{END}{after}"
    if not check:
        PAGE.write_text(drawn, encoding="utf-8")
    return int(check and drawn != text)


if __name__ == "__main__":
    raise SystemExit(main())
