"""Command ``run``: one report, or the page of each unit."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from ntanalytics.cli.arguments import assignment
from ntanalytics.cli.program import app
from ntanalytics.cli.terminal import complain, progress, say, show_json

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
        for gap in result.gaps:
            say(f"  {gap}")
        for name, why in result.left_out.items():
            say(f"  without {name}: {why}")


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
