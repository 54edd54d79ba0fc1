"""No table of the contract's domain breaks a metric, and no figure is an infinite number or none.

Each metric is compiled once, over the tables of a database that each case fills anew.
"""

from __future__ import annotations

import datetime as dt
import inspect
import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import hypothesis.strategies as st
import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from ibis.backends.duckdb import Backend

from ntanalytics.contract import DATASETS
from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.infra.planned_downtime import PlannedWork
from tests import any_tables
from tests.any_tables import KINDS
from tests.metric_calls import public_metrics
from tests.subsystems.made import ON, at, days

METRICS = public_metrics()
_WEEK = ON - dt.timedelta(days=6)
_DAYS = pa.Table.from_pylist(
    days(),
    pa.schema({"day": pa.date32(), "is_covered": pa.bool_(), "is_working_day": pa.bool_(), "label": pa.string()}),
)
_WORKING = [row["day"] for row in days() if row["is_working_day"]]

#: Parameter of a metric → its dataset, where it is not called as the dataset of the metric's subsystem.
_DATASETS = {
    "ca.certificates.logins": "ca.logins", "changes": "desk.changes", "identity.changes": "identity.account_changes",
    "calls": "docexchange.interface_calls", "history": "oa.activities", "grants": "desk.access_grants",
    "oa.messages": "sms.messages", "oa.sessions": "im.sessions", "listed": "identity.units",
    "accesses": "sso.accesses", "accounts_before": "identity.accounts", "seals_before": "seal.seals",
}  # fmt: skip

#: Parameter → its value.
_VALUES: Mapping[str, Any] = {
    "at": at(ON, 24), "as_of": at(ON, 24), "until": at(ON, 24), "ends_at": at(ON, 24), "since": at(_WEEK, 0),
    "begins_at": at(_WEEK, 0), "before_at": at(_WEEK, -168), "on": ON, "last": ON, "first": _WEEK,
    "previous_first": _WEEK - dt.timedelta(days=7), "month": ON.replace(day=1), "utc_offset_h": 8, "slot_s": 600,
    "hour": 10, "working_days": _WORKING, "worked": 5, "worked_before": 0,
    "closed_units": ["0"], "applications": ["0"], "outdated": ["0"],
    "target": 0.99, "planned": [PlannedWork("1", "infra", at(ON, 9), at(ON, 12))], "keys": ["subsystem", "target"],
    "measures": MEASURES, "columns": ["enabled", "activated", "active", "active_rate", "mobile_share"],
    "rates": ["active_rate"],
}  # fmt: skip
#: Metrics whose `since` and `until` are days.
_BY_DAYS = {"desk.compliance.onboarding", "oa.user_flow.retention"}

#: Groups of the comparison of units.
_UNIT = ["unit", "edition"]

#: Metric → the groups that it needs.
_BY: Mapping[str, list[str]] = {
    "docexchange.daily_counts.late_signings": ["receiver_unit"],
    "docexchange.daily_counts.returns": ["receiver_unit"],
    "docexchange.registration.late_registrations": ["receiver_unit"],
    "infra.requests.request_counts": ["service"],
    "oa.adoption.usage": ["module"],
}


@dataclass(frozen=True)
class _Calls:
    """Calls of the metrics over the tables of a database."""

    connection: Backend

    def table(self, dataset: str) -> ir.Table:
        return self.connection.table(dataset)

    def of(self, name: str, **given: Any) -> ir.Table:
        """Return the table of a metric, with arguments by the names of its parameters."""
        parameters = inspect.signature(METRICS[name]).parameters.values()
        wanted = [each.name for each in parameters if each.default is each.empty or each.name in given]
        made = METRICS[name](**{each: given[each] if each in given else self._argument(name, each) for each in wanted})
        assert isinstance(made, ir.Table)
        return made

    def _argument(self, name: str, parameter: str) -> Any:
        subsystem = name.partition(".")[0]
        if parameter == "by":
            return _BY.get(name, _UNIT)
        if parameter == "days":
            return self.table("days")
        if name in _BY_DAYS and parameter in ("since", "until"):
            return _WEEK if parameter == "since" else ON
        if parameter in _VALUES:
            return _VALUES[parameter]
        for key in (f"{name}.{parameter}", f"{subsystem}.{parameter}", parameter):
            if key in _DATASETS:
                return self.table(_DATASETS[key])
            if key in DATASETS:
                return self.table(key)
        return getattr(self, f"_{parameter}")(name)

    def _ever(self, _name: str) -> ir.Table:
        activities = self.table("oa.activities")
        return activities.group_by("source", "account_id").aggregate(day=activities.day.min())

    def _placed_accounts(self, _name: str) -> ir.Table:
        accounts = self.table("identity.accounts")
        return accounts.mutate(unit=accounts.unit_id)

    def _meant(self, _name: str) -> ir.Table:
        return self.of("identity.units.meanings")

    def _spans(self, _name: str) -> ir.Table:
        return self.of("infra.check_spans.valid_spans")

    def _subsystems(self, _name: str) -> ir.Table:
        return self.of("infra.availability.availability")

    def _users(self, _name: str) -> ir.Table:
        return self.of("oa.burden.module_users")

    def _awake(self, _name: str) -> ir.Table:
        return self.of("identity.misuse.awakenings")

    def _attempts(self, _name: str) -> ir.Table:
        return self.of("identity.misuse.attempts_by_place")

    def _apps(self, _name: str) -> ir.Table:
        return self.of("sso.accesses.by_app")

    def _rows(self, _name: str) -> ir.Table:
        return self.of("oa.burden.unneeded").union(self.of("oa.burden.stuck"))

    def _retention(self, _name: str) -> ir.Table:
        return self.of("oa.user_flow.retention")

    def _flow(self, _name: str) -> ir.Table:
        return self.of("oa.user_flow.flow", by=_UNIT)

    def _aliases(self, _name: str) -> ir.Table:
        return ibis.memtable({"theirs": ["0", "市财局"], "ours": ["市财政局", "市财政局"]})

    def _dimension(self, _name: str) -> ir.Table:
        return self.of("identity.units.units")

    def _table(self, _name: str) -> ir.Table:
        return self.table("identity.accounts").mutate(unit=ibis.literal("市财政局"))

    def _patches(self, _name: str) -> ir.Table:
        return self.table("infra.patches")

    def _adoption(self) -> ir.Table:
        return self.of("oa.adoption.adoption", by=_UNIT)

    def _now(self, name: str) -> ir.Table:
        return self.of("oa.adoption.adoption") if name.endswith("compare_adoption") else self._adoption()

    def _before(self, name: str) -> ir.Table:
        return self.table("sms.messages") if name.startswith("sms") else self._now(name)

    def _gap_groups(self, _name: str) -> ir.Table:
        return self._adoption().select(*_UNIT).limit(0)

    _gap_groups_before = _gap_groups

    def _figures(self, _name: str) -> ir.Table:
        return self.of("oa.unit_ranking.compare_units")

    def _units(self, name: str) -> ir.Table:
        made = self._figures(name)
        return made.mutate(daily_active_before=made.active_before, daily_active_change_rate=made.active_change_rate)

    def _ranking(self, _name: str) -> ir.Table:
        return self.of("oa.unit_ranking.rank_units")

    def _compared(self, name: str) -> ir.Table:
        paced = self._units(name).mutate(daily_active=ibis.literal(1.0))
        return paced.mutate(daily_active_change=paced.daily_active - paced.daily_active_before)

    def _weeks(self, name: str) -> ir.Table | float:
        return 1.0 if name.endswith("weigh") else self.of("oa.daily_active.weekly_adoption", by=_UNIT)

    def _accounts_of_weeks(self, _name: str) -> ir.Table:
        return self.of("oa.daily_active.accounts_by_week", by=_UNIT)

    def _accounts_of_days(self, _name: str) -> ir.Table:
        return self.of("oa.adoption.active_by_day", by=_UNIT)

    def _enabled(self, _name: str) -> ir.Table:
        return self._adoption().select(*_UNIT, "enabled")


class _Metrics:
    """The SQL of every metric, and the database that it runs on."""

    def __init__(self) -> None:
        self.connection = ibis.duckdb.connect()
        self.connection.con.execute("SET TimeZone = 'UTC'; SET threads = 1")
        self.fill("days", _DAYS)
        for name, dataset in DATASETS.items():
            self.fill(name, any_tables.empty(dataset))
        calls = _Calls(self.connection)
        self.sql: dict[str, str] = {}
        for name in METRICS:
            table = calls.of(name)
            self.sql[name] = self.connection.compile(table)
            self.connection._run_pre_execute_hooks(table)  # which registers tables in memory

    def fill(self, name: str, table: pa.Table) -> None:
        """Put rows in the place of those of a table."""
        raw = self.connection.con
        raw.register("given", table)
        raw.execute(f'CREATE OR REPLACE TABLE "{name}" AS FROM given')
        raw.unregister("given")

    def failures(self) -> list[tuple[str, str]]:
        """Return the metrics that end in an error, or make a number that no report can show."""
        failed = []
        for name, sql in self.sql.items():
            try:
                made = self.connection.con.sql(sql).to_arrow_table()
            except duckdb.Error as error:
                failed.append((name, str(error)[:300]))
                continue
            odd = [column for column in made.column_names if not all(map(_is_shown, made[column].to_pylist()))]
            failed += [(name, f"{column} is no finite number") for column in odd]
        return failed


def _is_shown(value: object) -> bool:
    return not isinstance(value, float) or math.isfinite(value)


@pytest.fixture(scope="module")
def metrics() -> Iterator[_Metrics]:
    made = _Metrics()
    yield made
    made.connection.disconnect()


@pytest.mark.parametrize("kind", KINDS)
def test_no_metric_ends_in_an_error(metrics: _Metrics, kind: str) -> None:
    for name, dataset in DATASETS.items():
        metrics.fill(name, KINDS[kind](dataset))
    assert metrics.failures() == []


@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False), st.integers(1, 40))
def test_no_rows_drawn_from_the_domain_break_a_metric(metrics: _Metrics, drawn: random.Random, count: int) -> None:
    for name, dataset in DATASETS.items():
        rows = [
            any_tables.row(
                dataset,
                number,
                ON - dt.timedelta(days=drawn.randrange(60)),
                drawn.randrange(24),
                lambda _, known: drawn.choice(known),
            )
            for number in range(count)
        ]
        metrics.fill(name, any_tables.table(dataset, rows))
    assert metrics.failures() == []
