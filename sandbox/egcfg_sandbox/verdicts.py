"""The results of runs: the values that the sandbox returns to its callers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

TOLERANCE: Final = 1e-6
"""The tolerance of contest judges, for tasks that name none."""


class Verdict(StrEnum):
    """The closed set of outcomes of one test or of a whole run."""

    PASSED = "passed"
    """The test's own expression held."""
    FAILED = "failed"
    """The program answered, and the answer was wrong."""
    ERROR = "error"
    """The program raised, did not compile, or lacks the name under test."""
    TIMEOUT = "timeout"
    """Wall or cpu seconds were used up."""
    MEMORY = "memory"
    """The memory limit was reached."""
    OUTPUT_LIMIT = "output_limit"
    """More was printed or written than allowed."""
    CRASHED = "crashed"
    """The process died: a signal, an exit, or a system call the filter refuses."""
    MALFORMED = "malformed"
    """The program's answer is missing, doubled or garbled, or cannot be carried across the border."""
    SANDBOX_ERROR = "sandbox_error"
    """The sandbox itself failed. Never counts against the program."""


@dataclass(frozen=True, slots=True)
class CodeTest:
    """Python statements that decide: an assertion, a `check(candidate)` block, a unittest class.

    `setup` (imports, helpers) is executed before `code` and is not shown to people.
    """

    code: str
    setup: str = ""

    @property
    def text(self) -> str:
        """What a person is shown."""
        return self.code


@dataclass(frozen=True, slots=True)
class StdioTest:
    """A whole program's standard input and expected output, compared word by word.

    Words that are numbers may differ by `tolerance`, absolutely or relative to what is expected; two whole
    numbers may not.
    """

    stdin: str
    stdout: str
    tolerance: float = TOLERANCE

    @property
    def text(self) -> str:
        """What a person is shown."""
        return f"{self.stdin.strip()!r} -> {self.stdout.strip()!r}"

    @property
    def input_bytes(self) -> bytes:
        """What the program reads."""
        return self.stdin.encode("utf-8", "surrogatepass")


@dataclass(frozen=True, slots=True)
class SnippetTest:
    """A test of a program that is a snippet: it continues `given`, and its variables are what is asked for.

    `given`, `own` (given code of this test alone), the snippet and `end` are executed as one text. Then
    `code` is executed on the variables that are left.
    """

    code: str
    given: str = ""
    own: str = ""
    end: str = ""

    @property
    def text(self) -> str:
        """What a person is shown: the given code that other tests do not have, as notes, and the code."""
        notes = [f"# given: {line}" for line in self.own.strip("\n").split("\n")] if self.own.strip() else []
        return "\n".join([*notes, self.code])

    def whole(self, snippet: str) -> str:
        """The text that is executed."""
        return self._before + snippet + self.end

    def window(self, snippet: str) -> tuple[int, int]:
        """First and last line of the snippet in that text, counted from 1."""
        first = self._before.count("\n") + 1
        return first, first + snippet.rstrip().count("\n")

    @property
    def _before(self) -> str:
        return "".join(f"{part.rstrip()}\n" for part in (self.given, self.own) if part.strip())


@dataclass(frozen=True, slots=True)
class CheckerTest:
    """A checker that executes a snippet by itself, as those of DS-1000 do.

    `setup` defines functions that take the snippet's text, `code` calls them with it: its name is `solution`.
    """

    code: str
    setup: str

    @property
    def text(self) -> str:
        """What a person is shown."""
        return self.code


@dataclass(frozen=True, slots=True)
class SuiteTest:
    """One test function of a whole test file, which pytest runs (classes of unittest by unittest).

    `node` names it as pytest does behind the file's name: `test_sum`, `TestSum::test_two`. `files` are the
    names and contents of all that lies beside the program while it runs: the test file `file` itself, its
    `conftest.py`, helper modules, data (bytes that are no UTF-8 as `surrogateescape` has them). `module` is
    the name by which they import the program. `shown` is the function's source, `why` what of the file's
    text needs this: "the test ...".
    """

    node: str
    file: str
    module: str
    files: tuple[tuple[str, str], ...]
    shown: str
    why: str = "is one of a whole test file"

    @property
    def text(self) -> str:
        """What a person is shown."""
        return self.shown

    @property
    def source(self) -> str:
        """The text of the test file."""
        return dict(self.files)[self.file]


Test = CodeTest | StdioTest | SnippetTest | CheckerTest | SuiteTest


class TraceEvent(NamedTuple):
    """One step of the program under test: a tuple, as there are many of them and a run waits for all.

    `line` counts from 1 in the program's source; `depth` is 0 in the outermost traced call.
    `changes` holds (name, bounded repr) of the variables that the step created or changed;
    for a `call` these are the arguments. `value` is the bounded repr of what was returned, or the
    exception as `Type: message`. `repeats` counts further identical loop passes folded into this event.
    """

    kind: str  # "call" | "line" | "return" | "exception"
    line: int
    depth: int
    function: str
    changes: tuple[tuple[str, str], ...] = ()
    value: str | None = None
    repeats: int = 0


@dataclass(frozen=True, slots=True)
class Trace:
    """The steps of one test, in order. `dropped` events are missing between head and tail."""

    events: tuple[TraceEvent, ...] = ()
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class TestResult:
    """One test's row. `error` says in one line why it did not pass (`NameError: ... (line 3)`, `got 4`).

    `got` and `expected` are the bounded texts of both sides of the comparison that decided, `expected` with
    its sign where that is not `==`. None where no single comparison did, and for tests that ran inside.
    `guarded`: the verdict was formed outside the program's process. Else the test ran beside the program, in
    the mode `inside`, because its text needs that; a program could then forge the verdict.
    """

    __test__ = False  # keeps pytest from collecting the class

    test: str
    status: Verdict
    error: str | None = None
    wall_s: float = 0.0
    output: str = ""
    trace: Trace | None = None
    guarded: bool = True
    got: str | None = None
    expected: str | None = None

    @property
    def passed(self) -> bool:
        """Whether the test's own expression held."""
        return self.status is Verdict.PASSED


@dataclass(frozen=True, slots=True)
class Report:
    """All tests of one program: exactly one row per test, in the order of the tests.

    `status` is `passed` when every row passed, else the verdict of the first row that did not.
    """

    status: Verdict
    results: tuple[TestResult, ...] = ()
    wall_s: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether every test passed (and there was at least one)."""
        return self.status is Verdict.PASSED

    @property
    def guarded(self) -> bool:
        """Whether every verdict was formed outside the program's process."""
        return all(row.guarded for row in self.results)


_DAY_S: Final = 86_400.0
_TIB: Final = 1 << 40
# Below these a program cannot even be started; above them a limit would bind nothing.
_RANGES: Final[dict[str, tuple[float, float]]] = {
    "wall_s": (1e-6, _DAY_S),
    "cpu_s": (1e-6, _DAY_S),
    "memory_bytes": (8 << 20, _TIB),
    "processes": (1, 4096),
    "open_files": (8, 4096),
    "file_size_bytes": (1, _TIB),
    "output_bytes": (1, 1 << 30),
    "scratch_bytes": (4096, _TIB),
    "trace_events": (2, 20_000),
    "repr_chars": (4, 1000),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one test of one program may use. Defaults suit short exercises on a laptop.

    Raises `ValueError`, which names the limit and its range, for one that no run could keep to.
    """

    wall_s: float = 3.0
    cpu_s: float = 3.0
    memory_bytes: int = 512 * 1024 * 1024
    processes: int = 16
    open_files: int = 64
    file_size_bytes: int = 4 * 1024 * 1024
    output_bytes: int = 256 * 1024
    scratch_bytes: int = 16 * 1024 * 1024
    trace_events: int = 400
    repr_chars: int = 80

    def __post_init__(self) -> None:
        for name, (least, most) in _RANGES.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
                raise ValueError(f"limit {name!r} must be a number from {least} to {most}, not {value!r}")


@dataclass(frozen=True, slots=True)
class Layer:
    """One line of defence: whether it is on, whether runs are refused without it, and why it is off."""

    name: str
    active: bool
    required: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Program:
    """One program to run against its tests.

    `entry_point`, where known, is the function or class under test: the only name of the program that may
    stand in for a builtin of the same name.
    `classes` are known to be classes rather than functions, where the tests' texts leave it open: what
    a test makes by calling one may give plain values when the test combines it with others.
    """

    source: str
    tests: tuple[Test, ...]
    trace: bool = False
    limits: Limits = field(default_factory=Limits)
    entry_point: str | None = None
    classes: tuple[str, ...] = ()
