"""A lake that was filled once, read as it stood on the morning after each of its days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import ibis
import ibis.expr.types as ir

from ntanalytics.contract import DATASETS, Kind
from ntanalytics.contract import dataset as dataset_named
from ntanalytics.evaluation.point_in_time import known_at
from ntanalytics.ledger import CoverageDay
from ntanalytics.periods import Period
from ntanalytics.settings import Settings
from ntanalytics.workspace.report import Report
from ntanalytics.workspace.site import Workspace

#: When an inspection is made, and the snapshots of states are taken: on the next morning.
MORNING = dt.time(6, 10)
_EVER = (dt.date(1970, 1, 1), dt.date(2999, 12, 31))
_DAY = dt.timedelta(days=1)


class PastWorkspace(Workspace):
    """A site's lake as it stood on the morning after a day; what came later is not there.

    The lake is read once, into tables of the engine, and serves every day. A state, of which the lake has one
    snapshot, appears as those of the two mornings that a report of the day needs.

    Args:
        settings: the site.
        closed: unit → when it was closed, of which the lake tells the end only.
    """

    def __init__(self, settings: Settings, closed: Mapping[str, dt.datetime]) -> None:
        super().__init__(settings)
        self._closed = dict(closed)
        self._taken = {name: self.ledger.coverage.days(name, *_EVER) for name in self.sources_by_dataset}
        self._held = {name: self._load(name) for name in self.sources_by_dataset if self.version(name) is not None}
        self._seen: dict[tuple[str, dt.date], ir.Table] = {}
        self._day = max((each.day for name in self._held for each in self._taken[name]), default=_EVER[0]) - _DAY

    def stand_after(self, day: dt.date) -> None:
        """Let it be the morning after a day."""
        self._day = day
        self._seen.clear()

    def table(self, dataset: str, first: str | dt.date | None = None, last: str | dt.date | None = None) -> ir.Table:
        """See :meth:`Workspace.table`; of a state the rows of its snapshots."""
        contract = dataset_named(dataset)
        if dataset not in self._held:
            return super().table(dataset, first, last)
        first, last = (dt.date.fromisoformat(day) if isinstance(day, str) else day for day in (first, last))
        if contract.kind is Kind.STATE:
            days = [each.day for each in self.covered_days(dataset, first or _EVER[0], last or _EVER[1])]
            return (
                self.snapshots(dataset, self.covered_days(dataset, min(days), max(days)))
                if days
                else self._empty(dataset)
            )
        table = self._known(dataset, self._day)
        table = table.filter(table.day <= ibis.literal(min(last or self._day, self._day)))
        return table if first is None else table.filter(table.day >= ibis.literal(first))

    def snapshots(self, dataset: str, chosen: object) -> ir.Table:
        """See :meth:`Workspace.snapshots`."""
        taken = list(chosen)  # type: ignore[call-overload]
        tables = []
        for day in sorted({each.day for each in taken}):
            sources = [each.source for each in taken if each.day == day]
            table = self._known(dataset, day - _DAY)
            tables.append(table.filter(table.source.isin(sources)).mutate(day=ibis.literal(day)))
        return ibis.union(*tables) if len(tables) > 1 else tables[0] if tables else self._empty(dataset)

    def covered_days(self, dataset: str, first: dt.date, last: dt.date) -> list[CoverageDay]:
        """See :meth:`Workspace.covered`: days after the one that is over are not there yet."""
        taken = self._taken.get(dataset, [])
        if dataset_named(dataset).kind is Kind.STATE:
            taken = [replace(each, day=self._day + back) for back in (dt.timedelta(), _DAY) for each in taken]
            taken = [replace(each, taken_at=self._morning(each.day - _DAY)) for each in taken]
        else:
            now = self._morning(self._day)
            taken = [replace(each, taken_at=min(each.taken_at, now)) for each in taken if each.day <= self._day]
        return [each for each in taken if first <= each.day <= last]

    def _morning(self, day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day + _DAY, MORNING, self.settings.zone).astimezone(dt.UTC)

    def _load(self, dataset: str) -> ir.Table:
        table: ir.Table = self.reader.connection.create_table(
            dataset.replace(".", "_"), super().table(dataset), temp=True
        )
        return table

    def _empty(self, dataset: str) -> ir.Table:
        return self.reader.memory(DATASETS[dataset].schema().empty_table())

    def _known(self, dataset: str, day: dt.date) -> ir.Table:
        """The rows as they were on the morning after a day: a view of the engine, since it is asked for often."""
        if (dataset, day) not in self._seen:
            at = self._morning(day)
            table = known_at(dataset, self._held[dataset], at)
            if dataset == "identity.units":
                later = [unit for unit, moment in self._closed.items() if moment > at]
                table = table.mutate(is_enabled=table.is_enabled | table.unit.isin(later))
            elif dataset == "identity.accounts" and "identity.logins" in self._held:
                table = self._with_logins(table, day, at)
            if table is not self._held[dataset]:
                name = f"{dataset.replace('.', '_')}_{(self._day - day).days}"
                table = self.reader.connection.create_view(f"known_{name}", table, overwrite=True)
            self._seen[dataset, day] = table
        return self._seen[dataset, day]

    def _with_logins(self, accounts: ir.Table, day: dt.date, at: dt.datetime) -> ir.Table:
        """Accounts whose last login came later, with the one before it.

        Of who had logged in before the lake's first day, and then not until ``at``, that day is said.
        """
        logins = self._held["identity.logins"]
        begun = self._morning(min(each.day for each in self._taken["identity.logins"]) - _DAY)
        got_in = logins.filter(
            (logins.day <= ibis.literal(day))
            & (logins.logged_in_at <= ibis.literal(at))
            & (logins.outcome == "success")
        )
        last = got_in.group_by("account_id").aggregate(known_login_at=got_in.logged_in_at.max())
        ever = self._held["identity.accounts"].select(
            "account_id", ever_at=self._held["identity.accounts"].last_login_at
        )
        joined = accounts.left_join(last, "account_id").drop("account_id_right").left_join(ever, "account_id")
        is_later = (joined.ever_at > ibis.literal(at)).fill_null(False)
        before = ibis.literal(begun).cast(joined.last_login_at.type())
        is_old = (joined.opened_at < ibis.literal(begun)).fill_null(True)
        found = ibis.coalesce(joined.known_login_at, is_old.ifelse(before, ibis.null(before.type())))
        return joined.mutate(last_login_at=is_later.ifelse(found, joined.last_login_at)).select(accounts.columns)


def report_of(workspace: PastWorkspace, day: dt.date) -> Report:
    """The report that the inspection of a day is made for, on the morning after it."""
    workspace.stand_after(day)
    return Report(workspace, "daily_inspection", "", Period.day(day))
