"""Command ``demo``: demo city and its reports."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from ntanalytics.cli.arguments import as_day
from ntanalytics.cli.program import app
from ntanalytics.cli.second_process import second_process
from ntanalytics.cli.steps import Step, Steps
from ntanalytics.cli.terminal import say
from ntanalytics.language import tr

if TYPE_CHECKING:
    from ntanalytics.demo import Estate
    from ntanalytics.runner import RunContext, RunResult

#: Report and period.
Wanted: TypeAlias = tuple[str, str]

#: Days of data: those that the reports of a first look need, and all days of the incidents.
_BRIEF_DAYS, _FULL_DAYS = 35, 70

#: Usual seconds of the steps of a first look, on two idle processors: of the city, of its first report, of its data,
#: and of each pair of reports, which are issued side by side.
_CITY_S, _FIRST_S, _DATA_S, _PAIR_S = 15.0, 12.0, 30.0, 14.0


@app.command(epilog="Example: ntanalytics demo --dir demo-city --seed 7")
def demo(
    directory: Annotated[Path, typer.Option("--dir", help="Folder of the city.")] = Path("demo-city"),
    full: Annotated[bool, typer.Option("--full", help="All 70 days and all reports, in twice the time.")] = False,
    scale: Annotated[float, typer.Option(min=0.0001, help="Size; 1 is the volume of a real city.")] = 0.02,
    seed: Annotated[
        int, typer.Option(help="Seed of the random data; the same seed gives the same figures.")
    ] = 20261122,
    until: Annotated[str, typer.Option(metavar="DAY", help="Last day of the data.")] = "2026-11-22",
    days: Annotated[int | None, typer.Option(min=1, help="Number of days of data; default: 35, or 70.")] = None,
    outputs: Annotated[Path, typer.Option(help="Folder of the reports.")] = Path("outputs"),
    servers: Annotated[
        list[str] | None,
        typer.Option(
            "--servers",
            metavar="URL",
            help="PostgreSQL or MariaDB server for the products that use one; may be repeated.",
        ),
    ] = None,
) -> None:
    """Write a demo city, load its data into a lake and issue its reports (docs/demo.md).

    The data are extracted as on the morning after the last day, so that the figures do not depend on today's date;
    states also as on some mornings before it, so that changes show. A second process helps.
    DIR/incidents.json lists the incidents of the city; any other seed draws its own incidents, and DIR/harmless.json
    lists events that only look like incidents. At the end the page of all reports is named, and opened where there is
    a desktop.

    Without --servers every database is a SQLite file. With --servers postgresql+psycopg://USER@HOST/postgres or
    mysql+pymysql://USER@HOST/ (or both) the databases of these products are made on the server with the names
    ntanalytics_demo_<source>; existing ones are replaced. The password is in $NTANALYTICS_DEMO_PASSWORD.
    """
    from ntanalytics.demo import Destinations, compared_days, plan_reports, take_snapshots, write_estate

    last, span = as_day(until, "--until"), days or (_FULL_DAYS if full else _BRIEF_DAYS)
    reports = plan_reports(last, span, full=full)
    steps = _steps(reports, span)
    with second_process() as second:
        with steps.next() as show:
            estate = write_estate(
                directory,
                until=last,
                days=span,
                seed=seed,
                scale=scale,
                destinations=Destinations(outputs, servers or ()),
                progress=show,
            )
        snapshots = partial(take_snapshots, estate, compared_days(estate, reports), seed=seed, scale=scale)
        _take_and_issue(_context(estate), reports, snapshots, second, steps)
    _end(outputs.resolve() / "index.html", estate)


def _take_and_issue(
    context: RunContext,
    reports: Sequence[Wanted],
    snapshots: Callable[[], None],
    second: ProcessPoolExecutor,
    steps: Steps,
) -> None:
    """Issue the first report while the second process takes snapshots, then take the other data, issue the others."""
    first, *others = reports
    taken = [second.submit(snapshots)]
    with steps.next() as show:
        _say_issued(_issue(context, first, show))
    with steps.next() as show:
        taken.append(second.submit(_take_data, replace(context), others))
        _take_data(context, others, show)
        for part in taken:
            part.result()
    with steps.next() as show:
        _issue_side_by_side(context, others, second, show)


def _steps(reports: Sequence[Wanted], days: int) -> Steps:
    """Return the steps: the city, the report that is there soonest, all data, the other reports."""
    factor = days / _BRIEF_DAYS
    return Steps(
        [
            Step(tr("the city: databases, logs and workbook"), _CITY_S * factor),
            Step(" ".join(reports[0]), _FIRST_S),
            Step(tr("the data of all systems"), _DATA_S * factor),
            Step(tr("{count} further reports", count=len(reports) - 1), _PAIR_S * len(reports) / 2),
        ]
    )


def _discard(_detail: str, _amount: int) -> None:
    """Show no progress: the second process has none."""


def _take_data(context: RunContext, reports: Sequence[Wanted], show: Callable[[str, int], None] = _discard) -> None:
    """Take the data of all reports into the lake at once, so that a log is read once; two processes share the work."""
    from ntanalytics.extraction import Extractor
    from ntanalytics.runner.report_request import request_report

    context = replace(context, progress=show)  # an open ledger cannot be handed to the second process
    requests = [request_report(context, name, period, {}) for name, period in reports]
    last = max(request.period.last for request in requests)
    needs: dict[str, int] = {}
    for request in requests:
        before = (last - request.period.first).days
        for dataset, history in request.notebook.needs.items():
            needs[dataset] = max(before + history, needs.get(dataset, 0))
    extractor = Extractor(context.settings, context.ledger, context.progress, context.clock)
    extractor.ensure_coverage(needs, last, last, known_since=context.data_since)


def _issue(context: RunContext, wanted: Wanted, show: Callable[[str, int], None] = _discard) -> RunResult:
    from ntanalytics.runner import run_report

    name, period = wanted
    return run_report(replace(context, progress=show), name, period, {})


def _issue_side_by_side(
    context: RunContext, reports: Sequence[Wanted], second: ProcessPoolExecutor, show: Callable[[str, int], None]
) -> None:
    """Issue the reports in two processes, and say where each stands as soon as it does.

    The inspections and the weekly report, which tells of them, follow each other in this process.
    """
    ours = [wanted for wanted in reports if wanted[0] in ("daily_inspection", "weekly_service_report")]
    theirs = [second.submit(_issue, replace(context), wanted) for wanted in reports if wanted not in ours]
    for wanted in ours:
        _say_issued(_issue(context, wanted, show))
        done = [future for future in theirs if future.done()]
        theirs = [future for future in theirs if future not in done]
        for future in done:
            _say_issued(future.result())
    for future in as_completed(theirs):
        _say_issued(future.result())


def _say_issued(result: RunResult) -> None:
    say(f"{result.title}  {result.directory / 'report.html'}")


def _context(estate: Estate) -> RunContext:
    """Return the context of all runs: what was taken for one report is not taken again for the next."""
    from ntanalytics.runner import RunContext
    from ntanalytics.settings import load

    context = RunContext(settings=load(estate.config), clock=estate.clock)
    return replace(context, data_since=context.ledger.coverage.last_extraction_id())


def _end(page: Path, estate: Estate) -> None:
    """Say what there is, and what can be done next."""
    say(tr("\nall reports: {page}", page=page))
    week = f"{estate.until - dt.timedelta(days=7):%G-W%V}"
    say(tr("Next: ntanalytics --config {config} run sms_volume --period {week}", config=estate.config, week=week))
    _open(page)


def _open(page: Path) -> None:
    """Open a page for a person at a desktop; a log, a pipe or a remote shell has none."""
    import webbrowser

    has_desktop = sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    if has_desktop and sys.stdout.isatty():
        webbrowser.open(page.as_uri())
