"""What the Compare screen says of a bench in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from egcfg_tui.bench.plan import Plan
from egcfg_tui.bench.progress_words import duration, told_estimate
from egcfg_tui.terminal_text import counted_things
from egcfg_tui.tui.comparing.asked import Asked
from egcfg_tui.tui.comparing.bench_driver import BenchDriver, BenchPhase
from egcfg_tui.tui.styles import MUTED
from egcfg_tui.tui.text import one_line

if TYPE_CHECKING:
    from egcfg_tui.bench.comparison import Comparison


def size(asked: Asked, exercises: int | None) -> str:
    """How much is asked for, and how long it can take; `exercises` None: not known yet."""
    rows = f"{counted_things(len(asked.models), 'model')} × {counted_things(len(asked.methods), 'method')}"
    each = f"{asked.budget_s:g} s each"
    if exercises is None:
        return f"{rows}, {each}"
    tasks = exercises * asked.rows
    most = duration(tasks * asked.budget_s)
    asked_for = f"{counted_things(exercises, 'exercise')} × {rows} = {counted_things(tasks, 'task')}"
    return f"{asked_for}, {each}: at most {most}"


def title(driver: BenchDriver) -> tuple[Content, Content]:
    """What is compared, and how it goes."""
    plan = driver.matrix.progress.plan
    left = [Content.styled("Compare" if driver.source.is_run else "Compare, watching", "bold")]
    if plan is not None:
        left.append(Content.styled(f"  {_conditions(plan)}", MUTED))
    return Content("").join(left), _state(driver)


def _conditions(plan: Plan) -> str:
    budget = f"{plan.budget_tokens:,} tokens" if plan.budget_s is None else f"{plan.budget_s:g} s"
    clock = "" if plan.clock == "wall" else f" by the {plan.clock}'s clock"
    repeats = f", {plan.repeats} repeats" if plan.repeats > 1 else ""
    return f"{counted_things(len(plan.exercises), 'exercise')}, {budget} a task{clock}{repeats}"


def _state(driver: BenchDriver) -> Content:
    match driver.phase:
        case BenchPhase.WORKING:
            return Content.styled("● running", "$text-primary")
        case BenchPhase.STOPPING:
            return Content.styled("‖ stopping", "$text-warning")
        case BenchPhase.STOPPED:
            return Content.styled("‖ stopped", "bold $text-warning")
        case BenchPhase.BROKEN:
            return Content.styled("! broken", "bold $text-error")
        case BenchPhase.FINISHED if driver.matrix.progress.faults:
            return Content.styled("! incomplete", "bold $text-warning")
        case _:
            return Content.styled("✓ finished", "bold $text-success")


def status(driver: BenchDriver, now_s: float) -> tuple[Content, Content]:
    """What is in flight, and how much has ended."""
    progress = driver.matrix.progress
    ended = f"{progress.ended} of {progress.total} ended" if progress.total else ""
    if not driver.phase.active:
        return Content.styled(folder_line(driver), MUTED), Content(ended)
    doing = f"{one_line(driver.doing)}  {now_s - driver.doing_since_s:.0f} s"
    if driver.tokens:
        doing += f", {driver.tokens:,} tokens"
    if driver.estimate is not None:
        whole = told_estimate(driver.estimate, passed_s=now_s - driver.estimate_at_s)
        ended += f", {whole.partition(' left')[0]} left"
    return Content(doing), Content(ended)


def folder_line(driver: BenchDriver) -> str:
    """Where the bench lies."""
    return one_line(str(driver.folder or ""))


def notice(driver: BenchDriver, go_on_key: str) -> str:
    """What the user has to know or to do: why the bench broke, how it goes on."""
    faults = driver.matrix.progress.faults
    match driver.phase:
        case BenchPhase.BROKEN:
            again = f"\n{go_on_key} tries again." if driver.source.is_run else ""
            return f"{driver.message}{again}"
        case BenchPhase.STOPPED if driver.source.is_run:
            return (
                f"Stopped; {counted_things(driver.left, 'task')} left, and everything that ended is kept. "
                f"{go_on_key} goes on; so does the same choice another time.\n"
                f"The bench lies in {driver.folder}"
            )
        case BenchPhase.STOPPED:
            return (
                f"{counted_things(driver.left, 'task')} left. {go_on_key} watches again. Where no process "
                "fills the folder, repeat what began the bench."
            )
        case BenchPhase.FINISHED if faults:
            return (
                f"Incomplete: {counted_things(faults, 'task')} ended in a fault of engine or sandbox, which "
                f"says nothing about model and method. {go_on_key} runs them again."
            )
        case _:
            return ""


def verdict(comparison: Comparison | None) -> Content:
    """The answer, then every pair that has an exercise in common in a sentence."""
    if comparison is None:
        return Content.styled("The comparison stands here when tasks have ended.", MUTED)
    lines = [Content.styled(one_line(comparison.summary), "bold")]
    lines += [Content(one_line(pair.words)) for pair in comparison.pairs if pair.exercises]
    return Content("\n").join(lines)
