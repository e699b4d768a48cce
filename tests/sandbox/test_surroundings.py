"""What a program finds around it: its input as a file, its own place."""

from __future__ import annotations

import pytest

from egcfg_sandbox import CodeTest, Limits, Program, Report, Sandbox, StdioTest, Verdict

SUM = "1 2 3\n"

READERS = {
    "all of it by its size": """
import io, os
read = io.BytesIO(os.read(0, os.fstat(0).st_size)).readline
print(sum(map(int, read().split())))
""",
    "by the name of the device": "print(sum(map(int, open('/dev/stdin').read().split())))",
    "by the name of the descriptor": "print(sum(map(int, open('/dev/fd/0').read().split())))",
    "by the descriptor": "print(sum(map(int, open(0).read().split())))",
    "mapped into memory": """
import mmap
print(sum(map(int, mmap.mmap(0, 0, access=mmap.ACCESS_READ).read().split())))
""",
    "twice": """
import sys
sys.stdin.read()
sys.stdin.seek(0)
print(sum(map(int, sys.stdin.read().split())))
""",
    "line by line": "print(sum(map(int, input().split())))",
    "as bytes": "import sys\nprint(sum(map(int, sys.stdin.buffer.read().split())))",
}


PATIENT = Limits(wall_s=30.0, cpu_s=30.0)


def run(sandbox: Sandbox, source: str, stdin: str, stdout: str, limits: Limits | None = None) -> Report:
    return sandbox.run(Program(source, (StdioTest(stdin, stdout),), limits=limits or PATIENT))


@pytest.mark.parametrize("name", READERS)
def test_input_is_read_as_from_a_file(sandbox: Sandbox, name: str) -> None:
    report = run(sandbox, READERS[name], SUM, "6\n")
    assert report.passed, report.results[0].error


def test_input_that_is_empty_ends_at_once(sandbox: Sandbox) -> None:
    assert run(sandbox, "import os, sys\nprint(os.fstat(0).st_size, len(sys.stdin.read()))", "", "0 0").passed


@pytest.mark.parametrize("size", [1 << 16, 3_000_000, 5_000_000])
def test_long_input_arrives_whole_also_where_it_is_larger_than_a_file_may_be(
    sandbox: Sandbox, size: int
) -> None:
    assert run(sandbox, "import sys\nprint(len(sys.stdin.read()))", "x" * size, str(size)).passed


def test_where_the_scratch_folder_is_too_small_input_stays_a_pipe(sandbox: Sandbox) -> None:
    limits = Limits(wall_s=30.0, cpu_s=30.0, scratch_bytes=4096)
    report = run(sandbox, "import sys\nprint(len(sys.stdin.read()))", "x" * 100_000, "100000", limits)
    assert report.passed, report.results[0].error


def test_input_of_one_run_is_gone_in_the_next(sandbox: Sandbox) -> None:
    tests = tuple(StdioTest(str(number), str(number)) for number in range(6))
    assert sandbox.run(Program("print(open('/dev/stdin').read())", tests)).passed


def test_the_scratch_folder_of_a_program_is_empty(sandbox: Sandbox) -> None:
    assert run(sandbox, "import os\nprint(len(os.listdir()), input())", "x", "0 x").passed


def test_a_function_knows_where_it_lies(sandbox: Sandbox) -> None:
    source = """
import os
HERE = os.path.dirname(os.path.abspath(__file__))
def f():
    return HERE == os.getcwd()
"""
    assert sandbox.run(Program(source, (CodeTest("assert f()"),))).passed


def test_a_program_can_read_itself(sandbox: Sandbox) -> None:
    source = "import os\nprint(len(open(__file__).read()), os.path.basename(__file__))"
    assert run(sandbox, source, "", f"{len(source)} program.py").passed


def test_a_function_that_reads_input_finds_it_empty(sandbox: Sandbox) -> None:
    program = Program("import sys\ndef f(): return sys.stdin.read()", (CodeTest("assert f() == ''"),))
    assert sandbox.run(program).status is Verdict.PASSED
