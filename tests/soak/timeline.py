"""The simulation of time: calls of the scheduler by a fake clock, with faults."""

from __future__ import annotations

import datetime as dt
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from ntanalytics.periods import days_between
from tests.servers.mailbox import Mailbox
from tests.soak.caller import Caller, CallResult
from tests.soak.expected_runs import ZONE, ExpectedRun, expected_runs
from tests.soak.faults import MOMENTARY, ActiveFaults, Fault

#: Calls of each day: before the first run, right after each, at the deadlines, later.
CLOCKS = ("07:35", "08:12", "08:45", "10:15", "14:30", "20:00")

#: Largest file on a full disk: smaller than any report page.
_ROOM_BYTES = 1_000_000

#: Seconds for which another program locks the ledger: longer than the suite waits.
_LOCKED_S = 33.0


@dataclass
class SoakLog:
    """Log of a simulation.

    Attributes:
        first: the first call (aware).
        last: the last call.
        calls: moments of completed calls, in order.
        broken: moment and error of each failed call.
        overdue: for each call of health, the (job, period) pairs that it had to find overdue.
        counts_by_fault: kind of fault → number.
        done: (job, period, status) of runs according to the calls → number.
        deaths: number of calls that were killed.
        seconds: duration of the simulation.
    """

    first: dt.datetime
    last: dt.datetime
    calls: list[dt.datetime] = field(default_factory=list)
    broken: list[tuple[dt.datetime, str]] = field(default_factory=list)
    overdue: list[set[tuple[str, str]]] = field(default_factory=list)
    counts_by_fault: Counter[str] = field(default_factory=Counter)
    done: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    deaths: int = 0
    seconds: float = 0.0


class Timeline:
    """Simulation of some days of the schedule.

    Args:
        config: the site's ``ntanalytics.yml``.
        ledger: the URL of its ledger.
        jobs: its jobs.
        box: its mail server.
        faults: the faults.
        rng: the random numbers.
        show: a callback for progress.
    """

    def __init__(
        self,
        config: Path,
        ledger: str,
        jobs: Mapping[str, Mapping[str, Any]],
        box: Mailbox,
        faults: Sequence[Fault],
        rng: random.Random,
        show: Callable[[str], None],
    ) -> None:
        self._config, self._jobs, self._faults, self._rng, self._show = config, jobs, faults, rng, show
        self._engine = sa.create_engine(ledger, poolclass=NullPool)
        self._standing = ActiveFaults(config.parent, box, rng)
        self._pending = [each for each in faults if each.kind in MOMENTARY]
        self._callers: dict[str, Caller] = {}
        self._begun: set[Fault] = set()

    def run(self, first: dt.date, last: dt.date) -> SoakLog:
        """Simulate the days, the last included; the last ones have no fault, so that open work is completed."""
        begun = time.monotonic()
        clocks = [dt.time.fromisoformat(clock) for clock in CLOCKS]
        days = days_between(first, last)
        moments = [dt.datetime.combine(day, clock, ZONE) for day in days for clock in clocks]
        log = SoakLog(moments[0], moments[-1])
        before = moments[0]
        try:
            for moment in moments:
                self._age_leases(moment - before)
                before = moment
                self._moment(moment, log)
                if moment.weekday() == 6 and moment.time() == clocks[-1]:
                    issued = sum(count for (*_, status), count in log.done.items() if status == "issued")
                    self._show(f"{moment:%Y-%m-%d}: {issued} issued, {dict(log.counts_by_fault)}, {log.deaths} killed")
        finally:
            self._standing.set_faults(())
            for caller in self._callers.values():
                caller.close()
        log.seconds = time.monotonic() - begun
        return log

    def _moment(self, moment: dt.datetime, log: SoakLog) -> None:
        holding = [each for each in self._faults if each.holds(moment) and each.kind not in MOMENTARY]
        self._standing.set_faults(holding)
        for fault in holding:
            if fault not in self._begun:
                self._begun.add(fault)
                log.counts_by_fault[fault.kind] += 1
        kinds = {each.kind for each in holding}
        if "host down" in kinds:
            return
        self._call(moment, log, is_full="disk full" in kinds)
        if self._comes("clock set back", moment):
            log.counts_by_fault["clock set back"] += 1
            self._call(moment - dt.timedelta(hours=1), log, is_full=False)

    def _call(self, moment: dt.datetime, log: SoakLog, *, is_full: bool) -> None:
        due = self._due(moment, log)
        if is_full:
            caller = Caller(self._config, self._log("full"), _ROOM_BYTES)
            caller.ask("run-due", moment)
            self._note(moment, caller.answer(), log)
            caller.close()
        elif due and self._comes("ledger locked", moment):
            log.counts_by_fault["ledger locked"] += 1
            with self._locked_soon():
                self._ask_and_note("one", moment, log)
        elif due and self._comes("process killed", moment):
            self._kill(moment, due, log)
        elif self._comes("two at once", moment):
            log.counts_by_fault["two at once"] += 1
            for name in ("one", "two"):
                self._caller(name).ask("run-due", moment)
            for name in ("one", "two"):
                self._note(moment, self._caller(name).answer(), log)
        else:
            self._ask_and_note("one", moment, log)
        asked = self._caller("one")
        asked.ask("health", moment)
        answer = asked.answer()
        if answer is None or answer.error:
            log.broken.append((moment, f"health: {answer.error if answer else 'killed'}"))
            return
        log.overdue.append(self._overdue(moment, log))

    def _kill(self, moment: dt.datetime, due: int, log: SoakLog) -> None:
        """Kill a running call; if it ends before, the fault waits for another call."""
        caller = self._caller("one")
        caller.ask("run-due", moment)
        if caller.answers(self._rng.uniform(0.05, 3.0 + 3.0 * (due - 1))):
            self._note(moment, caller.answer(), log)
            fault = Fault("process killed", moment, moment + dt.timedelta(days=5))
            self._pending.append(fault)
            return
        caller.kill()
        del self._callers["one"]
        log.counts_by_fault["process killed"] += 1
        log.deaths += 1

    def _ask_and_note(self, name: str, moment: dt.datetime, log: SoakLog) -> None:
        caller = self._caller(name)
        caller.ask("run-due", moment)
        self._note(moment, caller.answer(), log)

    def _note(self, moment: dt.datetime, called: CallResult | None, log: SoakLog) -> None:
        if called is None:
            raise RuntimeError(f"the call of {moment} ended by itself without an answer; see {self._log('one')}")
        if called.error:
            log.broken.append((moment, called.error))
            if called.is_bug:
                raise RuntimeError(f"the call of {moment}: {called.error}")
            return
        log.calls.append(moment)
        for job, period, status, _why in called.done:
            log.done[job, period, status] += 1

    def _caller(self, name: str) -> Caller:
        if name not in self._callers:
            self._callers[name] = Caller(self._config, self._log(name))
        return self._callers[name]

    def _log(self, name: str) -> Path:
        return self._config.parent / f"soak-{name}.log"

    def _comes(self, kind: str, moment: dt.datetime) -> bool:
        """Return whether a momentary fault is due now, and remove it."""
        for fault in self._pending:
            if fault.kind == kind and fault.holds(moment):
                self._pending.remove(fault)
                return True
        return False

    def _due(self, moment: dt.datetime, log: SoakLog) -> int:
        """Return the number of runs that are due since the last completed call."""
        since = max(log.calls, default=log.first - dt.timedelta(days=1))
        return sum(since < each.at <= moment for each in expected_runs(self._jobs, log.first, moment))

    def _overdue(self, moment: dt.datetime, log: SoakLog) -> set[tuple[str, str]]:
        """Return the runs past their deadline that can still be caught up, and are neither issued nor skipped."""
        with self._engine.connect() as connection:
            rows = connection.execute(sa.text("SELECT job, period, status FROM turns")).all()
        over = {(job, period) for job, period, status in rows if status in ("issued", "skipped")}

        def is_overdue(each: ExpectedRun) -> bool:
            return each.deadline < moment and moment - each.at < each.max_age and (each.job, each.period) not in over

        turns = expected_runs(self._jobs, log.first, moment)
        return {(each.job, each.period) for each in turns if is_overdue(each)}

    def _age_leases(self, by: dt.timedelta) -> None:
        """Age the leases like the fake clock, since the ledger's database has a clock of its own."""
        with self._engine.begin() as connection:
            if not sa.inspect(connection).has_table("leases"):
                return
            leases = sa.table("leases", sa.column("name"), sa.column("expires_at", sa.DateTime))
            for name, expires_at in connection.execute(sa.select(leases.c.name, leases.c.expires_at)).all():
                connection.execute(leases.update().where(leases.c.name == name).values(expires_at=expires_at - by))

    @contextmanager
    def _locked_soon(self) -> Iterator[None]:
        """Lock the ledger by another program after a moment, for longer than anybody waits."""
        is_over = threading.Event()
        soon = self._rng.uniform(0.0, 2.0)

        def hold() -> None:
            is_over.wait(soon)
            with self._engine.connect() as connection:
                connection.exec_driver_sql("BEGIN EXCLUSIVE")
                is_over.wait(_LOCKED_S)
                connection.exec_driver_sql("ROLLBACK")

        holder = threading.Thread(target=hold)
        holder.start()
        try:
            yield
        finally:
            is_over.set()
            holder.join()
