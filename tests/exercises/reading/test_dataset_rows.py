"""Rows of data set files: JSON lines or an array; mistakes are named by file, line and key."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egcfg_tui.exercises.model import ExerciseError
from egcfg_tui.exercises.reading.dataset_rows import Row, read_rows
from egcfg_tui.exercises.reading.places import Place

OBJECTS = st.lists(
    st.dictionaries(st.text(max_size=5), st.text(max_size=9) | st.integers(), max_size=3), min_size=1
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rows")


@given(values=OBJECTS, gap=st.sampled_from(["\n", "\r\n", "\n\n", "\n  \n"]))
def test_lines_are_read_with_their_numbers(folder: Path, values: list[dict[str, object]], gap: str) -> None:
    file = folder / "rows.jsonl"
    text = gap.join(json.dumps(value) for value in values)
    file.write_bytes(text.encode())
    rows = read_rows(file)
    assert [row.values for row in rows] == values
    lines = text.replace("\r\n", "\n").split("\n")
    assert [json.loads(lines[(row.place.line or 0) - 1]) for row in rows] == values


@given(values=OBJECTS, indent=st.sampled_from([None, 1, 2]))
def test_an_array_is_read_with_the_lines_of_its_objects(
    folder: Path, values: list[dict[str, object]], indent: int | None
) -> None:
    file = folder / "rows.json"
    file.write_text(json.dumps(values, indent=indent))
    rows = read_rows(file)
    assert [row.values for row in rows] == values
    lines = file.read_text().split("\n")
    assert all("{" in lines[(row.place.line or 0) - 1] for row in rows)


def test_a_packed_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl.gz"
    file.write_bytes(gzip.compress(b'{"a": 1}\n{"a": 2}'))
    assert [row.values for row in read_rows(file)] == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('{"a": 1}\n{"a": }', 2, "is not JSON: Expecting value (column 7)"),
        ('{"a": 1}\n\nnull', 3, "is a JSON NoneType, not an object"),
        ('[{"a": 1},\n {"a" 1}]', 2, "is not JSON: Expecting ':' delimiter"),
        ('[{"a": 1}\n {"a": 1}]', 2, "`,` or `]` is missing here"),
        ('[{"a": 1}', 1, "`,` or `]` is missing here"),
        ('[{"a": 1},\n', 2, "is not JSON"),
        ("[\n3]", 2, "is a JSON int, not an object"),
        ('{"a": ' + "[" * 100_000, 1, "is nested too deeply"),
        ("[" * 100_000, 1, "is nested too deeply"),
    ],
)
def test_broken_json_is_named_by_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(text)
    with pytest.raises(ExerciseError) as caught:
        read_rows(file)
    assert str(caught.value).startswith(f"{file}, line {line}: ")
    assert words in str(caught.value)


ROW = Row(
    Place("f.jsonl", 7),
    {"text": "a\r\nb", "list": ["x", 1], "n": 5, "yes": True, "half": "\ud800", "no": None},
)


def test_strings_are_read_with_unix_line_ends() -> None:
    assert ROW.text("text") == "a\nb"
    assert ROW.identifier("n") == "5"
    assert ROW.optional_text("no") == ROW.optional_text("gone") == ""
    assert ROW.optional_texts("no") == ROW.optional_texts("gone") == []


@pytest.mark.parametrize(
    ("reader", "key", "words"),
    [
        (ROW.text, "test", "is missing; did you mean `text`?"),
        (ROW.text, "zzzzz", "is missing; the row has text, list"),
        (ROW.text, "n", "must be a string"),
        (ROW.text, "half", "half of a surrogate pair"),
        (ROW.texts, "text", "must be a list of strings"),
        (ROW.texts, "list", "must be a string"),
        (ROW.optional_text, "n", "must be a string"),
        (ROW.identifier, "yes", "must be a string or a whole number"),
    ],
)
def test_a_wrong_value_is_named_by_key(reader: object, key: str, words: str) -> None:
    assert callable(reader)
    with pytest.raises(ExerciseError) as caught:
        reader(key)
    assert str(caught.value).startswith(f"f.jsonl, line 7, key `{key}`: ")
    assert words in str(caught.value)
