"""Pause of the search for circular garbage: it ends with the last one who asked, and leaves a process as it was."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ntanalytics.kernels.collection_pause import collection_paused
from ntanalytics.kernels.worker import VARIABLE
from tests.kernels.test_forked import run


@pytest.fixture(autouse=True)
def _searching() -> Iterator[None]:
    gc.enable()
    yield
    gc.enable()


def test_the_search_rests_until_the_last_pause_ends() -> None:
    with collection_paused():
        with collection_paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_an_import_that_fails_ends_the_pause() -> None:
    with pytest.raises(ImportError), collection_paused():
        raise ImportError
    assert gc.isenabled()


def test_a_process_that_never_searches_does_not_begin_to() -> None:
    gc.disable()
    with collection_paused():
        assert not gc.isenabled()
    assert not gc.isenabled()


def test_what_was_there_after_an_import_is_searched_no_more(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "just_imported.py").write_text("CYCLE = []\nCYCLE.append(CYCLE)\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    gc.unfreeze()
    try:
        with collection_paused():
            assert "just_imported" not in sys.modules
        assert gc.get_freeze_count() == 0  # nothing was imported
        with collection_paused():
            import just_imported  # type: ignore[import-not-found]
        assert gc.get_freeze_count() > 1000
        assert not any(each is just_imported.CYCLE for each in gc.get_objects())
    finally:
        sys.modules.pop("just_imported", None)
        gc.unfreeze()


def test_a_kernel_and_its_worker_search_though_less_often(tmp_path: Path) -> None:
    cell = """
    import gc
    from ntanalytics.kernels import worker
    said = [(gc.isenabled(), gc.get_threshold()[0] > 700)]
    for call in (gc.isenabled, gc.get_threshold):
        worker._pipe.send(call)
        said.append(worker._pipe.recv())
    print(said[0], said[1], said[2][0] > 700)
    """
    assert run(tmp_path / "one", cell, environment={**os.environ, VARIABLE: "os:getpid"}) == [
        "(True, True) True True\n"
    ]


def test_pauses_of_two_threads_overlap() -> None:
    first, second = collection_paused(), collection_paused()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert not gc.isenabled()
    second.__exit__(None, None, None)
    assert gc.isenabled()
