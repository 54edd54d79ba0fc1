"""Standstill: metrics of hosts that have one value for hours, and never had it for so long before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ntanalytics.contract import dataset as dataset_named
from ntanalytics.contract.infra import HOST_METRICS
from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.judgement import judge_value
from ntanalytics.findings.rule import Rule
from ntanalytics.findings.subjects import subject
from ntanalytics.metrics.figures import Covered
from ntanalytics.metrics.rows import Rows, rows
from ntanalytics.subsystems.data.entities import dataset_details, dataset_entity

#: The dataset of host metrics.
METRICS = "infra.metrics"

Row = Mapping[str, Any]


def still_findings(rule: Rule, still: Rows, metrics: Covered) -> list[Finding]:
    """Return the hosts of which metrics stand still; of a source of which all hosts do, one finding.

    Where it is one metric of a host, or of all hosts, the finding is of the metric: how it is collected, and no agent,
    is at fault.

    Args:
        rule: its limits hold for the number of these metrics.
        still: ``metrics.infra.standstill.still_series`` of the day.
        metrics: the dataset of the metrics.
    """
    table = rows(still)
    beyond = [row for row in table if rule.threshold.judge(row["still_series"]) != "ok"]
    findings = []
    for source in dict.fromkeys(row["source"] for row in beyond):
        own = [row for row in beyond if row["source"] == source]
        is_whole = len(own) > 1 and len(own) == sum(row["source"] == source for row in table)
        findings += [_source(rule, own, metrics)] if is_whole else [_host(rule, row, metrics) for row in own]
    return [finding.with_details(**dataset_details(METRICS)) for finding in findings]


def _source(rule: Rule, own: Sequence[Row], metrics: Covered) -> Finding:
    entity = dataset_entity(own[0]["source"], METRICS, dataset_named(METRICS).label)
    names = {str(row["metric"]) for row in own}
    if len(names) == 1 and all(row["still_metrics"] == 1 for row in own):
        (name,) = names
        entity = subject(METRICS, (("metric", name),), f"主机指标 {HOST_METRICS.get(name, name)}")
    count = sum(row["still_series"] for row in own)
    finding = judge_value(rule, count, [metrics], entity)
    return finding.with_figures(hosts=float(len(own)), hours=float(max(row["still_hours"] for row in own)))


def _host(rule: Rule, row: Row, metrics: Covered) -> Finding:
    finding = judge_value(rule, row["still_series"], [metrics], _of_host(row))
    return finding.with_details(metric=str(row["metric"])).with_figures(hours=float(row["still_hours"]))


def _of_host(row: Row) -> Entity:
    """Return the metric of a host that alone stands still, with its part where only one does; else the host."""
    host, metric = str(row["host"]), str(row["metric"])
    if row["still_metrics"] > 1:
        return Entity("host", host, host)
    part = str(row["part"] or "") if row["still_series"] == 1 else ""
    members = (("host", host), ("metric", metric), *([("part", part)] if part else []))
    return subject(METRICS, members, " ".join((host, HOST_METRICS.get(metric, metric), *([part] if part else []))))
