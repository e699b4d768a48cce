"""The results of a program are written once, read back for every run, and limited in size."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egcfg_sandbox import TestResult, Trace, TraceEvent, Verdict
from egcfg_tui.events import CandidateRun, CandidatesExecuted, CodeExecuted, Event
from egcfg_tui.exercises import load
from egcfg_tui.runs import RecordedModel, Recorder, RecordingError, header_for, read_recording
from egcfg_tui.runs import recorder as recorder_module
from egcfg_tui.runs.repeated_runs import RunsWritten
from egcfg_tui.solving.request.solve_request import SolveRequest

STEP = TraceEvent("line", 2, 0, "f", (("x", "1"),))
PROGRAMS = ("x = 1", "x = 2", "x = 3")
TRACES = st.lists(st.sampled_from([STEP, TraceEvent("return", 3, 0, "f", (), "7")]), max_size=6).map(
    lambda steps: Trace(tuple(steps))
)
RESULTS = st.builds(
    TestResult, st.sampled_from(["t", "u"]), st.sampled_from(Verdict), trace=st.none() | TRACES
)
RUNS = st.builds(
    CandidateRun,
    st.just((0,)),
    st.none() | st.sampled_from(PROGRAMS),
    st.lists(RESULTS, max_size=2).map(tuple),
)
EVENTS = st.lists(
    st.builds(CandidatesExecuted, st.just(1), st.just(1), st.lists(RUNS, max_size=3).map(tuple))
    | st.builds(
        CodeExecuted,
        st.just("code"),
        st.lists(RESULTS, max_size=2).map(tuple),
        st.booleans(),
        st.sampled_from(["", *PROGRAMS]),
    ),
    max_size=8,
)


def written(path: Path, events: list[Event]) -> Path:
    path.unlink(missing_ok=True)
    header = header_for(SolveRequest(load("cheer")), RecordedModel("tiny"))
    with Recorder(path, header) as recorder:
        for event in events:
            recorder.record(event)
    return path


@settings(max_examples=60, deadline=None)
@given(EVENTS)
def test_whatever_ran_again_or_not_is_read_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, events: list[Event]
) -> None:
    path = written(tmp_path_factory.getbasetemp() / "run.jsonl", events)
    assert [timed.event for timed in read_recording(path).events] == events


def test_a_program_that_ran_before_costs_no_second_trace(tmp_path: Path) -> None:
    trace = Trace(tuple(STEP for _ in range(400)))
    result = TestResult("t", Verdict.PASSED, trace=trace)
    event = CandidatesExecuted(1, 1, (CandidateRun((0,), "x = 1", (result,)),))
    once = written(tmp_path / "a.jsonl", [event]).stat().st_size
    often = written(tmp_path / "b.jsonl", [event] * 20).stat().st_size
    assert often - once < once / 2


def test_behind_the_bound_results_are_kept_without_their_traces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_module, "RunsWritten", lambda: RunsWritten(1000))
    traced = TestResult("t", Verdict.PASSED, trace=Trace(tuple(STEP for _ in range(10))))
    events: list[Event] = [
        CandidatesExecuted(line, line, (CandidateRun((0,), f"x = {line}", (traced,)),)) for line in range(9)
    ]
    kept = [timed.event for timed in read_recording(written(tmp_path / "run.jsonl", events)).events]
    traces = [event.runs[0].results[0].trace for event in kept if isinstance(event, CandidatesExecuted)]
    assert len(traces) == 9
    assert traces[0] == traced.trace
    assert traces[-1] is None


def test_a_run_whose_first_account_is_gone_is_told_by_its_line(tmp_path: Path) -> None:
    traced = TestResult("t", Verdict.PASSED)
    event = CandidatesExecuted(1, 1, (CandidateRun((0,), "x = 1", (traced,)),))
    path = written(tmp_path / "run.jsonl", [event, event])
    lines = path.read_text().splitlines()
    assert json.loads(lines[2])["data"]["runs"][0]["again"] is True
    path.write_text("\n".join([lines[0], lines[2]]) + "\n")
    with pytest.raises(RecordingError, match=r"line 2: .* no earlier line has"):
        read_recording(path)
