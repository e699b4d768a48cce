"""`egcfg-tui open` where it cannot open."""

from __future__ import annotations

import pytest

from egcfg_tui.cli.main import main


@pytest.mark.parametrize(
    "argv", [[], ["open"], ["open", "parcel-price", "--gamma", "2", "--method", "greedy"]]
)
def test_without_a_terminal_it_names_the_command_that_needs_none(
    argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "needs a terminal" in captured.err
    assert "egcfg-tui solve" in captured.err


def test_an_unknown_exercise_is_told_before_anything_opens(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["open", "parcel-prise"]) == 3
    assert "parcel-prise" in capsys.readouterr().err


def test_settings_are_checked_as_solve_checks_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["open", "--config", "s3"]) == 2
    assert "--config" in capsys.readouterr().err
