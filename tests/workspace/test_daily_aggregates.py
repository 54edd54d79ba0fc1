"""Daily aggregates that are kept beside the lake: those of a fresh computation, whatever happened to the files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import ibis.expr.types as ir
import pytest
from deltalake import DeltaTable

from ntanalytics.metrics.ca import certificates
from ntanalytics.metrics.identity import logins
from ntanalytics.metrics.infra import availability, requests
from ntanalytics.metrics.infra.planned_downtime import PlannedWork, days_with_work
from ntanalytics.metrics.oa import adoption
from ntanalytics.metrics.oa.daily_active import accounts_by_week, adoption_of_weeks, weekly_adoption
from ntanalytics.metrics.rows import rows
from ntanalytics.metrics.seal import seals
from ntanalytics.metrics.sms import volume
from ntanalytics.metrics.sso import accesses
from ntanalytics.periods import parse_period
from ntanalytics.settings import load
from ntanalytics.subsystems.infra.daily_availability import daily_availability
from ntanalytics.subsystems.sms.daily_volume import daily_volume
from ntanalytics.workspace import Workspace, daily_aggregates, daily_counts
from ntanalytics.workspace.as_of import AsOfWorkspace
from ntanalytics.workspace.daily_aggregates import DailyAggregate
from ntanalytics.workspace.dataset_view import DatasetView
from ntanalytics.workspace.report import Report
from tests.city import UNTIL, City, copy_city

HISTORY, OFFSET_H = 21, 8
END = dt.datetime.combine(UNTIL + dt.timedelta(days=1), dt.time(), dt.UTC) - dt.timedelta(hours=OFFSET_H)

#: Maintenance of all systems for ten hours of a day.
WORK_DAY = UNTIL - dt.timedelta(days=2)
WORK = PlannedWork("BG-1", "infra", END - dt.timedelta(days=2, hours=16), END - dt.timedelta(days=2, hours=6))

Made = Callable[[DatasetView], ir.Table]

#: Dataset, the daily figures that are kept, and those of the metric.
CASES: dict[str, tuple[str, Made, Made]] = {
    "logins": (
        "identity.logins",
        lambda view: view.daily(logins.logins, logins.MEASURES),
        lambda view: logins.daily(view.recent, view.days),
    ),
    "accesses of applications": (
        "sso.accesses",
        lambda view: view.daily(accesses.accesses, accesses.MEASURES, ["app_id"]),
        lambda view: accesses.daily(view.recent, view.days, ["app_id"]),
    ),
    "logins with certificates": (
        "ca.logins",
        lambda view: view.daily(certificates.logins, certificates.MEASURES),
        lambda view: certificates.daily(view.recent, view.days),
    ),
    "signings": (
        "seal.signings",
        lambda view: view.daily(seals.signings, seals.MEASURES),
        lambda view: seals.daily(view.recent, view.days),
    ),
    "requests": (
        "infra.requests",
        lambda view: view.daily(requests.volume, requests.MEASURES, ["service"]),
        lambda view: requests.daily(view.recent, view.days, ["service"]),
    ),
    "messages of carriers": (
        "sms.messages",
        lambda view: daily_volume(view, OFFSET_H, ["carrier"]),
        lambda view: volume.daily(view.recent, view.days, view.as_of, ["carrier"]),
    ),
    "availability": (
        "infra.checks",
        lambda view: daily_availability(view, END, OFFSET_H, [WORK]),
        lambda view: availability.daily(_with_day_before(view), view.days, END, OFFSET_H, [WORK]),
    ),
    "accounts of the OA": (
        "oa.activities",
        lambda view: view.daily(DailyAggregate(adoption.active_by_day), adoption.MEASURES),
        lambda view: adoption.daily(view.recent, view.days),
    ),
    "weeks of the OA": (
        "oa.activities",
        lambda view: adoption_of_weeks(
            view.by_day(DailyAggregate(accounts_by_week, reach=6)),
            view.by_day(DailyAggregate(adoption.active_by_day)),
            view.days,
        ),
        lambda view: weekly_adoption(view.recent, view.days),
    ),
}

#: Case → the figures of which some are neither 0 nor null.
SHOWN = {
    "logins": ["logins"],
    "accesses of applications": ["accesses"],
    "logins with certificates": ["certificate_logins"],
    "signings": ["signings"],
    "requests": ["requests", "duration_p95_ms"],
    "messages of carriers": ["submitted"],
    "availability": ["platform_availability"],
    "accounts of the OA": ["active"],
    "weeks of the OA": ["active", "mobile_share"],
}

#: Case → the spans that are read each time: what may change as time goes by, and what maintenance is known of.
VARYING = {
    "messages of carriers": [(UNTIL - dt.timedelta(days=2), UNTIL)],
    "availability": [(WORK_DAY - dt.timedelta(days=1), WORK_DAY)],
}


def _with_day_before(view: DatasetView) -> ir.Table:
    first = view.period.first - dt.timedelta(days=HISTORY + 1)
    return view._workspace.table(view.contract.name, first, view.period.last)


def _view(workspace: Workspace, dataset: str, period: str) -> DatasetView:
    return Report(workspace, "", "", parse_period(period, UNTIL)).dataset(dataset, HISTORY)


@pytest.fixture
def own_city(written_city, tmp_path) -> City:
    return copy_city(written_city, tmp_path)


def _open(city: City) -> Workspace:
    return Workspace(load(city.estate.config))


def _reading(workspace: Workspace) -> tuple[Workspace, list[tuple[dt.date, dt.date]]]:
    """Return a workspace, and the spans of days that it reads from now on."""
    spans: list[tuple[dt.date, dt.date]] = []
    read = workspace.table

    def recorded(dataset: str, first: dt.date, last: dt.date) -> ir.Table:
        spans.append((first, last))
        return read(dataset, first, last)

    workspace.table = recorded
    return workspace, spans


@pytest.mark.parametrize("case", CASES)
def test_the_figures_are_those_of_the_metric_and_the_next_report_reads_no_day_again(own_city, case):
    dataset, kept, fresh = CASES[case]
    expected = rows(fresh(_view(_open(own_city), dataset, UNTIL.isoformat())))
    assert any(value for row in expected for name, value in row.items() if name in SHOWN[case])
    assert rows(kept(_view(_open(own_city), dataset, UNTIL.isoformat()))) == expected
    workspace, spans = _reading(_open(own_city))
    assert rows(kept(_view(workspace, dataset, UNTIL.isoformat()))) == expected
    assert spans == VARYING.get(case, [])


@pytest.mark.parametrize("case", CASES)
def test_a_day_with_another_file_is_made_again(own_city, case):
    dataset, kept, fresh = CASES[case]
    before = rows(kept(_view(_open(own_city), dataset, UNTIL.isoformat())))
    day = UNTIL - dt.timedelta(days=9)
    DeltaTable(str(own_city.estate.directory / "lake" / dataset)).delete(f"day = '{day}'")
    after = rows(kept(_view(_open(own_city), dataset, UNTIL.isoformat())))
    assert after == rows(fresh(_view(_open(own_city), dataset, UNTIL.isoformat()))) != before


def test_what_is_known_later_is_not_counted_of_an_earlier_day(own_city):
    dataset, kept, _ = CASES["logins"]
    assert rows(kept(_view(_open(own_city), dataset, UNTIL.isoformat())))[-1]["logins"] > 0
    earlier = AsOfWorkspace(load(own_city.estate.config), UNTIL - dt.timedelta(days=1))
    assert rows(kept(_view(earlier, dataset, UNTIL.isoformat())))[-1]["logins"] is None


def test_what_another_program_made_is_made_again(own_city, monkeypatch):
    dataset, kept, fresh = CASES["logins"]
    kept(_view(_open(own_city), dataset, UNTIL.isoformat()))
    for module in (daily_aggregates, daily_counts):
        monkeypatch.setattr(module, "code_digest", lambda: "another")
    workspace, spans = _reading(_open(own_city))
    made = rows(kept(_view(workspace, dataset, UNTIL.isoformat())))
    assert (UNTIL - dt.timedelta(days=HISTORY), UNTIL) in spans
    assert made == rows(fresh(_view(_open(own_city), dataset, UNTIL.isoformat())))


def test_a_message_without_a_report_becomes_unknown_as_time_goes_by():
    """Of 20 November at 8:00 nothing is kept from the 17th on: 72 hours ago it was 8:00 of that day."""
    morning = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    assert volume.first_pending_day(morning, OFFSET_H) == dt.date(2026, 11, 17)
    assert volume.first_pending_day(morning + dt.timedelta(hours=16), OFFSET_H) == dt.date(2026, 11, 18)


def test_planned_work_touches_each_local_day_from_its_begin_to_its_end():
    begin = dt.datetime(2026, 11, 19, 15, 59, tzinfo=dt.UTC)
    work = PlannedWork("BG-1", "oa", begin, begin + dt.timedelta(hours=24, minutes=1))
    assert days_with_work([work], OFFSET_H) == {dt.date(2026, 11, day) for day in (19, 20, 21)}
    assert days_with_work([], OFFSET_H) == frozenset()


def test_a_function_that_is_no_metric_is_refused():
    """Of it the key would know the name alone, and another one of that name would find its rows."""
    with pytest.raises(ValueError, match="is no metric"):
        DailyAggregate(lambda table: table.group_by("day").aggregate(rows=table.count()))
    with pytest.raises(ValueError, match="is no metric"):
        DailyAggregate(_with_day_before)


def test_days_of_weekly_maintenance_are_read_one_by_one():
    sundays = [dt.date(2026, 11, day) for day in (1, 8, 15, 22)]
    assert daily_counts._spans(sundays) == [(day, day) for day in sundays]
    friday, monday = dt.date(2026, 11, 13), dt.date(2026, 11, 16)
    assert daily_counts._spans([friday, monday]) == [(friday, monday)]
