"""A report's page for each unit of the OA: one that fails is named, and the others come out.

Each page is a run as any other: a kernel of its own, staged, verified, published by one rename, with its line in the
ledger. What is the same for all is done once: taking the data, what the figures of all units have in common, the
libraries' import, the index. A page has no PDF: printing it would take longer than all the rest; the page of one unit,
run by itself, has one.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import tempfile
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ntanalytics.errors import BadParameter, LeaseLost, NoData, NtaError
from ntanalytics.periods import Period, parse_period
from ntanalytics.runner import evidence, finding_history, indexing
from ntanalytics.runner.engine import discard_progress
from ntanalytics.runner.notebooks import load_report
from ntanalytics.runner.parameters import resolve
from ntanalytics.runner.run import (
    Batch,
    By,
    Progress,
    RunResult,
    extracted_rows,
    no_progress,
    reap_abandoned_runs,
    run_report,
)
from ntanalytics.settings import Settings

if TYPE_CHECKING:
    from ntanalytics.extraction.retry_budget import RetryBudget
    from ntanalytics.kernels.pool import KernelPool

#: The parameter that names a unit.
UNIT = "unit"
#: From so many pages on, what they share is worked out first; it takes as long as two or three pages by themselves.
FEWEST_KEPT = 4
#: What a run may end in: an error of ours, the disk's, or a defect in what makes the page.
_OF_ONE = (NtaError, OSError, ValueError, TypeError, LookupError, RuntimeError)


@dataclass(frozen=True)
class UnitFailed:
    """A unit whose page did not come out.

    Attributes:
        unit: its name.
        error: why.
    """

    unit: str
    error: Exception

    @property
    def exit_code(self) -> int:
        """The code of its error; 1 where it is none of ours."""
        return self.error.exit_code if isinstance(self.error, NtaError) else NtaError.exit_code


@dataclass(frozen=True)
class EachUnit:
    """What came of the pages of all units.

    Attributes:
        published: unit → its run.
        failed: the units without a page, in their order.
        left_out: what could not be made beside the pages (the index), its name → why.
    """

    published: Mapping[str, RunResult]
    failed: Sequence[UnitFailed]
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """0 when each unit has its page, else the code of the first one's error."""
        return self.failed[0].exit_code if self.failed else 0


def run_each_unit(
    settings: Settings,
    report: str,
    period_text: str,
    parameters: Mapping[str, str],
    *,
    today: dt.date,
    clock: Callable[[], dt.datetime] | None = None,
    progress: Progress = discard_progress,
    notebooks: Path | None = None,
    units: Sequence[str] | None = None,
    by: By = "hand",
    but: Collection[str] = (),
    before_publishing: Callable[[str], None] = no_progress,
    patience: RetryBudget | None = None,
) -> EachUnit:
    """Run a report once for each unit that the OA has in the period.

    What is wrong with the command itself is refused before the first page. After that a page that fails, whatever the
    reason, leaves its evidence as any run does, and the other units' turns come. As many are at work as there are
    processors.

    Args:
        settings: the site.
        report: the name of a report that takes ``unit``.
        period_text: as :func:`ntanalytics.periods.parse_period` reads it.
        parameters: the report's other parameters, name → text.
        today: the local day on which "last-week" is said.
        clock: tells the moment (aware) at which data are taken, where it is not the machine's.
        progress: told of each unit and how many are done.
        notebooks: the folder of the reports (default: the project's).
        units: the units, instead of those of the OA.
        by: who asked for it, for the audit trail.
        but: units that have their page already.
        before_publishing: as :func:`ntanalytics.runner.run.run_report` asks it, for each page.
        patience: in which sources that are down are tried again, before the first page.

    Raises:
        LeaseLost: another process may be making the same pages; no more are made.
        UnknownName, BadPeriod, BadParameter: nothing was started.
        NoData: the OA has no unit in that period.
    """
    plan = load_report(report, notebooks)
    if UNIT not in {parameter.name for parameter in plan.parameters}:
        raise BadParameter("it has no parameter `unit`", where=report, todo="run it without --each-unit")
    if UNIT in parameters:
        raise BadParameter("a unit is named, and --each-unit means all", where=report, todo="leave one of them out")
    resolve(plan.parameters, parameters, where=report)
    period = parse_period(period_text, today, settings.calendar())
    plan.check_period(period)
    from ntanalytics.ledger import Ledger

    ledger = Ledger(settings.ledger)
    failed_sources = extracted_rows(settings, ledger, plan, period, progress, clock, patience)
    if units is None:
        units = oa_units(settings, period)
    if not units:
        raise NoData(f"the OA has no unit in {period.text}", where=report, todo="check the sources of oa.members")
    units = [unit for unit in units if unit not in but]
    outputs = settings.outputs.resolve()
    reap_abandoned_runs(outputs, ledger)
    unnoted = finding_history.repair(outputs, ledger)
    with _server(settings, report, period, len(units), progress) as server:
        batch = Batch(ledger, evidence.known_secrets(settings), failed_sources, server)

        def page(unit: str, told: Progress) -> RunResult:
            return run_report(
                settings,
                report,
                period.text,
                {**parameters, UNIT: unit},
                today=today,
                clock=clock,
                progress=told,
                notebooks=notebooks,
                by=by,
                before_publishing=before_publishing,
                within=batch,
            )

        ended = _in_turn(report, units, page, server, progress)
    why = indexing.index_or_warn(settings, ledger, clock() if clock else None, notebooks)
    return replace(ended, left_out={**unnoted, **({"index.html": why} if why else {})})


def _in_turn(
    report: str,
    units: Sequence[str],
    page: Callable[[str, Progress], RunResult],
    server: KernelPool,
    progress: Progress,
) -> EachUnit:
    """The pages of all units, as many at once as there are processors; an interruption ends those that are at work."""
    published: dict[str, RunResult] = {}
    failed: dict[str, Exception] = {}
    waiting: Iterator[tuple[int, str]] = iter(enumerate(units, 1))
    taking = threading.Lock()

    def work() -> None:
        while True:
            with taking:
                number, unit = next(waiting, (0, ""))
                if not number:
                    return
                progress(f"{report} {number}/{len(units)} {unit}", 0)
            try:
                published[unit] = page(unit, discard_progress)
            except LeaseLost:
                raise
            except _OF_ONE as error:  # one unit's page is not worth the others'; it is named at the end
                failed[unit] = error

    def work_to_the_end() -> None:
        try:
            work()
        finally:
            with suppress(RuntimeError):  # no page was begun
                asyncio.get_event_loop().close()  # that Jupyter made for this thread, and leaves

    count = max(1, min(len(units), os.cpu_count() or 1))
    with ThreadPoolExecutor(count, "pages") as pool:
        workers = [pool.submit(work_to_the_end) for _ in range(count)]
        try:
            for worker in workers:
                worker.result()
        except BaseException:
            with taking:
                waiting = iter(())
            server.close()  # its kernels go with it, so that the runs end, and are recorded
            raise
    return EachUnit(
        {unit: published[unit] for unit in units if unit in published},
        [UnitFailed(unit, failed[unit]) for unit in units if unit in failed],
    )


@contextmanager
def _server(settings: Settings, report: str, period: Period, pages: int, progress: Progress) -> Iterator[KernelPool]:
    """What forks the kernels of the pages, with what they share in its memory: read once, and changed by none."""
    from ntanalytics.kernels.pool import KernelPool, lasting
    from ntanalytics.report_content import batch_cache
    from ntanalytics.workspace import Report, Workspace

    environment = lasting(evidence.kernel_environment(settings, ""))
    keep = batch_cache.keepers().get(report)
    with tempfile.TemporaryDirectory(prefix="nta-kept-") as folder:
        reads = []
        if keep is not None and pages >= FEWEST_KEPT and (settings.store or settings.lake.is_dir()):
            progress(f"{report} {period.text}: figures of all units", 0)
            batch_cache.write(keep(Report(Workspace(settings), report, "", period)), Path(folder))
            reads = [f"ntanalytics.report_content.batch_cache:load={folder}"]
        with KernelPool(environment, reads=reads) as server:
            yield server


def oa_units(settings: Settings, period: Period) -> list[str]:
    """The units that have an enabled account in the OA at the period's end, or acted in it, by our names, in order.

    Raises:
        SettingsError: the table of aliases cannot be used.
    """
    # Ibis and DuckDB take seconds to import; a wrong parameter is refused before.
    from ntanalytics.workspace import Report, Workspace

    opened = Report(Workspace(settings), "", "", period)
    named = opened.units()
    members = named.resolve(opened.dataset("oa.members").table)
    members = members.filter(members.is_pc_enabled | members.is_mobile_enabled)
    acted = named.resolve(opened.dataset("oa.activities").table)
    found = members.select("unit").union(acted.select("unit")).distinct().to_pyarrow()["unit"].to_pylist()
    return sorted(name for name in found if name)
