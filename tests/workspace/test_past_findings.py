"""Lifecycles that are followed on from earlier months: the same as those of all inspections from the first one on."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

import pytest

from ntanalytics.findings.lifecycle import FindingLifecycle, LifecycleState, follow_lifecycles
from ntanalytics.ledger import InspectedFinding, PastInspection
from ntanalytics.ledger.findings_upgrade import LABEL_KIND
from ntanalytics.settings import load
from ntanalytics.workspace import Workspace
from ntanalytics.workspace.past_findings import observed_days, past_findings
from tests.workspace.oa_site import OaSite

INSPECTION, RULES, SUBJECTS = "daily_inspection", ("sms.rate", "infra.disk", "oa.active"), "甲乙丙丁"
FIRST, LAST = dt.date(2026, 1, 5), dt.date(2026, 6, 19)


@pytest.fixture
def site(tmp_path: Path) -> OaSite:
    """A site whose lake is there, so that what was followed is kept."""
    site = OaSite(tmp_path)
    load(site.config).lake.mkdir(exist_ok=True)
    return site


def _inspection(draw: random.Random, day: dt.date, number: int = 0, kind: str = "unit") -> PastInspection:
    """Return an inspection in which each subject of each rule is a violation, unknown, ok, or not told of."""
    statuses = ("critical", "warning", "warning", "unknown", "ok", "", "", "", "")
    found = [
        InspectedFinding(
            code=code,
            entity_kind=kind,
            entity_key=subject,
            entity_label=subject,
            check="检查",
            status=status,
            value=draw.choice([None, float("nan") if number else 0.25, draw.random()]),
            format="rate:1",
            since_on=draw.choice([None, day - dt.timedelta(days=draw.randrange(9))]),
            since_is_bound=draw.random() < 0.3,
        )
        for code in RULES
        for subject in SUBJECTS
        if (status := draw.choice(statuses))
    ]
    # a rule is silent for a reason on some days, and is gone on others
    codes = {code: draw.random() < 0.8 for code in RULES if draw.random() < 0.97}
    at = dt.datetime.combine(day, dt.time(8, number), dt.UTC)
    return PastInspection(
        run_id=f"{day}-{number}", report=INSPECTION, day=day, published_at=at, codes=codes, findings=tuple(found)
    )


def _record(site: OaSite, seed: int, share: float = 0.7) -> None:
    draw, day = random.Random(seed), FIRST
    while day <= LAST:
        if draw.random() < share:
            site.ledger.inspections.record(_inspection(draw, day))
        day += dt.timedelta(days=1)


def _open(site: OaSite) -> Workspace:
    return Workspace(load(site.config))


def _told(state: LifecycleState, since: dt.date) -> list[FindingLifecycle]:
    """Return what a report tells: what is open, and what was closed from a day on."""
    return [item for item in state.lifecycles if item.closed_on is None or item.closed_on >= since]


def _plain(site: OaSite, last: dt.date) -> LifecycleState:
    return follow_lifecycles(observed_days(site.ledger.inspections.until(INSPECTION, last)))


def _assert_same(site: OaSite, last: dt.date, since: dt.date) -> None:
    plain, past = _plain(site, last), past_findings(_open(site), INSPECTION, last, since)
    state = follow_lifecycles(past.days, past.before)
    assert repr(_told(state, since)) == repr(_told(plain, since))
    assert (state.on, state.previous_on, state.days, state.codes) == (
        plain.on, plain.previous_on, plain.days, plain.codes,
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_what_is_told_is_that_of_all_inspections(site: OaSite, seed: int) -> None:
    _record(site, seed)
    spans = [(LAST, LAST), (LAST, LAST - dt.timedelta(days=6)), (dt.date(2026, 4, 30), dt.date(2026, 4, 1))]
    spans += [(LAST, FIRST), (FIRST, FIRST), (dt.date(2026, 12, 31), dt.date(2026, 12, 25))]
    for _ in range(2):  # followed, and then taken as it was kept
        for last, since in spans:
            _assert_same(site, last, since)


def test_the_inspections_of_earlier_months_are_read_once(site: OaSite, monkeypatch: pytest.MonkeyPatch) -> None:
    _record(site, 7)
    past_findings(_open(site), INSPECTION, LAST, LAST)
    workspace = _open(site)
    until, asked = workspace.ledger.inspections.until, []

    def noted(report: str, last: dt.date, first: dt.date = dt.date.min) -> list[PastInspection]:
        asked.append(first)
        return until(report, last, first)

    monkeypatch.setattr(workspace.ledger.inspections, "until", noted)
    past = past_findings(workspace, INSPECTION, LAST, LAST)
    assert asked == [dt.date(2026, 6, 1)]
    assert past.before.days
    assert all(day.on >= dt.date(2026, 6, 1) for day in past.days)


def test_an_inspection_that_is_published_again_or_late_is_seen(site: OaSite) -> None:
    _record(site, 8, share=0.5)
    _assert_same(site, LAST, LAST)
    before, draw = _plain(site, LAST), random.Random(99)
    known = set(before.days)
    late = next(day for day in (FIRST + dt.timedelta(days=number) for number in range(20, 90)) if day not in known)
    for day, number in ((before.days[9], 1), (late, 2), (before.days[30], 3)):
        site.ledger.inspections.record(_inspection(draw, day, number))
        _assert_same(site, LAST, LAST)
    assert late in _plain(site, LAST).days


def test_what_was_published_later_is_not_known_to_a_report_that_is_made_again(site: OaSite) -> None:
    _record(site, 9)
    workspace = _open(site)
    past_findings(workspace, INSPECTION, LAST, LAST)
    moment = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    workspace.ledger = workspace.ledger.as_of(0, moment)
    past = past_findings(workspace, INSPECTION, LAST, LAST)
    assert max((*past.before.days, *(day.on for day in past.days))) <= moment.date()


def test_entities_that_only_today_tells_are_followed_each_time(site: OaSite) -> None:
    draw = random.Random(3)
    for number in range(3):
        day = FIRST + dt.timedelta(days=number)
        site.ledger.inspections.record(_inspection(draw, day, kind=LABEL_KIND))
    for _ in range(2):
        past = past_findings(_open(site), INSPECTION, LAST, LAST)
        assert past.before.days == ()
        assert [day.on for day in past.days] == [FIRST + dt.timedelta(days=number) for number in range(3)]


def test_a_damaged_file_changes_nothing(site: OaSite) -> None:
    _record(site, 4)
    workspace = _open(site)
    kept = workspace.settings.lake / "past-findings.jsonl"
    _assert_same(site, LAST, LAST)
    kept.write_text(kept.read_text(encoding="utf-8").replace("warning", "critical"), encoding="utf-8")
    _assert_same(site, LAST, LAST)
