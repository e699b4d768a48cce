"""The judge's side of a test that runs in the program's process: hands it over, takes the report.

The judge keeps the clock and the output, and hears the keeper. The verdict comes from the program's process.
"""

from __future__ import annotations

import json
import os
import pickle
from typing import Final

from egcfg_sandbox.candidate.runner import INSIDE
from egcfg_sandbox.judge.run_watch import Watch
from egcfg_sandbox.orders import Brief
from egcfg_sandbox.verdicts import Verdict

_NUMBER_BYTES: Final = 16
_ENDINGS: Final = {verdict.value: verdict for verdict in Verdict if verdict is not Verdict.SANDBOX_ERROR}


def run_inside(watch: Watch, brief: Brief) -> tuple[Verdict, str | None]:
    """The verdict and its reason, as the program's process reports them; raises `Ended`."""
    number = os.urandom(_NUMBER_BYTES)
    watch.send(INSIDE + pickle.dumps((number, brief)))
    message = watch.receive()
    try:
        verdict, text = json.loads(message[_NUMBER_BYTES:])
        found = _ENDINGS[verdict]
    except (ValueError, TypeError, KeyError):
        found = None
    if found is None or message[:_NUMBER_BYTES] != number or not isinstance(text, str | None):
        raise watch.end(Verdict.MALFORMED, "the report on the test is not the one that was asked for")
    return found, text
