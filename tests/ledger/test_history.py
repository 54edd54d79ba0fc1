"""What happened, of every kind in one list."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from pathlib import Path

import pytest

from ntanalytics.ledger import DeliveryRequest, ExtractionResult, Ledger
from ntanalytics.scheduling.jobs import Job
from ntanalytics.scheduling.run_due import run_due
from tests.desk import Desk
from tests.test_cli import nta

NOW = dt.datetime(2026, 11, 23, 1, tzinfo=dt.UTC)


def test_a_run_by_hand_and_one_of_a_job_are_told_apart_with_who_began_them(desk: Desk):
    desk.write()
    desk.run()
    job = Job.model_validate(
        {"report": "probe", "period": "last-week", "when": "Monday 08:00", "parameters": {"top": "3"}}
    )
    run_due(desk.context(NOW), {"weekly": job})
    by_job, by_hand = desk.ledger.history(["run"])
    assert (by_hand.details["by"], by_job.details["by"]) == ("hand", "job")
    assert (by_job.subject, by_job.period, by_job.status) == ("probe", "2026-W47", "published")
    assert by_job.details["parameters"] == {"top": 3}
    assert by_job.who == by_hand.who
    assert by_job.actor_label == f"{by_hand.who} (job)"
    assert "@" in by_job.who
    assert by_job.summary == str(desk.published) + ",top=3"
    [turn] = desk.ledger.history(["scheduled-run"])
    assert (turn.subject, turn.status) == ("weekly", "issued")
    # the settings of the site and the jobs were each noted once, though two runs met them
    assert {each.subject for each in desk.ledger.history(["settings"])} == {
        str(desk.settings.file),
        str(desk.settings.jobs),
    }


def test_it_is_asked_by_kind_report_and_day(tmp_path: Path):
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    ledger.runs.start("sms_volume", "2026-W47", {})
    ledger.runs.start("oa_adoption", "2026-W47", {})
    day = dt.date(2026, 11, 1)
    taken = ExtractionResult(
        dataset="sms.messages", source="sms", first=day, last=day, taken_at=NOW, seconds=1.0, rows=Counter({day: 5})
    )
    ledger.coverage.record(taken)
    ledger.audit.record("backfill", "sms_volume", {"period": "2026-W46", "status": "ended", "failed": ["2026-W46"]})
    request = DeliveryRequest(
        kind="report", subject="sms_volume", period="2026-W47", version=1, channel="mail", recipient="li@city.example"
    )
    ledger.deliveries.intend(request, "host 1 a")
    ledger.deliveries.end(request.id, "retry", "greylisted")
    ledger.corrections.open("weekly", NOW, {("sms.messages", "sms"): [day]}, NOW)
    ledger.notices.open("overdue weekly", "逾期", "周报未出")
    assert {each.kind for each in ledger.history()} == {
        "run",
        "extraction",
        "delivery",
        "backfill",
        "notice",
        "correction",
    }
    assert [each.kind for each in ledger.history(report="sms_volume")] == ["delivery", "backfill", "run"]
    [sent] = ledger.history(["delivery"])
    assert (sent.period, sent.status, sent.summary) == ("2026-W47", "retry", "mail li@city.example: greylisted")
    [filled] = ledger.history(["backfill"])
    assert (filled.period, filled.status, filled.summary) == ("2026-W46", "ended", "failed: 2026-W46")
    [mended] = ledger.history(["correction"])
    assert (mended.subject, mended.status, mended.summary) == ("weekly", "open", "sms.messages ← sms")
    [told] = ledger.history(["notice"])
    assert (told.subject, told.status, told.summary) == ("overdue weekly", "open", "周报未出")
    [window] = ledger.history(["extraction"])
    assert (window.subject, window.status, window.summary) == ("sms.messages ← sms", "taken", "5 rows, 0 rejected")
    assert len(ledger.history(limit=2)) == 2
    assert ledger.history(since=dt.datetime(2100, 1, 1, tzinfo=dt.UTC)) == []


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "ntanalytics.yml"
    path.write_text("site: {name: 试点城市}\n", encoding="utf-8")
    return path


def test_hostile_text_is_shown_and_not_obeyed(config: Path):
    ledger = Ledger(f"sqlite:///{config.parent}/ledger.sqlite")
    run_id = ledger.runs.start("sms_volume", "2026-W47", {})
    ledger.runs.finish(run_id, "failed", error="\x1b]0;owned\x07 [red]unit[/red] \u202etxt\r\n2026 fake line")
    ledger.audit.record("backfill", "\x1b[2Jwiped", {"to": "\x9b31m"})
    shown = nta("--config", str(config), "history").stdout
    assert not any(character in shown for character in ("\x1b", "\x07", "\u202e", "\x9b", "\r"))
    assert r"\x1b]0;owned\x07 [red]unit[/red] \u202etxt\r" in shown.replace("\n", "")
    as_json = json.loads(nta("--config", str(config), "history", "--json").stdout)
    assert {each["subject"] for each in as_json} == {"sms_volume", "\x1b[2Jwiped"}


def test_a_kind_that_is_none_is_refused_with_those_that_are(config: Path):
    done = nta("--config", str(config), "history", "--kind", "runs")
    assert done.returncode == 2
    assert "did you mean 'run'" in done.stderr


def test_an_unknown_report_has_no_empty_history(config: Path):
    """One that was removed has its events; of one that is not there it was shown as if it had never run."""
    wrong = nta("--config", str(config), "history", "--report", "sms_volme")
    assert wrong.returncode == 2
    assert "did you mean 'sms_volume'" in wrong.stderr
    assert nta("--config", str(config), "history", "--report", "sms_volume").returncode == 0
    Ledger(f"sqlite:///{config.parent}/ledger.sqlite").runs.start("removed", "2026-W47", {})
    assert "removed 2026-W47" in nta("--config", str(config), "history", "--report", "removed").stdout
