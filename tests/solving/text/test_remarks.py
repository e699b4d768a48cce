"""Where comments and docstrings begin in text that grows, compared with Python's own tokenizer."""

from __future__ import annotations

import io
import tokenize

from hypothesis import given
from hypothesis import strategies as st

from egcfg_tui.solving.text.remarks import begins_remark

CODE = '''\
# A module.
def first(items):  # of some
    """The first item: # is no comment here."""
    text = "# neither here" + '#'
    pair = (
        text,  # one
        """two""",
    )
    """
    # inside a string that is a statement
    """
    return f"{pair}#"  # end


class Box:
    \'\'\'Holds.\'\'\'
    size = 3 \\
        + 4  # joined
'''


def remark_starts() -> list[int]:
    """The places where a remark is certain: at a comment's `#`, at the last quote that opens a docstring."""
    offsets = [0]
    for line in CODE.splitlines(keepends=True):
        offsets.append(offsets[-1] + len(line))
    starts, at_statement = [], True
    for token in tokenize.generate_tokens(io.StringIO(CODE).readline):
        start = offsets[token.start[0] - 1] + token.start[1]
        if token.type == tokenize.COMMENT:
            starts.append(start)
        elif token.type == tokenize.STRING and at_statement:
            starts.append(start + 2)
        if token.type in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT):
            at_statement = True
        elif token.type not in (tokenize.NL, tokenize.COMMENT):
            at_statement = False
    return starts


@given(st.data())
def test_a_remark_begins_where_the_tokenizer_says(data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(CODE)))
    end = data.draw(st.integers(begin, min(len(CODE), begin + 12)))
    expected = any(begin <= start < end for start in remark_starts())
    assert begins_remark(CODE[:begin], CODE[begin:end]) is expected


def test_code_with_a_torn_string_is_left_alone() -> None:
    assert not begins_remark("x = 'torn\n", "# a comment, or the string's")
