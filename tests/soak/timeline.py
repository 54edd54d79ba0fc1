"""Time goes by: the scheduler is called at moments of a fake clock, while faults come and go."""

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
from tests.soak.caller import Called, Caller
from tests.soak.faults import MOMENTARY, Fault, Standing
from tests.soak.reckoning import ZONE, Expected, expected

#: When the timer calls on each day: before the first turn, right after each, by the deadlines, later.
CLOCKS = ("07:35", "08:12", "08:45", "10:15", "14:30", "20:00")

#: A file that a full disk still takes: less than any page of a report has.
_ROOM_BYTES = 1_000_000

#: So long another program holds the ledger: longer than the suite waits for it.
_LOCKED_S = 33.0


@dataclass
class Story:
    """What happened.

    Attributes:
        first: the first call (aware).
        last: the last one.
        calls: moments at which a call came to its end, in their order.
        broken: moment and error of each call that failed.
        overdue: at each moment that health was asked, the (job, period) that it had to find overdue.
        befell: kind of fault → how often it befell.
        done: what calls said of turns: (job, period, status) → how often.
        deaths: callers that were killed in the midst of a call.
        seconds: how long all of it took.
    """

    first: dt.datetime
    last: dt.datetime
    calls: list[dt.datetime] = field(default_factory=list)
    broken: list[tuple[dt.datetime, str]] = field(default_factory=list)
    overdue: list[set[tuple[str, str]]] = field(default_factory=list)
    befell: Counter[str] = field(default_factory=Counter)
    done: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    deaths: int = 0
    seconds: float = 0.0


class Timeline:
    """Some days of the schedule.

    Args:
        config: the site's ``ntanalytics.yml``.
        ledger: the URL of its ledger.
        jobs: its jobs.
        box: its mail server.
        faults: what goes wrong.
        rng: drawn from.
        tell: told what goes on.
    """

    def __init__(
        self,
        config: Path,
        ledger: str,
        jobs: Mapping[str, Mapping[str, Any]],
        box: Mailbox,
        faults: Sequence[Fault],
        rng: random.Random,
        tell: Callable[[str], None],
    ) -> None:
        self._config, self._jobs, self._faults, self._rng, self._tell = config, jobs, faults, rng, tell
        self._engine = sa.create_engine(ledger, poolclass=NullPool)
        self._standing = Standing(config.parent, box, rng)
        self._pending = [each for each in faults if each.kind in MOMENTARY]
        self._callers: dict[str, Caller] = {}
        self._begun: set[Fault] = set()

    def run(self, first: dt.date, last: dt.date) -> Story:
        """Let the days go by, the last included; then no fault is left, and the last calls find what is to be done."""
        begun = time.monotonic()
        clocks = [dt.time.fromisoformat(clock) for clock in CLOCKS]
        days = days_between(first, last)
        moments = [dt.datetime.combine(day, clock, ZONE) for day in days for clock in clocks]
        story = Story(moments[0], moments[-1])
        before = moments[0]
        try:
            for moment in moments:
                self._age_leases(moment - before)
                before = moment
                self._moment(moment, story)
                if moment.weekday() == 6 and moment.time() == clocks[-1]:
                    issued = sum(count for (*_, status), count in story.done.items() if status == "issued")
                    self._tell(f"{moment:%Y-%m-%d}: {issued} issued, {dict(story.befell)}, {story.deaths} killed")
        finally:
            self._standing.be(())
            for caller in self._callers.values():
                caller.close()
        story.seconds = time.monotonic() - begun
        return story

    def _moment(self, moment: dt.datetime, story: Story) -> None:
        holding = [each for each in self._faults if each.holds(moment) and each.kind not in MOMENTARY]
        self._standing.be(holding)
        for fault in holding:
            if fault not in self._begun:
                self._begun.add(fault)
                story.befell[fault.kind] += 1
        kinds = {each.kind for each in holding}
        if "host down" in kinds:
            return
        self._call(moment, story, is_full="disk full" in kinds)
        if self._comes("clock set back", moment):
            story.befell["clock set back"] += 1
            self._call(moment - dt.timedelta(hours=1), story, is_full=False)

    def _call(self, moment: dt.datetime, story: Story, *, is_full: bool) -> None:
        due = self._due(moment, story)
        if is_full:
            caller = Caller(self._config, self._log("full"), _ROOM_BYTES)
            caller.ask("run-due", moment)
            self._note(moment, caller.answer(), story)
            caller.close()
        elif due and self._comes("ledger locked", moment):
            story.befell["ledger locked"] += 1
            with self._locked_soon():
                self._ask_and_note("one", moment, story)
        elif due and self._comes("process killed", moment):
            self._kill(moment, due, story)
        elif self._comes("two at once", moment):
            story.befell["two at once"] += 1
            for name in ("one", "two"):
                self._caller(name).ask("run-due", moment)
            for name in ("one", "two"):
                self._note(moment, self._caller(name).answer(), story)
        else:
            self._ask_and_note("one", moment, story)
        asked = self._caller("one")
        asked.ask("health", moment)
        answer = asked.answer()
        if answer is None or answer.error:
            story.broken.append((moment, f"health: {answer.error if answer else 'killed'}"))
            return
        story.overdue.append(self._overdue(moment, story))

    def _kill(self, moment: dt.datetime, due: int, story: Story) -> None:
        """Kill a call in its midst; one that ended before is not killed, and the fault waits for another."""
        caller = self._caller("one")
        caller.ask("run-due", moment)
        if caller.answers(self._rng.uniform(0.05, 3.0 + 3.0 * (due - 1))):
            self._note(moment, caller.answer(), story)
            fault = Fault("process killed", moment, moment + dt.timedelta(days=5))
            self._pending.append(fault)
            return
        caller.kill()
        del self._callers["one"]
        story.befell["process killed"] += 1
        story.deaths += 1

    def _ask_and_note(self, name: str, moment: dt.datetime, story: Story) -> None:
        caller = self._caller(name)
        caller.ask("run-due", moment)
        self._note(moment, caller.answer(), story)

    def _note(self, moment: dt.datetime, called: Called | None, story: Story) -> None:
        if called is None:
            raise RuntimeError(f"the call of {moment} ended by itself without an answer; see {self._log('one')}")
        if called.error:
            story.broken.append((moment, called.error))
            if called.is_bug:
                raise RuntimeError(f"the call of {moment}: {called.error}")
            return
        story.calls.append(moment)
        for job, period, status, _why in called.done:
            story.done[job, period, status] += 1

    def _caller(self, name: str) -> Caller:
        if name not in self._callers:
            self._callers[name] = Caller(self._config, self._log(name))
        return self._callers[name]

    def _log(self, name: str) -> Path:
        return self._config.parent / f"soak-{name}.log"

    def _comes(self, kind: str, moment: dt.datetime) -> bool:
        """Whether a momentary fault is to come now; it is then over."""
        for fault in self._pending:
            if fault.kind == kind and fault.holds(moment):
                self._pending.remove(fault)
                return True
        return False

    def _due(self, moment: dt.datetime, story: Story) -> int:
        """How many turns have come since the last call that came to its end."""
        since = max(story.calls, default=story.first - dt.timedelta(days=1))
        return sum(since < each.at <= moment for each in expected(self._jobs, story.first, moment))

    def _overdue(self, moment: dt.datetime, story: Story) -> set[tuple[str, str]]:
        """The turns that are young enough to be made up for, past their deadline, and neither out nor given up."""
        with self._engine.connect() as connection:
            rows = connection.execute(sa.text("SELECT job, period, status FROM turns")).all()
        over = {(job, period) for job, period, status in rows if status in ("issued", "skipped")}

        def is_overdue(each: Expected) -> bool:
            return each.deadline < moment and moment - each.at < each.max_age and (each.job, each.period) not in over

        turns = expected(self._jobs, story.first, moment)
        return {(each.job, each.period) for each in turns if is_overdue(each)}

    def _age_leases(self, by: dt.timedelta) -> None:
        """Let the clock of the ledger's database go on as the fake one does: who was killed renews nothing."""
        with self._engine.begin() as connection:
            if not sa.inspect(connection).has_table("leases"):
                return
            leases = sa.table("leases", sa.column("name"), sa.column("expires_at", sa.DateTime))
            for name, expires_at in connection.execute(sa.select(leases.c.name, leases.c.expires_at)).all():
                connection.execute(leases.update().where(leases.c.name == name).values(expires_at=expires_at - by))

    @contextmanager
    def _locked_soon(self) -> Iterator[None]:
        """Another program takes the ledger in a moment, and holds it for longer than anybody waits."""
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
