"""The second process of a command: prepared like the first, and never left behind by it."""

import os
import signal
import subprocess
import sys

import pytest

from ntanalytics.cli.second_process import second_process
from ntanalytics.errors import UnknownName
from ntanalytics.language import tr
from tests.process_end import has_ended

_KILLED = """
import os, signal
from ntanalytics.cli.second_process import second_process
if __name__ == "__main__":
    with second_process() as second:
        print(second.submit(os.getpid).result(), flush=True)
        second.submit(signal.pause)
        signal.pause()
"""


def refuse() -> None:
    raise UnknownName("report", "weekly", ["weekly_service_report"])


def test_it_works_in_the_language_of_the_first_and_hands_back_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "zh")
    monkeypatch.setattr(sys, "argv", ["ntanalytics", "demo"])
    with second_process() as second:
        assert second.submit(os.getpid).result() != os.getpid()
        assert second.submit(tr, "nothing is due").result() == "没有到期的报告"
        with pytest.raises(UnknownName, match="weekly") as refused:
            second.submit(refuse).result()
    assert (refused.value.exit_code, "weekly_service_report" in refused.value.todo) == (2, True)


def interrupted(pids: list[int]) -> None:
    with second_process() as second:
        pids.append(second.submit(os.getpid).result())
        second.submit(signal.pause)
        raise KeyboardInterrupt


def test_an_error_of_the_first_ends_it_at_once() -> None:
    pids: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        interrupted(pids)
    assert has_ended(pids[0])


def test_it_ends_when_the_first_is_killed(tmp_path) -> None:
    script = tmp_path / "killed.py"
    script.write_text(_KILLED)
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as first:
        pid = int(first.stdout.readline())
        first.kill()
    assert has_ended(pid)
