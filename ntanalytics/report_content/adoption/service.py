"""Burden of the staff by the service: hours by cause, little used functions, locked out accounts, signing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import ibis.expr.types as ir

from ntanalytics.metrics.bounds import join_notes
from ntanalytics.metrics.docexchange.signing import arrival_to_signing
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import NO_FIGURES, Figures, figures
from ntanalytics.metrics.identity.locked_out import locked_out
from ntanalytics.metrics.im import messages as im_messages
from ntanalytics.metrics.oa import burden, low_use
from ntanalytics.metrics.sso import accesses
from ntanalytics.subsystems.im.versions import outdated_clients
from ntanalytics.workspace.dataset_view import DatasetView
from ntanalytics.workspace.report import Report

#: Days before the period in which the other task of a matter, and the usual clients, are looked for.
TASKS_BACK, CLIENTS_BACK, DELIVERIES_BACK = 35, 28, 31

#: Dataset → days of history that this part of the report reads.
READS = {
    "sms.messages": 0,
    "im.sessions": CLIENTS_BACK,
    "identity.logins": 0,
    "sso.accesses": 0,
    "sso.apps": 0,
    "docexchange.deliveries": DELIVERIES_BACK,
    "oa.tasks": TASKS_BACK,
}


#: What the table of little used functions cannot have for want of a source.
_UNSEEN = {"modules": "模块使用没有数据源，模块未列入。", "apps": "应用访问没有数据源，应用未列入。"}


@dataclass(frozen=True, kw_only=True)
class Service:
    """Burden of the staff and faults of the service in a period.

    Attributes:
        burden: the burdens with their person-hours a week, the most first.
        unknown: causes of burden that no source, a gap or no setting lets see.
        low_use: modules and applications that hardly anybody uses.
        locked_out: accounts that a fault of the service locked out, by reason.
        signing: time from arrival to signing, in this period and the one before.
    """

    burden: Figures
    unknown: tuple[str, ...]
    low_use: Figures
    locked_out: Figures
    signing: FigureRow


def open_datasets(report: Report) -> None:
    """Open the datasets of this part, so that the head of a report that shows it later names their tables and gaps."""
    staff = report.workspace.settings.adoption.staff_applications
    for dataset, days in READS.items():
        if report.workspace.sources_by_dataset.get(dataset) and (staff or dataset != "sms.messages"):
            report.dataset(dataset, days)


def summarize_service(report: Report) -> Service:
    """Return the burden of the city's staff in a report's period (docs/domain.md, Burden)."""
    return _Queries(report).compute()


class _Queries:
    """Queries of the parts, each over the datasets that the site has."""

    def __init__(self, report: Report) -> None:
        self._report = report
        period = report.period
        self._weeks = ((period.last - period.first).days + 1) / 7

    def compute(self) -> Service:
        """Return all parts."""
        causes: dict[str, Callable[[], Figures | None]] = {
            "after_hours": self._after_hours,
            "asked_twice": self._asked_twice,
            "stuck": self._stuck,
            "unneeded": self._unneeded,
            "old_client": self._old_clients,
        }
        parts = {code: find() for code, find in causes.items()}
        known = [part for part in parts.values() if part is not None]
        items = sorted((row for part in known for row in part), key=lambda row: -(row["burden_hours"] or 0))
        merged = NO_FIGURES
        if known:
            notes = join_notes(*(part.note for part in known))
            is_complete = all(part.is_complete for part in known)
            merged = replace(known[0], items=tuple(items), note=notes, is_complete=is_complete, origin={})
        return Service(
            burden=merged,
            unknown=tuple(code for code, part in parts.items() if part is None),
            low_use=self._low_use(),
            locked_out=self._locked_out(),
            signing=self._signing(),
        )

    def _view(self, dataset: str, history: int = 0, *, columns: Sequence[str] = ()) -> DatasetView | None:
        """Return a dataset; None where no source feeds it, or none has one of the columns."""
        if not self._report.workspace.sources_by_dataset.get(dataset):
            return None
        view = self._report.dataset(dataset, history)
        return None if any(len(view.sources_without(name)) == len(view.sources) for name in columns) else view

    def _with_hours(
        self, rows: ir.Table, view: DatasetView, days_back: int = 0, *, columns: Sequence[str] = ()
    ) -> Figures:
        """Return the weighed rows of a cause; lower bounds over a gap, or where a source or many rows lack a column.

        Args:
            rows: the rows of the cause.
            view: the dataset that they were made of.
            days_back: days before the period that it looks back on.
            columns: the columns that it needs.
        """
        looked_at = view.since(self._report.period.first - dt.timedelta(days=days_back)) if days_back else view
        made = figures(burden.weigh(rows, self._weeks), looked_at)
        is_named = view.unfilled.columns.isdisjoint(columns)
        if is_named and not any(map(view.sources_without, columns)):
            return made
        note = made.note if is_named else join_notes(made.note, view.unfilled.note)
        items = tuple(FigureRow(row, is_complete=False) for row in made)
        return replace(made, is_complete=False, note=note, items=items)

    def _after_hours(self) -> Figures | None:
        applications = self._report.workspace.settings.adoption.staff_applications
        messages = self._view("sms.messages") if applications else None
        if messages is None or messages.is_shifted:
            return None
        rows = burden.after_hours(messages.table, messages.days, applications, self._report.utc_offset_h)
        return self._with_hours(rows, messages)

    def _asked_twice(self) -> Figures | None:
        columns = ("matter_id", "unit")
        tasks = self._view("oa.tasks", TASKS_BACK, columns=columns)
        if tasks is None:
            return None
        named, period = self._report.resolve_units(tasks.cases), self._report.period
        rows = burden.asked_twice(named, period.first, period.last)
        return self._with_hours(rows, tasks, TASKS_BACK, columns=columns)

    def _stuck(self) -> Figures | None:
        tasks = self._view("oa.tasks", TASKS_BACK, columns=["step"])
        # over a gap a step may seem to wait longer than the others: not even a bound is known
        if tasks is None or not tasks.is_complete or _hides_open(tasks):
            return None
        return self._with_hours(burden.stuck(tasks.cases, tasks.known_end), tasks, columns=["step"])

    def _unneeded(self) -> Figures | None:
        activities = self._view("oa.activities")
        # over a gap a module may seem to be hardly used
        if activities is None or not activities.is_complete:
            return None
        return self._with_hours(burden.unneeded(burden.module_users(activities.table)), activities)

    def _old_clients(self) -> Figures | None:
        sessions = self._view("im.sessions", CLIENTS_BACK)
        if sessions is None:
            return None
        by_day = im_messages.clients_by_day(sessions.recent).to_pyarrow().to_pylist()
        outdated = sorted({row["client"] for row in outdated_clients(by_day)})
        return self._with_hours(burden.old_clients(sessions.table, outdated), sessions, CLIENTS_BACK)

    def _low_use(self) -> Figures:
        activities = self._view("oa.activities")
        tickets, apps = self._view("sso.accesses"), self._view("sso.apps")
        parts = []
        if activities is not None:
            parts.append(figures(low_use.little_used_modules(burden.module_users(activities.table)), activities))
        is_counted = tickets is not None and not (
            "access_users" in tickets.unknown_measures or tickets.sources_without("app_id")
        )
        if tickets is not None and apps is not None and is_counted:
            by_app = accesses.by_app(tickets.table, apps.table)
            little_used = figures(low_use.little_used_apps(by_app), tickets, apps)
            # those whom accesses do not name may be used by many
            is_named = "app_id" not in tickets.unfilled.columns
            parts.append(little_used if is_named else little_used.unknown_rows())
        # over a gap a module may have been used on the days that are missing
        whole = [part if part.is_complete else part.unknown_rows() for part in parts]
        if not whole:
            return NO_FIGURES
        items = tuple(row for part in whole for row in part)
        blind = [_UNSEEN["modules"]] if activities is None else []
        blind += [_UNSEEN["apps"]] if apps is None or not is_counted else []
        notes = join_notes(*(part.note for part in whole), *blind)
        is_complete, is_known = (all(getattr(part, name) for part in whole) for name in ("is_complete", "is_known"))
        return replace(whole[0], items=items, note=notes, is_complete=is_complete, is_known=is_known)

    def _locked_out(self) -> Figures:
        logins = self._view("identity.logins")
        return NO_FIGURES if logins is None else figures(locked_out(logins.table), logins)

    def _signing(self) -> FigureRow:
        deliveries = self._view("docexchange.deliveries", DELIVERIES_BACK)
        if deliveries is None:
            return FigureRow({}, is_complete=False)
        report = self._report
        before_at = report.previous.window(report.workspace.settings.zone)[0]
        made = arrival_to_signing(deliveries.cases, report.begins_at, report.ends_at, before_at)
        return figures(made, deliveries).total


def _hides_open(cases: DatasetView) -> bool:
    """Return whether what is open at the end is not known, though no day of the period is missing."""
    return bool(cases.unfilled.lost or cases.unended or cases.young_sources)
