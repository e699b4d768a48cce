"""The JSON door: one object in, one object out, and a clear word about anything else."""

# ruff: noqa: E501 (requests read better in one piece)

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from egcfg_sandbox import CodeTest, Limits, Program, Sandbox, StdioTest, Verdict
from egcfg_sandbox.__main__ import main
from egcfg_sandbox.door import DoorError, read_request, write_report

REQUEST = {
    "source": "def f(x): return x + 1",
    "tests": ["assert f(1) == 2", "assert f(1) == 3"],
    "timeout_s": 5,
}


class _Stdin:
    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


def _door(monkeypatch: pytest.MonkeyPatch, data: bytes, *arguments: str) -> int:
    monkeypatch.setattr(sys, "stdin", _Stdin(data))
    return main(arguments)


def test_one_object_is_answered_by_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _door(monkeypatch, json.dumps(REQUEST).encode()) == 0
    out, err = capsys.readouterr()
    answer = json.loads(out)
    assert err == ""
    assert answer["status"] == "failed"
    assert [row["passed"] for row in answer["results"]] == [True, False]
    assert [row["status"] for row in answer["results"]] == ["passed", "failed"]
    assert answer["results"][1]["test"] == "assert f(1) == 3"
    assert answer["results"][1]["error"] == "AssertionError: got 2, expected 3"
    assert answer["trace"] is None
    assert all(row["wall_s"] > 0 for row in answer["results"])


def test_a_trace_is_that_of_the_first_test_that_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _door(monkeypatch, json.dumps({**REQUEST, "trace": True}).encode()) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["trace"] == answer["results"][1]["trace"]
    assert answer["trace"]["events"][0]["changes"] == {"x": "1"}


def test_lines_are_served_one_by_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [json.dumps(REQUEST).encode(), b"", b"{", b"\xff", json.dumps({**REQUEST, "tests": []}).encode()]
    assert _door(monkeypatch, b"\n".join(lines) + b"\n", "--serve") == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer["status"] for answer in answers] == ["failed", "malformed", "malformed", "error"]
    assert "not JSON" in answers[1]["error"]
    assert "not UTF-8" in answers[2]["error"]


@pytest.mark.parametrize(
    ("request_text", "message"),
    [
        (b"", "not JSON"),
        (b"[1]", "must be an object"),
        (b"\xff{}", "the request is not UTF-8 (byte 0)"),
        (b'{"source": "\xe9"}', "the request is not UTF-8 (byte 12)"),
        (b"[" * 100_000, "not JSON"),
        (b'{"tests": []}', "'source' of the request must be a string"),
        (b'{"source": ""}', "'tests' must be a list"),
        (b'{"source": "", "tests": [1]}', "test 1 must be a string or an object"),
        (b'{"source": "", "tests": [{"stdin": "1"}]}', "'stdout' of test 1 must be a string"),
        (b'{"source": "", "tests": [{"code": "", "x": 1}]}', "unknown key 'x'"),
        (b'{"source": "", "source": "x", "tests": []}', "the key 'source' is given twice"),
        (b'{"source": "", "tests": [{"code": "", "stdin": ""}]}', "test 1 has 'code' and 'stdin'"),
        (b'{"source": "", "tests": [{"stdin": "", "stdout": "", "tolerance": 1}]}', "'tolerance' of test 1"),
        (
            b'{"source": "", "tests": [{"stdin": "", "stdout": "", "tolerance": true}]}',
            "'tolerance' of test 1",
        ),
        (b'{"source": "", "tests": [], "sauce": 1}', "unknown key 'sauce'"),
        (b'{"source": "", "tests": [], "timeout_s": "3"}', "limit 'wall_s' must be a number from"),
        (b'{"source": "", "tests": [], "timeout_s": -1}', "limit 'wall_s' must be a number from"),
        (b'{"source": "", "tests": [], "timeout_s": NaN}', "limit 'wall_s' must be a number from"),
        (b'{"source": "", "tests": [], "timeout_s": 1e400}', "limit 'wall_s' must be a number from"),
        (b'{"source": "", "tests": [], "limits": {"open_files": 1}}', "'open_files' must be a number from 8"),
        (
            b'{"source": "", "tests": [], "limits": {"open_files": 9.5}}',
            "'open_files' must be a whole number",
        ),
        (b'{"source": "", "tests": [], "limits": {"processes": true}}', "'processes' must be a number from"),
        (b'{"source": "", "tests": [], "limits": {"speed": 1}}', "unknown limit 'speed'"),
        (b'{"source": "", "tests": [], "limits": [1]}', "'limits' must be an object"),
        (b'{"source": "", "tests": [], "trace": 1}', "'trace' must be true or false"),
        (b'{"source": "", "tests": [], "entry_point": 1}', "'entry_point' must be a string"),
        (b'{"source": "", "tests": [], "classes": "F"}', "'classes' must be a list of names"),
        (b'{"source": "", "tests": [], "classes": [1]}', "'classes' must be a list of names"),
    ],
)
def test_a_request_that_cannot_be_read_says_where(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], request_text: bytes, message: str
) -> None:
    assert _door(monkeypatch, request_text) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err


def test_every_key_arrives() -> None:
    program = read_request(
        b'\xef\xbb\xbf{"source": "s", "tests": ["a", {"code": "b", "setup": "c"}, {"stdin": "d", "stdout": "e"}],'
        b' "timeout_s": 2, "limits": {"memory_bytes": 10000000}, "trace": true, "entry_point": "f", "classes": ["F"]}'
    )
    assert program.tests == (CodeTest("a"), CodeTest("b", "c"), StdioTest("d", "e"))
    assert program.limits == Limits(wall_s=2, cpu_s=2, memory_bytes=10_000_000)
    assert (program.trace, program.entry_point, program.source) == (True, "f", "s")
    assert program.classes == ("F",)


def test_usage_and_layers(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert _door(monkeypatch, b"", "--sevre") == 2
    assert _door(monkeypatch, b"", "--allow-missing-layer", "luck") == 2
    assert "usage" in capsys.readouterr().err
    assert _door(monkeypatch, b"", "--help") == 0
    assert _door(monkeypatch, b"", "--layers") in (0, 4)
    assert "seccomp" in capsys.readouterr().out


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


requests = st.fixed_dictionaries({"source": st.text(), "tests": st.lists(st.text())}, optional={
    "timeout_s": json_values, "limits": json_values, "trace": json_values, "entry_point": json_values,
})  # fmt: skip


@given(st.binary(max_size=60) | (json_values | requests).map(lambda value: json.dumps(value).encode()))
def test_any_request_is_a_program_or_a_clear_error(data: bytes) -> None:
    try:
        read_request(data)
    except DoorError as error:
        message = str(error)
    else:
        message = "read"
    assert message


pieces = st.sampled_from(
    ["def f(x):\n", "    return x\n", "    ", "\t", "x = 1\n", "f(1)", "assert ", "(", ")", "[", "'", '"""', "\\", "\n",
     "\0", "\ufeff", "\r\n", "\r", "\ud800", "é", "while True: break\n", "import os\n", "os._exit(0)\n", "raise\n",
     "yield 1\n", "class A: pass\n", "await x", "lambda: 0", "0" * 5000, "1e999", "print('x')\n", "if x:\n", "~"]
)  # fmt: skip
texts = st.lists(pieces, max_size=12).map("".join) | st.text(max_size=30)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts, texts, texts, st.booleans())
def test_any_program_and_any_test_get_one_row_each(
    sandbox: Sandbox, source: str, test: str, setup: str, trace: bool
) -> None:
    request_object = {
        "source": source,
        "tests": [test, {"code": test, "setup": setup}, {"stdin": test, "stdout": setup}],
        "trace": trace,
        "timeout_s": 20,
    }
    report = sandbox.run(read_request(json.dumps(request_object).encode()))
    assert len(report.results) == 3
    assert all(row.status is not Verdict.SANDBOX_ERROR for row in report.results), report
    assert all(row.error is None or "\n" not in row.error for row in report.results)
    json.dumps(write_report(report))


CLOSED = {
    "no input": ("<&-", "must be open", 2),
    "no output": (">&-", "must be open", 2),
    "full disk": (">/dev/full", "No space left", 1),
    "full disk, line by line": ("--serve >/dev/full", "No space left", 1),
}


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full")
@pytest.mark.parametrize("case", CLOSED)
def test_streams_that_cannot_be_used_are_named(case: str) -> None:
    redirection, message, code = CLOSED[case]
    script = f"{sys.executable} -m egcfg_sandbox {redirection}"
    done = subprocess.run(["sh", "-c", script], input=json.dumps(REQUEST), capture_output=True, text=True)
    assert message in done.stderr
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_what_a_program_says_in_its_error_does_nothing_to_a_terminal(sandbox: Sandbox) -> None:
    source = "def f(x): raise ValueError('\\ud800a\\x1b[2Jb\\u202ec\\nd')"
    (row,) = sandbox.run(Program(source, (CodeTest("assert f(1)"),))).results
    assert row.error == "ValueError: \ufffda\ufffd[2Jb\ufffdc d (line 1)"
