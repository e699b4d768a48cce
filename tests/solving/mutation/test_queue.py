"""The queue of mutants: each is taken once, also if two answers share it."""

from __future__ import annotations

from egcfg_tui.solving.mutation.mutants import mutants
from egcfg_tui.solving.mutation.queue import MutantQueue

PLUS, MINUS = "def f(n):\n    return n + 1", "def f(n):\n    return n - 1"


def test_batches_go_on_where_the_last_one_ended() -> None:
    queue, wanted = MutantQueue(), list(mutants(PLUS))
    taken: list[str] = []
    while batch := queue.take(PLUS, 7):
        assert queue.may_have([PLUS]) == (len(batch) == 7)
        taken += batch
    assert taken == wanted
    assert queue.taken == len(wanted)
    assert not queue.may_have([PLUS])
    assert queue.may_have([PLUS, MINUS])
    assert not queue.may_have([])


def test_a_mutant_of_two_answers_is_taken_once() -> None:
    queue = MutantQueue()
    first, second = queue.take(PLUS, 1000), queue.take(MINUS, 1000)
    assert set(mutants(PLUS)) & set(mutants(MINUS))
    assert not set(first) & set(second)
