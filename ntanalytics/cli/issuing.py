"""Commands about reports: run, verify, demo."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ntanalytics.cli.arguments import as_day, assignment
from ntanalytics.cli.program import app
from ntanalytics.terminal import complain, progress, say, show_json

if TYPE_CHECKING:
    from ntanalytics.settings import Settings


@app.command(epilog="Example: ntanalytics run sms_volume --period 2026-W47")
def run(
    context: typer.Context,
    report: Annotated[str, typer.Argument(help="The report: a notebook under notebooks/.")],
    period: Annotated[
        str,
        typer.Option(
            metavar="P",
            help="2026-11-20, 2026-W47, 2026-11, yesterday, last-working-day, last-week or last-month.",
        ),
    ],
    parameters: Annotated[
        list[str] | None,
        typer.Option("-p", "--parameter", metavar="NAME=VALUE", help="A parameter of the report; may be repeated."),
    ] = None,
    each_unit: Annotated[bool, typer.Option("--each-unit", help="The page of every unit of the OA.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Issue a report: take the data it needs, execute, render, verify, publish."""
    from ntanalytics.runner import run_report
    from ntanalytics.settings import find_config, load

    settings = load(find_config(context.obj))
    today = dt.datetime.now(settings.zone).date()
    given = dict(assignment(text) for text in parameters or [])
    if each_unit:
        _run_each_unit(settings, report, period, given, today, as_json=as_json)
        return
    with progress() as show:
        result = run_report(settings, report, period, given, today=today, progress=show)
    if as_json:
        show_json(result.as_data())
    else:
        say(f"published {result.directory} (version {result.version}, {result.seconds:.1f} s)")
        for hole in result.holes:
            say(f"  {hole}")
        for name, why in result.left_out.items():
            say(f"  without {name}: {why}")


@app.command(epilog="Example: ntanalytics verify outputs/sms_volume/2026-W47")
def verify(directory: Annotated[Path, typer.Argument(help="A published report's folder.")]) -> None:
    """Prove that every figure in report.html, report.xlsx and report.docx is the record's."""
    from ntanalytics.reports.verification import verify as prove

    prove(directory)
    say(f"{directory}: every figure in HTML, workbook and document is the record's")


@app.command(epilog="Example: ntanalytics demo --dir demo-city --seed 7")
def demo(
    directory: Annotated[Path, typer.Option("--dir", help="Where the city is written.")] = Path("demo-city"),
    scale: Annotated[float, typer.Option(min=0.0001, help="How large: 1 is the volume of a real city.")] = 0.02,
    seed: Annotated[int, typer.Option(help="Same seed, same figures.")] = 20261122,
    until: Annotated[str, typer.Option(metavar="DAY", help="The last day of its data.")] = "2026-11-22",
    days: Annotated[int, typer.Option(min=1, help="How many days of data it has.")] = 70,
    outputs: Annotated[Path, typer.Option(help="Where its reports are issued.")] = Path("outputs"),
    servers: Annotated[
        list[str] | None,
        typer.Option(
            "--servers",
            metavar="URL",
            help="A PostgreSQL or MariaDB server for the products that run on one; may be repeated.",
        ),
    ] = None,
) -> None:
    """Write a demo city and issue its reports, which take into its lake what they need (docs/demo.md).

    Its data are taken as on the morning after its last day, whenever that is done: its figures do not change with
    the date. What was planted in it is in DIR/incidents.json; any other seed draws its own, with what only looks
    like an incident in DIR/harmless.json.

    Without --servers every database is a SQLite file. With --servers postgresql+psycopg://USER@HOST/postgres or
    mysql+pymysql://USER@HOST/ (or both) those of the products that run there are made on it, each named
    ntanalytics_demo_<source>; what has that name is replaced. The password comes from $NTANALYTICS_DEMO_PASSWORD.
    """
    from ntanalytics.demo import write_estate
    from ntanalytics.runner import run_report
    from ntanalytics.settings import load

    last = as_day(until, "--until")
    with progress() as show:
        estate = write_estate(
            directory,
            until=last,
            days=days,
            seed=seed,
            scale=scale,
            outputs=outputs,
            servers=servers or (),
            progress=show,
        )
        settings = load(estate.config)
        clock = estate.clock
        results = [
            run_report(settings, name, period, {}, today=clock().date(), clock=clock, progress=show)
            for name, period in estate.reports
        ]
    for result in results:
        say(f"{result.title}  {result.directory / 'report.html'}")
    say(f"\nNext: ntanalytics --config {directory}/ntanalytics.yml run sms_volume --period 2026-11")


def _run_each_unit(
    settings: Settings, report: str, period: str, given: dict[str, str], today: dt.date, *, as_json: bool
) -> None:
    """A page for each unit; those that failed are named, and the exit code is the first one's."""
    from ntanalytics.runner.each_unit import run_each_unit

    with progress() as show:
        ended = run_each_unit(settings, report, period, given, today=today, progress=show)
    if as_json:
        content = {
            "published": {unit: result.as_data() for unit, result in ended.published.items()},
            "failed": {each.unit: str(each.error) for each in ended.failed},
        }
        show_json(content)
    else:
        for unit, result in ended.published.items():
            say(f"{unit}  {result.directory}")
        say(f"published {len(ended.published)} of {len(ended.published) + len(ended.failed)} units")
        for name, why in ended.left_out.items():
            say(f"  without {name}: {why}")
    for each in ended.failed:
        complain(f"{each.unit}: {each.error}")
    if ended.failed:
        raise typer.Exit(ended.exit_code)
