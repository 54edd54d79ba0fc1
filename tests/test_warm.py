"""A forked program is given, and ends, as one that an interpreter of its own runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import warm

PROGRAMS = {
    "says": "print('好'); import sys; print(sys.argv[1:], file=sys.stderr)",
    "reads": "print(input())",
    "fails": "1 / 0",
    "leaves": "import sys; sys.exit('no')",
    "code": "raise SystemExit(7)",
    "killed": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "interrupted": "import os, signal; os.kill(os.getpid(), signal.SIGINT); import time; time.sleep(60)",
    "place": "import os; print(os.getcwd(), sorted(os.environ.items()))",
    "at exit": "import atexit; atexit.register(print, 'bye')",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_it_says_and_ends_as_an_interpreter_does(name: str, tmp_path: Path) -> None:
    given = ["-c", PROGRAMS[name], "a b", "$HOME"]
    variables = {"PYTHONIOENCODING": "utf-8", "LC_ALL": "C.UTF-8", "ODD": "x\ny"}
    alone = subprocess.run(
        [sys.executable, *given], cwd=tmp_path, env=variables, input="hi\n", capture_output=True, text=True, check=False
    )
    forked = warm.run(*given, cwd=tmp_path, env=variables, input="hi\n")
    assert (forked.returncode, forked.stdout) == (alone.returncode, alone.stdout)
    assert forked.stderr.splitlines()[-1:] == alone.stderr.splitlines()[-1:]


def test_it_is_a_process_of_its_own_that_is_spoken_to_and_stopped() -> None:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    program = "import os, sys; print(os.getpid(), flush=True); print(input(), flush=True); sys.stdin.read()"
    with warm.WarmProcess("-c", program, text=True, **pipes) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert int(process.stdout.readline()) == process.pid != os.getpid()
        process.stdin.write("go\n")
        process.stdin.flush()
        assert process.stdout.readline() == "go\n"
        assert process.poll() is None
        process.kill()
    assert process.returncode == -signal.SIGKILL
