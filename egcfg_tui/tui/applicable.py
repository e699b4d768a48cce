"""Which commands of the workbench do something now, and why the others do not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from egcfg_tui.solving.methods import method_named
from egcfg_tui.tui import stepping_in
from egcfg_tui.tui.rewinding import NoWayBackError, line_to_retake
from egcfg_tui.tui.session_driver import SessionDriver
from egcfg_tui.tui.view import EngineState, SolveView

NOTHING_RUNS: Final = "Nothing is being solved."


def why_not(action: str, driver: SessionDriver) -> str:
    """Why an action would do nothing now, as a sentence for the user; empty when it does something."""
    reason = _REASONS.get(action)
    return reason(driver) if reason else ""


def why_no_look(action: str, view: SolveView) -> str:
    """The same for what is looked at, live or in a recording."""
    if action == "trial" and len(view.trials) < 2:
        return "There is no other trial yet." if view.trials else "No trial has begun yet."
    if action in ("line", "first_line") and (view.trial is None or not view.trials):
        return "There is no line to look at yet."
    if action == "test" and not view.trials:
        return "There is no trace to look at yet."
    return ""


def _start(driver: SessionDriver) -> str:
    if driver.exercise is None:
        return "No exercise is open."
    if driver.view.phase.active:
        return "A solve is running already."
    return "The solve starts as soon as the model is loaded." if driver.waiting else ""


def _while_solving(driver: SessionDriver) -> str:
    return "" if driver.view.phase.active else NOTHING_RUNS


def _rewind(driver: SessionDriver) -> str:
    if not driver.view.phase.active:
        return NOTHING_RUNS
    try:
        line_to_retake(driver.view, None)
    except NoWayBackError as reason:
        return str(reason)
    return ""


def _stop(driver: SessionDriver) -> str:
    return "" if driver.waiting else _while_solving(driver)


def _restart(driver: SessionDriver) -> str:
    if driver.can_restart:
        return ""
    loading = driver.view.engine.state is EngineState.LOADING
    return "The engine is starting already." if loading else "The engine runs: there is no need to start it."


def _compare(driver: SessionDriver) -> str:
    if driver.services.bench is None:
        return "Nothing can be compared here."
    busy = driver.view.phase.active or driver.waiting
    return "A comparison needs the memory to itself: stop the solve first." if busy else ""


def _before_solve(driver: SessionDriver) -> str:
    return "This is for the next solve: stop the one that runs first." if driver.view.phase.active else ""


def _gamma(driver: SessionDriver) -> str:
    name = driver.view.method if driver.view.phase.active else driver.options.method
    if method_named(name).has_guided_trials:
        return ""
    return f"Gamma is the weight of guidance, and method {name} guides no line."


_REASONS: Final[dict[str, Callable[[SessionDriver], str]]] = {
    "start": _start,
    "pause": _while_solving,
    "step": _while_solving,
    "rewind": _rewind,
    "stop": _stop,
    "take": lambda driver: stepping_in.why_not(driver.view),
    "edit": lambda driver: stepping_in.why_not(driver.view),
    "undo": lambda driver: "" if driver.can_undo else "There is nothing to undo.",
    "restart": _restart,
    "compare": _compare,
    "method": _before_solve,
    "seed": _before_solve,
    "gamma": _gamma,
}
