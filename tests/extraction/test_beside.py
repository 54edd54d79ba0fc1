from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from ntanalytics.extraction.beside import beside


def test_what_is_made_of_each_item_comes_in_their_order() -> None:
    with beside(iter(range(50)), lambda item: item * 2) as done:
        assert list(done) == [item * 2 for item in range(50)]


def test_the_next_item_is_read_while_the_last_is_worked_on() -> None:
    is_read = threading.Event()

    def items() -> Iterator[str]:
        yield "first"
        is_read.set()
        yield "second"

    def work(item: str) -> bool:
        return is_read.wait(60)  # in vain where the second is read only after the first is done

    with beside(items(), work) as done:
        assert list(done) == [True, True]


def test_only_a_few_items_are_read_ahead_of_the_worker() -> None:
    read: list[int] = []
    ahead: list[int] = []

    def items() -> Iterator[int]:
        for item in range(50):
            read.append(item)
            yield item

    def work(item: int) -> int:
        ahead.append(len(read) - item)
        return item

    with beside(items(), work) as done:
        assert list(done) == list(range(50))
    assert max(ahead) <= 4


def test_what_the_worker_raises_is_raised_and_nothing_more_is_worked_on() -> None:
    worked: list[int] = []
    before = threading.active_count()

    def work(item: int) -> None:
        worked.append(item)
        raise ValueError(f"item {item}")

    with pytest.raises(ValueError, match="item 0"), beside(iter(range(20)), work) as done:
        list(done)
    assert threading.active_count() == before
    assert len(worked) <= 3


def test_what_the_reader_raises_is_raised() -> None:
    before = threading.active_count()

    def items() -> Iterator[int]:
        yield 1
        raise OSError("the server went away")

    with pytest.raises(OSError, match="went away"), beside(items(), str) as done:
        list(done)
    assert threading.active_count() == before
