"""Command ``demo``: demo city and its reports."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ntanalytics.cli.arguments import as_day
from ntanalytics.cli.program import app
from ntanalytics.cli.steps import Step, Steps
from ntanalytics.cli.terminal import say
from ntanalytics.language import tr

if TYPE_CHECKING:
    from ntanalytics.demo import Estate

#: Days of data: those that the reports of a first look need, and all days of the incidents.
_BRIEF_DAYS, _FULL_DAYS = 35, 70

#: Usual seconds of the steps of a first look, on two idle processors: of the city, of the first report of a kind, which
#: also takes its data into the lake, and of a further one.
_CITY_S = 15.0
_FIRST_S: Mapping[str, float] = {
    "sms_volume": 10,
    "daily_inspection": 60,
    "weekly_service_report": 14,
    "oa_adoption": 15,
    "optimization_recommendations": 20,
}
_FURTHER_S: Mapping[str, float] = {"sms_volume": 5, "daily_inspection": 14}


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
    """Write a demo city and issue its reports, which extract the data they need into its lake (docs/demo.md).

    The data are extracted as on the morning after the last day, so that the figures do not depend on today's date.
    DIR/incidents.json lists the incidents of the city; any other seed draws its own incidents, and DIR/harmless.json
    lists events that only look like incidents. At the end the page of all reports is named, and opened where there is
    a desktop.

    Without --servers every database is a SQLite file. With --servers postgresql+psycopg://USER@HOST/postgres or
    mysql+pymysql://USER@HOST/ (or both) the databases of these products are made on the server with the names
    ntanalytics_demo_<source>; existing ones are replaced. The password is in $NTANALYTICS_DEMO_PASSWORD.
    """
    from ntanalytics.demo import Destinations, plan_reports, write_estate

    last = as_day(until, "--until")
    span = days or (_FULL_DAYS if full else _BRIEF_DAYS)
    reports = plan_reports(last, span, full=full)
    steps = Steps([Step(tr("the city: databases, logs and workbook"), _CITY_S * span / _BRIEF_DAYS), *_steps(reports)])
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
    _issue(estate, reports, steps)
    say(tr("\nall reports: {page}", page=outputs.resolve() / "index.html"))
    say(tr("Next: ntanalytics --config {config} run sms_volume --period 2026-11", config=estate.config))
    _open(outputs.resolve() / "index.html")


def _issue(estate: Estate, reports: list[tuple[str, str]], steps: Steps) -> None:
    """Issue the reports, and say where each stands as soon as it does."""
    from dataclasses import replace

    from ntanalytics.runner import RunContext, run_report
    from ntanalytics.settings import load

    run_context = RunContext(settings=load(estate.config), clock=estate.clock)
    for name, period in reports:
        with steps.next() as show:
            result = run_report(replace(run_context, progress=show), name, period, {})
        say(f"{result.title}  {result.directory / 'report.html'}")


def _steps(reports: list[tuple[str, str]]) -> list[Step]:
    seen: set[str] = set()
    steps = []
    for name, period in reports:
        usual = _FURTHER_S.get(name, _FIRST_S[name]) if name in seen else _FIRST_S[name]
        steps.append(Step(f"{name} {period}", usual))
        seen.add(name)
    return steps


def _open(page: Path) -> None:
    """Open a page for a person at a desktop; a log, a pipe or a remote shell has none."""
    import webbrowser

    has_desktop = sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    if has_desktop and sys.stdout.isatty():
        webbrowser.open(page.as_uri())
