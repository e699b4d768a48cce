"""Checks whether a virtual environment belongs to this folder: `.venv/bin/python -I scripts/sound.py .venv`.

The exit code is 1 if the folder was moved or copied: then the programs of the environment start another
interpreter, or the project installed in it lies in another folder. If the interpreter is gone, this script
cannot run at all, which the caller sees as a failure too.
"""

import re
import sys
from pathlib import Path


def is_sound(environment: Path) -> bool:
    """Raises `OSError` or `ImportError` if a program or the project is missing."""
    programs = environment / "bin"
    # The first line names the interpreter. If its path is long, pip writes it on the second line:
    # '''exec' "/path/python" "$0" "$@"
    head = (programs / "egcfg-tui").read_text(encoding="utf-8")
    started = re.match(r"#!(?:/bin/sh\n'''exec' )?\"?([^\n\"]+?)\"?(?: \"\$0\".*)?\n", head)
    if started is None or not Path(started[1]).parent.samefile(programs):
        return False
    import egcfg_tui

    return Path(egcfg_tui.__file__).parents[1].samefile(Path.cwd())


if __name__ == "__main__":
    try:
        sys.exit(not is_sound(Path(sys.argv[1])))
    except (OSError, ImportError):
        sys.exit(1)
