"""What the user did that can be undone, the last one first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from egcfg_tui.tui.options import SolveOptions


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """The model was another one."""

    name: str


class CodeAct(Enum):
    """The code was another one; the solver knows which."""

    CHANGED = "changed"


CODE: Final = CodeAct.CHANGED
Act = SolveOptions | ModelChoice | CodeAct
"""An act by what it replaced: the options, the model, the code."""
