"""The title row (exercise, method, model) and the status row (activity, figures)."""

from __future__ import annotations

import math
from typing import Final

from textual.content import Content
from textual.widget import Widget

from egcfg_tui.events import Outcome, Stage
from egcfg_tui.tui.options import SolveOptions
from egcfg_tui.tui.styles import MUTED, RULE
from egcfg_tui.tui.text import one_line
from egcfg_tui.tui.view import EngineState, Phase, SolveView

SPINNER: Final = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
SPINS_PER_S: Final = 10

STAGE_WORDS: Final[dict[Stage, str]] = {
    Stage.LOADING: "loading the model",
    Stage.PROMPT: "reading the prompt",
    Stage.THOUGHT: "skipping a thought",
    Stage.CANDIDATES: "sampling candidates",
    Stage.RUNS: "running candidates",
    Stage.SIGNAL: "reading the signal",
    Stage.LINE: "choosing line",
    Stage.SCORING: "scoring",
    Stage.DONE: "done",
}


class Bar(Widget):
    """One row with a left and a right part. When both do not fit, the left part is cut."""

    DEFAULT_CSS = "Bar { height: 1; }"

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._left = Content("")
        self._right = Content("")

    def set_parts(self, left: Content, right: Content) -> None:
        """Shows both parts. Parts that did not change are not drawn again."""
        if self._left.is_same(left) and self._right.is_same(right):
            return
        self._left, self._right = left, right
        self.refresh()

    def render(self) -> Content:
        """The row, cut to the width of the screen."""
        width = self.content_size.width
        right = self._right.truncate(width, ellipsis=True)
        room = max(0, width - right.cell_length - 2)
        left = self._left.truncate(room, ellipsis=True)
        gap = Content(" " * max(0, width - left.cell_length - right.cell_length))
        return Content("").join([left, gap, right])


def title_parts(
    view: SolveView,
    options: SolveOptions,
    model: str,
    *,
    next_method: str = "",
    next_model: str = "",
    on_model: str = "",
) -> tuple[Content, Content]:
    """Which exercise is solved, and with what; before a solve, with what the next one will be.

    `next_method` and `next_model` were chosen while a solve runs and wait for the next one; empty if nothing
    waits. `on_model` is the action of a click on the model's name.
    """
    title = one_line(view.title) or one_line(view.exercise_id) or "no exercise"
    left = [Content.styled(title, "bold")]
    if view.exercise_id and view.exercise_id != view.title:
        left.append(Content.styled(f"  {one_line(view.exercise_id)}", MUTED))
    active = view.phase.active
    method = view.method if active else options.method
    gamma = view.gamma if active else options.settings.gamma
    seed = view.seed if active else options.seed
    parts = [Content.styled(method, "$text-primary") + _waiting(next_method)]
    # Before a solve the weight is only known where the user set it: else the grid varies it.
    if view.way.guided if active else "gamma" in options.held:
        parts.append(Content.styled(f"γ {gamma:g}", "$text-accent"))
    parts.append(Content(f"seed {seed}"))
    name = one_line(model) or "no model"
    named = Content.styled(name, f"@click={on_model}") if on_model else Content(name)
    parts.append(named + _waiting(one_line(next_model)))
    return Content("").join(left), Content.styled(" · ", MUTED).join(parts)


def _waiting(choice: str) -> Content:
    return Content.styled(f" (next: {choice})", "$text-warning") if choice else Content("")


def status_parts(
    view: SolveView, options: SolveOptions, now_s: float, *, waiting: bool, pending: str, wide: bool
) -> tuple[Content, Content]:
    """The activity, and the figures.

    `waiting`: a solve starts as soon as the model is loaded. `pending` is a request of the user that takes
    a while, in words; empty if there is none.
    """
    activity = _busy(pending, now_s) if pending else _activity(view, now_s, waiting=waiting)
    return activity, _figures(view, options, now_s, wide=wide)


def _activity(view: SolveView, now_s: float, *, waiting: bool) -> Content:
    if view.engine.state is EngineState.LOADING:
        name = one_line(view.engine.model) or "the model"
        after = ", then the solve starts" if waiting else ""
        return _busy(f"loading {name}{after}  {now_s - view.engine.since_s:.1f} s", now_s)
    if view.phase is Phase.PAUSED:
        return Content.styled("‖ paused", "bold $text-warning")
    if view.phase is Phase.RUNNING:
        stage = STAGE_WORDS[view.stage] if view.stage else "starting"
        current = view.trial.current if view.trial else None
        line = f" {current.row}" if current and view.stage is Stage.LINE else ""
        return _busy(f"{stage}{line}", now_s) + _stage_progress(view)
    if view.engine.state in (EngineState.ABSENT, EngineState.DEAD):
        return Content.styled(
            "! no model" if view.engine.state is EngineState.ABSENT else "! engine stopped",
            "bold $text-error",
        )
    if view.phase is Phase.FAILED:
        return Content.styled("! the solve failed", "bold $text-error")
    return _verdict(view)


def _verdict(view: SolveView) -> Content:
    result = view.result
    if result is None:
        return Content.styled("● ready", "$text-success")
    if view.phase is Phase.SOLVED:
        hidden = ", hidden tests too" if result.hidden_passed else ""
        return Content.styled(f"✓ solved{hidden}", "bold $text-success")
    reasons = {
        Outcome.STOPPED: "‖ stopped",
        Outcome.BUDGET: "✗ not solved: the budget is used up",
        Outcome.THOUGHT: "✗ not solved: thought only, no answer",
        Outcome.NOT_JUDGED: "✗ not solved: hidden tests fail",
        Outcome.PASSED: "✗ passes the visible tests, fails hidden ones",
    }
    text = reasons.get(result.reason, "✗ not solved")
    if result.not_run and result.reason is Outcome.PASSED:
        text = f"✗ passes the visible tests; {result.not_run} not run in the budget"
    style = "bold $text-warning" if result.reason is Outcome.STOPPED else "bold $text-error"
    return Content.styled(text, style)


def _busy(text: str, now_s: float) -> Content:
    spin = SPINNER[int(now_s * SPINS_PER_S) % len(SPINNER)]
    return Content("").join([Content.styled(f"{spin} ", "$text-primary"), Content(text)])


def _stage_progress(view: SolveView) -> Content:
    progress = view.progress
    if not progress.done:
        return Content("")
    of = f"/{progress.total}" if progress.total else ""
    return Content.styled(f" · {progress.done}{of} tokens", MUTED)


def _figures(view: SolveView, options: SolveOptions, now_s: float, *, wide: bool) -> Content:
    parts: list[Content] = []
    if view.started_s is not None:
        if view.progress.rate and view.phase.active:
            parts.append(Content(f"{view.progress.rate:.0f} tok/s"))
        if view.tokens.evaluated:
            count = view.tokens.evaluated
            parts.append(Content(f"{count:,} tokens" if wide else f"{_short(count)} tok"))
        if view.result is not None and wide:
            many = "run" if view.result.runs == 1 else "runs"
            parts.append(Content(f"{view.result.runs} {many}"))
        elapsed = view.elapsed(now_s)
        share = min(1.0, elapsed / view.budget_s) if view.budget_s else 0.0
        limit = f"/{view.budget_s:g}" if math.isfinite(view.budget_s) else ""
        parts.append(
            Content("").join([_meter(share, 10 if wide else 6), Content(f" {elapsed:.1f}{limit} s")])
        )
    else:
        parts.append(Content(f"budget {options.budget_s:g} s"))
        if view.engine.state is EngineState.READY and wide and view.engine.backend:
            parts.append(Content(f"{view.engine.backend}, loaded in {view.engine.load_s:.1f} s"))
    return Content.styled(" · ", MUTED).join(parts)


def _meter(share: float, cells: int) -> Content:
    full = round(share * cells)
    style = "$text-warning" if share > 0.8 else "$text-primary"
    return Content("").join([Content.styled("━" * full, style), Content.styled("━" * (cells - full), RULE)])


def _short(count: int) -> str:
    return f"{count / 1000:.1f}k" if count >= 1000 else str(count)
