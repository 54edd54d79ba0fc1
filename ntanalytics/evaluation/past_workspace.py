"""Past workspace: a lake that was filled once, read as it stood on the morning after each of its days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count

import ibis
import ibis.expr.types as ir

from ntanalytics.contract import DATASETS, Dataset, Kind
from ntanalytics.contract import dataset as dataset_named
from ntanalytics.lake.backends.reader import cases_since
from ntanalytics.ledger import CoverageDay
from ntanalytics.periods import Period
from ntanalytics.settings import Settings
from ntanalytics.workspace.point_in_time import KNOWN, known_at
from ntanalytics.workspace.report import Report
from ntanalytics.workspace.site import Workspace

#: Local time of an inspection and of the snapshots of states: on the morning after the day.
MORNING = dt.time(6, 10)
_ALL_DAYS = (dt.date(1970, 1, 1), dt.date(2999, 12, 31))
_DAY = dt.timedelta(days=1)

#: Numbers of the instances: those of one lake share a connection, and each has tables of its own in it.
_NUMBERS = count()


class PastWorkspace(Workspace):
    """Lake of a site as it stood on the morning after a day, without later rows.

    The lake is read once, into tables of the engine, and serves every day. A state has one snapshot in the lake; it
    appears as the snapshots of the two mornings that a report of the day needs.

    Args:
        settings: the site.
        closed: unit → moment when it was closed; the lake has only the state after it.
    """

    def __init__(self, settings: Settings, closed: Mapping[str, dt.datetime]) -> None:
        super().__init__(settings)
        self._number = next(_NUMBERS)
        self._closed = dict(closed)
        self._coverage = {
            name: self.first_days.known(dataset_named(name), self.ledger.coverage.days(name, *_ALL_DAYS))
            for name in self.sources_by_dataset
        }
        self._tables = {name: self._load(name) for name in self.sources_by_dataset if self.version(name) is not None}
        self._known_tables: dict[tuple[str, dt.date], ir.Table] = {}
        self._day = (
            max((covered.day for name in self._tables for covered in self._coverage[name]), default=_ALL_DAYS[0]) - _DAY
        )

    def stand_after(self, day: dt.date) -> None:
        """Set the day after whose end the lake is read."""
        self._day = day
        self._known_tables.clear()

    def table(self, dataset: str, first: str | dt.date | None = None, last: str | dt.date | None = None) -> ir.Table:
        """Return the rows as :meth:`Workspace.table` does; of a state those of its snapshots."""
        contract = dataset_named(dataset)
        if dataset not in self._tables:
            return super().table(dataset, first, last)
        first, last = (dt.date.fromisoformat(day) if isinstance(day, str) else day for day in (first, last))
        if contract.kind is Kind.STATE:
            days = [covered.day for covered in self.covered_days(dataset, first or _ALL_DAYS[0], last or _ALL_DAYS[1])]
            return (
                self.snapshots(dataset, self.covered_days(dataset, min(days), max(days)))
                if days
                else self._empty(dataset)
            )
        table = self._known(dataset, self._day)
        table = table.filter(table.day <= ibis.literal(min(last or self._day, self._day)))
        return table if first is None else table.filter(table.day >= ibis.literal(first))

    def files_by_day(self, dataset: str, first: dt.date, last: dt.date) -> Mapping[dt.date, Sequence[str]] | None:
        """Return the files as :meth:`Workspace.files_by_day` does; None of states, and of rows known in part."""
        if dataset in KNOWN or dataset_named(dataset).kind is Kind.STATE:
            return None
        return super().files_by_day(dataset, first, min(last, self._day))

    def _older_cases(self, dataset: Dataset, before: dt.date, since: dt.datetime) -> ir.Table:
        return cases_since(dataset, self.table(dataset.name, None, before - _DAY), since)

    def snapshots(self, dataset: str, chosen: object) -> ir.Table:
        """Return the rows of some snapshots, as :meth:`Workspace.snapshots`."""
        snapshots = list(chosen)  # type: ignore[call-overload]
        tables = []
        for day in sorted({snapshot.day for snapshot in snapshots}):
            sources = [snapshot.source for snapshot in snapshots if snapshot.day == day]
            table = self._known(dataset, day - _DAY)
            tables.append(table.filter(table.source.isin(sources)).mutate(day=ibis.literal(day)))
        return ibis.union(*tables) if len(tables) > 1 else tables[0] if tables else self._empty(dataset)

    def covered_days(self, dataset: str, first: dt.date, last: dt.date) -> list[CoverageDay]:
        """Return the covered days as :meth:`Workspace.covered_days` does, none of them later than the day."""
        covered = self._coverage.get(dataset, [])
        if dataset_named(dataset).kind is Kind.STATE:
            mornings = (self._day, self._day + _DAY)
            covered = [
                replace(item, day=day, taken_at=self._morning(day - _DAY)) for day in mornings for item in covered
            ]
        else:
            now = self._morning(self._day)
            covered = [replace(item, taken_at=min(item.taken_at, now)) for item in covered if item.day <= self._day]
        return [item for item in covered if first <= item.day <= last]

    def _morning(self, day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day + _DAY, MORNING, self.settings.zone).astimezone(dt.UTC)

    def _load(self, dataset: str) -> ir.Table:
        table: ir.Table = self.reader.connection.create_table(
            f"past{self._number}_{dataset.replace('.', '_')}", super().table(dataset), temp=True
        )
        return table

    def _empty(self, dataset: str) -> ir.Table:
        return self.reader.from_arrow(DATASETS[dataset].schema().empty_table())

    def _known(self, dataset: str, day: dt.date) -> ir.Table:
        """Return the rows as they were on the morning after a day, as a view, since they are read often."""
        if (dataset, day) not in self._known_tables:
            at = self._morning(day)
            table = known_at(dataset, self._tables[dataset], at.astimezone(self.settings.zone))
            if dataset == "identity.units":
                later = [unit for unit, moment in self._closed.items() if moment > at]
                table = table.mutate(is_enabled=table.is_enabled | table.unit.isin(later))
            elif dataset == "identity.accounts" and "identity.logins" in self._tables:
                table = self._with_logins(table, day, at)
            if table is not self._tables[dataset]:
                name = f"{dataset.replace('.', '_')}_{(self._day - day).days}"
                table = self.reader.connection.create_view(f"known{self._number}_{name}", table, overwrite=True)
            self._known_tables[dataset, day] = table
        return self._known_tables[dataset, day]

    def _with_logins(self, accounts: ir.Table, day: dt.date, at: dt.datetime) -> ir.Table:
        """Return the accounts; where the last login came after ``at``, with the login before it.

        An account that logged in before the lake's first day, and then not until ``at``, gets that day.
        """
        logins = self._tables["identity.logins"]
        lake_begin = self._morning(min(covered.day for covered in self._coverage["identity.logins"]) - _DAY)
        successes = logins.filter(
            (logins.day <= ibis.literal(day))
            & (logins.logged_in_at <= ibis.literal(at))
            & (logins.outcome == "success")
        )
        last = successes.group_by("account_id").aggregate(known_login_at=successes.logged_in_at.max())
        latest = self._tables["identity.accounts"].select(
            "account_id", latest_at=self._tables["identity.accounts"].last_login_at
        )
        joined = accounts.left_join(last, "account_id").drop("account_id_right").left_join(latest, "account_id")
        is_later = (joined.latest_at > ibis.literal(at)).fill_null(False)
        before = ibis.literal(lake_begin).cast(joined.last_login_at.type())
        is_old = (joined.opened_at < ibis.literal(lake_begin)).fill_null(True)
        known = ibis.coalesce(joined.known_login_at, is_old.ifelse(before, ibis.null(before.type())))
        return joined.mutate(last_login_at=is_later.ifelse(known, joined.last_login_at)).select(accounts.columns)


def report_of(workspace: PastWorkspace, day: dt.date) -> Report:
    """Return the report of a day's inspection, made on the morning after it."""
    workspace.stand_after(day)
    return Report(workspace, "daily_inspection", "", Period.day(day))
