"""Worker of a kernel: a process of its own that does a part of the work, and whose end loses nothing."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ntanalytics.kernels.worker import VARIABLE, has_worker, share_out
from tests.kernels.test_forked import run
from tests.process_end import has_ended

#: Work by name in a kernel; what stands in ``there`` is done by the worker. Each of the two waits until the other
#: has taken its first piece.
SHARED = """
import json, os, threading
from functools import partial
from ntanalytics.kernels.worker import has_worker, share_out
taken_here, taken_there = threading.Event(), threading.Event()
def here(name):
    taken_here.set()
    taken_there.wait(30)
    return ["here", os.getpid()]
def there(name):
    taken_there.set()
    taken_here.wait(30)
    return {there}
print(json.dumps([has_worker(), os.getpid(), share_out(["a", "b", "c", "d"], here, there), has_worker()]))
"""

WITH_WORKER = {**os.environ, VARIABLE: "os:getpid"}


def shared(folder: Path, there: str) -> tuple[bool, int, dict[str, list[object]], bool]:
    """What a kernel and its worker return, with the kernel's process and whether there was a worker."""
    return tuple(json.loads(run(folder, SHARED.replace("{there}", there), environment=WITH_WORKER)[0]))


def test_a_worker_works_from_the_last_name_on_and_ends_with_its_kernel(tmp_path: Path) -> None:
    had, kernel, results, has = shared(tmp_path / "one", "partial(os.getpid)")
    assert (had, has) == (True, True)
    assert list(results) == list("abcd")
    assert results["a"] == ["here", kernel]
    workers = {str(result) for result in results.values() if not isinstance(result, list)}
    assert len(workers) == 1
    assert str(kernel) not in workers
    assert has_ended(int(workers.pop()))


@pytest.mark.parametrize("there", ["partial(os._exit, 1)", "partial(int, name)", "partial(os.scandir, os.sep)"])
def test_what_a_worker_does_not_finish_is_done_by_the_kernel(tmp_path: Path, there: str) -> None:
    """It ended; its work ended in an error; its answer cannot be handed over."""
    had, kernel, results, has = shared(tmp_path / "one", there)
    assert (had, has) == (True, False)
    assert results == {name: ["here", kernel] for name in "abcd"}


ASKED = """
import json, os
from functools import partial
from ntanalytics.kernels.worker import ask, has_worker
answer = ask(partial(int, "7"))
print(json.dumps([answer, ask(partial(int, "x")), has_worker(), ask(partial(int, "7"))]))
"""


def test_a_question_is_answered_by_the_worker_and_by_none_after_its_end(tmp_path: Path) -> None:
    assert json.loads(run(tmp_path / "one", ASKED, environment=WITH_WORKER)[0]) == [7, None, False, None]


PROCESSORS = """
import json
from functools import partial
from threading import Event
from ntanalytics.kernels.worker import own_processors, share_out
taken = Event()
def there(name):
    taken.set()
    return partial(own_processors)
def here(name):
    taken.wait(30)
    return own_processors()
print(json.dumps(share_out(["a", "b"], here, there)))
"""


@pytest.mark.parametrize(("variable", "share"), [({}, 1), ({VARIABLE: "os:getpid"}, 2)])
def test_two_processes_share_the_processors(tmp_path: Path, variable: dict[str, str], share: int) -> None:
    program = PROCESSORS if variable else PROCESSORS.replace("taken.wait(30)", "pass")
    answers = json.loads(run(tmp_path / "one", program, environment={**os.environ, **variable})[0])
    assert answers == dict.fromkeys("ab", max(1, (os.cpu_count() or 1) // share))


def test_a_worker_gets_ready_before_its_first_work(tmp_path: Path) -> None:
    cell = """
    import gc
    from functools import partial
    from ntanalytics.kernels import worker
    worker._pipe.send(partial(gc.isenabled))
    print(worker._pipe.recv())
    """
    ready = {**os.environ, VARIABLE: "gc:disable"}
    assert run(tmp_path / "one", cell, environment=ready) == ["False\n"]
    assert run(tmp_path / "two", cell, environment=WITH_WORKER) == ["True\n"]


def test_a_kernel_whose_worker_does_not_get_ready_does_everything(tmp_path: Path) -> None:
    cell = """
    from functools import partial
    from ntanalytics.kernels.worker import share_out
    print(share_out(["a", "b", "c"], str.upper, lambda name: partial(str.lower, name)))
    """
    lacking = {**os.environ, VARIABLE: "os:no_such_name"}
    assert run(tmp_path / "one", cell, environment=lacking) == ["{'a': 'A', 'b': 'B', 'c': 'C'}\n"]


def test_values_that_cannot_be_changed_come_back_as_such(tmp_path: Path) -> None:
    cell = """
    from functools import partial
    from ntanalytics.kernels import worker
    worker._pipe.send(partial(worker._read_only, {"a": 1}))
    print(type(worker._pipe.recv()).__name__)
    """
    assert run(tmp_path / "one", cell, environment=WITH_WORKER) == ["mappingproxy\n"]


def test_a_process_without_a_worker_does_everything_in_order(tmp_path: Path) -> None:
    assert not has_worker()
    order: list[str] = []
    assert share_out(["b", "a"], lambda name: order.append(name) or name.upper(), lambda _: pytest.fail) == {  # type: ignore[func-returns-value]
        "b": "B", "a": "A",
    }  # fmt: skip
    assert order == ["b", "a"]
    assert run(tmp_path / "one", "from ntanalytics.kernels.worker import has_worker\nprint(has_worker())") == [
        "False\n"
    ]


def test_an_error_of_the_kernels_own_part_passes(tmp_path: Path) -> None:
    cell = """
    import os, threading
    from functools import partial
    from ntanalytics.kernels.worker import share_out
    taken = threading.Event()
    def here(name):
        taken.set()
        raise KeyError(name)
    def there(name):
        taken.wait(30)
        return partial(os.getpid)
    try:
        share_out(["a", "b"], here, there)
    except KeyError as error:
        print(error)
    """
    assert run(tmp_path / "one", cell, environment=WITH_WORKER) == ["'a'\n"]
