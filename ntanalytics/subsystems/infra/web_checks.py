"""What the inspection of a day asks of the web services: errors, times, silence, volume."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import ibis.expr.types as ir

from ntanalytics.checks.baseline import unusual
from ntanalytics.checks.context import CheckContext
from ntanalytics.detectors.failure_burst import failure_burst
from ntanalytics.detectors.latency_spike import latency_spike
from ntanalytics.detectors.silence import MOST_DAYS, silence
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rule import evaluate_rules, unknown
from ntanalytics.metrics.infra import availability, requests
from ntanalytics.metrics.slots import SLOT_S, by_slot
from ntanalytics.workspace.dataset_view import DatasetView

#: Days of history in which what is usual is looked for: ten weeks hold twenty days that are not worked.
HISTORY = 70

#: A burst of errors is told where chance makes one like it once in so many days of a service.
CHANCE = 1e-9

#: What a silence explains of a day that is short of requests, in times what is usual in it.
_EXPLAINS = 1.2


def inspect_web(context: CheckContext) -> list[Finding]:
    """Each service's errors, times, silences and volume; times by the probes where no log tells them."""
    web, checks = context.dataset("infra.requests", history=HISTORY), context.dataset("infra.checks", history=HISTORY)
    served: list[str] = []
    found: list[Finding] = []
    if web.sources:
        by_day = requests.counts(web.recent, web.days, ["service"]).to_pyarrow().to_pylist()
        served = sorted({row["service"] for row in by_day})
        if not served:
            found.append(unknown("infra.requests_fall", "网络请求", "请求量", "没有任何请求记录"))
        like = _alike(web, context.period.last)
        made = by_slot(like, "minute_at", context.utc_offset_h, ["service"], count="requests").to_pyarrow().to_pylist()
        found += _errors(context, web, like, made, by_day)
        answers = requests.answers(like, context.utc_offset_h)
        found += latency_spike(
            context.rules["infra.slow_hours"],
            answers,
            web.days,
            context.period.last,
            measure="answer_p95_ms",
            count="answered",
            subject=_service,
        )
        found += _volume(context, web, made, by_day, _outages(context, checks))
    if checks.sources:
        found += _probes(context, checks, served, {each.subject for each in _wrong(found) if "slow" in each.code})
    return found


def _errors(
    context: CheckContext, web: DatasetView, like: ir.Table, made: list[dict[str, Any]], by_day: list[dict[str, Any]]
) -> list[Finding]:
    """Bursts of errors; of a service that has none, its errors of the whole day."""
    on, rules, offset = context.period.last, context.rules, context.utc_offset_h
    failed = by_slot(like.filter(like.status >= 500), "minute_at", offset, ["service"], count="requests")
    found = failure_burst(
        rules["infra.error_burst"], failed, made, web.days, on, slot_s=SLOT_S, subject=_service, chance=CHANCE
    )
    burst = {each.subject for each in _wrong(found)}
    today = [row for row in by_day if row["day"] == on and row["service"] not in burst]
    whole_day = evaluate_rules([rules["infra.error_rate"]], today, _service, is_complete=web.is_complete)
    # of a quiet day's few requests nothing is unknown
    return found + [each for each in whole_day if each.state != "unknown" or not web.is_complete]


def _volume(
    context: CheckContext,
    web: DatasetView,
    made: list[dict[str, Any]],
    by_day: list[dict[str, Any]],
    outages: list[tuple[str, float, float]],
) -> list[Finding]:
    """Silences that no outage of the probes tells already, and days of too few or too many requests beside them."""
    on, rules = context.period.last, context.rules
    silent = silence(rules["infra.requests_silent"], made, web.days, on, slot_s=SLOT_S, subject=_service)
    fallen = unusual(context, rules["infra.requests_fall"], by_day, subject=_service)
    rising = unusual(context, rules["infra.requests_rise"], by_day, subject=_service, is_wrong_only=True)
    usual_in_silence = {each.subject: each.figures.get("expected") or 0.0 for each in _wrong(silent)}
    fallen = [
        each
        for each in fallen
        if each.state not in ("warning", "critical")
        or _lack(each) > _EXPLAINS * usual_in_silence.get(each.subject, 0.0)
    ]
    silent = [each for each in silent if each.state not in ("warning", "critical") or not _is_told(each, outages)]
    return silent + fallen + rising


def _lack(finding: Finding) -> float:
    """How many requests a day is short of what was expected."""
    return (finding.figures.get("expected") or 0.0) - (finding.value or 0.0)


def _outages(context: CheckContext, checks: DatasetView) -> list[tuple[str, float, float]]:
    """Target, begin and end of each outage of the day, in seconds after its beginning."""
    if not checks.sources:
        return []
    its = checks.table.filter(~checks.table.kind.isin(availability.HOST_CHECKS))
    told = availability.outages(its, context.ends_at).to_pyarrow().to_pylist()
    begin = context.begins_at
    return [(row["target"], _after(row["down_from_at"], begin), _after(row["down_until_at"], begin)) for row in told]


def _after(moment: datetime, begin: datetime) -> float:
    return (moment - begin) / timedelta(seconds=1)


def _is_told(finding: Finding, outages: Iterable[tuple[str, float, float]]) -> bool:
    """Whether the probes found the same service down in more than half of its silence."""
    begins, ends = finding.figures.get("from_s") or 0.0, finding.figures.get("until_s") or 0.0
    return any(
        min(until, ends) - max(since, begins) > (ends - begins) / 2
        for target, since, until in outages
        if is_of(finding.subject, target)
    )


def _probes(context: CheckContext, checks: DatasetView, served: list[str], slow: set[str]) -> list[Finding]:
    """Targets that answered the probes slowly; one whose log says so already is left out."""
    probed = availability.probe_durations(_alike(checks, context.period.last), context.utc_offset_h)
    found = latency_spike(
        context.rules["infra.slow_probes"],
        probed,
        checks.days,
        context.period.last,
        measure="probe_p50_ms",
        count="probed",
        subject=lambda row: str(row["target"]),
    )
    named = []
    for each in found:
        service = next((one for one in served if is_of(one, each.subject)), None)
        if service not in slow:
            named.append(replace(each, subject=f"{service}（探测）") if service else each)
    return named


def is_of(service: str, target: str) -> bool:
    """Whether a target of the probes is a service of the logs: its host, or the first label of it."""
    host = target.partition("://")[2].partition("/")[0].partition(":")[0]
    return target.startswith("http") and service in (host, host.partition(".")[0])


def _service(row: Mapping[str, Any]) -> str:
    return str(row["service"])


def _wrong(findings: Iterable[Finding]) -> list[Finding]:
    return [each for each in findings if each.state in ("warning", "critical")]


def _alike(scope: DatasetView, on: date) -> ir.Table:
    """The rows of the inspected day and of the last days like it: worked, or not worked."""
    calendar = {row["day"]: row for row in scope.days.to_pyarrow().to_pylist()}
    like = [
        day
        for day, row in sorted(calendar.items(), reverse=True)
        if day < on and row["is_covered"] and row["is_working_day"] == calendar[on]["is_working_day"]
    ]
    return scope.recent.filter(scope.recent.day.isin([on, *like[:MOST_DAYS]]))
