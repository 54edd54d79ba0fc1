"""Command ``rules``: rules of the findings and their limits."""

from __future__ import annotations

from typing import Annotated

import typer

from ntanalytics.cli.arguments import AsJson, as_day
from ntanalytics.cli.program import app
from ntanalytics.cli.terminal import progress, show_json, show_table


@app.command(epilog="Example: ntanalytics rules --subsystem sms --day latest")
def rules(
    context: typer.Context,
    subsystem: Annotated[str, typer.Option(metavar="ID", help="Subsystem, such as sms; default: all.")] = "",
    day: Annotated[
        str,
        typer.Option(
            metavar="DAY", help="Also show the findings of a day: 2026-11-20, or latest for the last working day."
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """List the rules of the findings with the limits of the site, and the findings of a day.

    Without settings, the rules are those of the suite. Marked are rules that the site disabled or changed, and rules
    that only the recommendations of a quarter use.
    """
    from ntanalytics.checks.site_rules import site_rules
    from ntanalytics.evaluation import rulebook
    from ntanalytics.findings.rule import KINDS
    from ntanalytics.settings import find_config, load
    from ntanalytics.subsystems import RULES
    from ntanalytics.workspace import open_workspace

    path = find_config(context.obj)
    is_a_site = context.obj is not None or path.is_file() or bool(day)
    listed = rulebook.of_subsystem(site_rules(load(path), RULES) if is_a_site else RULES, subsystem)
    findings = {}
    if day:
        workspace = open_workspace(path)
        on = rulebook.last_day(workspace) if day == "latest" else as_day(day, "--day")
        with progress() as show:
            show(f"inspection of {on}", 0)
            findings = rulebook.said_of(workspace, on)
    results = {rule.code: rulebook.said(findings.get(rule.code, [])) for rule in listed}
    if as_json:
        data = [rulebook.as_data(rule) | ({"said": results[rule.code]} if day else {}) for rule in listed]
        show_json(data)
        return
    rows = [
        (rule.code, KINDS[rule.kind], rule.words, rulebook.limits_of(rule), rule.min_count or "", rulebook.remark(rule))
        + ((results[rule.code],) if day else ())
        for rule in listed
    ]
    heads = ("rule", "kind", "what", "limits", "fewest", "")
    show_table((*heads, f"said of {on}") if day else heads, rows)
