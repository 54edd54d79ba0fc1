"""The command line: arguments in, one call, what came of it printed. No logic lives here."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from typing import Annotated

import structlog
import typer

from ntanalytics.errors import BadParameter, NtaError, UnknownName
from ntanalytics.terminal import complain, out, progress, say, show_conformance, show_table, show_taken

app = typer.Typer(
    name="ntanalytics",
    help="Analytics and reporting suite of a city's e-government work platform.\n\n"
    "Begin with [bold]ntanalytics init DIR[/bold], or look around with [bold]ntanalytics demo[/bold].\n\n"
    "Exit codes: 0 done, 2 usage, 3 settings, 4 mapping, 5 source, 6 lake or ledger, 7 report failed, "
    "8 publishing failed, 9 verification failed, 10 no calendar.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    add_completion=False,
)
mappings = typer.Typer(
    help="Work on mappings.",
    epilog="Example: ntanalytics map check nginx",
    no_args_is_help=True,
    rich_markup_mode="rich",
)
app.add_typer(mappings, name="map")


@app.callback()
def configure(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config", metavar="FILE", help="The settings; default $NTANALYTICS_CONFIG, else ./ntanalytics.yml."
        ),
    ] = None,
) -> None:
    """Remember where the settings are."""
    context.obj = config


@app.command(epilog="Example: ntanalytics init /srv/ntanalytics")
def init(directory: Annotated[Path, typer.Argument(help="Where to put the files; made if need be.")]) -> None:
    """Write a commented ntanalytics.yml and an empty ledger workbook 运维台账.xlsx."""
    from ntanalytics.sources.starter import write_starter

    for path in write_starter(directory):
        say(f"wrote {path}")


@app.command(epilog="Example: ntanalytics contract sms.messages")
def contract(
    dataset: Annotated[str | None, typer.Argument(help="One dataset; default: a list of all.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Show the canonical datasets: what a mapping must deliver, and what a metric can rely on."""
    from ntanalytics.contract import DATASETS
    from ntanalytics.contract import dataset as dataset_named
    from ntanalytics.contract.documents import as_data, document

    if as_json:
        chosen = [dataset_named(dataset)] if dataset else list(DATASETS.values())
        out.print_json(json.dumps([as_data(each) for each in chosen], ensure_ascii=False))
    elif dataset:
        say(document(dataset_named(dataset)))
    else:
        rows = [(each.name, each.kind, each.label, each.meaning) for each in DATASETS.values()]
        show_table(("dataset", "kind", "名称", "meaning"), rows)


@app.command(epilog="Example: ntanalytics extract sms.messages --from 2026-11-16 --to 2026-11-22")
def extract(
    context: typer.Context,
    first: Annotated[str, typer.Option("--from", metavar="DAY", help="The first local day, such as 2026-11-16.")],
    datasets: Annotated[list[str] | None, typer.Argument(help="Datasets; default: all that a source feeds.")] = None,
    last: Annotated[
        str, typer.Option("--to", metavar="DAY", help="The last local day, included; default: --from.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Fill the lake: take a window of days from the sources, replacing what was there.

    A source that fails leaves the others and the lake as they were; the exit code then says why (5: the source).
    A row of the lake can stand for many rows or lines of a source: requests are kept as counts.
    """
    from ntanalytics.extraction import Extractor
    from ntanalytics.ledger import Ledger
    from ntanalytics.settings import find_config, load

    settings = load(find_config(context.obj))
    first_day = _day(first, "--from")
    last_day = _day(last, "--to") if last else first_day
    if last_day < first_day:
        raise BadParameter(f"--to {last} is before --from {first}")
    with progress() as show:
        taken = Extractor(settings, Ledger(settings.ledger), show).extract(datasets or [], first_day, last_day)
    if as_json:
        out.print_json(json.dumps([each.as_data() for each in taken], ensure_ascii=False))
    else:
        show_taken(taken)
    failed = [each.exit_code for each in taken if each.error]
    if failed:
        raise typer.Exit(failed[0])


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
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Issue a report: take the data it needs, execute, render, verify, publish."""
    from ntanalytics.runner import run_report
    from ntanalytics.settings import find_config, load

    settings = load(find_config(context.obj))
    today = dt.datetime.now(settings.zone).date()
    given = dict(_assignment(text) for text in parameters or [])
    with progress() as show:
        result = run_report(settings, report, period, given, today=today, progress=show)
    if as_json:
        out.print_json(json.dumps(result.as_data(), ensure_ascii=False))
    else:
        say(f"published {result.directory} (version {result.version}, {result.seconds:.1f} s)")
        for hole in result.holes:
            say(f"  {hole}")


@app.command(epilog="Example: ntanalytics verify outputs/sms_volume/2026-W47")
def verify(directory: Annotated[Path, typer.Argument(help="A published report's folder.")]) -> None:
    """Prove that every figure in report.html and report.xlsx is the record's."""
    from ntanalytics.reports.verification import verify as prove

    prove(directory)
    say(f"{directory}: every figure in HTML and workbook is the record's")


@app.command(epilog="Example: ntanalytics history --limit 10")
def history(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, help="How many runs, newest first.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """List the runs of reports: when, what, how it ended, where it is."""
    from ntanalytics.ledger import Ledger
    from ntanalytics.settings import find_config, load

    settings = load(find_config(context.obj))
    runs = Ledger(settings.ledger).runs.history(limit)
    if as_json:
        out.print_json(json.dumps([vars(each) for each in runs], ensure_ascii=False, default=str))
        return
    show_table(
        ("started", "report", "period", "status", "v", "where or why"),
        (
            (
                f"{each.started_at.astimezone(settings.zone):%Y-%m-%d %H:%M}",
                each.report,
                each.period,
                each.status,
                each.version or "",
                each.error or each.path,
            )
            for each in runs
        ),
    )


@app.command(epilog="Example: ntanalytics demo --dir demo-city")
def demo(
    directory: Annotated[Path, typer.Option("--dir", help="Where the city is written.")] = Path("demo-city"),
    scale: Annotated[float, typer.Option(min=0.0001, help="How large: 1 is the volume of a real city.")] = 0.02,
    seed: Annotated[int, typer.Option(help="Same seed, same figures.")] = 20261122,
    until: Annotated[str, typer.Option(metavar="DAY", help="The last day of its data.")] = "2026-11-22",
    outputs: Annotated[Path, typer.Option(help="Where its reports are issued.")] = Path("outputs"),
) -> None:
    """Write a demo city, fill its lake and issue its reports."""
    from ntanalytics.demo import REPORTS, write_estate
    from ntanalytics.runner import run_report
    from ntanalytics.settings import load

    last = _day(until, "--until")
    with progress() as show:
        estate = write_estate(directory, until=last, seed=seed, scale=scale, outputs=outputs, progress=show)
        settings = load(estate.config)
        today = last + dt.timedelta(days=1)
        results = [run_report(settings, name, period, {}, today=today, progress=show) for name, period in REPORTS]
    for result in results:
        say(f"{result.title}  {result.directory / 'report.html'}")
    say(f"\nNext: ntanalytics --config {directory}/ntanalytics.yml run sms_volume --period 2026-11")


@app.command(epilog="Example: ntanalytics doctor --json")
def doctor(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Look whether everything is in order: settings, secrets, sources, mappings, clocks, calendar, disk, fonts.

    Nothing is changed. A warning leaves the exit code at 0; what is bad sets it to that of the first such thing.
    """
    from ntanalytics.runner.doctor import examine, exit_code
    from ntanalytics.settings import find_config

    found = []
    with progress() as show:
        for each in examine(find_config(context.obj), dt.datetime.now(dt.UTC)):
            show(f"{each.subject} {each.item}", 0)
            found.append(each)
    if as_json:
        out.print_json(json.dumps([each.as_data() for each in found], ensure_ascii=False))
    else:
        marks = {"ok": "●", "warning": "▲", "bad": "■"}
        rows = [(marks[each.state], each.subject, each.item, each.said) for each in found]
        show_table(("", "subject", "item", "found"), rows)
    raise typer.Exit(exit_code(found))


@mappings.command(epilog="Example: ntanalytics map check nginx --from 2026-11-20")
def check(
    context: typer.Context,
    product: Annotated[str, typer.Argument(help="A folder under queries/.")],
    first: Annotated[str, typer.Option("--from", metavar="DAY", help="The first local day; default: yesterday.")] = "",
    last: Annotated[
        str, typer.Option("--to", metavar="DAY", help="The last local day, included; default: --from.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Hold what a product's sources give against the contract; nothing is kept.

    Shows why rows are set aside, with samples, repeated keys, ranges, shares of nulls and words never seen before.
    The exit code is 4 when a row does not fit or a key stands twice.
    """
    from ntanalytics.catalog import site_catalog
    from ntanalytics.extraction.conformance import conform
    from ntanalytics.periods import local_window
    from ntanalytics.settings import find_config, load
    from ntanalytics.sources import open_sources

    settings = load(find_config(context.obj))
    first_day = _day(first, "--from") if first else dt.datetime.now(settings.zone).date() - dt.timedelta(days=1)
    last_day = _day(last, "--to") if last else first_day
    if last_day < first_day:
        raise BadParameter(f"--to {last_day} is before --from {first_day}")
    sources = [
        source
        for source in open_sources(settings, site_catalog(settings.queries)).values()
        if source.product.name == product
    ]
    if not sources:
        raise UnknownName("product", product, {each.product for each in settings.sources.values()}, where="sources")
    window = local_window(first_day, last_day, settings.zone)
    with progress() as show:
        found = []
        for source in sources:
            for dataset in source.product.datasets:
                show(f"{dataset} ← {source.name}", 0)
                found.append(conform(source, source.mapping(dataset), *window, settings.zone))
    if as_json:
        out.print_json(json.dumps([each.as_data() for each in found], ensure_ascii=False))
    else:
        for each in found:
            show_conformance(each)
    if not all(each.conforms for each in found):
        raise typer.Exit(4)


def main() -> None:
    """Run the program; an error that is ours is said in words, with its own exit code."""
    # Standard output is for results: what is logged must not stand between the lines of --json.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    try:
        app()
    except NtaError as error:
        complain("\n  ".join([f"error: {error}", *getattr(error, "__notes__", [])]))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        complain("interrupted")
        sys.exit(130)


def _day(text: str, option: str) -> dt.date:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        day = dt.date.min
    if not 1900 <= day.year < 3000:  # a slip, and Python's days end soon after
        raise BadParameter(f"{option} {text!r} is not a day", todo="write it as 2026-11-16")
    return day


def _assignment(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise BadParameter(f"-p {text!r} is not NAME=VALUE", todo="write e.g. -p carrier=unicom")
    return name, value


if __name__ == "__main__":
    main()
