"""A report's page for each unit of the OA, one after the other: one that fails is named, and the others come out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ntanalytics.errors import BadParameter, LeaseLost, NoData, NtaError
from ntanalytics.periods import Period, parse_period
from ntanalytics.runner.engine import silently
from ntanalytics.runner.notebooks import load_report
from ntanalytics.runner.parameters import resolve
from ntanalytics.runner.run import By, Progress, RunResult, run_report, unasked
from ntanalytics.settings import Settings

#: The parameter that names a unit.
UNIT = "unit"
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
    """

    published: Mapping[str, RunResult]
    failed: Sequence[UnitFailed]

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
    progress: Progress = silently,
    notebooks: Path | None = None,
    units: Sequence[str] | None = None,
    by: By = "hand",
    but: Collection[str] = (),
    before_publishing: Callable[[str], None] = unasked,
) -> EachUnit:
    """Run a report once for each unit that the OA has in the period.

    What is wrong with the command itself is refused before the first page. After that a page that fails, whatever the
    reason, leaves its evidence as any run does, and the next unit's turn comes.

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
    if units is None:
        _taken(settings, plan.needs, period, progress, clock)
        units = oa_units(settings, period)
    if not units:
        raise NoData(f"the OA has no unit in {period.text}", where=report, todo="check the sources of oa.members")
    units = [unit for unit in units if unit not in but]
    published: dict[str, RunResult] = {}
    failed: list[UnitFailed] = []
    for number, unit in enumerate(units, 1):
        progress(f"{report} {number}/{len(units)} {unit}", 0)
        try:
            published[unit] = run_report(
                settings, report, period.text, {**parameters, UNIT: unit}, today=today, clock=clock,
                progress=_of_unit(progress, f"{number}/{len(units)} {unit}"), notebooks=notebooks, by=by,
                before_publishing=before_publishing,
            )  # fmt: skip
        except LeaseLost:
            raise
        except _OF_ONE as error:  # one unit's page is not worth the others'; it is named at the end
            failed.append(UnitFailed(unit, error))
    return EachUnit(published, failed)


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


def _taken(
    settings: Settings,
    needs: Mapping[str, int],
    period: Period,
    progress: Progress,
    clock: Callable[[], dt.datetime] | None,
) -> None:
    """Take what the report needs, so that the units are known; each run finds it there."""
    from ntanalytics.extraction import Extractor
    from ntanalytics.ledger import Ledger

    Extractor(settings, Ledger(settings.ledger), progress, clock).ensure(needs, period.first, period.last)


def _of_unit(progress: Progress, which: str) -> Progress:
    return lambda what, amount: progress(f"{which}: {what}", amount)
