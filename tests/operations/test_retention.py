"""What is given up by policy, on a real lake: never a signed report, nor the data that it was made from."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from collections import Counter
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from ntanalytics.contract import DATASETS
from ntanalytics.delivery.issued_reports import read_issued_reports
from ntanalytics.errors import LakeError, SettingsError
from ntanalytics.lake import DeltaLake
from ntanalytics.lake.file_lists import FOLDER
from ntanalytics.ledger import ExtractionResult
from ntanalytics.operations import retention
from ntanalytics.operations.maintenance import maintain
from ntanalytics.periods import parse_period
from ntanalytics.runner.signoff import SIGNOFFS, Signoff, signed_reports
from tests.desk import TODAY, Desk
from tests.lake.test_lake import BILLS, bills, parted, total
from tests.test_cli import nta

OLD, YOUNG = dt.date(2024, 3, 1), dt.date(2026, 11, 1)


def _publish(desk: Desk, report: str, folder: str, tables: dict[str, int], **more: str) -> Path:
    """A report of long ago, as its run left it."""
    period = parse_period(folder.partition(",")[0], TODAY)
    path = desk.outputs / report / folder
    path.mkdir(parents=True)
    manifest = {
        "report": report,
        "title": "周服务报告",
        "period": {"text": period.text},
        "parameters": {},
        "gaps": [],
        "version": 1,
        "created_at": f"{period.last + dt.timedelta(days=1)}T01:00:00+00:00",
        "artefacts": {},
        "tables": tables,
        **more,
    }
    (path / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
    (path / "report.html").write_text("x" * 1000, encoding="utf-8")
    return path


def _sign(desk: Desk, report: str, period: str, day: dt.date = dt.date(2024, 3, 20)) -> None:
    row = {"signed_on": day, "report": report, "period": period, "source": "desk", "day": day}
    rows = pa.Table.from_pylist([row], schema=DATASETS[SIGNOFFS].schema()).to_reader()
    lake = DeltaLake(desk.settings.lake)
    lake.replace(DATASETS[SIGNOFFS], parted(rows, lake.folder), "desk", day, day)


def _fill(desk: Desk, day: dt.date, segments: int) -> int:
    """Take a day of bills; returns the version of the table."""
    lake = DeltaLake(desk.settings.lake)
    lake.replace(BILLS, parted(bills(day, segments), lake.folder), "a", day, day)
    moment = dt.datetime.combine(day, dt.time(12), dt.UTC)
    desk.ledger.coverage.record(
        ExtractionResult(
            dataset="sms.bills", source="a", first=day, last=day, taken_at=moment, seconds=1.0, rows=Counter({day: 1})
        )
    )
    version = lake.version("sms.bills")
    assert version is not None
    return version


def _policy(desk: Desk, **policy: object) -> None:
    (desk.home / "ntanalytics.yml").write_text(json.dumps({"retention": policy}), encoding="utf-8")
    desk.reload()


def _plan(desk: Desk) -> list[retention.RetentionItem]:
    return retention.plan(desk.context())


def _apply(desk: Desk) -> None:
    retention.apply(desk.context(), _plan(desk))


@pytest.fixture
def old_desk(desk: Desk) -> Desk:
    """A site with a signed and an unsigned report of 2024, a young one, and bills of both times."""
    desk.write_bare()
    _publish(desk, "weekly", "2024-W10", {"sms.bills": _fill(desk, OLD, 7)})
    _publish(desk, "weekly", "2024-W11", {"sms.bills": _fill(desk, OLD, 9)})  # the day was taken again
    _fill(desk, OLD, 8)  # and once more
    _publish(desk, "weekly", "2026-W46", {"sms.bills": _fill(desk, YOUNG, 11)})
    _sign(desk, " 周服务报告", "２０２４-W10")
    _policy(desk, reports_months=24, event_days=365)
    return desk


def _files(desk: Desk) -> list[Path]:
    """Return all files of the site, without the SQL and the lists of files that a reader of the lake keeps."""
    return sorted(path for path in desk.home.rglob("*") if path.suffix != ".jsonl" and path.parent.name != FOLDER)


def test_without_a_policy_nothing_is_old(old_desk: Desk):
    _policy(old_desk)
    assert _plan(old_desk) == []


def test_a_plan_lists_what_goes_with_its_size_and_why_something_stays_and_changes_nothing(old_desk: Desk):
    before = _files(old_desk)
    found = {(item.what, item.name): item for item in _plan(old_desk)}
    assert {key: item.goes for key, item in found.items()} == {
        ("report", "weekly/2024-W10"): False,
        ("report", "weekly/2024-W11"): True,
        ("lake", "sms.bills"): True,
        (("lake", SIGNOFFS)): False,
    }
    assert found["report", "weekly/2024-W10"].why == "signed on 2024-03-20"
    gone = found["report", "weekly/2024-W11"]
    assert gone.size_bytes == sum(path.stat().st_size for path in (old_desk.outputs / "weekly/2024-W11").iterdir())
    assert gone.why == "ended 2024-03-17, issued 2024-03-18: older than 24 months"
    assert (found["lake", "sms.bills"].count, found["lake", "sms.bills"].before) == (1, dt.date(2025, 11, 23))
    assert _files(old_desk) == before


def test_a_signed_report_stays_and_its_data_can_still_be_read_at_its_version(old_desk: Desk):
    lake = DeltaLake(old_desk.settings.lake)
    unsigned = lake.files("sms.bills", 1)
    _apply(old_desk)
    assert all(Path(file).is_file() for file in unsigned)  # whoever reads them now is not disturbed
    maintain(old_desk.context(dt.datetime.now(dt.UTC) + dt.timedelta(days=30)))
    assert not any(Path(file).exists() for file in unsigned)
    assert {each.folder for each in read_issued_reports(old_desk.outputs)[0]} == {"weekly/2024-W10", "weekly/2026-W46"}
    manifest = json.loads((old_desk.outputs / "weekly/2024-W10/manifest.json").read_text(encoding="utf-8"))
    version = manifest["tables"]["sms.bills"]
    files = lake.files("sms.bills", version)
    assert files
    assert all(Path(file).is_file() for file in files)
    assert total(lake, version) == 7
    newest = lake.version("sms.bills")
    assert lake.days("sms.bills", newest) == {YOUNG}
    assert total(lake, newest) == 11
    # what left the lake is a hole, not a zero
    assert [each.day for each in old_desk.ledger.coverage.days("sms.bills", OLD, YOUNG)] == [YOUNG]
    _, ended, begun = old_desk.ledger.audit.events(["retention", "maintain"])
    assert begun.details["report"] == ["weekly/2024-W11"]
    assert (begun.details["status"], ended.details["status"]) == ("begun", "ended")
    assert {item.goes for item in _plan(old_desk)} == {False}


def test_killed_between_the_rename_and_the_deletion_no_half_report_is_left(
    old_desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as killed:
        killed.setattr(shutil, "rmtree", _interrupt)
        with pytest.raises(KeyboardInterrupt):
            _apply(old_desk)
    issued, unreadable = read_issued_reports(old_desk.outputs)
    assert ({each.folder for each in issued}, unreadable) == ({"weekly/2024-W10", "weekly/2026-W46"}, [])
    assert old_desk.ledger.audit.events(["retention"])[0].details["status"] == "interrupted"
    _apply(old_desk)
    assert list((old_desk.outputs / ".leaving").iterdir()) == []


def test_killed_before_the_lake_was_written_the_days_are_a_hole_and_the_next_time_they_go(
    old_desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as killed:
        killed.setattr(DeltaLake, "drop_before", _interrupt)
        with pytest.raises(KeyboardInterrupt):
            _apply(old_desk)
    lake = DeltaLake(old_desk.settings.lake)
    assert [each.day for each in old_desk.ledger.coverage.days("sms.bills", OLD, YOUNG)] == [YOUNG]
    assert lake.days("sms.bills", lake.version("sms.bills")) == {OLD, YOUNG}
    _apply(old_desk)
    assert lake.days("sms.bills", lake.version("sms.bills")) == {YOUNG}


def _task(key: str, changed: dt.date, *, is_open: bool) -> dict[str, object]:
    """A task of the old day."""
    begin, change = (dt.datetime.combine(day, dt.time(1), dt.UTC) for day in (OLD, changed))
    return {
        "task_id": key,
        "started_at": begin,
        "unit": None,
        "edition": "city",
        "module": "tasks",
        "due_at": None,
        "finished_at": None if is_open else change,
        "is_cancelled": False,
        "changed_at": change,
        "handling_s": None,
        "source": "a",
        "day": OLD,
    }


def test_a_case_that_is_open_or_ended_lately_stays_however_old_it_is(desk: Desk):
    desk.write_bare()
    tasks = DATASETS["oa.tasks"]
    told = [
        _task("over", OLD, is_open=False),
        _task("open", OLD, is_open=True),
        _task("over lately", YOUNG, is_open=False),
    ]
    lake = DeltaLake(desk.settings.lake)
    lake.replace(
        tasks, parted(pa.Table.from_pylist(told, schema=tasks.schema()).to_reader(), lake.folder), "a", OLD, OLD
    )
    _policy(desk, case_days=800)
    assert [(item.name, item.count) for item in _plan(desk)] == [("oa.tasks", 1)]
    _apply(desk)
    files = lake.files("oa.tasks", lake.version("oa.tasks") or 0)
    kept = duckdb.sql(f"SELECT task_id FROM read_parquet({files!r}) ORDER BY 1").fetchall()
    assert kept == [("open",), ("over lately",)]


def _interrupt(*_arguments: object, **_named: object) -> None:
    raise KeyboardInterrupt


def test_a_report_may_stay_shorter_than_the_others(old_desk: Desk):
    _publish(old_desk, "units", "2026-W01,unit=a", {})
    _policy(old_desk, reports_of={"units": 6})
    assert [(item.name, item.goes) for item in _plan(old_desk)] == [("units/2026-W01,unit=a", True)]


def test_evidence_goes_by_days_and_a_report_whose_manifest_is_broken_stays(old_desk: Desk):
    for name, day in (("old", dt.date(2026, 8, 1)), ("young", dt.date(2026, 11, 20))):
        folder = old_desk.outputs / ".failed" / name
        folder.mkdir(parents=True)
        (folder / "error.json").write_text("{}", encoding="utf-8")
        moment = dt.datetime.combine(day, dt.time(12), dt.UTC).timestamp()
        os.utime(folder, (moment, moment))
    (old_desk.outputs / "weekly" / "2024-W11" / "manifest.json").write_text("{", encoding="utf-8")
    _policy(old_desk, reports_months=24, evidence_days=90)
    _apply(old_desk)
    assert [path.name for path in (old_desk.outputs / ".failed").iterdir()] == ["young"]
    assert (old_desk.outputs / "weekly" / "2024-W11" / "report.html").is_file()


@pytest.mark.parametrize(
    ("signoff", "kept"),
    [
        (Signoff(YOUNG, "weekly", "2024-W10"), {"weekly/2024-W10"}),
        (Signoff(YOUNG, "ＷＥＥＫＬＹ ", "2024-W11"), {"weekly/2024-W11", "weekly/2024-W11,unit=a"}),
        # somebody's own name for it: whatever came out for that period
        (Signoff(YOUNG, "周报", "2024-W10"), {"weekly/2024-W10", "other/2024-W10"}),
        # somebody's own name for a period: whatever of that report could be meant
        (Signoff(YOUNG, "周服务报告", "第十周"), {"weekly/2024-W10", "weekly/2024-W11", "weekly/2024-W11,unit=a"}),
        (Signoff(dt.date(2024, 1, 1), "周服务报告", "第十周"), set()),
        (Signoff(YOUNG, "weekly", "2024-W12"), set()),
    ],
)
def test_where_a_sign_off_is_not_clear_more_is_kept(desk: Desk, signoff: Signoff, kept: set[str]):
    for folder in ("2024-W10", "2024-W11", "2024-W11,unit=a"):
        _publish(desk, "weekly", folder, {})
    _publish(desk, "other", "2024-W10", {}, title="其他")
    assert set(signed_reports(read_issued_reports(desk.outputs)[0], [signoff], {})) == kept


def test_nothing_goes_while_it_is_not_known_what_was_signed_lately(old_desk: Desk):
    policy = {"reports_months": 24}
    sources = {"desk": {"product": "desk_workbook", "path": "none.xlsx"}}
    (old_desk.home / "ntanalytics.yml").write_text(json.dumps({"retention": policy, "sources": sources}), "utf-8")
    old_desk.reload()
    with pytest.raises(LakeError, match="sign-offs of desk were last taken of no day"):
        _apply(old_desk)
    day = TODAY - dt.timedelta(days=3)
    moment = dt.datetime.combine(day, dt.time(12), dt.UTC)
    old_desk.ledger.coverage.record(
        ExtractionResult(
            dataset=SIGNOFFS, source="desk", first=day, last=day, taken_at=moment, seconds=1.0, rows=Counter({day: 1})
        )
    )
    _apply(old_desk)
    assert not (old_desk.outputs / "weekly" / "2024-W11").exists()


def test_days_that_a_report_still_reads_are_not_given_up(old_desk: Desk):
    _policy(old_desk, event_days=92)
    path = old_desk.notebooks / "probe.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["metadata"]["ntanalytics"]["needs"] = {"sms.bills": 0}
    path.write_text(json.dumps(notebook), encoding="utf-8")
    with pytest.raises(SettingsError, match="write at least 93"):
        _plan(old_desk)


def test_the_command_lists_and_does_nothing_unless_it_is_told_to(old_desk: Desk):
    _publish(old_desk, "weekly", "2020-W11", {})
    _policy(old_desk, reports_months=60, ledger_months=14)
    config = str(old_desk.settings.file)
    listed = json.loads(nta("--config", config, "retention", "--json").stdout)
    assert [(each["name"], each["goes"]) for each in listed["items"] if each["what"] == "report"] == [
        ("weekly/2020-W11", True)
    ]
    assert (old_desk.outputs / "weekly" / "2020-W11").is_dir()
    done = nta("--config", config, "retention", "--apply")
    assert done.returncode == 0, done.stderr
    assert not (old_desk.outputs / "weekly" / "2020-W11").exists()
    assert (old_desk.outputs / "weekly" / "2024-W10").is_dir()
