"""Command ``demo``: demo city and its reports."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ntanalytics.cli.arguments import as_day
from ntanalytics.cli.program import app
from ntanalytics.cli.terminal import progress, say
from ntanalytics.language import tr


@app.command(epilog="Example: ntanalytics demo --dir demo-city --seed 7")
def demo(
    directory: Annotated[Path, typer.Option("--dir", help="Folder of the city.")] = Path("demo-city"),
    scale: Annotated[float, typer.Option(min=0.0001, help="Size; 1 is the volume of a real city.")] = 0.02,
    seed: Annotated[
        int, typer.Option(help="Seed of the random data; the same seed gives the same figures.")
    ] = 20261122,
    until: Annotated[str, typer.Option(metavar="DAY", help="Last day of the data.")] = "2026-11-22",
    days: Annotated[int, typer.Option(min=1, help="Number of days of data.")] = 70,
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
    lists events that only look like incidents.

    Without --servers every database is a SQLite file. With --servers postgresql+psycopg://USER@HOST/postgres or
    mysql+pymysql://USER@HOST/ (or both) the databases of these products are made on the server with the names
    ntanalytics_demo_<source>; existing ones are replaced. The password is in $NTANALYTICS_DEMO_PASSWORD.
    """
    from ntanalytics.demo import Destinations, write_estate
    from ntanalytics.runner import RunContext, run_report
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
        run_context = RunContext(settings=load(estate.config), clock=estate.clock, progress=show)
        results = [run_report(run_context, name, period, {}) for name, period in estate.reports]
    for result in results:
        say(f"{result.title}  {result.directory / 'report.html'}")
    say(tr("\nNext: ntanalytics --config {config} run sms_volume --period 2026-11", config=estate.config))
