"""What a mutant changed, in words."""

from __future__ import annotations

from difflib import SequenceMatcher


def difference(before: str, after: str) -> str:
    """The first place where `after` differs, with the number of its line: ``line 4: `a` became `b```."""
    old, new = before.splitlines(), after.splitlines()
    changes = (
        code for code in SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if code[0] != "equal"
    )
    tag, old_from, old_to, new_from, new_to = next(changes, ("equal", 0, 0, 0, 0))
    was, now = _quoted(old[old_from:old_to]), _quoted(new[new_from:new_to])
    where = f"line {new_from + 1}"
    match tag:
        case "replace":
            return f"{where}: {was} became {now}"
        case "insert":
            return f"{where}: {now} is new"
        case "delete":
            return f"before {where}: {was} is left out"
        case _:
            return "nothing"


def _quoted(lines: list[str]) -> str:
    return "`" + " ↵ ".join(line.strip() for line in lines) + "`"
