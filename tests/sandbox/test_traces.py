"""Traces show what every statement changed, stay bounded, and are the same on every interpreter."""

# ruff: noqa: E501 (a program reads better in one piece)

from __future__ import annotations

import mmap
import os
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.judging import Judge

from egcfg_sandbox import StdioTest, Trace, TraceEvent, Verdict, system
from egcfg_sandbox.candidate.tracing import Tracing
from egcfg_sandbox.trace_memory import Row, TraceWriter, read, size_for, unpack


def _trace(judge: Judge, source: str, test: str | StdioTest = "f(3)", **limits: object) -> Trace:
    trace = judge(source, test, trace=True, **limits).trace
    assert trace is not None
    return trace


def _told(event: TraceEvent) -> str:
    """One event as a line: kind, line, depth, changes, value, repeats."""
    parts = [event.kind, str(event.line), f"@{event.depth}"]
    parts += [f"{name}={text}" for name, text in event.changes]
    parts += [f"-> {event.value}"] if event.value is not None else []
    parts += [f"x{event.repeats + 1}"] if event.repeats else []
    return " ".join(parts)


GOLDEN = {
    "loop": (
        "def f(n):\n    total = 0\n    for i in range(n):\n        total += i\n    return total",
        ["call 1 @0 n=3", "line 2 @0 total=0", "line 3 @0 i=0", "line 4 @0", "line 3 @0 i=1", "line 4 @0 total=1",
         "line 3 @0 i=2", "line 4 @0 total=3", "line 3 @0", "line 5 @0", "return 5 @0 -> 3"],
    ),
    "folded loop": (
        "def f(n):\n    for _ in 'aaaa':\n        x = 1\n    return x",
        ["call 1 @0 n=3", "line 2 @0 _='a'", "line 3 @0 x=1", "line 2 @0 x3", "line 3 @0 x3", "line 2 @0",
         "line 4 @0", "return 4 @0 -> 1"],
    ),
    "statement over several lines": (
        "def f(n):\n    xs = [\n        i * 2\n        for i in range(n)\n        if i\n    ]\n    return sum(\n        xs,\n    )",
        ["call 1 @0 n=3", "line 2 @0 xs=[2, 4]", "line 7 @0", "return 7 @0 -> 6"],
    ),
    "recursion": (
        "def f(n):\n    if n <= 2:\n        return n\n    return n * f(n - 1)",
        ["call 1 @0 n=3", "line 2 @0", "line 4 @0", "call 1 @1 n=2", "line 2 @1", "line 3 @1", "return 3 @1 -> 2",
         "return 4 @0 -> 6"],
    ),
    "exception": (
        "def g(x):\n    return 1 / x\ndef f(n):\n    try:\n        return g(0)\n    except ZeroDivisionError as e:\n        r = -1\n    return r",
        ["call 3 @0 n=3", "line 4 @0", "line 5 @0", "call 1 @1 x=0", "line 2 @1",
         "exception 2 @1 -> ZeroDivisionError: division by zero",
         "exception 5 @0 -> ZeroDivisionError: division by zero",
         "line 6 @0 e=ZeroDivisionError('division by zero')", "line 7 @0 r=-1", "line 8 @0", "return 8 @0 -> -1"],
    ),
    "generator": (
        "def g():\n    yield 1\ndef f(n):\n    return list(g())",
        ["call 3 @0 n=3", "line 4 @0", "call 1 @1", "line 2 @1", "return 2 @1 -> 1", "return 2 @1 -> None",
         "return 4 @0 -> [1]"],
    ),
    "objects": (
        "class S:\n    def __init__(self):\n        self.items = []\ndef f(n):\n    s = S()\n    s.items.append(n)\n    return s",
        ["call 4 @0 n=3", "line 5 @0 s=S(items=[])", "call 2 @1 self=S()", "line 3 @1 self=S(items=[])",
         "return 3 @1 -> None", "line 6 @0 s=S(items=[3])", "line 7 @0", "return 7 @0 -> S(items=[3])"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", GOLDEN)
def test_a_trace_tells_what_each_statement_did(judge: Judge, case: str) -> None:
    source, expected = GOLDEN[case]
    trace = _trace(judge, source)
    assert [_told(event) for event in trace.events] == expected
    assert trace.dropped == 0


def test_a_whole_program_is_traced_from_its_first_line(judge: Judge) -> None:
    trace = _trace(judge, "n = int(input())\nprint(n)", StdioTest("3", "3"))
    assert [_told(event) for event in trace.events] == ["line 1 @0 n=3", "line 2 @0"]


def test_loading_a_tested_program_is_no_step(judge: Judge) -> None:
    assert _trace(judge, "x = 1\ndef f(n): return n", "assert x == 1").events == ()


@pytest.mark.parametrize(
    "ending", ["while True: pass", "import time\n    time.sleep(60)", "import os\n    os._exit(1)"]
)
def test_what_happened_before_the_end_is_kept(judge: Judge, ending: str) -> None:
    source = f"def f(n):\n    x = n + 1\n    {ending}"
    row = judge(source, "f(3)", trace=True, wall_s=0.3)
    assert row.status in (Verdict.TIMEOUT, Verdict.CRASHED)
    assert row.trace is not None
    assert [_told(event) for event in row.trace.events][:2] == ["call 1 @0 n=3", "line 2 @0 x=4"]
    assert row.trace.events[-1].line >= 3


def test_a_long_trace_keeps_head_and_tail(judge: Judge) -> None:
    source = "def f(n):\n    total = 0\n    for i in range(1000):\n        total += i\n    return total"
    trace = _trace(judge, source, trace_events=50)
    assert len(trace.events) == 50
    assert _told(trace.events[0]) == "call 1 @0 n=3"
    assert _told(trace.events[-1]) == "return 5 @0 -> 499500"
    assert trace.dropped == 2005 - 50


def test_a_very_long_trace_still_ends_with_the_outermost_return(judge: Judge) -> None:
    source = "def f(n):\n    total = 0\n    for i in range(300_000):\n        total += i\n    return total"
    row = judge(source, "assert f(3) == 44999850000", trace=True, trace_events=50)
    assert row.status is Verdict.PASSED
    assert row.trace is not None
    assert len(row.trace.events) == 50
    assert row.trace.events[-1].value == "44999850000"


HOSTILE_VALUES = {
    "endless repr": "class E:\n    def __repr__(self):\n        while True: pass",
    "flooding repr": "class E:\n    def __repr__(self): return 'x' * (1 << 30)",
    "repr that exits": "class E:\n    def __repr__(self): __import__('os')._exit(0)",
    "forging repr": "class E:\n    def __repr__(self): return '2\\n\\x1freturn'",
    "class that lies": "class E:\n    __class__ = int\n    def __getattribute__(self, name): raise SystemExit",
    "int with a repr": "class E(int):\n    def __repr__(self): raise SystemExit\n    __str__ = __int__ = __index__ = __repr__",
    "dict with items": "class E(dict):\n    def items(self): raise SystemExit\n    __iter__ = __len__ = keys = items",
    "name with newline": "E = type('E\\n\\x1fE', (), {})",
    "endless length": "class E(list):\n    def __len__(self):\n        while True: pass\n    __iter__ = __len__",
}


@pytest.mark.parametrize("case", HOSTILE_VALUES)
def test_a_hostile_value_is_shown_without_running_its_code(judge: Judge, case: str) -> None:
    source = f"{HOSTILE_VALUES[case]}\ndef f(n):\n    e = E()\n    m = [e, {{1: e}}]\n    return 2"
    row = judge(source, "assert f(3) == 2", trace=True)
    assert row.status is Verdict.PASSED
    assert row.trace is not None
    texts = [text for event in row.trace.events for _, text in event.changes]
    assert all(len(text) <= 80 and text.isprintable() for text in texts)
    assert [event.kind for event in row.trace.events if event.depth == 0] == [
        "call",
        "line",
        "line",
        "line",
        "return",
    ]


def test_large_values_cost_little_to_show(judge: Judge) -> None:
    source = "def f(n):\n    a = list(range(10 ** 6))\n    b = 'x' * 10 ** 7\n    c = 1 << 10 ** 6\n    d = {i: a for i in range(10 ** 5)}\n    for i in range(300): pass\n    return 2"
    row = judge(source, "assert f(3) == 2", trace=True)
    assert row.status is Verdict.PASSED


def test_a_changed_trace_memory_is_only_text(judge: Judge) -> None:
    source = """
import gc, mmap
def f(n):
    for thing in gc.get_objects():
        if type(thing).__name__ == 'TraceWriter':
            thing._memory[:] = b'\\xff' * len(thing._memory)
            thing._write_header = lambda: None
            thing._memory[:16] = (50).to_bytes(8, 'little') * 2
    return 2
"""
    row = judge(source, "assert f(3) == 2", trace=True)
    assert row.status is Verdict.PASSED
    assert row.trace is not None
    assert len(row.trace.events) <= 400


statement = st.recursive(
    st.sampled_from(["x += 1", "y = [x]", "x, z = 1, 2", "pass", "y = [i for i in range(2)]", "x = g(x)",
                     "y = (\n  1,\n  x,\n)", "x = (lambda v: v + 1)(x)", "y = {'a': x}", "z = sum(\n  j\n  for j in [1]\n)"]),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("\n".join),
        inner.map(lambda body: "for i in range(3):\n" + _indented(body)),
        inner.map(lambda body: "if x % 2:\n" + _indented(body)),
        inner.map(lambda body: "try:\n" + _indented(body) + "\n  raise KeyError(x)\nexcept KeyError as e:\n  z = 1"),
        inner.map(lambda body: "try:\n" + _indented(body) + "\nfinally:\n  z = 0"),
        inner.map(lambda body: "k = 2\nwhile k:\n  k -= 1\n" + _indented(body)),
    ),
    max_leaves=8,
)  # fmt: skip


def _indented(text: str) -> str:
    return "\n".join("  " + line for line in text.splitlines())


def _rows(source: str) -> tuple[list[Row], int]:
    code = compile(source, "<traced>", "exec")
    descriptor = system.shared_file(size_for(400))
    with os.fdopen(descriptor, "rb"), mmap.mmap(descriptor, size_for(400)) as memory:
        tracing = Tracing(memory, (400, 80))
        tracing.wanted = True
        tracing.prepare(source.encode(), code, "<traced>")
        names: dict[str, object] = {}
        exec(code, names)
        before = sys.gettrace()
        try:
            with tracing.active():
                names["f"]()  # type: ignore[operator]
        finally:
            sys.settrace(before)
        return unpack(read(descriptor, 400))


@settings(max_examples=60)
@given(statement)
def test_rows_are_bounded_and_in_order(body: str) -> None:
    source = "def g(v):\n  w = v\n  return w + 1\ndef f():\n  x = 0\n" + _indented(body) + "\n  return x\n"
    rows, dropped = _rows(source)
    assert rows[0][0] == "call"
    assert rows[-1][0] == "return"
    assert len(rows) <= 400
    assert dropped >= 0


def test_a_changed_text_does_not_reach_into_the_next_event() -> None:
    descriptor = system.shared_file(size_for(4))
    with os.fdopen(descriptor, "rb"), mmap.mmap(descriptor, size_for(4)) as memory:
        writer = TraceWriter(memory, 4)
        for name in ("first", "second"):
            writer.append((0, 1, 0, name, (), None))
        memory[memory.find(b"first") + 2] = ord("\n")
        rows, _ = unpack(read(descriptor, 4))
    assert [row[3] for row in rows] == ["fi st", "second"]


@pytest.mark.parametrize(
    "forged", [b"[9,1,0", b'[1,-1,0,"f",[],null]', b'[1,1e999,0,"f",[],null]', b"{}", b'[1,1,0,"f",[1],2]']
)
def test_a_forged_event_is_left_out(forged: bytes) -> None:
    descriptor = system.shared_file(size_for(4))
    with os.fdopen(descriptor, "rb"), mmap.mmap(descriptor, size_for(4)) as memory:
        writer = TraceWriter(memory, 4)
        for name in ("first" * 5, "second"):
            writer.append((0, 1, 0, name, (), None))
        at = memory.find(b"[0,1,0")
        memory[at : at + len(forged)] = forged
        rows, _ = unpack(read(descriptor, 4))
    assert [row[3] for row in rows] == ["second"]
