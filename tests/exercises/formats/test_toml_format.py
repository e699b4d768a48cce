"""Our TOML format: what is written reads back; what is wrong is named by file, line and key."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egcfg_sandbox import CodeTest, StdioTest
from egcfg_tui.exercises.formats import toml_format
from egcfg_tui.exercises.model import Exercise, ExerciseError, ExerciseKind
from egcfg_tui.exercises.reading.toml_lines import key_lines

GOOD = '''\
title = "Twice"
statement = """
Double a number.
"""
entry_point = "twice"
starter = "def twice(x):"

[[visible]]
code = "assert twice(2) == 4"

[[hidden]]
code = """
assert twice(0) == 0
"""
'''


def read(text: str) -> Exercise:
    return toml_format.read(text, exercise_id="twice", source="twice.toml")


def refusal(text: str) -> str:
    with pytest.raises(ExerciseError) as caught:
        read(text)
    return str(caught.value)


def test_a_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "twice.toml"
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert toml_format.read_file(file) == Exercise(
        id="twice",
        title="Twice",
        statement="Double a number.",
        kind=ExerciseKind.FUNCTION,
        entry_point="twice",
        visible=(CodeTest("assert twice(2) == 4"),),
        hidden=(CodeTest("assert twice(0) == 0\n"),),
        starter="def twice(x):",
        source=str(file),
    )


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=40)
WORDS = TEXT.filter(str.strip).map(str.strip)
NAMES = st.from_regex(r"[a-z_][a-z0-9_]{0,5}", fullmatch=True).map(lambda name: f"{name}_")


@st.composite
def code_exercises(draw: st.DrawFn) -> Exercise:
    name = draw(NAMES)
    kind = draw(st.sampled_from([ExerciseKind.FUNCTION, ExerciseKind.CLASS]))
    head = f"def {name}(x):" if kind is ExerciseKind.FUNCTION else f"class {name}:"
    tests = st.lists(
        st.builds(
            CodeTest,
            code=TEXT.map(lambda text: f"assert {name}({text!r})"),
            setup=st.sampled_from(["", "import math", "import re\nx = 1"]),
        ),
        max_size=3,
    ).map(tuple)
    visible, hidden = draw(tests), draw(tests)
    return Exercise(
        id=draw(WORDS),
        title=draw(WORDS),
        statement=draw(WORDS),
        kind=kind,
        entry_point=name,
        visible=visible or (CodeTest(f"{name}()"),),
        hidden=hidden,
        starter=draw(st.sampled_from(["", f"{head}\n", f"import math\n\n{head}\n    '''Why.'''\n"])),
        reference=draw(st.sampled_from([None, f"{head}\n    pass\n", f"{head}\n\tpass"])),
        level=draw(st.integers(1, 5)),
        source="some.toml",
    )


@st.composite
def stdin_exercises(draw: st.DrawFn) -> Exercise:
    tests = st.lists(st.builds(StdioTest, stdin=TEXT, stdout=TEXT), min_size=1, max_size=3).map(tuple)
    return Exercise(
        id=draw(WORDS),
        title=draw(WORDS),
        statement=draw(WORDS),
        kind=ExerciseKind.STDIN,
        entry_point=None,
        visible=draw(tests),
        hidden=draw(tests),
        source="some.toml",
    )


@given(code_exercises() | stdin_exercises())
def test_what_is_written_reads_back(exercise: Exercise) -> None:
    text = toml_format.write(exercise)
    assert toml_format.read(text, exercise_id=exercise.id, source=exercise.source) == exercise


@given(code_exercises() | stdin_exercises())
def test_every_key_is_found_in_the_line_it_stands_in(exercise: Exercise) -> None:
    text = toml_format.write(exercise)
    lines, table = key_lines(text), tomllib.loads(text)
    rows = text.split("\n")
    assert {key.partition(".")[0] for key in lines} == table.keys()
    for key, number in lines.items():
        name = key.split(".")[-1]
        wanted = (
            rf"\[\[{key.partition('.')[0]}\]\]"
            if name.isdigit() or name in ("visible", "hidden")
            else rf"{name} ="
        )
        assert re.match(wanted, rows[number - 1])


def test_setup_is_shared_and_may_be_overridden() -> None:
    text = GOOD.replace('starter = "def twice(x):"', 'setup = "import math"') + 'setup = ""\n'
    exercise = read(text)
    assert exercise.visible == (CodeTest("assert twice(2) == 4", "import math"),)
    assert exercise.hidden[0].setup == ""


def test_keys_inside_strings_are_not_taken_for_keys() -> None:
    assert key_lines('a = """\nb = 1\n[[c]]\n"""\nb = 2\n') == {"a": 1, "b": 5}
    assert key_lines("a = '''x'''\nb = 2") == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "words"),
    [
        ('title = "Twice"', 'title = "Twice', 1, "", "is not valid TOML"),
        ('title = "Twice"', "title = 3", 1, "title", "is a whole number; write a string"),
        ('title = "Twice"', 'title = " "', 1, "title", "is empty"),
        ('title = "Twice"', "", None, "title", "is missing; write `title ="),
        ('title = "Twice"', 'title = "Twice"\ntitel = ""', 2, "titel", "is unknown; did you mean `title`?"),
        (
            'title = "Twice"',
            'title = "Twice"\nzzz = 1',
            2,
            "zzz",
            "is unknown; known keys are title, statement",
        ),
        ('title = "Twice"', 'title = "Twice"\nlevel = 9', 2, "level", "is 9; write 1 (easiest) to 5"),
        (
            'title = "Twice"',
            'title = "Twice"\nlevel = true',
            2,
            "level",
            "is true or false; write a whole number",
        ),
        ('title = "Twice"', 'title = "Twice"\nkind = "clas"', 2, "kind", "did you mean `class`?"),
        ('title = "Twice"', 'title = "Twice"\nkind = "x"', 2, "kind", "write one of function, class, stdin"),
        (
            'title = "Twice"',
            'title = "Twice"\nkind = "class"',
            7,
            "starter",
            "`twice` is not a class in the starter",
        ),
        (
            'title = "Twice"',
            'title = "Twice"\nkind = "stdin"',
            6,
            "entry_point",
            "has no entry point; remove the key",
        ),
        ('"def twice(x):"', '"def twice(x:"', 6, "starter", "the starter is not Python"),
        (
            '"def twice(x):"',
            '"def twise(x):"',
            6,
            "starter",
            "does not define `twice`; did you mean `twise`?",
        ),
        ('"def twice(x):"', '"def other(x):"', 6, "starter", "does not define `twice`; add it or correct"),
        (
            'starter = "def twice(x):"',
            'reference = "import twice"',
            6,
            "reference",
            "does not define `twice`",
        ),
        (
            'starter = "def twice(x):"',
            'reference = "def twice(x):"',
            6,
            "reference",
            "the reference is not Python",
        ),
        (
            'entry_point = "twice"',
            "",
            None,
            "entry_point",
            "is missing; name the function that the tests use",
        ),
        ('entry_point = "twice"', 'entry_point = "twice()"', 5, "entry_point", "'twice()' is not a name"),
        ('entry_point = "twice"', 'entry_point = "class"', 5, "entry_point", "'class' is not a name"),
        (
            'code = "assert twice(2) == 4"',
            'code = "assert twice(2"',
            8,
            "visible.1",
            "the test is not Python",
        ),
        ('code = "assert twice(2) == 4"', 'code = "assert twise(2)"', 8, "visible.1", "does not use `twice`"),
        ('code = "assert twice(2) == 4"', 'code = "# twice"', 8, "visible.1", "holds no statement"),
        ('code = "assert twice(2) == 4"', "", 8, "visible.1", "the test is empty; write either"),
        ('code = "assert twice(2) == 4"', 'stdin = "1"', 8, "visible.1", "has `stdin`; write either"),
        ('code = "assert twice(2) == 4"', 'stdin = ""\nstdout = ""', 8, "visible.1", "is tested by `code`"),
        (
            'code = "assert twice(2) == 4"',
            "code = 1",
            9,
            "visible.1.code",
            "is a whole number; write a string",
        ),
        ('code = "assert twice(2) == 4"', 'cod = "x"', 9, "visible.1.cod", "did you mean `code`?"),
        ("[[visible]]", "[visible]", 8, "visible", "is a dict; write an array of tables"),
    ],
)
def test_a_mistake_is_named_by_file_line_and_key(
    old: str, new: str, line: int | None, key: str, words: str
) -> None:
    assert GOOD.count(old) == 1
    message = refusal(GOOD.replace(old, new))
    place = "twice.toml" + (f", line {line}" if line else "") + (f", key `{key}`" if key else "")
    assert message.startswith(f"{place}: ")
    assert words in message


def test_the_second_test_of_a_group_is_named() -> None:
    message = refusal(GOOD + '\n[[hidden]]\ncode = "twice("\n')
    assert message.startswith("twice.toml, line 16, key `hidden.2`: the test is not Python")


def test_a_broken_setup_is_named() -> None:
    message = refusal(GOOD.replace("starter = ", "setup = "))
    assert "the test's setup is not Python" in message


def test_an_exercise_without_tests_is_refused() -> None:
    assert "has no tests; add at least one" in refusal(GOOD.partition("[[visible]]")[0])


def test_hidden_tests_alone_will_do() -> None:
    exercise = read(GOOD.replace("[[visible]]", "[[hidden]]"))
    assert not exercise.visible
    assert len(exercise.hidden) == 2


def test_a_stdin_program_is_tested_by_its_streams() -> None:
    text = GOOD.replace('entry_point = "twice"', 'kind = "stdin"')
    assert "is tested by `stdin` and `stdout`" in refusal(text)


@pytest.mark.parametrize("tests", ["visible = [1]", 'visible = [{ code = "twice(" }]'])
def test_a_mistake_in_an_inline_table_is_placed_at_its_key(tests: str) -> None:
    message = refusal(f"{GOOD.partition('[[visible]]')[0]}{tests}\n")
    assert message.startswith("twice.toml, line 8, key `visible.1`: ")


def test_an_unclosed_end_of_file_is_placed_in_the_last_line() -> None:
    text = 'title = "x"\nstatement = """\nno end\n'
    assert re.match(r"twice\.toml, line [34]: is not valid TOML", refusal(text))


@given(TEXT)
def test_any_text_is_read_or_refused_with_the_file_named(text: str) -> None:
    assert refusal(text).startswith("twice.toml")


@given(TEXT, st.integers(0, len(GOOD)))
def test_a_damaged_file_is_read_or_refused_with_the_file_named(text: str, position: int) -> None:
    message = "twice.toml"
    try:
        read(GOOD[:position] + text + GOOD[position:])
    except ExerciseError as error:
        message = str(error)
    assert message.startswith("twice.toml")


def test_starters_that_only_import_are_taken() -> None:
    exercise = read(GOOD.replace('"def twice(x):"', '"import math"'))
    assert replace(exercise, starter="") == replace(read(GOOD), starter="")


PROGRAM = """\
title = "Float"
kind = "stdin"
statement = "Print 0.3."
{tolerance}
[[visible]]
stdin = ""
stdout = "0.3"
"""


@pytest.mark.parametrize(
    ("line", "expected"), [("", 1e-6), ("tolerance = 1e-9", 1e-9), ("tolerance = 0", 0.0)]
)
def test_a_tolerance_holds_for_all_tests_of_a_program_and_is_written_again(
    line: str, expected: float
) -> None:
    exercise = read(PROGRAM.format(tolerance=line))
    assert exercise.visible == (StdioTest("", "0.3", expected),)
    assert read(toml_format.write(exercise)) == exercise


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("tolerance = 1", "is 1; write a number from 0 to below 1"),
        ("tolerance = -1e-9", "is -1e-09; write a number from 0 to below 1"),
        ("tolerance = nan", "is nan; write a number from 0 to below 1"),
        ('tolerance = "1e-6"', "is a string; write a number"),
        ("tolerance = true", "is true or false; write a number"),
    ],
)
def test_a_tolerance_that_is_none_is_refused(line: str, problem: str) -> None:
    assert refusal(PROGRAM.format(tolerance=line)) == f"twice.toml, line 4, key `tolerance`: {problem}"


def test_a_tolerance_belongs_to_programs_alone() -> None:
    text = "tolerance = 1e-9\n" + GOOD
    assert "line 1, key `tolerance`: belongs to kind `stdin`" in refusal(text)


def test_all_mistakes_of_a_file_are_told_at_once_with_line_and_key() -> None:
    text = """titel = "Coins"
level = 9
statement = 7
entry_point = "coins"
reference = "def coin(cents): return 1"

[[visible]]
code = "assert 1 == 1"

[[visible]]
cod = "assert coins(7) == 2"

[[hidden]]
code = "assert coins(7) =="
"""
    with pytest.raises(ExerciseError) as caught:
        toml_format.read(text, exercise_id="coins", source="coins.toml")
    told = str(caught.value).split("\n")
    assert [line.partition(":")[0] for line in told] == [
        "coins.toml, line 1, key `titel`",
        "coins.toml, line 3, key `statement`",
        "coins.toml, line 2, key `level`",
        "coins.toml, key `title`",
        "coins.toml, line 11, key `visible.2.cod`",
        "coins.toml, line 7, key `visible.1`",
        "coins.toml, line 13, key `hidden.1`",
        "coins.toml, line 5, key `reference`",
    ]


def test_a_key_that_cannot_be_read_gives_no_further_complaint() -> None:
    text = 'title = "A"\nstatement = "B"\nkind = "clas"\nentry_point = 3\nvisible = "none"\n'
    with pytest.raises(ExerciseError) as caught:
        toml_format.read(text, exercise_id="a", source="a.toml")
    assert str(caught.value).split("\n") == [
        "a.toml, line 4, key `entry_point`: is a whole number; write a string",
        "a.toml, line 5, key `visible`: is a string; write an array of tables (`[[...]]`)",
        "a.toml, line 3, key `kind`: there is no kind 'clas'; did you mean `class`?",
    ]
