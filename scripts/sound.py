"""Whether a virtual environment belongs to this folder: `.venv/bin/python -I scripts/sound.py .venv`.

Exit code 1 where its programs start another interpreter, or where the project in it is another folder's: the
folder was moved or copied. An interpreter that is gone cannot even run this.
"""

import re
import sys
from pathlib import Path


def is_sound(environment: Path) -> bool:
    """Raises `OSError` or `ImportError` where something is missing."""
    programs = environment / "bin"
    # The interpreter; where its path is long it stands on the second line: '''exec' "/path/python" "$0" "$@"
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
