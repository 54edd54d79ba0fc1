"""Command ``evaluate``: accuracy of the findings on demo cities."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ntanalytics.cli.arguments import AsJson
from ntanalytics.cli.program import app
from ntanalytics.cli.tables import show_table
from ntanalytics.cli.terminal import progress, say, show_json
from ntanalytics.errors import BadParameter
from ntanalytics.language import tr

if TYPE_CHECKING:
    from ntanalytics.evaluation.tables import ScoreTable


@app.command(epilog="Example: ntanalytics evaluate --seed 1 --dir evaluated")
def evaluate(
    seeds: Annotated[
        str, typer.Option("--seed", "--seeds", metavar="N[,N]", help="Seeds of the demo cities, separated by commas.")
    ] = "1",
    directory: Annotated[
        Path, typer.Option("--dir", help="Folder of the demo cities; an existing one is used again.")
    ] = Path("evaluated"),
    days: Annotated[int, typer.Option(min=1, help="Number of days of data.")] = 98,
    judged: Annotated[int, typer.Option(min=1, help="Number of the last days that are inspected.")] = 70,
    scale: Annotated[float, typer.Option(min=0.0001, help="Size; 1 is the volume of a real city.")] = 0.02,
    mutations: Annotated[
        int, typer.Option(min=0, metavar="N", help="Try N random damages of an untouched city of each seed instead.")
    ] = 0,
    page: Annotated[
        Path | None, typer.Option("--write", metavar="FILE", help="Also write the page docs/evaluation.md.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure the accuracy of the findings: inspect the past days of a demo city, and score the findings.

    Each day is inspected with the data of the next morning and compared with the city's incidents.json: the incidents
    that were found, the delay, and the false alarms (docs/evaluation.md). With --mutations, damage is drawn from the
    contract at random, beside an oracle that knows where and when. Remove DIR to write new cities.
    """
    from ntanalytics.evaluation import evaluate as evaluate_estates
    from ntanalytics.evaluation.estate import Wanted
    from ntanalytics.evaluation.mutations import evaluate_mutations
    from ntanalytics.evaluation.mutations.tables import mutation_tables
    from ntanalytics.evaluation.page import render_mutations, render_page
    from ntanalytics.evaluation.tables import tables
    from ntanalytics.subsystems import RULES

    numbers = _numbers(seeds)
    with progress() as show:
        if mutations:
            wanted = [Wanted(seed, days=days, scale=scale, is_untouched=True) for seed in numbers]
            tried = evaluate_mutations(directory, wanted, mutations, judged, show)
            shown = mutation_tables(tried)
        else:
            scores = evaluate_estates(directory, numbers, days=days, judged=judged, scale=scale, progress=show)
            shown = tables(scores, RULES)
    if page is not None:
        text = render_mutations(page, tried) if mutations else render_page(page, scores, RULES)
        page.write_text(text, encoding="utf-8")
    _show(shown, as_json=as_json)


def _show(shown: list[ScoreTable], *, as_json: bool) -> None:
    """Print tables."""
    from ntanalytics.evaluation.tables import as_data

    if as_json:
        show_json(as_data(shown))
        return
    for table in shown:
        say(f"\n{table.title}{'' if table.rows else ': none'}")
        if table.is_wide:
            for row in table.rows:
                say("  " + " | ".join(cell for cell in row if cell))
        elif table.rows:
            show_table(table.columns, table.rows)


def _numbers(text: str) -> list[int]:
    try:
        numbers = [int(part) for part in text.split(",")]
    except ValueError:
        raise BadParameter(
            tr("--seed {text!r} is no number", text=text), todo=tr("write e.g. --seed 1 or --seeds 1,2,3")
        ) from None
    return list(dict.fromkeys(numbers))
