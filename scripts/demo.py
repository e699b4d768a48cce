"""Prints the arguments with which `egcfg-tui solve` solves the demo exercise by the demo's method."""

from __future__ import annotations

import sys

from egcfg_tui.exercises import DEMO_ID
from egcfg_tui.solving.methods import DEMO_METHOD

sys.stdout.write(f"{DEMO_ID} --method {DEMO_METHOD}\n")
