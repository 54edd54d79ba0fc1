"""A run from its name to its folder, with real kernels: what succeeds is whole, what fails leaves all as it was."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import textwrap
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from ntanalytics import disk_space
from ntanalytics.errors import (
    BadParameter,
    BadPeriod,
    CalendarMissing,
    KernelDied,
    NtaError,
    PublishError,
    ReportFailed,
    ReportIncomplete,
    UnknownName,
    VerificationFailed,
)
from ntanalytics.kernels import manager
from ntanalytics.report_content.contents import content_of
from ntanalytics.runner import evidence as evidence_of
from ntanalytics.runner import run_report, staging
from ntanalytics.runner.engine import Limits
from tests import warm
from tests.process_end import has_ended

FILES = ["manifest.json", "report.html", "report.ipynb", "report.xlsx"]
GOOD = "print('好', code)"


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_run_publishes_a_whole_report_and_a_second_one_replaces_it(desk) -> None:
    desk.write(GOOD)
    first = desk.run()
    assert first.directory == desk.published.resolve()
    assert list(bytes_of(desk.published)) == FILES
    assert first.gaps == ("短信平台缺11月18日。",)
    second = desk.run()
    manifest = json.loads((desk.published / "manifest.json").read_text(encoding="utf-8"))
    assert (first.version, second.version, manifest["version"], manifest["run_id"]) == (1, 2, 2, second.run_id)
    for name, artefact in manifest["artefacts"].items():
        content = (desk.published / name).read_bytes()
        assert artefact["sha256"] == hashlib.sha256(content).hexdigest()
        assert (artefact["size_bytes"], len(artefact["sm3"])) == (len(content), 64)
    assert manifest["tables"] == {"sms.messages": 7}
    assert [run.status for run in desk.ledger.runs.history()] == ["published", "published"]
    assert desk.staged() == []
    assert str(desk.home) not in (desk.published / "report.ipynb").read_text(encoding="utf-8")


def test_a_code_stays_a_text_in_the_kernel_and_names_its_own_folder(desk) -> None:
    desk.write("assert (period, top, code) == ('2026-11-20', 3, '0755'), (period, top, code)")
    result = desk.run("2026-11-20", {"top": "3", "code": "0755"})
    assert result.directory.name == "2026-11-20,code=0755,top=3"


def test_the_kernel_knows_the_run_and_no_secret_of_a_source(desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMS_PASSWORD", "hunter2-hunter2")
    config = desk.settings.file
    config.write_text(
        "sources:\n  sms: {product: sms_platform, url: 'sqlite:///none.sqlite', password: 'env:SMS_PASSWORD'}\n",
        encoding="utf-8",
    )
    desk.reload()
    desk.write(
        "import os\nprint('in', os.getcwd())\nassert 'SMS_PASSWORD' not in os.environ\n"
        "raise OSError(os.environ['NTANALYTICS_CONFIG'], os.environ['NTANALYTICS_RUN_ID'], 'hunter2' + '-hunter2', "
        "'mysql://root:' + 'geheim' + chr(64) + 'db/x')"
    )
    with pytest.raises(ReportFailed) as caught:
        desk.run()
    evidence = desk.evidence()
    assert str(config) in caught.value.what
    assert evidence.name in caught.value.what
    kept = "".join(path.read_text(encoding="utf-8") for path in evidence.iterdir() if path.name != "report.ipynb")
    notebook = nbformat.read(evidence / "report.ipynb", as_version=4)
    outputs = json.dumps([cell.get("outputs") for cell in notebook.cells])
    for text in (str(caught.value), kept, outputs, desk.ledger.runs.history()[0].error):
        assert "hunter2-hunter2" not in text
        assert "geheim@" not in text
    assert f"{desk.outputs.resolve()}/.staging/{evidence.name}/report" in outputs


@pytest.mark.parametrize("report", ["sms_volume", "oa_adoption"])
def test_only_the_kernel_of_a_report_that_is_divided_has_a_worker(desk, report: str) -> None:
    source = "sources:\n  sms: {product: sms_platform, url: 'sqlite:///none.sqlite'}\n"
    desk.settings.file.write_text(source, encoding="utf-8")
    desk.reload()
    desk.write("from ntanalytics.kernels.worker import has_worker\nprint(has_worker())")
    notebook = nbformat.read(desk.notebooks / "probe.ipynb", as_version=4)
    del notebook.metadata["ntanalytics"]["needs"]
    nbformat.write(notebook, desk.notebooks / f"{report}.ipynb")
    folder = run_report(desk.context(), report, "2026-W47", {}).directory
    (printed,) = nbformat.read(folder / "report.ipynb", as_version=4).cells[-1].outputs
    assert printed.text == f"{content_of(report).is_divided}\n"


def test_a_report_is_rendered_while_its_kernel_ends_and_published_after_that(desk, tmp_path: Path) -> None:
    """The kernel's exit function does not end before there is a page, and what it says is there before publishing."""
    desk.write(f"""
        import atexit

        def end(told={str(tmp_path / "told")!r}):
            import pathlib, time
            deadline = time.monotonic() + 60
            while not (is_there := pathlib.Path("report.html").exists()) and time.monotonic() < deadline:
                time.sleep(0.01)
            pathlib.Path(told).write_text(f"{{is_there}} {{pathlib.Path('kernel.log').exists()}}")

        atexit.register(end)
    """)
    told: list[str] = []
    context = desk.context(before_publishing=lambda _: told.append((tmp_path / "told").read_text(encoding="utf-8")))
    folder = run_report(context, "probe", "2026-W47", {}).directory
    assert told == ["True True"]
    assert not (folder / "kernel.log").exists()


def test_what_a_kernel_changes_while_it_ends_is_not_published(desk) -> None:
    desk.write("""
        import atexit

        def end():
            import pathlib, time
            page, deadline = pathlib.Path("report.html"), time.monotonic() + 60
            while not (page.exists() and page.stat().st_size) and time.monotonic() < deadline:
                time.sleep(0.01)
            time.sleep(0.1)
            page.write_text(page.read_text(encoding="utf-8").replace("</main>", "<p>9</p></main>"), encoding="utf-8")

        atexit.register(end)
    """)
    with pytest.raises(VerificationFailed):
        run_report(desk.context(), "probe", "2026-W47", {})
    assert not desk.published.exists()


def test_a_kernel_that_does_not_end_is_killed(desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manager, "_END_S", 0.05)
    desk.write(f"""
        import os, pathlib, signal, atexit, time
        pathlib.Path({str(tmp_path / "pid")!r}).write_text(str(os.getpid()))
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        atexit.register(time.sleep, 600)
    """)
    desk.run()
    assert has_ended(int((tmp_path / "pid").read_text(encoding="utf-8")))


FAILURES = [
    pytest.param("import os\nos.kill(os.getpid(), 9)", KernelDied, "the kernel was killed", id="killed"),
    pytest.param("words = '结果'\n1 / 0", ReportFailed, "ZeroDivisionError: division by zero", id="raising"),
    pytest.param("import sys\nsys.exit()", ReportIncomplete, "1 of 5 code cells have not run", id="exit"),
    pytest.param("import sys\nsys.exit(3)", ReportFailed, "SystemExit: 3", id="exit with a code"),
]


@pytest.mark.parametrize(("cell", "kind", "words"), FAILURES)
def test_a_failing_notebook_keeps_its_evidence_and_the_last_good_report(
    desk, cell: str, kind: type[NtaError], words: str
) -> None:
    desk.publish_by_hand()
    before = bytes_of(desk.published)
    desk.write(cell, "print('later')")
    with pytest.raises(NtaError) as caught:
        desk.run()
    assert type(caught.value) is kind
    assert caught.value.exit_code == 7
    assert words in caught.value.what
    assert bytes_of(desk.published) == before
    assert desk.staged() == []
    evidence = desk.evidence()
    assert caught.value.__notes__ == [f"evidence: {evidence.resolve()}"]
    (run,) = desk.ledger.runs.history()
    assert (run.status, run.path, run.error) == ("failed", str(evidence.resolve()), str(caught.value))

    error = json.loads((evidence / "error.json").read_text(encoding="utf-8"))
    assert (error["kind"], error["exit_code"], error["report"]) == (kind.__name__, 7, "probe")
    assert error["code_cells_not_run"] == ([4, 5] if kind is KernelDied else [5])
    notebook = nbformat.read(evidence / "report.ipynb", as_version=4)
    later = notebook.cells[-1]
    assert later.metadata.ntanalytics.has_run is False
    assert later.metadata.papermill.status == "pending"
    assert later.outputs[0].text == (evidence_of.NOT_KNOWN if kind is KernelDied else evidence_of.NOT_RUN)


def test_a_cell_without_end_is_stopped(desk) -> None:
    desk.write_bare("import time\ntime.sleep(600)")
    with pytest.raises(ReportFailed, match=r"probe, code cell 3 of 3: the cell took longer than 2 s"):
        desk.run(limits=Limits(cell=2))


def test_a_report_without_a_head_is_incomplete(desk) -> None:
    desk.write_bare("print('nothing')")
    with pytest.raises(ReportIncomplete, match="probe: a record has one head block, this one has 0"):
        desk.run()
    assert not desk.published.exists()


def test_a_cell_that_is_allowed_to_fail_is_not(desk) -> None:
    desk.write_bare("1 / 0", tags=("raises-exception",))
    with pytest.raises(ReportFailed, match="ZeroDivisionError"):
        desk.run()


def test_a_skipped_cell_makes_the_report_incomplete(desk) -> None:
    desk.write_bare("print('skipped')", tags=("skip-execution",))
    with pytest.raises(ReportIncomplete, match="1 of 3 code cells have not run"):
        desk.run()


WRONG = [
    ({"tpo": "3"}, "2026-W47", BadParameter),
    ({"top": "0755"}, "2026-W47", BadParameter),
    ({"period": "2026-W46"}, "2026-W47", BadParameter),
    ({}, "2026-11", BadPeriod),
    ({}, "next-week", BadPeriod),
]


@pytest.mark.parametrize(("parameters", "period", "kind"), WRONG)
def test_a_wrong_command_starts_nothing(desk, parameters: dict[str, str], period: str, kind: type[NtaError]) -> None:
    desk.write(GOOD)
    with pytest.raises(kind):
        desk.run(period, parameters)
    assert not desk.outputs.exists()
    assert not (desk.home / "ledger.sqlite").exists()


def test_an_unknown_report_starts_nothing(desk) -> None:
    with pytest.raises(UnknownName, match="unknown report '../probe'"):
        run_report(desk.context(), "../probe", "2026-W47", {})
    assert not desk.outputs.exists()


def test_two_runs_of_one_report_and_period_exclude_each_other(desk) -> None:
    desk.write(GOOD)
    outputs = desk.settings.outputs.resolve()
    with staging.report_lock(outputs, "probe", "2026-W47"), pytest.raises(PublishError, match="another run"):
        desk.run()
    assert desk.ledger.runs.history() == []


def test_a_disk_that_is_nearly_full_is_refused_before_the_start(desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.write(GOOD)
    monkeypatch.setattr(disk_space, "MIN_FREE_BYTES", 2**60)
    with pytest.raises(PublishError, match=r"the disk is nearly full: \d+ MB are free, 1099511627776 MB are wanted"):
        desk.run()
    assert desk.ledger.runs.history() == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 66 MB for the outputs alone."""
    folder = tmp_path / "outputs"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=66m", "none", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("only root may mount a small disk to fill")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_fails_the_run_and_leaves_the_last_good_report(desk, small_disk: Path) -> None:
    desk.publish_by_hand()
    before = bytes_of(desk.published)
    desk.write_bare(f"""
        import contextlib
        with open({str(small_disk / "full")!r}, "wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))
        print("x" * 500_000)
    """)
    with pytest.raises(PublishError, match="the disk is full: No space left on device") as caught:
        desk.run()
    assert caught.value.exit_code == 8
    assert bytes_of(desk.published) == before
    assert desk.staged() == []
    assert desk.ledger.runs.history()[0].status == "failed"


def test_a_file_size_limit_fails_the_run_like_a_full_disk(desk) -> None:
    """Needs no root: the limit is the supervisor's own, so the kernel inherits it, too, and survives it."""
    desk.publish_by_hand()
    before = bytes_of(desk.published)
    desk.write_bare("print('x' * 3_000_000)")
    done = supervise(desk, "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))")
    assert (done.returncode, "the disk is full: File too large" in done.stdout) == (8, True), done.stdout + done.stderr
    assert bytes_of(desk.published) == before
    assert desk.staged() == []


def test_a_supervisor_killed_while_staging_leaves_the_report_and_the_next_run_settles_it(desk) -> None:
    desk.publish_by_hand()
    before = bytes_of(desk.published)
    # the kernel kills its supervisor: the surest moment in the middle of a run
    desk.write_bare(
        "import os, signal, time\nos.kill(int(os.environ['JPY_PARENT_PID']), signal.SIGKILL)\ntime.sleep(1)"
    )
    done = supervise(desk)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert bytes_of(desk.published) == before
    (stale,) = desk.staged()
    assert [run.status for run in desk.ledger.runs.history()] == ["running"]

    desk.write(GOOD)
    result = desk.run()
    assert desk.staged() == []
    assert desk.evidence().name == stale.name
    error = json.loads((desk.evidence() / "error.json").read_text(encoding="utf-8"))
    assert "its process was killed" in error["error"]
    statuses = {run.id: run.status for run in desk.ledger.runs.history()}
    assert statuses == {stale.name: "failed", result.run_id: "published"}
    assert bytes_of(desk.published) != before


def test_an_interrupted_run_stops_its_kernel_and_is_recorded(desk) -> None:
    desk.write_bare(f"""
        import os, pathlib, signal, time
        pathlib.Path({str(desk.home / "kernel")!r}).write_text(str(os.getpid()))
        os.kill(int(os.environ["JPY_PARENT_PID"]), signal.SIGINT)
        time.sleep(600)
    """)
    done = supervise(desk)
    assert done.returncode == -signal.SIGINT
    assert "KeyboardInterrupt" in done.stderr
    kernel = int((desk.home / "kernel").read_text(encoding="utf-8"))
    with pytest.raises(ProcessLookupError):
        os.kill(kernel, 0)
    assert desk.staged() == []
    assert [(run.status, run.error) for run in desk.ledger.runs.history()] == [("failed", "KeyboardInterrupt")]


def supervise(desk, before: str = "") -> subprocess.CompletedProcess[str]:
    """The same run in a process of its own, which may be killed; exits with the error's code."""
    program = textwrap.dedent(f"""
        import pathlib, sys
        from ntanalytics.errors import NtaError
        from ntanalytics.runner import RunContext, run_report
        from ntanalytics.settings import load
        {before}
        try:
            context = RunContext(settings=load(pathlib.Path({str(desk.settings.file)!r})),
                                 notebooks=pathlib.Path({str(desk.notebooks)!r}))
            run_report(context, "probe", "2026-W47", {{}})
        except NtaError as error:
            print(error)
            sys.exit(error.exit_code)
    """)
    return warm.run("-c", program)


def test_a_period_that_has_not_begun_is_refused(desk) -> None:
    desk.write_bare(GOOD)
    with pytest.raises(BadPeriod, match="has not begun"):
        desk.run("2026-W49")
    assert not desk.outputs.exists()


def test_an_error_of_ours_keeps_its_kind_on_the_way_out_of_the_kernel(desk) -> None:
    desk.write_bare(
        """
        from ntanalytics.periods import Calendar
        import datetime
        Calendar().is_working_day(datetime.date(2099, 1, 4))
        """
    )
    with pytest.raises(CalendarMissing, match="for 2099") as caught:
        desk.run()
    assert "site.calendar" in caught.value.todo
    assert desk.ledger.runs.history()[0].status == "failed"
