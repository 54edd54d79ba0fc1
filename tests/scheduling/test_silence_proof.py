"""A recipient of exceptions: what is withheld, and the weekly proof that silence meant in order."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from ntanalytics.scheduling.delivery_run import deliver
from ntanalytics.scheduling.jobs import Job
from tests.desk import Desk
from tests.scheduling.issuing import issue

ZONE = dt.timezone(dt.timedelta(hours=8))
#: Monday, 30 November 2026.
MONDAY = dt.datetime(2026, 11, 30, 9, tzinfo=ZONE)


@pytest.fixture
def site(desk: Desk) -> Desk:
    text = "site: {name: 试点城市}\nchannels: {share: {kind: folder, path: share}}\n"
    (desk.home / "ntanalytics.yml").write_text(text, encoding="utf-8")
    (desk.home / "share").mkdir()
    desk.reload()
    desk.write_bare()
    return desk


def _jobs(**more: str) -> dict[str, Job]:
    said = {"report": "probe", "period": "yesterday", "when": "day 08:00", "recipients": [{"channel": "share", **more}]}
    return {"daily": Job.model_validate(said)}


def _issue(site: Desk, day: int, state: str, version: int = 1) -> None:
    at = dt.datetime(2026, 11, day, 8, tzinfo=ZONE)
    folder = issue(site, job="daily", period=f"2026-11-{day - 1}", scheduled_at=at, version=version)
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**manifest, "state": state}, ensure_ascii=False), encoding="utf-8")


def _sent(site: Desk) -> set[str]:
    share = site.home / "share" / "probe"
    return {path.name for path in share.iterdir()} if share.is_dir() else set()


def _proofs(site: Desk) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted((site.home / "share" / "notices").rglob("*.txt"))]


def test_what_is_in_order_is_withheld_and_an_exception_is_sent(site: Desk):
    _issue(site, 24, "ok")
    _issue(site, 25, "critical")
    _issue(site, 26, "unknown")
    deliver(site.context(now=dt.datetime(2026, 11, 26, 9, tzinfo=ZONE)), _jobs(only="exceptions"))
    assert _sent(site) == {"2026-11-24", "2026-11-25"}


def test_who_got_an_exception_gets_its_correction_even_where_all_is_in_order(site: Desk):
    _issue(site, 25, "critical")
    context = site.context(now=dt.datetime(2026, 11, 25, 9, tzinfo=ZONE))
    deliver(context, _jobs(only="exceptions"))
    _issue(site, 25, "ok", version=2)
    assert [item.status for item in deliver(context, _jobs(only="exceptions")).deliveries] == ["sent"]


def test_each_week_a_list_proves_what_silence_meant(site: Desk):
    for day, state in ((23, "ok"), (24, "ok"), (25, "critical"), (26, "ok"), (27, "ok"), (28, "ok"), (29, "ok")):
        _issue(site, day, state)
    first = deliver(site.context(now=MONDAY), _jobs(only="exceptions"))
    [proof] = _proofs(site)
    assert "应出具 7 份，其中正常未发送 6 份，没有缺漏" in proof
    assert proof.count("正常，未发送") == 6
    assert proof.count("已另行发送") == 1
    assert [item.status for item in first.deliveries] == ["sent", "sent"]
    assert deliver(site.context(now=MONDAY), _jobs(only="exceptions")).deliveries == []


def test_a_report_that_was_not_issued_is_no_silence(site: Desk):
    for day in (23, 24, 26, 27, 28, 29):
        _issue(site, day, "ok")
    deliver(site.context(now=MONDAY), _jobs(only="exceptions"))
    [proof] = _proofs(site)
    assert "未出具 1 份，请核实" in proof
    assert "2026年11月24日（周二）：未出具" in proof


def test_who_gets_everything_gets_no_proof(site: Desk):
    _issue(site, 24, "ok")
    deliver(site.context(now=dt.datetime(2026, 11, 24, 9, tzinfo=ZONE)), _jobs())
    assert _sent(site) == {"2026-11-23"}
    deliver(site.context(now=MONDAY), _jobs())
    assert not Path(site.home / "share" / "notices").exists()
