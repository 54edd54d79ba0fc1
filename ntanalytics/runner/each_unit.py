"""Pages of a report for all units of the OA; a unit whose page fails is named, and the others are issued.

Each page is a run like any other: a kernel of its own, staged, verified, published by one rename, recorded in the
ledger. Work that is the same for all pages is done once (:class:`ntanalytics.runner.run.PageBatch`).
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import threading
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from ntanalytics.errors import BadParameter, LeaseLost, NoData, NtaError
from ntanalytics.language import tr
from ntanalytics.periods import Period
from ntanalytics.runner import indexing
from ntanalytics.runner.needed_data import FailedSource, extract_needs
from ntanalytics.runner.rendering_process import RenderingProcess
from ntanalytics.runner.report_kernels import known_secrets, shared_kernel_pool
from ntanalytics.runner.report_request import ReportRequest, request_run
from ntanalytics.runner.run import PageBatch, RunResult, prepare_runs, run_report
from ntanalytics.runner.run_context import RunContext, discard_progress
from ntanalytics.runner.run_errors import RUN_ERRORS, exit_code_of, is_retryable
from ntanalytics.settings import Settings

#: The parameter that names a unit.
UNIT = "unit"
#: Number of pages from which shared figures are computed first, and a process renders them; each takes as long to get
#: ready as two or three pages.
_FEWEST_PAGES = 4
#: Control characters that a name may hold: a page shows them as a blank.
_BLANKS = "\t\n\r"


class UnfitUnitName(BadParameter):
    """A unit whose name holds control characters: a page would show the name of another unit."""


@dataclass(frozen=True)
class UnitFailed:
    """A unit whose page was not issued.

    Attributes:
        unit: its name.
        error: the reason.
    """

    unit: str
    error: Exception

    @property
    def name(self) -> str:
        """The unit's name for a message; control characters are shown by their numbers."""
        return shown_name(self.unit)

    @property
    def exit_code(self) -> int:
        """The exit code of the error; 1 for an error of another package."""
        return exit_code_of(self.error)


@dataclass(frozen=True)
class EachUnit:
    """Results of the pages of all units.

    Attributes:
        published: unit → its run.
        failed: the units without a page, in their order.
        left_out: things that could not be made in addition to the pages (the index), name → reason.
    """

    published: Mapping[str, RunResult]
    failed: Sequence[UnitFailed]
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """0 if each unit has its page, else the exit code of the first error."""
        return self.failed[0].exit_code if self.failed else 0


class UnitPagesFailed(NtaError):
    """Some units have no page; retryable if the cause of each is.

    Attributes:
        pages: the units, each with its error.
    """

    def __init__(self, report: str, results: EachUnit) -> None:
        self.pages = results.failed
        names = ", ".join(page.name for page in self.pages[:10])
        units = len(self.pages) + len(results.published)
        what = tr("{count} of {units} units have no page: {names}", count=len(self.pages), units=units, names=names)
        super().__init__(what, where=report, todo=str(self.pages[0].error))
        self.retryable = all(is_retryable(page.error) for page in self.pages)  # type: ignore[misc]


def run_each_unit(
    context: RunContext,
    report: str,
    period: str | Period,
    parameters: Mapping[str, str],
    *,
    units: Sequence[str] | None = None,
    exclude: Collection[str] = (),
) -> EachUnit:
    """Run a report once for each unit that the OA has in the period, one more at once than there are processors.

    A wrong command is refused before the first page. A page that fails leaves its evidence as any run does, and the
    others are made.

    Args:
        context: the site and the conditions of each run.
        report: the name of a report with a parameter ``unit``.
        period: the period, or a text that :func:`ntanalytics.periods.parse_period` reads.
        parameters: the report's other parameters, name → text.
        units: the units; None for those of the OA.
        exclude: units that have their page already.

    Raises:
        LeaseLost: another process may be making the same pages; no more are made.
        UnknownName, BadPeriod, BadParameter, SettingsError: nothing was started.
        NoData: the OA has no unit in the period.
    """
    request = request_run(context, report, period, parameters)
    if UNIT not in request.values:
        raise BadParameter(tr("it has no parameter `unit`"), where=report, todo=tr("run it without --each-unit"))
    if UNIT in parameters:
        raise BadParameter(
            tr("a unit is named, and --each-unit means all"), where=report, todo=tr("leave one of them out")
        )
    failed_sources = extract_needs(context, request).failed
    units = oa_units(context.settings, request.period) if units is None else units
    if not units:
        raise NoData(
            tr("the OA has no unit in {period}", period=request.period.text),
            where=report,
            todo=tr("check the sources of oa.members"),
        )
    units = [unit for unit in units if unit not in exclude]
    warnings = prepare_runs(context)
    page_context = replace(context, progress=discard_progress)
    with _page_batch(context, request, failed_sources, len(units)) as batch:

        def make_page(unit: str) -> RunResult:
            return run_report(page_context, report, request.period, {**parameters, UNIT: unit}, batch=batch)

        results = _Pages(context, report, units, make_page).run(stop=batch.pool.close)
    if reason := indexing.index_or_warn(context):
        warnings["index.html"] = reason
    return replace(results, left_out=warnings)


class _Pages:
    """Pages that are made by several threads."""

    def __init__(
        self, context: RunContext, report: str, units: Sequence[str], make_page: Callable[[str], RunResult]
    ) -> None:
        self._context, self._report, self._units, self._make_page = context, report, units, make_page
        self._waiting: Iterator[tuple[int, str]] = iter(enumerate(units, 1))
        self._lock = threading.Lock()
        self._published: dict[str, RunResult] = {}
        self._failed: dict[str, Exception] = {}

    def run(self, stop: Callable[[], None]) -> EachUnit:
        """Make all pages.

        Args:
            stop: ends the kernels that run, when an error or an interruption ends the batch; their runs are recorded.
        """
        # a page is rendered here while the kernels of others work
        count = max(1, min(len(self._units), (os.cpu_count() or 1) + 1))
        with ThreadPoolExecutor(count, "pages") as executor:
            workers = [executor.submit(self._work) for _ in range(count)]
            try:
                for worker in workers:
                    worker.result()
            except BaseException:
                with self._lock:
                    self._waiting = iter(())
                stop()
                raise
        return EachUnit(
            {unit: self._published[unit] for unit in self._units if unit in self._published},
            [UnitFailed(unit, self._failed[unit]) for unit in self._units if unit in self._failed],
        )

    def _work(self) -> None:
        try:
            while (unit := self._next_unit()) is not None:
                try:
                    check_unit_name(unit)
                    self._published[unit] = self._make_page(unit)
                except LeaseLost:
                    raise
                except RUN_ERRORS as error:  # the other units get their pages
                    self._failed[unit] = error
        finally:
            with suppress(RuntimeError):  # no page was begun
                asyncio.get_event_loop().close()  # Jupyter makes one for each thread and leaves it

    def _next_unit(self) -> str | None:
        with self._lock:
            number, unit = next(self._waiting, (0, ""))
            if not number:
                return None
            self._context.progress(f"{self._report} {number}/{len(self._units)} {unit}", 0)
            return unit


def check_unit_name(unit: str) -> None:
    """Refuse a name with control characters.

    Raises:
        UnfitUnitName: the name has one.
    """
    if any(_is_control(character) for character in unit):
        raise UnfitUnitName(
            tr("the name of the unit holds control characters: {shown_name}", shown_name=shown_name(unit)),
            where=UNIT,
            todo=tr("correct the name in the system that it comes from"),
        )


def shown_name(unit: str) -> str:
    r"""Return a unit's name with escaped control characters (``\x00``)."""
    return "".join(f"\\x{ord(character):02x}" if _is_control(character) else character for character in unit)


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs") and character not in _BLANKS


@contextmanager
def _page_batch(
    context: RunContext, request: ReportRequest, failed_sources: tuple[FailedSource, ...], pages: int
) -> Iterator[PageBatch]:
    """Yield the shared work of the pages; their figures are in files for as long as the context lasts."""
    settings = context.settings
    batch = PageBatch(secrets=known_secrets(settings), pool=shared_kernel_pool(settings), failed_sources=failed_sources)
    if pages < _FEWEST_PAGES:
        yield batch
        return
    with RenderingProcess() as renderer, tempfile.TemporaryDirectory(prefix="nta-figures-") as folder:
        has_figures = _write_figures(context, request, Path(folder))
        from ntanalytics.report_content.unit_figures import VARIABLE

        environment = {VARIABLE: folder} if has_figures else {}
        yield replace(batch, renderer=renderer, environment=environment)


def _write_figures(context: RunContext, request: ReportRequest, folder: Path) -> bool:
    """Write the figures that the pages share, if the report has any; return whether it has."""
    from ntanalytics.report_content.unit_figures import write_figures
    from ntanalytics.report_content.unit_pages import FIGURES
    from ntanalytics.workspace import Report, Workspace

    settings, name, period = context.settings, request.notebook.name, request.period
    if name not in FIGURES or not (settings.store or settings.lake.is_dir()):
        return False
    context.progress(tr("{name} {period}: figures of all units", name=name, period=period.text), 0)
    report = Report(Workspace(settings), name, "", period)
    write_figures(report, FIGURES[name](report), folder)
    return True


def oa_units(settings: Settings, period: Period) -> list[str]:
    """Return the units with an enabled account in the OA at the period's end, or with activity in it.

    Returns:
        The names that the site uses, in order.

    Raises:
        SettingsError: the table of aliases cannot be used.
    """
    # Ibis and DuckDB take seconds to import, and a wrong parameter is refused earlier.
    from ntanalytics.workspace import Report, Workspace

    report = Report(Workspace(settings), "", "", period)
    aliases = report.units()
    members = aliases.resolve(report.dataset("oa.members").table)
    members = members.filter(members.is_pc_enabled | members.is_mobile_enabled)
    activities = aliases.resolve(report.dataset("oa.activities").table)
    units = members.select("unit").union(activities.select("unit")).distinct().to_pyarrow()["unit"].to_pylist()
    return sorted(name for name in units if name)
