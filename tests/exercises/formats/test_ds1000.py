"""DS-1000 rows become snippets: their question in parts, an example run, and the checker."""

from __future__ import annotations

from typing import Any

import pytest

from egcfg_sandbox import CheckerTest, Program, Sandbox, Verdict
from egcfg_tui.exercises import Visibility, with_visible
from egcfg_tui.exercises.formats.ds1000 import names, read
from egcfg_tui.exercises.model import Exercise, ExerciseError, ExerciseKind
from egcfg_tui.exercises.reading.dataset_rows import Row
from egcfg_tui.exercises.reading.places import Place

PROMPT = """Problem:
Double what is in `data`.
A:
<code>
data = [1, 2]
</code>
out = ... # put solution in this variable
BEGIN SOLUTION
<code>
"""
INSIDE = """Problem:
Double what is in `data`.

A:
<code>
example = [1, 2]
def f(data=example):
    # return the solution in this function
    # out = f(data)
    ### BEGIN SOLUTION
"""
CONTEXT = '''
def generate_test_case(number):
    return [number, 7], [2 * number, 14]

exec_context = r"""
data = test_input
[insert]
"""

def test_execution(solution: str):
    code = exec_context.replace("[insert]", solution)
    for number in range(2):
        test_input, expected = generate_test_case(number + 1)
        env = {"test_input": test_input}
        exec(code, env)
        assert env["out"] == expected


def test_string(solution: str):
    assert "append" not in solution
'''
CONTEXT_INSIDE = CONTEXT.replace(
    "data = test_input\n[insert]\n", "def f(data):\n[insert]\nout = f(test_input)\n"
)
METADATA = {"problem_id": 417, "library_problem_id": 126, "library": "Numpy"}


def row(**changes: object) -> Row:
    values: dict[str, Any] = {
        "prompt": PROMPT,
        "reference_code": "out = [2 * x for x in data]\n",
        "metadata": METADATA,
        "code_context": CONTEXT,
    }
    return Row(Place("ds.jsonl", 3), values | changes)


def inside() -> Exercise:
    return read(
        row(prompt=INSIDE, code_context=CONTEXT_INSIDE, reference_code="    return [2 * x for x in data]\n")
    )


def judge(sandbox: Sandbox, exercise: Exercise, source: str) -> list[Verdict]:
    report = sandbox.run(Program(source, exercise.visible + exercise.hidden, limits=exercise.limits))
    return [result.status for result in report.results]


def test_a_row_is_read() -> None:
    exercise = read(row())
    assert (exercise.id, exercise.title, exercise.source) == ("417", "Numpy/126", "ds.jsonl#417")
    assert (exercise.kind, exercise.entry_point, exercise.also) == (ExerciseKind.DATA, "out", ())
    assert exercise.statement == "Double what is in `data`."
    assert exercise.given == "data = [1, 2]\n"
    assert [test.text for test in exercise.visible] == ["out"]
    assert [test.text for test in exercise.hidden] == ["test_execution(solution)\ntest_string(solution)"]


def test_it_has_a_number_and_one_within_its_library() -> None:
    assert names(row()) == ("417", "Numpy/126")
    assert names(row(metadata={"problem_id": 5})) == ("5",)


@pytest.mark.parametrize(
    ("source", "verdicts"),
    [
        ("out = [2 * x for x in data]", ["passed", "passed"]),
        ("out = data", ["passed", "failed"]),
        ("data = data", ["error", "failed"]),
        ("out = []\nfor x in data:\n    out.append(2 * x)", ["passed", "failed"]),
        ("out = (", ["error", "error"]),
    ],
)
def test_the_checker_decides_and_the_example_only_runs(
    sandbox: Sandbox, source: str, verdicts: list[str]
) -> None:
    assert judge(sandbox, read(row()), source) == [Verdict(verdict) for verdict in verdicts]


def test_a_snippet_may_stand_inside_a_function(sandbox: Sandbox) -> None:
    exercise = inside()
    assert exercise.given.endswith("    # out = f(data)\n")
    assert judge(sandbox, exercise, exercise.reference or "") == [Verdict.PASSED] * 2
    assert judge(sandbox, exercise, "    return data\n") == [Verdict.PASSED, Verdict.FAILED]


def test_a_function_with_parameters_is_called_as_the_checker_does(sandbox: Sandbox) -> None:
    prompt = INSIDE.replace("f(data=example)", "f(data)")
    changes = {"prompt": prompt, "reference_code": "    return [2 * x for x in data]\n"}
    exercise = read(row(**changes, code_context=CONTEXT_INSIDE.replace("out", "result")))
    assert "generate_test_case(1)" in exercise.visible[0].text
    assert "14" not in exercise.visible[0].text
    assert judge(sandbox, exercise, "    return [2 * x for x in data]\n") == [Verdict.PASSED] * 2
    assert judge(sandbox, exercise, "    return data\n") == [Verdict.PASSED, Verdict.FAILED]
    assert judge(sandbox, exercise, "    return dat\n") == [Verdict.ERROR] * 2
    assert read(row(**changes, code_context="def test_execution(solution): ...")).visible == ()


def test_traces_tell_the_snippets_lines_and_the_examples_values(sandbox: Sandbox) -> None:
    source = "out = []\nfor x in data:\n    out += [2 * x]\n"
    result = sandbox.run(Program(source, read(row()).visible, trace=True)).results[0]
    assert result.trace
    told = [(event.line, event.changes) for event in result.trace.events if event.changes]
    assert told == [
        (1, (("out", "[]"),)),
        (2, (("x", "1"),)),
        (3, (("out", "[2]"),)),
        (2, (("x", "2"),)),
        (3, (("out", "[2, 4]"),)),
    ]


def test_the_checker_steers_only_when_it_is_asked_to() -> None:
    exercise = read(row())
    checker = exercise.hidden[0]
    assert checker not in with_visible(exercise, Visibility.FIRST).visible
    opened = with_visible(exercise, Visibility.ALL)
    assert (opened.visible[-1], opened.hidden) == (checker, ())


@pytest.mark.parametrize("given", ["X, y = load_data()\n", "data = [1,\n"])
def test_a_question_whose_code_cannot_run_has_no_example_run(given: str) -> None:
    prompt = PROMPT.replace("data = [1, 2]\n", given)
    if "(" in given:
        assert read(row(prompt=prompt)).visible == ()
    else:
        with pytest.raises(ExerciseError, match=r"ds\.jsonl, line 3, key `prompt`"):
            read(row(prompt=prompt))


def test_several_variables_may_be_asked_for() -> None:
    exercise = read(row(prompt=PROMPT.replace("out = ...", "out, rest = ...")))
    assert (exercise.entry_point, exercise.also) == ("out", ("rest",))
    assert exercise.visible[0].text == "out\nrest"


def test_a_plot_is_asked_for_by_comments() -> None:
    exercise = read(row(prompt="import math\nx = math.pi\n# plot x\n# SOLUTION START\n"))
    assert exercise.given == "import math\nx = math.pi\n# plot x\n"
    assert (exercise.entry_point, exercise.visible) == (None, ())
    assert "comments" in exercise.statement


def test_packages_are_found_in_the_checker_its_inner_code_the_question_and_the_reference() -> None:
    context = "import one\n" + CONTEXT.replace("data = test_input", "import two.parts\ndata = test_input")
    prompt = PROMPT.replace("data =", "from three import x\ndata =")
    exercise = read(row(code_context=context, prompt=prompt, reference_code="import four, os\nout = 1"))
    assert exercise.packages == ("four", "one", "three", "two")
    assert read(row()).packages == ()


@pytest.mark.parametrize(
    ("changes", "key", "words"),
    [
        ({"code_context": "def x(:"}, "code_context", "is not Python"),
        ({"code_context": "x = 1"}, "code_context", "does not define `test_execution(solution)`; add it"),
        ({"reference_code": "out = ("}, "reference", "is not Python after the given code"),
        ({"metadata": None}, "metadata", "is empty; add `problem_id`"),
        ({"metadata": {}}, "metadata.problem_id", "is missing"),
        ({"metadata": 3}, "metadata", "must be an object"),
        ({"prompt": 3}, "prompt", "must be a string"),
    ],
)
def test_a_broken_row_is_refused_by_place(changes: dict[str, object], key: str, words: str) -> None:
    with pytest.raises(ExerciseError) as caught:
        read(row(**changes))
    assert f"ds.jsonl, line 3, key `{key}" in str(caught.value)
    assert words in str(caught.value)


def test_the_checker_is_what_the_row_says() -> None:
    (checker,) = read(row()).hidden
    assert isinstance(checker, CheckerTest)
    assert checker.setup == CONTEXT.rstrip()
