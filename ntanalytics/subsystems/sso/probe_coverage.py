"""Coverage by probes: applications in use of which no check asks whether they answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ntanalytics.checks.baseline import HISTORY_DAYS
from ntanalytics.checks.check import LONGER_PERIODS, Check
from ntanalytics.checks.context import CheckContext
from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.judgement import judge_value, unknown
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics.infra.probes import HOST_CHECKS
from ntanalytics.metrics.rows import Rows, rows
from ntanalytics.metrics.sso import accesses as access_metrics

#: Characters between the words of an id or an address.
_BETWEEN = re.compile(r"[^a-z0-9]+")

Row = Mapping[str, Any]


def unprobed(apps: Iterable[Row], checks: Rows) -> list[str]:
    """Return the names of the applications that no check of a service covers.

    A check covers an application where its target has the id or the name of the application, or where it is one of the
    subsystem to which the application belongs by its id or name (``oa-general``, 协同办公（通用版）).

    Args:
        apps: ``app_id`` and ``app`` of the applications in use.
        checks: ``subsystem``, ``target`` and ``kind`` of the checks of the period.
    """
    probed = [row for row in rows(checks) if row["kind"] not in HOST_CHECKS]
    subsystems = {row["subsystem"] for row in probed} - {"infra", "desk"}
    targets = [str(row["target"]) for row in probed]
    words = {word for target in targets for word in _BETWEEN.split(target.lower())}

    def is_covered(app: Row) -> bool:
        key, name = str(app["app_id"]).lower(), str(app["app"])
        of_subsystem = {item for item in subsystems if _BETWEEN.split(key)[0] == item or SUBSYSTEMS[item] in name}
        return bool(of_subsystem) or key in words or any(key in target.lower() or name in target for target in targets)

    return sorted(str(app["app"]) for app in apps if not is_covered(app))


def _unprobed_apps(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return how many applications in use no check covers; unknown where a check may be missing."""
    accesses, apps = context.dataset("sso.accesses", HISTORY_DAYS), context.dataset("sso.apps")
    checks = context.dataset("infra.checks")
    if not (checks.is_complete and apps.is_complete):
        return [unknown(rule, "incomplete")]
    opened = {row["app_id"]: row["accesses"] for row in rows(access_metrics.accesses(accesses.table, ["app_id"]))}
    least = max(1, len(context.working_days))
    used = [row for row in rows(apps.table) if row["is_enabled"] and opened.get(row["app_id"], 0) >= least]
    names = unprobed(used, checks.table.select("subsystem", "target", "kind").distinct())
    return [judge_value(rule, len(names), [accesses]).with_details(apps=tuple(names))]


COVERAGE_CHECK = Check(
    rule="sso.unprobed_apps",
    subject_columns={"sso.accesses": ("app_id",)},
    evaluate=_unprobed_apps,
    reads={"sso.accesses": HISTORY_DAYS, "sso.apps": 0, "infra.checks": 0},
    every=LONGER_PERIODS,
)
