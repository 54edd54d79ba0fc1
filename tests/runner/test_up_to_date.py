"""A report that a new run would only repeat is recognised, and nothing that would change it is overlooked."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from ntanalytics.ledger import ExtractionResult, PastInspection
from ntanalytics.runner import RunContext, basis, run_report
from ntanalytics.runner import up_to_date as runner_up_to_date
from ntanalytics.runner.remarking import remark_report
from ntanalytics.runner.report_request import request_report
from ntanalytics.runner.up_to_date import up_to_date
from ntanalytics.settings import load, project_dir
from tests.city import share_caches
from tests.extraction.small_site import SmallSite

#: The morning after the week: its last days have not settled.
NOW = dt.datetime(2026, 11, 23, 1, tzinfo=dt.UTC)
REPORT, WEEK = "sms_volume", "2026-W47"
ROW = ("2026-11-17 09:00:00", "mobile", 1, None, None)


class Shop:
    """A small site with a report of last week."""

    def __init__(self, folder: Path, caches: Path) -> None:
        self.site = SmallSite(folder)
        share_caches(caches, self.site.settings.lake)
        self.site.messages("shop", (1, *ROW), (8, "2026-11-09 09:00:00", *ROW[1:]))
        self.site.messages("twin", (3, *ROW), (9, "2026-11-09 09:00:00", *ROW[1:]))
        self.folder = folder
        self.published = run_report(self.context(), REPORT, WEEK, {}).directory

    def context(self, now: dt.datetime = NOW, notebooks: Path | None = None) -> RunContext:
        """The site as it is now, at a moment."""
        return RunContext(settings=load(self.site.config), clock=lambda: now, notebooks=notebooks)

    def is_up_to_date(self, context: RunContext | None = None) -> bool:
        context = context or self.context()
        return up_to_date(context, request_report(context, REPORT, WEEK, {})) is not None

    def files(self) -> dict[Path, tuple[bytes, int]]:
        found = (path for path in self.folder.rglob("*") if path.is_file())
        return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in found}


@pytest.fixture(scope="module")
def only_shop(tmp_path_factory: pytest.TempPathFactory, caches: Path) -> Iterator[Shop]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTANALYTICS_CHROMIUM", "")
        yield Shop(tmp_path_factory.mktemp("shop"), caches)


@pytest.fixture
def shop(only_shop: Shop) -> Iterator[Shop]:
    """The one shop, up to date; what a test changes is put back in place.

    Sources that were put back have another time of their inode: the report is made anew.
    """
    if not only_shop.is_up_to_date():
        only_shop.published = run_report(only_shop.context(), REPORT, WEEK, {}).directory
    before = only_shop.files()
    assert only_shop.is_up_to_date()
    yield only_shop
    for path in only_shop.files().keys() - before.keys():
        path.unlink()
    for path, (content, changed_at) in before.items():
        if not path.exists() or (path.read_bytes(), path.stat().st_mtime_ns) != (content, changed_at):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            os.utime(path, ns=(changed_at, changed_at))


def test_a_run_leaves_a_report_that_is_up_to_date_as_it_is(shop: Shop):
    runs = len(shop.site.ledger.history(["report"]))
    result = run_report(shop.context(), REPORT, WEEK, {}, only_if_changed=True)
    assert (result.is_new, result.version, result.directory) == (False, 1, shop.published)
    assert "report.pdf" in result.left_out
    assert len(shop.site.ledger.history(["report"])) == runs


def test_a_source_that_was_changed_and_given_its_old_time_is_seen(shop: Shop):
    """Its size and its time are as they were; that of its inode is not."""
    [source] = shop.folder.rglob("shop.sqlite")
    state = source.stat()
    with sqlite3.connect(source) as database:
        database.execute("PRAGMA user_version = 7")
    database.close()
    os.utime(source, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert (source.stat().st_size, source.stat().st_mtime_ns) == (state.st_size, state.st_mtime_ns)
    assert not shop.is_up_to_date()


def test_a_process_that_lives_on_after_an_upgrade_makes_no_basis(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    """It works with what it has imported, and its report would be taken for one of the new program."""
    for module in (runner_up_to_date, basis):
        monkeypatch.setattr(module, "program_digest", lambda: "the new one")
    run_report(shop.context(), REPORT, WEEK, {})
    assert not shop.is_up_to_date()


def test_no_heavy_library_is_imported_before_the_kernels_begin_to_start():
    program = (
        "import sys, ntanalytics.cli.run, ntanalytics.runner.run;"
        "from ntanalytics.runner.report_kernels import shared_kernel_pool;"
        "heavy = 'pandas ibis plotly jupyter_client nbformat numpy pyarrow duckdb deltalake sqlalchemy sqlglot scipy';"
        "print(sorted(set(heavy.split()) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(("given", "is_forced"), [({}, False), ({"nothing": "1"}, True)])
def test_no_kernel_starts_for_a_report_that_is_up_to_date_or_refused(
    shop: Shop, given: dict[str, str], is_forced: bool
):
    program = (
        "import datetime, json, sys; from pathlib import Path;"
        "from ntanalytics.errors import BadParameter; from ntanalytics.runner import RunContext, run_report;"
        "from ntanalytics.settings import load;"
        "config, now, report, week, given, is_forced = sys.argv[1:];"
        "context = RunContext(settings=load(Path(config)), clock=lambda: datetime.datetime.fromisoformat(now))\n"
        "try: run_report(context, report, week, json.loads(given), only_if_changed=not int(is_forced))\n"
        "except BadParameter: pass\n"
        "print('ntanalytics.kernels.pool' in sys.modules)"
    )
    asked = [str(shop.site.config), NOW.isoformat(), REPORT, WEEK, json.dumps(given), str(int(is_forced))]
    done = subprocess.run([sys.executable, "-c", program, *asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_days_that_had_not_settled_are_asked_again_on_the_next_day(shop: Shop):
    assert not shop.is_up_to_date(shop.context(NOW + dt.timedelta(days=1)))


def test_a_source_whose_file_changed_is_asked_again(shop: Shop):
    shop.site.messages("twin", (4, *ROW))
    assert not shop.is_up_to_date()


def test_rows_that_another_extraction_brought_are_shown(shop: Shop):
    day = dt.date(2026, 11, 17)
    shop.site.extractor().extract(["sms.messages"], day, day)
    assert not shop.is_up_to_date()


def test_a_gap_that_came_to_light_is_shown(shop: Shop):
    day = dt.date(2026, 11, 17)
    failed = ExtractionResult(
        dataset="sms.messages", source="shop", first=day, last=day, taken_at=NOW, seconds=1.0,
        error="gone", cause="gone", exit_code=5,
    )  # fmt: skip
    shop.site.ledger.coverage.record(failed)
    assert not shop.is_up_to_date()


def test_a_day_that_is_no_longer_covered_is_shown(shop: Shop):
    engine = sa.create_engine(shop.site.settings.ledger, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM coverage WHERE dataset = 'sms.messages' AND day = '2026-11-18'"))
    engine.dispose()
    assert not shop.is_up_to_date()


def test_an_inspection_of_a_day_up_to_the_end_counts_and_a_later_one_does_not(shop: Shop):
    def inspected(day: int) -> None:
        on = dt.date(2026, 11, day)
        shop.site.ledger.inspections.record(
            PastInspection(
                run_id=f"run-{day}", report="daily_inspection", day=on, published_at=NOW, codes={}, findings=()
            )
        )

    inspected(23)
    assert shop.is_up_to_date()
    inspected(20)
    assert not shop.is_up_to_date()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ntanalytics.yml", "rules: {sms.delivery_rate: {warning: 0.99}}\n"),
        ("calendar.yml", "2026: {}\n"),
        ("scoring.yml", "{}\n"),
        ("queries/shop/sms.messages.sql", "-- a word on it\n"),
        ("queries/own/source.yml", "title: one more\n"),
    ],
)
def test_what_the_site_says_is_a_part_of_the_basis(shop: Shop, name: str, content: str):
    path = shop.folder / name
    path.parent.mkdir(exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(content)
    assert not shop.is_up_to_date()


def test_another_notebook_makes_another_report(shop: Shop, tmp_path: Path):
    shutil.copytree(project_dir("notebooks"), tmp_path / "notebooks")
    same = shop.context(notebooks=tmp_path / "notebooks")
    assert shop.is_up_to_date(same)
    path = tmp_path / "notebooks" / f"{REPORT}.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("要点", "摘要"), encoding="utf-8")
    assert not shop.is_up_to_date(same)


def test_another_program_makes_another_report(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    library = tmp_path / "ibis_framework-99.0.0.dist-info"
    library.mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    assert not shop.is_up_to_date()
    library.rmdir()
    assert shop.is_up_to_date()


def test_a_damaged_or_lost_file_is_made_again(shop: Shop):
    with (shop.published / "report.html").open("a", encoding="utf-8") as file:
        file.write(" ")
    assert not shop.is_up_to_date()
    (shop.published / "report.html").unlink()
    assert not shop.is_up_to_date()


def test_other_parameters_are_another_report(shop: Shop):
    context = shop.context()
    assert up_to_date(context, request_report(context, REPORT, "2026-W46", {})) is None


def test_a_period_that_is_not_over_has_no_basis(shop: Shop):
    context = shop.context(NOW - dt.timedelta(days=1))
    request = request_report(context, REPORT, WEEK, {})
    assert basis.basis(context, request, "run", ["sms.messages"], ["shop"]) is None
    assert basis.basis(replace(context, clock=lambda: NOW), request, "run", ["sms.messages"], ["shop"]) is not None


def test_what_the_desk_notes_is_asked_for_at_any_time(shop: Shop):
    """Tickets and decisions change after their period: their sources are unsettled, and their files are looked at."""
    day = dt.date(2026, 10, 5)
    extractor = shop.site.extractor()
    extractor.ensure_coverage({"desk.tickets": 0}, day, day)
    assert extractor.unsettled({"desk.tickets": 0}, day, day) == {"shop", "twin"}


def test_a_report_with_a_remark_is_issued_again_without_it(shop: Shop):
    remark_report(shop.context(), shop.published, "已核对", "王工")
    assert not shop.is_up_to_date()
