"""A new rule of a subsystem: its limits, its check and its test."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.errors import UnknownName, UsageError
from ntanalytics.findings.threshold import Threshold
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
    "Rule": "ntanalytics.findings.rule",
}


@dataclass(frozen=True)
class Limits:
    """Limits as they were given; None is chosen by the measure.

    Attributes:
        warning: limit of 关注.
        critical: limit of 异常.
        good: ``up`` when more is better, ``down`` when less is; empty is chosen by the measure.
    """

    warning: float | None = None
    critical: float | None = None
    good: str = ""

    def threshold(self, measure: Measure) -> Threshold:
        """Return the threshold of a rule over a measure.

        Raises:
            UsageError: ``good`` is neither, or the critical limit is less grave than the warning limit.
        """
        good = self.good or measure.good or "down"
        first = (0.05, 0.1) if measure.is_rate else (10, 20)
        if good == "up":
            first = (0.95, 0.9) if measure.is_rate else (20, 10)
        warning = first[0] if self.warning is None else self.warning
        critical = first[1] if self.critical is None else self.critical
        if good not in ("up", "down"):
            raise UsageError(f"--good {good!r} is no direction", todo="say up (more is better) or down (less)")
        try:
            return Threshold(warning, critical, "up" if good == "up" else "down")
        except ValueError as error:
            todo = f"give both: --critical is {'below' if good == 'up' else 'above'} --warning where {good} is good"
            raise UsageError(str(error), where="--warning, --critical", todo=todo) from None


def write_rule(code: str, measure: str, limits: Limits = Limits(), root: Path | None = None) -> Scaffold:
    """Add a rule to a subsystem, with a check that judges one measure, and the test of both.

    Args:
        code: ``<subsystem>.<name>``.
        measure: the measure that it judges.
        limits: the limits.
        root: the checkout.

    Raises:
        UsageError: the code cannot be used or is there already, the limits contradict each other, no metric of the
            subsystem makes the measure of one dataset, or there is no checkout.
        UnknownName: there is no such subsystem or measure.
    """
    checkout = find_checkout("a rule", root)
    subsystem, _, name = code.partition(".")
    if subsystem not in SUBSYSTEMS:
        raise UnknownName("subsystem", subsystem, SUBSYSTEMS, where=code)
    folder = checkout / "ntanalytics" / "subsystems" / subsystem
    if code in RULES:
        where = str((folder / "rules.py").relative_to(checkout))
        raise UsageError(
            f"there is a rule {code!r} already", where=where, todo="change it there, or choose another code"
        )
    check_name(name, "a rule", reserved=(), example=f"{subsystem}.failure_rate")
    threshold, metric = limits.threshold(measure_of(measure)), find_metric(subsystem, measure)
    values = _values(code, metric, threshold)
    rules, checks = SourceEdit(folder / "rules.py"), SourceEdit(folder / "checks.py")
    rules.add_element("RULES", render("rule/rule.py.j2", values).rstrip(), before="source_rule")
    _add_check(checks, values, metric)
    test = checkout / "tests" / "subsystems" / subsystem / f"test_{name}.py"
    written = write_files(checkout, {test: render("rule/test_rule.py.j2", values)})
    for edit in (rules, checks):
        edit.path.write_text(edit.text, encoding="utf-8")
    format_files(checkout, [*written, rules.path, checks.path])
    return Scaffold(written, [rules.path, checks.path])


def _values(code: str, metric: Metric, threshold: Threshold) -> dict[str, object]:
    """Return the values of the templates."""
    subsystem, _, name = code.partition(".")
    sign = 1 if threshold.good == "down" else -1
    return {
        "code": code,
        "subsystem": subsystem,
        "name": name,
        "title": SUBSYSTEMS[subsystem],
        "warning": f"{threshold.warning:g}",
        "critical": f"{threshold.critical:g}",
        "beyond": f"{threshold.critical + sign * (abs(threshold.critical) or 1):g}",
        "on_critical": "ok" if threshold.critical == threshold.warning else "warning",
        "good": threshold.good,
        "measure": metric.measure,
        "module": metric.module.rpartition(".")[2],
        "function": metric.function,
        "dataset": metric.dataset,
        "arguments": metric.arguments,
        "is_daily": metric.is_daily,
    }


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
            f"{', '.join(sorted(taken))} stands for something else in the module",
            where=str(checks.path),
            todo="choose another code, or write the check by hand",
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
