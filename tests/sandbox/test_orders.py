"""What a judge tells its caller arrives as it was sent."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from egcfg_sandbox import Verdict
from egcfg_sandbox.orders import RunReport, unpack_report


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
