"""Command ``rules``: rules of the findings and their limits."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from ntanalytics.cli.arguments import AsJson, as_day
from ntanalytics.cli.program import app
from ntanalytics.cli.tables import show_table
from ntanalytics.cli.terminal import progress, show_json
from ntanalytics.language import tr

if TYPE_CHECKING:
    from ntanalytics.workspace.site import Workspace


@app.command(epilog="Example: ntanalytics rules --subsystem sms --day latest")
def rules(
    context: typer.Context,
    subsystem: Annotated[str, typer.Option(metavar="ID", help="Subsystem, such as sms; default: all.")] = "",
    day: Annotated[
        str,
        typer.Option(
            metavar="DAY",
            help="Also show the findings of a day: 2026-11-20, or latest for the last whole working day in the lake.",
        ),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """List the rules of the findings with the limits of the site, and the findings of a day.

    Without settings, the rules are those of the suite. Marked are rules that the site disabled or changed, and rules
    that only the recommendations use, over 91 days.
    """
    from ntanalytics.evaluation import rulebook
    from ntanalytics.findings.phrases import rule_limits
    from ntanalytics.findings.rule import KINDS
    from ntanalytics.settings import find_config, load
    from ntanalytics.subsystems import RULES, rules_of
    from ntanalytics.workspace import open_workspace

    path = find_config(context.obj)
    is_a_site = context.obj is not None or path.is_file() or bool(day)
    listed = rulebook.of_subsystem(rules_of(load(path)) if is_a_site else RULES, subsystem)
    findings = {}
    if day:
        workspace = open_workspace(path)
        on = _day(workspace, day)
        with progress() as show:
            show(tr("inspection of {on}", on=on), 0)
            findings = rulebook.findings_of_day(workspace, on)
    summaries = {rule.code: rulebook.summary(findings.get(rule.code, [])) for rule in listed}
    if as_json:
        show_json([rulebook.as_data(rule) | ({"said": summaries[rule.code]} if day else {}) for rule in listed])
        return
    rows = [
        (rule.code, KINDS[rule.kind], rule.check, rule_limits(rule), rule.min_count or "", rulebook.remark(rule))
        + ((summaries[rule.code],) if day else ())
        for rule in listed
    ]
    heads = (tr("rule"), tr("kind"), tr("what"), tr("limits"), tr("min. events"), "")
    show_table((*heads, tr("said of {on}", on=on)) if day else heads, rows)


def _day(workspace: Workspace, text: str) -> dt.date:
    """Return the day of ``--day``.

    Raises:
        BadParameter: it is not a day.
        BadPeriod: it has not begun.
        NoData: there is no latest one.
    """
    from ntanalytics.evaluation import rulebook
    from ntanalytics.periods import Period, require_started

    if text == "latest":
        return rulebook.last_day(workspace)
    day = as_day(text, "--day")
    require_started(Period.day(day), dt.datetime.now(workspace.settings.zone).date(), where="--day")
    return day
