"""What can be wrong with a test, as opposed to the program."""

from __future__ import annotations


class NotATest(Exception):
    """The test's own text is at fault."""
