"""Nothing of the future is seen on a past day."""

from __future__ import annotations

import datetime as dt

import pytest

from ntanalytics.contract import DATASETS, Kind
from ntanalytics.evaluation.estate import EvaluatedEstate
from ntanalytics.evaluation.past_workspace import PastWorkspace, report_of
from ntanalytics.report_content.contents import judge_report
from ntanalytics.subsystems import word
from tests.evaluation.conftest import DAY, WANTED

#: Columns that tell of what is planned, and may lie ahead.
AHEAD = {"due_at", "expires_at", "planned_at", "planned_until_at"}


@pytest.fixture(scope="module")
def whole(estate: EvaluatedEstate) -> PastWorkspace:
    return PastWorkspace(estate.settings, {})


def test_a_finding_is_the_same_when_the_lake_ends_on_its_day(whole: PastWorkspace, cut: EvaluatedEstate):
    ended = PastWorkspace(cut.settings, {})
    one, other = (
        {
            finding.identity: (finding.status, finding.value, word(finding))
            for finding in judge_report(report_of(workspace, DAY)).findings
        }
        for workspace in (whole, ended)
    )
    assert len(one) > 100
    assert one == other


@pytest.mark.parametrize("name", sorted(DATASETS))
def test_no_row_tells_of_a_moment_after_the_morning(whole: PastWorkspace, name: str):
    whole.stand_after(DAY)
    contract = DATASETS[name]
    morning = dt.datetime(2026, 11, 19, 22, 10, tzinfo=dt.UTC)
    table = whole.table(name)
    moments = [each for each in table.columns if str(table[each].type()).startswith("timestamp") and each not in AHEAD]
    latest = table.aggregate([table[each].max().name(each) for each in ("day", *moments)]).to_pyarrow().to_pylist()[0]
    if contract.kind is not Kind.STATE:
        assert (latest["day"] or DAY) <= DAY
    assert not {each: latest[each] for each in moments if latest[each] and latest[each] > morning}


def test_later_days_are_not_there(whole: PastWorkspace):
    whole.stand_after(DAY)
    assert whole.table("infra.requests", DAY + dt.timedelta(days=1), DAY + dt.timedelta(days=2)).count().execute() == 0
    days = [each.day for each in whole.covered_days("infra.requests", WANTED.first, WANTED.last)]
    assert max(days) == DAY
    assert {each.taken_at for each in whole.covered_days("infra.requests", DAY, DAY)} == {
        dt.datetime(2026, 11, 19, 22, 10, tzinfo=dt.UTC)
    }


def test_a_unit_is_in_use_until_it_is_closed(estate: EvaluatedEstate):
    units = PastWorkspace(estate.settings, {}).table("identity.units")
    name = units.filter(~units.is_enabled).unit.execute()
    closed = [each.subject for each in estate.incidents if each.kind == "unit_closed"]
    assert set(closed) <= set(name)
    moment = dt.datetime(2026, 11, 21, 9, tzinfo=dt.UTC)
    workspace = PastWorkspace(estate.settings, dict.fromkeys(closed, moment))
    for day, is_enabled in ((DAY, True), (WANTED.last, False)):
        workspace.stand_after(day)
        units = workspace.table("identity.units", day + dt.timedelta(days=1))
        assert set(units.filter(units.unit.isin(closed)).is_enabled.execute()) == {is_enabled}


def test_a_last_login_is_the_last_that_had_come(whole: PastWorkspace):
    whole.stand_after(DAY)
    tomorrow = DAY + dt.timedelta(days=1)  # when the state at the day's end is taken
    accounts, logins = whole.table("identity.accounts", tomorrow, tomorrow), whole.table("identity.logins")
    got_in = logins.filter(logins.outcome == "success")
    last = got_in.group_by("account_id").aggregate(at=got_in.logged_in_at.max())
    both = accounts.inner_join(last, "account_id")
    assert both.count().execute() > 50
    # somebody logs in before the morning on which the state is taken, and nobody later
    early = both.filter(both.last_login_at.cast("timestamp('UTC')") < both.at.cast("timestamp('UTC')"))
    assert early.count().execute() == 0


def test_rows_that_are_known_in_part_are_counted_anew_on_each_day(whole: PastWorkspace):
    """What is kept of the counts of a file is that of all its rows."""
    whole.stand_after(DAY)
    assert whole.files_by_day("sms.messages", DAY, DAY) is None
    assert whole.files_by_day("identity.logins", DAY, DAY)
