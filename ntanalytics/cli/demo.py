"""Command ``demo``: the demo city and its reports."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ntanalytics.cli.arguments import as_day
from ntanalytics.cli.program import app
from ntanalytics.cli.terminal import progress, say


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
    from ntanalytics.demo import Destinations, write_estate
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
            destinations=Destinations(outputs, servers or ()),
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
