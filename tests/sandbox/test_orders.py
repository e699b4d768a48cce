"""What goes between caller and judge arrives as it was sent."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from egcfg_sandbox import CodeTest, Program, StdioTest, Verdict
from egcfg_sandbox.judge.orders import RunReport, pack_brief, unpack_brief, unpack_report

texts = st.text(st.characters(exclude_categories=()), max_size=20)
tests = st.builds(CodeTest, texts, texts) | st.builds(StdioTest, texts, texts)


@given(st.lists(tests, min_size=1, max_size=3), texts, st.booleans(), st.none() | texts, st.lists(texts))
def test_a_brief(
    tests: list[CodeTest | StdioTest], source: str, trace: bool, name: str | None, classes: list[str]
) -> None:
    program = Program(source, tuple(tests), trace, entry_point=name, classes=tuple(classes))
    for number, test in enumerate(tests):
        brief = unpack_brief(pack_brief(program, number, inside=trace))
        assert brief.inside is trace
        assert (brief.test, brief.source, brief.trace) == (test, source, trace)
        assert (brief.entry_point, brief.classes) == (name, tuple(classes))


@given(
    st.builds(
        RunReport,
        st.sampled_from(Verdict),
        st.none() | st.text(),
        st.floats(0, 1e9),
        st.text(),
        st.booleans(),
        st.booleans(),
    )
)
def test_a_report(report: RunReport) -> None:
    assert unpack_report(report.pack()) == report


def test_a_fault_in_the_place_of_a_report() -> None:
    assert unpack_report(b'{"fault": "x"}') == "x"
