"""Commands about the rules: what they are, and how right they are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ntanalytics.cli.arguments import as_day
from ntanalytics.cli.program import app
from ntanalytics.errors import BadParameter
from ntanalytics.terminal import progress, say, show_json, show_table


@app.command(epilog="Example: ntanalytics evaluate --seed 1 --dir evaluated")
def evaluate(
    seeds: Annotated[
        str, typer.Option("--seed", "--seeds", metavar="N[,N]", help="Whose estates; several parted by commas.")
    ] = "1",
    directory: Annotated[
        Path, typer.Option("--dir", help="Where the estates are written; one that is there is used again.")
    ] = Path("evaluated"),
    days: Annotated[int, typer.Option(min=1, help="How many days an estate has.")] = 98,
    judged: Annotated[int, typer.Option(min=1, help="How many of them, the last ones, are inspected.")] = 70,
    scale: Annotated[float, typer.Option(min=0.0001, help="How large: 1 is the volume of a real city.")] = 0.02,
    page: Annotated[
        Path | None, typer.Option("--write", metavar="FILE", help="Also write the page docs/evaluation.md.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Measure how right the findings are: inspect the past days of a demo estate, and score what was found.

    Each day is inspected with what was known on the next morning, and held against the estate's incidents.json:
    which were found and when, and what was a false alarm (docs/evaluation.md). Remove DIR to write its estates anew.
    """
    from ntanalytics.evaluation import evaluate as measured
    from ntanalytics.evaluation.page import written
    from ntanalytics.evaluation.tables import as_data, tables
    from ntanalytics.findings.rules import RULES

    with progress() as show:
        scores = measured(directory, _numbers(seeds), days=days, judged=judged, scale=scale, told=show)
    if page is not None:
        page.write_text(written(page, scores, RULES), encoding="utf-8")
    if as_json:
        show_json(as_data(scores, RULES))
        return
    for each in tables(scores, RULES):
        say(f"\n{each.title}{'' if each.rows else ': none'}")
        if each.is_wide:
            for row in each.rows:
                say("  " + " | ".join(cell for cell in row if cell))
        elif each.rows:
            show_table(each.columns, each.rows)


def _numbers(text: str) -> list[int]:
    try:
        found = [int(each) for each in text.split(",")]
    except ValueError:
        raise BadParameter(f"--seed {text!r} is no number", todo="write e.g. --seed 1 or --seeds 1,2,3") from None
    return list(dict.fromkeys(found))


@app.command(epilog="Example: ntanalytics rules --subsystem sms --day latest")
def rules(
    context: typer.Context,
    subsystem: Annotated[str, typer.Option(metavar="ID", help="One subsystem, such as sms; default: all.")] = "",
    day: Annotated[
        str,
        typer.Option(
            metavar="DAY", help="Also what each says of a day: 2026-11-20, or latest for the last working day."
        ),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """List the rules of the inspection as the site has them, and what each says of a day.

    Where there are no settings, the rules are those of the suite. Marked are those that the site switched off or
    changed, and those that only a quarter's recommendations ask.
    """
    from ntanalytics.evaluation import rulebook
    from ntanalytics.findings.rules import KINDS, RULES
    from ntanalytics.settings import find_config, load
    from ntanalytics.workspace import open_workspace
    from ntanalytics.workspace.rules import site_rules

    path = find_config(context.obj)
    is_a_site = context.obj is not None or path.is_file() or bool(day)
    listed = rulebook.of_subsystem(site_rules(load(path)) if is_a_site else RULES, subsystem)
    found = {}
    if day:
        workspace = open_workspace(path)
        on = rulebook.last_day(workspace) if day == "latest" else as_day(day, "--day")
        with progress() as show:
            show(f"inspection of {on}", 0)
            found = rulebook.said_of(workspace, on)
    said = {rule.code: rulebook.said(found.get(rule.code, [])) for rule in listed}
    if as_json:
        data = [rulebook.as_data(rule) | ({"said": said[rule.code]} if day else {}) for rule in listed]
        show_json(data)
        return
    rows = [
        (rule.code, KINDS[rule.kind], rule.words, rulebook.limits_of(rule), rule.fewest or "", rulebook.remark(rule))
        + ((said[rule.code],) if day else ())
        for rule in listed
    ]
    heads = ("rule", "kind", "what", "limits", "fewest", "")
    show_table((*heads, f"said of {on}") if day else heads, rows)
