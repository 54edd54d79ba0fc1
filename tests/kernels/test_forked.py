"""Kernels forked from a warm process: what one run changes no other finds; nothing outlives its supervisor."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import nbformat
import papermill
import pytest
from jupyter_client.channels import HBChannel
from jupyter_client.manager import AsyncKernelManager
from nbformat.v4 import new_code_cell, new_notebook

from ntanalytics.kernels.forked_engine import NAME, register
from ntanalytics.kernels.manager import kernel_manager
from ntanalytics.kernels.pool import KernelPool, KernelPoolUnavailable, shared_pool
from ntanalytics.runner.early_start import kernel_modules
from ntanalytics.runner.report_kernels import shared_kernel_pool
from tests import warm
from tests.extraction.small_site import SmallSite
from tests.process_end import has_ended

T = TypeVar("T")

CHANGES = """
import builtins, decimal, gc, os, random, resource, signal, subprocess, sys, threading, time, warnings
import duckdb, numpy, pandas, plotly.io
import ntanalytics.reports
builtins.leak = pandas.leak = ntanalytics.reports.leak = sys.leak = 1
pandas.DataFrame.sum = lambda self: "patched"
pandas.options.display.max_rows = 3
plotly.io.templates.default = "plotly_dark"
os.environ["LEAK"] = "1"
os.umask(0)
sys.path.insert(0, "/leak")
sys.modules["statistics"] = None
decimal.getcontext().prec = 3
warnings.simplefilter("ignore")
signal.signal(signal.SIGTERM, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))
gc.disable()
random.seed(1)
numpy.random.seed(1)
duckdb.sql("CREATE TABLE leak AS SELECT 1 AS n")
threading.Thread(target=time.sleep, args=(600,), daemon=True, name="leak").start()
open("leak.txt", "w").close()
left = subprocess.Popen(["sleep", "600"])
os.chdir("/")
"""
FOUND = """
import builtins, decimal, gc, json, os, random, resource, signal, sys, threading, warnings
import duckdb, numpy, pandas, plotly.io
import ntanalytics.reports
import statistics
print(json.dumps({
    "globals": [name for name in ("left", "leak", "time") if name in globals()],
    "modules": [m.__name__ for m in (builtins, pandas, ntanalytics.reports, sys) if hasattr(m, "leak")],
    "sum": int(pandas.DataFrame({"a": [1, 2]}).sum().iloc[0]),
    "rows": pandas.options.display.max_rows, "template": plotly.io.templates.default,
    "environment": "LEAK" in os.environ, "umask": oct(os.umask(0o22)), "path": "/leak" in sys.path,
    "precision": decimal.getcontext().prec, "quiet": warnings.filters[0][0],
    "term": signal.getsignal(signal.SIGTERM) is signal.SIG_IGN,
    "open": resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 100, "collected": gc.isenabled(),
    "tables": duckdb.sql("SHOW TABLES").fetchall(),
    "threads": [t.name for t in threading.enumerate() if t.name == "leak"],
    "files": os.listdir("."), "folder": os.getcwd(),
}))
"""
DRAWS = "import random, numpy\nprint(random.random(), numpy.random.random())"


def run(
    folder: Path,
    *cells: str,
    environment: dict[str, str] | None = None,
    pool: KernelPool | None = None,
    options: Sequence[str] = (),
) -> list[str]:
    """What the cells of a notebook print, each as one text."""
    folder.mkdir()
    given = folder.with_suffix(".ipynb")
    nbformat.write(new_notebook(cells=[new_code_cell(textwrap.dedent(each)) for each in cells]), given)
    with kernel_manager(folder, environment or os.environ, folder.with_suffix(".log"), pool) as kernels:
        ran = papermill.execute_notebook(
            given,
            None,
            engine_name=register(),
            kernel_name="python3",
            progress_bar=False,
            kernel_manager_class=kernels,
            extra_arguments=list(options),
        )
    return ["".join(output.get("text", "") for output in cell.outputs) for cell in ran.cells]


def test_what_a_run_changes_the_next_one_does_not_find(tmp_path: Path) -> None:
    first = json.loads(run(tmp_path / "before", FOUND)[0])
    _, left = run(tmp_path / "one", CHANGES, "print(left.pid)")
    assert has_ended(int(left))
    second = json.loads(run(tmp_path / "two", FOUND)[0])
    assert second | {"folder": ""} == first | {"folder": ""}
    assert (second["folder"], second["files"], second["sum"]) == (str(tmp_path / "two"), [], 3)
    assert not any(second[name] for name in ("globals", "modules", "environment", "path", "tables", "threads", "open"))


def test_two_runs_draw_other_numbers(tmp_path: Path) -> None:
    draws = [run(tmp_path / name, DRAWS)[0].split() for name in ("one", "two")]
    assert draws[0][0] != draws[1][0]
    assert draws[0][1] != draws[1][1]


def test_a_kernel_is_reached_by_its_account_alone_and_leads_its_own_session(tmp_path: Path) -> None:
    seen = run(
        tmp_path / "one",
        """
        import os, pathlib
        home = pathlib.Path(os.environ["IPYTHONDIR"]).parent
        print(oct(home.stat().st_mode & 0o777), sorted(path.name for path in home.glob("k-ipc-*")))
        print(os.getpgid(0) == os.getsid(0) == os.getpid())
        """,
    )
    assert seen == [f"0o700 {[f'k-ipc-{number}' for number in range(1, 6)]}\nTrue\n"]


def test_a_running_kernel_has_no_socket_of_the_network(tmp_path: Path) -> None:
    seen = run(
        tmp_path / "one",
        """
        import os, pathlib, socket
        def mine():
            there = [f"/proc/self/fd/{number}" for number in os.listdir("/proc/self/fd")]
            return {os.readlink(each) for each in there if os.path.lexists(each)}
        def of_network():
            lines = [line.split() for name in ("tcp", "tcp6", "udp", "udp6", "raw")
                     for line in pathlib.Path(f"/proc/self/net/{name}").read_text().splitlines()[1:]]
            return sorted({f"socket:[{line[9]}]" for line in lines} & mine())
        print(len([each for each in mine() if each.startswith("socket:")]) > 3, of_network())
        with socket.create_server(("127.0.0.1", 0)):
            print(len(of_network()))
        """,
    )
    assert seen == ["True []\n1\n"]


def test_the_warm_process_never_holds_what_a_kernel_may_not_know(tmp_path: Path) -> None:
    allowed = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    knowing = shared_pool({**allowed, "SMS_PASSWORD": "geheim"})
    other = shared_pool(allowed)
    assert has_ended(knowing.pid)
    assert run(tmp_path / "one", "import os\nprint('SMS_PASSWORD' in os.environ)", environment=allowed) == ["False\n"]
    # the process answers by now; Linux shows no environment of a process that is just being started
    environment = Path(f"/proc/{other.pid}/environ").read_bytes()
    assert b"geheim" not in environment
    assert b"PATH=" in environment
    assert shared_pool({**allowed, "MORE": "1"}) is other


def test_no_kernel_holds_the_grammar_or_a_debugger(tmp_path: Path) -> None:
    """Building the grammar takes a second, whoever imports nbformat; see ntanalytics.kernels.unused_imports."""
    unused = {"rfc3987_syntax", "lark", "isoduration", "rfc3986_validator", "debugpy"}
    assert run(tmp_path / "one", f"import sys, nbformat\nprint(sorted({unused} & set(sys.modules)))") == ["[]\n"]


def test_a_kernel_has_scipy_without_fortran_until_its_notebook_asks_for_it(tmp_path: Path) -> None:
    looked = """
        import sys, numpy, scipy.special
        print("f2py" in vars(numpy), "numpy.f2py" in sys.modules)
        print(numpy.f2py.__name__)
    """
    assert run(tmp_path / "one", looked, pool=shared_pool(os.environ, kernel_modules())) == [
        "False False\nnumpy.f2py\n"
    ]


def test_a_command_holds_neither_the_grammar_nor_what_it_does_not_need(tmp_path: Path) -> None:
    """Importing what a command imports is most of what it costs; ``--help`` needs no database and no data."""
    looked = "{'rfc3987_syntax', 'structlog', 'sqlalchemy', 'keyring', 'pandas', 'nbformat'}"
    said = f"print(sorted({looked} & set(sys.modules)))"
    program = f"import sys\nfrom ntanalytics.cli import main\ntry:\n    main()\nfinally:\n    {said}"
    held = {}
    for command in (["--help"], ["history"]):
        done = subprocess.run(
            [sys.executable, "-c", program, *command], capture_output=True, text=True, check=False, cwd=tmp_path
        )
        held[command[0]] = done.stdout.splitlines()[-1]
    assert held == {"--help": "[]", "history": "['sqlalchemy', 'structlog']"}


def test_a_command_writes_no_value_of_its_own_into_a_traceback(tmp_path: Path) -> None:
    program = "import sys\nfrom ntanalytics.cli import main\ntry:\n    main()\nfinally:\n    "
    program += "print(sys.modules['structlog.dev'].rich)"
    command = [sys.executable, "-c", program, "history"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.stdout.splitlines()[-1] == "None"


def test_making_a_report_holds_no_grammar(desk) -> None:
    desk.write("print('好')")
    program = f"""
        import pathlib, sys
        from ntanalytics.runner import RunContext, run_report
        from ntanalytics.settings import load
        context = RunContext(settings=load(pathlib.Path({str(desk.settings.file)!r})),
                             notebooks=pathlib.Path({str(desk.notebooks)!r}))
        run_report(context, "probe", "2026-W47", {{}})
        print(sorted({{"rfc3987_syntax", "lark"}} & set(sys.modules)), "jsonschema" in sys.modules)
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == "[] True\n", done.stderr


def test_a_library_that_cannot_be_imported_is_named(tmp_path: Path) -> None:
    with KernelPool(os.environ, ["no_such_library"]) as server, (tmp_path / "log").open("wb") as log:
        for _ in range(2):
            with pytest.raises(KernelPoolUnavailable, match="No module named 'no_such_library'"):
                server.fork(["-f", "none"], tmp_path, os.environ, log.fileno())


def test_a_warm_process_that_was_killed_takes_its_kernels_along_and_is_started_anew(tmp_path: Path) -> None:
    killing = "import os, signal, time\nos.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(600)"
    killed = shared_pool(os.environ).pid
    with pytest.raises(RuntimeError, match="Kernel died"):
        run(tmp_path / "one", killing)
    assert has_ended(killed)
    assert run(tmp_path / "two", "print('好')") == ["好\n"]
    assert shared_pool(os.environ).pid != killed


def test_a_warm_process_that_was_closed_is_replaced() -> None:
    closed = shared_pool(os.environ)
    closed.close()
    assert has_ended(closed.pid)
    assert shared_pool(os.environ) is not closed


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_outlives_a_supervisor_that_was_killed(tmp_path: Path, number: signal.Signals) -> None:
    cell = f"""
        import os, pathlib, time
        made = pathlib.Path({str(tmp_path / "made")!r})
        made.write_text(f"{{os.getpid()}} {{os.getppid()}}")
        made.rename({str(tmp_path / "pids")!r})
        os.kill(int(os.environ["JPY_PARENT_PID"]), {int(number)})
        time.sleep(600)
    """
    program = f"""
        import pathlib
        from tests.kernels import test_forked
        test_forked.run(pathlib.Path({str(tmp_path / "one")!r}), {textwrap.dedent(cell)!r})
    """
    done = warm.run("-c", textwrap.dedent(program))
    assert done.returncode == -number, done.stderr
    kernel, server = map(int, (tmp_path / "pids").read_text(encoding="utf-8").split())
    assert has_ended(kernel)
    assert has_ended(server)


def apart(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine returns, run in another thread: a browser of another test may have left a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def heard(kernels: type[AsyncKernelManager]) -> tuple[str, list[str]]:
    """What a kernel prints that is asked as soon as it is said to be ready, and the kinds of all that it tells."""
    return apart(_heard(kernels()))


async def _heard(manager: AsyncKernelManager) -> tuple[str, list[str]]:
    await manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=120)
        asked = client.execute("print('first words')")
        told = []
        while not told or told[-1]["content"].get("execution_state") != "idle":
            message = await client.get_iopub_msg(timeout=120)
            if message["msg_type"] == "iopub_welcome":  # of the socket, which may send it late; nbclient skips it
                continue
            assert message["parent_header"]["msg_id"] == asked
            told.append(message)
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(now=True)
    return "".join(each["content"].get("text", "") for each in told), [each["msg_type"] for each in told]


def test_of_a_kernel_that_is_ready_the_first_words_are_heard_and_no_earlier_ones(tmp_path: Path) -> None:
    for _ in range(10):
        with kernel_manager(tmp_path, os.environ, tmp_path / "log") as kernels:
            text, kinds = heard(kernels)
        assert text == "first words\n"
        assert kinds == ["status", "execute_input", "stream", "status"]


def test_a_client_that_is_stopped_before_its_threads_begin_opens_no_sockets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Begin the heartbeat only once it was stopped, as on a loaded machine: it opened sockets until there were none."""
    run = HBChannel.run

    def begin_late(channel: HBChannel) -> None:
        channel._exit.wait()
        run(channel)

    monkeypatch.setattr(HBChannel, "run", begin_late)
    with kernel_manager(tmp_path, os.environ, tmp_path / "log") as kernels:
        text, _ = heard(kernels)
    assert text == "first words\n"


def test_a_kernel_that_dies_while_it_starts_is_not_waited_for(tmp_path: Path) -> None:
    with KernelPool(os.environ, ("ntanalytics.errors", "tests.kernels.dying")) as server:
        kernels = kernel_manager(tmp_path, os.environ, tmp_path / "log", server)
        with kernels as manager, pytest.raises(RuntimeError, match="died before"):
            heard(manager)


async def _ended(manager: AsyncKernelManager, cell: str) -> Any:
    """The process of a kernel that ran a cell, and was asked to end."""
    await manager.start_kernel()
    provisioner: Any = manager.provisioner
    process = provisioner.process
    client = manager.client()
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=120)
        reply = await client.execute(cell, reply=True, timeout=120)
        assert reply["content"]["status"] == "ok"
    finally:
        await manager.shutdown_kernel()
        client.stop_channels()
    return process


def test_a_kernel_says_its_last_words_before_its_output_ends(tmp_path: Path) -> None:
    """Flush in the control thread, which has answered the request to end, when the output thread sends no more."""
    fault = f"""
        import atexit, pathlib, sys, threading

        def delay(app, over):  # the names of a notebook are deleted before its threads end
            loop = app.iopub_thread.io_loop
            close, output, flush = loop.close, sys.stdout, sys.stdout.flush

            def close_late(**options):
                over.set()
                app.control_thread.join(10)
                close(**options)

            def flush_late(current=threading.current_thread):
                if current() is app.control_thread:
                    over.wait(0.5)
                    output.write("last words")  # without a word there is nothing to flush
                flush()

            loop.close, sys.stdout.flush = close_late, flush_late

        delay(get_ipython().kernel.parent, threading.Event())
        atexit.register(pathlib.Path({str(tmp_path / "ended")!r}).touch)
    """
    with kernel_manager(tmp_path, os.environ, tmp_path / "log") as kernels:
        process = apart(_ended(kernels(), textwrap.dedent(fault)))
    assert process.returncode == 0
    assert (tmp_path / "ended").exists()


def test_a_kernel_waits_for_its_output_only_where_something_was_written(tmp_path: Path) -> None:
    counts = """
        import sys
        from ipykernel.iostream import OutStream
        flushed = []

        def flush(stream, flush=OutStream.flush):
            flushed.append(stream.name)
            flush(stream)

        OutStream.flush = flush
    """
    cells = ["1", "print(flushed)", "print(flushed)", "_ = sys.stderr.write('late')", "print(flushed)"]
    seen = run(tmp_path / "one", counts, *cells)
    assert seen == ["", "", "[]\n", "['stdout']\n", "late", "['stdout', 'stdout', 'stderr']\n"]


def test_a_kernel_takes_options_of_ipython_and_keeps_no_database_of_its_inputs(tmp_path: Path) -> None:
    looked = "shell = get_ipython()\nprint(shell.cache_size, shell.history_manager.enabled, In[1] == In[-1])"
    assert run(tmp_path / "one", looked) == ["1000 False True\n"]
    assert run(tmp_path / "two", looked, options=["--InteractiveShell.cache_size=7"]) == ["7 False True\n"]


def test_a_kernel_that_starts_looks_at_none_of_its_modules(tmp_path: Path) -> None:
    """Each of some thousand would take memory of its own, for a debugger that is not there."""
    looked = "import sys\nprint(get_ipython().kernel._kernel_modules, len(sys.modules) > 1000)"
    assert run(tmp_path / "one", looked) == ["[] True\n"]


def test_anybody_may_use_the_engine_with_papermill(tmp_path: Path) -> None:
    notebook: Any = new_notebook(
        cells=[new_code_cell("n = 1", metadata={"tags": ["parameters"]}), new_code_cell("print(n + 1)\nlen('abc')")],
        metadata={"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}},
    )
    nbformat.write(notebook, tmp_path / "any.ipynb")
    command = ["-m", "papermill", "--engine", NAME, "--no-progress-bar", "-p", "n", "41"]
    files = [str(tmp_path / "any.ipynb"), str(tmp_path / "ran.ipynb")]
    done = warm.run(*command, *files, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    ran = nbformat.read(tmp_path / "ran.ipynb", as_version=4)
    assert [output.get("text") or output.data["text/plain"] for output in ran.cells[-1].outputs] == ["42\n", "3"]

    notebook.metadata.kernelspec.language = "R"
    nbformat.write(notebook, tmp_path / "any.ipynb")
    with pytest.raises(papermill.exceptions.PapermillException, match="this is one of R"):
        papermill.execute_notebook(files[0], None, engine_name=register(), progress_bar=False)


def test_a_kernel_of_a_report_begins_with_the_theme_compiled_and_without_what_renders(tmp_path: Path) -> None:
    asks = """
        import json, sys
        from ntanalytics.reports import fragments
        print(len(fragments.templates().cache), {"openpyxl", "docx", "nbconvert", "scipy.stats"} & set(sys.modules))
        """
    pool = shared_kernel_pool(SmallSite(tmp_path).settings)
    assert run(tmp_path / "one", asks, pool=pool) == ["2 set()\n"]
