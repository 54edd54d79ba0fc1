"""A new rule of a subsystem: its limits, its check and its test."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.errors import UnknownName, UsageError
from ntanalytics.findings.threshold import judge
from ntanalytics.language import tr
from ntanalytics.metrics import measure as measure_of
from ntanalytics.metrics.measure import Measure
from ntanalytics.scaffold.checkout import Scaffold, check_name, find_checkout, render, write_files
from ntanalytics.scaffold.edits import SourceEdit, format_files
from ntanalytics.scaffold.metric_search import Metric, find_metric
from ntanalytics.subsystems import RULES

#: What the function of a check uses, by module.
_IMPORTS = {
    "CheckContext": "ntanalytics.checks.context",
    "Check": "ntanalytics.checks.check",
    "EVERY_PERIOD": "ntanalytics.checks.check",
    "Finding": "ntanalytics.findings.finding",
    "evaluate_rules": "ntanalytics.findings.judgement",
    "figures": "ntanalytics.metrics.figures",
    "Rule": "ntanalytics.findings.rule",
}

#: Good direction, and whether the measure is a rate → warning and critical limit, until somebody knows better.
_FIRST_GUESSES = {
    ("up", True): (0.95, 0.9),
    ("up", False): (20, 10),
    ("down", True): (0.05, 0.1),
    ("down", False): (10, 20),
}


@dataclass(frozen=True)
class LimitOptions:
    """Limits as they were given; None and empty are chosen by the measure.

    Attributes:
        warning: limit of the status ``warning``.
        critical: limit of the status ``critical``.
        good: ``up`` when more is better, ``down`` when less is.
    """

    warning: float | None = None
    critical: float | None = None
    good: str = ""


def _limits(options: LimitOptions, measure: Measure) -> tuple[float, float, Literal["up", "down"]]:
    """Return warning limit, critical limit and good direction of a rule over a measure.

    Raises:
        UsageError: the direction is neither, or the critical limit is less grave than the warning limit.
    """
    given = options.good or measure.good or "down"
    if given not in ("up", "down"):
        raise UsageError(
            tr("--good {given!r} is no direction", given=given),
            todo=tr("say up (more is better) or down (less is better)"),
        )
    good: Literal["up", "down"] = "up" if given == "up" else "down"
    warning, critical = _FIRST_GUESSES[good, measure.is_rate]
    warning = warning if options.warning is None else options.warning
    critical = critical if options.critical is None else options.critical
    if critical != warning and judge(critical, warning, warning, good) == "ok":
        raise UsageError(
            tr(
                "the critical limit {critical:g} is less grave than the warning limit {warning:g}",
                critical=critical,
                warning=warning,
            ),
            where="--warning, --critical",
            todo=tr("give both: --critical is below --warning where up is good")
            if good == "up"
            else tr("give both: --critical is above --warning where down is good"),
        )
    return warning, critical, good


def write_rule(code: str, measure: str, options: LimitOptions = LimitOptions(), root: Path | None = None) -> Scaffold:
    """Add a rule to a subsystem, with a check that judges one measure, and the test of both.

    Args:
        code: ``<subsystem>.<name>``.
        measure: the measure that it judges.
        options: the limits.
        root: the checkout.

    Raises:
        UsageError: the code cannot be used or is there already, the limits contradict each other, no metric of the
            subsystem makes the measure of one dataset, or there is no checkout.
        UnknownName: there is no such subsystem or measure.
    """
    checkout = find_checkout(tr("a rule"), root)
    subsystem, _, name = code.partition(".")
    if subsystem not in SUBSYSTEMS:
        raise UnknownName("subsystem", subsystem, SUBSYSTEMS, where=code)
    folder = checkout / "ntanalytics" / "subsystems" / subsystem
    if code in RULES:
        where = str((folder / "rules.py").relative_to(checkout))
        raise UsageError(
            tr("there is a rule {code!r} already", code=code),
            where=where,
            todo=tr("change it there, or choose another code"),
        )
    check_name(name, tr("a rule"), reserved=(), example=f"{subsystem}.failure_rate")
    warning, critical, good = _limits(options, measure_of(measure))
    metric = find_metric(subsystem, measure)
    values = _values(code, metric) | _limit_values(warning, critical, good)
    rules, checks = SourceEdit(folder / "rules.py"), SourceEdit(folder / "checks.py")
    rules.add_element("RULES", render("rule/rule.py.j2", values).rstrip(), before="source_rule")
    _add_check(checks, values, metric)
    test = checkout / "tests" / "subsystems" / subsystem / f"test_{name}.py"
    written = write_files(checkout, {test: render("rule/test_rule.py.j2", values)})
    for edit in (rules, checks):
        edit.path.write_text(edit.text, encoding="utf-8")
    format_files(checkout, [*written, rules.path, checks.path])
    return Scaffold(written, [rules.path, checks.path])


def _values(code: str, metric: Metric) -> dict[str, object]:
    """Return the values of the templates, without the limits."""
    subsystem, _, name = code.partition(".")
    return {
        "code": code,
        "subsystem": subsystem,
        "name": name,
        "title": SUBSYSTEMS[subsystem],
        "measure": metric.measure,
        "module": metric.module.rpartition(".")[2],
        "function": metric.function,
        "dataset": metric.dataset,
        "arguments": metric.arguments,
        "is_daily": metric.is_daily,
    }


def _limit_values(warning: float, critical: float, good: str) -> dict[str, object]:
    """Return the limits as the templates write them, with a value beyond both."""
    beyond = critical + (1 if good == "down" else -1) * (abs(critical) or 1)
    on_critical = "ok" if critical == warning else "warning"
    limits: dict[str, object] = {"warning": f"{warning:g}", "critical": f"{critical:g}", "beyond": f"{beyond:g}"}
    return limits | {"on_critical": on_critical, "good": good}


def _add_check(checks: SourceEdit, values: dict[str, object], metric: Metric) -> None:
    """Add the function, its check and the imports that both lack.

    Raises:
        UsageError: a name that the function needs stands for something else in the module.
    """
    imported, defined = _names(checks.text)
    package, _, module = metric.module.rpartition(".")
    needed = {**_IMPORTS, module: package}
    is_day_only = metric.is_daily or measure_of(metric.measure).is_additive  # limits of a count are those of a day
    if is_day_only:
        del needed["EVERY_PERIOD"]
    taken = {name for name, origin in needed.items() if imported.get(name, origin) != origin or name in defined}
    taken |= {f"_{values['name']}"} & defined
    if taken:
        raise UsageError(
            tr("{names} stands for something else in the module", names=", ".join(sorted(taken))),
            where=str(checks.path),
            todo=tr("choose another code, or write the check by hand"),
        )
    every = "" if is_day_only else ", every=EVERY_PERIOD"
    check = f'Check(rule="{values["code"]}", evaluate=_{values["name"]}, reads={{"{metric.dataset}": 0}}{every})'
    checks.add_element("CHECKS", check)
    checks.add_before("CHECKS", render("rule/evaluate.py.j2", values))
    checks.add_imports(f"from {origin} import {name}" for name, origin in needed.items() if name not in imported)


def _names(source: str) -> tuple[dict[str, str], set[str]]:
    """Return the names that a module imports, with their modules, and those that it defines."""
    body = ast.parse(source).body
    imports = [node for node in body if isinstance(node, ast.ImportFrom)]
    imported = {item.asname or item.name: node.module or "" for node in imports for item in node.names}
    return imported, {node.name for node in body if isinstance(node, ast.FunctionDef)}
