"""The log of reports: due by the schedule, issued by the ledger, and their files as they were published."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ntanalytics.ledger import Ledger
from ntanalytics.ledger.publications import IssuedVersion
from ntanalytics.periods import Calendar
from ntanalytics.report_content.duties.published_files import file_states
from ntanalytics.report_content.duties.report_log import due_reports
from ntanalytics.reports.verification.manifest import manifest_digest
from ntanalytics.settings.jobs import Job

ZONE = ZoneInfo("Asia/Shanghai")


def _job(report: str, period: str, when: str, **more: Any) -> Job:
    return Job.model_validate({"report": report, "period": period, "when": when, **more})


def test_what_the_jobs_demand_of_a_week_with_a_holiday() -> None:
    jobs = {
        "daily": _job("daily_inspection", "last-working-day", "working day 07:30", deadline_min=90),
        "weekly": _job("weekly_service_report", "last-week", "Monday 08:00"),
        "units": _job("oa_adoption", "last-week", "Monday 08:10", each="unit"),
        "year": _job("acceptance", "contract-year", "Monday 09:00"),
    }
    since, until = (dt.datetime(2026, 10, day, tzinfo=ZONE) for day in (5, 12))  # work from 8 to 10 October
    due = due_reports(jobs, since, until, Calendar(), ZONE)
    assert [(item.report, item.period, item.at.day) for item in due] == [
        ("weekly_service_report", "2026-W40", 5),
        ("daily_inspection", "2026-09-30", 8),
        ("daily_inspection", "2026-10-08", 9),
        ("daily_inspection", "2026-10-09", 10),
    ]
    assert due[1].deadline == dt.datetime(2026, 10, 8, 9, tzinfo=ZONE)
    year = Calendar(contract_year=(dt.date(2026, 3, 1), dt.date(2027, 2, 28)))
    assert [item.period for item in due_reports(jobs, since, until, year, ZONE) if item.report == "acceptance"] == [
        "2026-03-01_2026-10-04"
    ]


def test_the_ledger_tells_the_versions_of_reports_without_parameters(tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    assert ledger.publications.began_at() is None
    for parameters, status in (({}, "published"), ({}, "failed"), ({"unit": "市水利局"}, "published")):
        run_id = ledger.runs.start("sms_volume", "2026-W47", parameters)
        ledger.runs.finish(run_id, status, version=1)
        if status == "published":
            ledger.publications.append(run_id, "a" * 64)
    later = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)
    [issued] = ledger.publications.issued(later)
    assert (issued.report, issued.version, issued.manifest_sha256) == ("sms_volume", 1, "a" * 64)
    began = ledger.publications.began_at()
    assert began is not None
    assert began <= issued.at
    assert ledger.publications.issued(began - dt.timedelta(seconds=1)) == []


@pytest.fixture
def published(tmp_path: Path) -> IssuedVersion:
    folder = tmp_path / "sms_volume" / "2026-W47"
    folder.mkdir(parents=True)
    (folder / "report.html").write_bytes(b"page")
    artefact = {"sha256": hashlib.sha256(b"page").hexdigest(), "size_bytes": 4}
    manifest: dict[str, Any] = {"run_id": "r1", "artefacts": {"report.html": artefact}}
    manifest["manifest_sha256"] = manifest_digest(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return IssuedVersion(
        report="sms_volume",
        period="2026-W47",
        version=1,
        at=dt.datetime(2026, 11, 23, tzinfo=dt.UTC),
        manifest_sha256=manifest["manifest_sha256"],
        run_id="r1",
    )


def test_a_published_report_is_genuine_until_a_file_or_its_manifest_changes(
    tmp_path: Path, published: IssuedVersion
) -> None:
    folder = tmp_path / "sms_volume" / "2026-W47"
    assert file_states(tmp_path, [published]) == {"r1": "genuine"}
    (folder / "report.html").write_bytes(b"Page")
    assert file_states(tmp_path, [published]) == {"r1": "altered"}
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["artefacts"]["report.html"]["sha256"] = hashlib.sha256(b"Page").hexdigest()
    manifest["manifest_sha256"] = manifest_digest(manifest)  # the whole folder was exchanged
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert file_states(tmp_path, [published]) == {"r1": "altered"}
    (folder / "report.html").unlink()
    (folder / "manifest.json").unlink()
    assert file_states(tmp_path, [published]) == {"r1": "missing"}
