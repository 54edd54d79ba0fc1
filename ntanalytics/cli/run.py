"""Command ``run``: one report, or its page for each unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ntanalytics.cli.arguments import AsJson, Parameters, ReportName, assignment
from ntanalytics.cli.program import app
from ntanalytics.cli.terminal import complain, progress, say, show_json
from ntanalytics.config_file import find_config
from ntanalytics.language import tr
from ntanalytics.runner.early_start import start_early

if TYPE_CHECKING:
    from ntanalytics.periods import Period
    from ntanalytics.runner import RunResult
    from ntanalytics.settings import Settings

#: Gaps that are printed; a site with its first product lacks nearly everything.
_MOST_GAPS = 8


@app.command(epilog="Example: ntanalytics run sms_volume --period 2026-W47")
def run(
    context: typer.Context,
    report: ReportName,
    period: Annotated[
        str,
        typer.Option(
            metavar="P",
            help="Period: 2026-11-20, 2026-W47, 2026-11, yesterday, last-working-day, last-week, last-month, "
            "2026-03-01_2027-02-28 or contract-year (up to yesterday).",
        ),
    ],
    parameters: Parameters = None,
    as_of: Annotated[
        str,
        typer.Option(
            "--as-of", metavar="DAY", help="Last day that is known, of a report with the parameter as_of: acceptance."
        ),
    ] = "",
    each_unit: Annotated[bool, typer.Option("--each-unit", help="Issue the page of every unit of the OA.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Issue a next version even if nothing has changed since the last one.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Issue a report: extract the missing data, execute the notebook, render, verify, publish.

    A report that is up to date is left as it is.
    """
    if not each_unit:  # its pages have a warm process of their own
        start_early(find_config(context.obj))
    from ntanalytics.runner import RunContext, run_report

    settings = _settings(context)
    given = dict(assignment(text) for text in parameters or [])
    known: str | Period = period
    if as_of:
        known, given["as_of"] = _as_of(settings, period, as_of), as_of
    if each_unit:
        _run_each_unit(settings, report, period, given, as_json=as_json)
        return
    with progress() as show:
        context_of_run = RunContext(settings=settings, progress=show)
        result = run_report(context_of_run, report, known, given, only_if_changed=not force)
    _show(result, as_json=as_json)


def _settings(context: typer.Context) -> Settings:
    from ntanalytics.settings import find_config, load

    return load(find_config(context.obj))


def _show(result: RunResult, *, as_json: bool) -> None:
    """Show the result of one report."""
    if as_json:
        show_json(result.as_data())
        return
    where = {"directory": result.directory, "version": result.version}
    if result.is_new:
        say(tr("published {directory} (version {version}, {seconds:.1f} s)", **where, seconds=result.seconds))
    else:
        say(tr("{directory}: version {version} is up to date; `--force` issues it again", **where))
    for gap in result.gaps[:_MOST_GAPS]:
        say(f"  {gap}")
    if len(result.gaps) > _MOST_GAPS:
        say(tr("  and {left} further gaps, which the report lists", left=len(result.gaps) - _MOST_GAPS))
    for name, why in result.left_out.items():
        say(tr("  without {name}: {why}", name=name, why=why))


def _as_of(settings: Settings, period: str, day: str) -> Period:
    """Return the period that a text means on the day after ``day``."""
    import datetime as dt

    from ntanalytics.periods import parse_period
    from ntanalytics.workspace.as_of import parse_day

    return parse_period(period, parse_day(day) + dt.timedelta(days=1), settings.calendar())


def _run_each_unit(settings: Settings, report: str, period: str, given: dict[str, str], *, as_json: bool) -> None:
    """Issue the page of each unit; the exit code is that of the first failed page."""
    from ntanalytics.runner import RunContext
    from ntanalytics.runner.each_unit import run_each_unit

    with progress() as show:
        results = run_each_unit(RunContext(settings=settings, progress=show), report, period, given)
    if as_json:
        content = {
            "published": {unit: result.as_data() for unit, result in results.published.items()},
            "failed": {failed.unit: str(failed.error) for failed in results.failed},
        }
        show_json(content)
    else:
        for unit, result in results.published.items():
            say(f"{unit}  {result.directory}")
        say(
            tr(
                "published {count} of {count2} units",
                count=len(results.published),
                count2=len(results.published) + len(results.failed),
            )
        )
        for name, why in results.left_out.items():
            say(tr("  without {name}: {why}", name=name, why=why))
    for failed in results.failed:
        complain(f"{failed.unit}: {failed.error}")
    if results.failed:
        raise typer.Exit(results.exit_code)
