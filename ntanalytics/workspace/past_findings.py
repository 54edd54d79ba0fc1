"""Findings of past inspections: those of earlier months are followed once, and the last ones each time.

A contract has some thousand inspections, each with some hundred findings. What a later inspection needs of them is what
they left open.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ntanalytics import __version__
from ntanalytics.file_cache import digest_of_code
from ntanalytics.findings import lifecycle
from ntanalytics.findings.finding import Entity
from ntanalytics.findings.lifecycle import FindingLifecycle, FollowedDays, Observation, ObservedDay, follow_days
from ntanalytics.findings.threshold import Status
from ntanalytics.ledger import InspectedFinding, PastInspection
from ntanalytics.ledger.findings_upgrade import LABEL_KIND

if TYPE_CHECKING:
    from ntanalytics.workspace.site import Workspace

#: Days before the last one within which an inspection may still be published again: they are followed each time.
_SETTLED = dt.timedelta(days=10)

_DAY = dt.timedelta(days=1)

#: Fields of a lifecycle that are days.
_DATES = frozenset(field.name for field in fields(FindingLifecycle) if "date" in str(field.type))


@dataclass(frozen=True)
class PastFindings:
    """Inspections before a report's.

    Attributes:
        before: what those of earlier months made of the findings.
        days: the inspections after these, oldest first.
    """

    before: FollowedDays
    days: Sequence[ObservedDay]


def past_findings(workspace: Workspace, report: str, last: dt.date, since: dt.date) -> PastFindings:
    """Return the inspections up to a day, of which those of earlier months are followed already.

    What was followed is kept under the inspections that it is made of: one that is published again, or for the first
    time, has it made again.

    Args:
        workspace: the site.
        report: name of the report that inspects.
        last: the last day.
        since: a day; of what was closed from then on, everything is known.

    Raises:
        LakeError, ValueError: the ledger cannot be read, or is damaged.
    """
    inspections = workspace.ledger.inspections
    begin = min(since, last - _SETTLED).replace(day=1)
    later = observed_days(inspections.until(report, last, begin))
    issued = inspections.issued(report, begin - _DAY)
    if not issued:
        return PastFindings(FollowedDays(), later)
    kept = workspace.cached_past_findings.get(_key(report, issued))
    if kept is not None:
        return PastFindings(_read(kept, [day for day, _, _ in issued]), later)
    past = inspections.until(report, begin - _DAY)
    earlier = observed_days(past)
    if any(observation.entity.kind == LABEL_KIND for day in earlier for observation in day.observations):
        return PastFindings(FollowedDays(), [*earlier, *later])  # today's findings tell what they are of
    before = follow_days(earlier)
    made_of = [(item.day, item.run_id, item.published_at) for item in past]
    workspace.cached_past_findings.put({_key(report, made_of): _written(before)})
    return PastFindings(before, later)


def observed_days(inspections: Iterable[PastInspection]) -> list[ObservedDay]:
    """Return recorded inspections as the lifecycle of findings takes them."""
    observed = cache(_observation)  # most findings are those of the day before
    return [ObservedDay(day.day, tuple(map(observed, day.findings)), day.codes) for day in inspections]


def _observation(finding: InspectedFinding) -> Observation:
    return Observation(
        code=finding.code,
        entity=Entity(finding.entity_kind, finding.entity_key, finding.entity_label),
        check=finding.check,
        status=cast("Status", finding.status),
        value=finding.value,
        format=finding.format,
        since=finding.since_on,
        since_is_bound=finding.since_is_bound,
        is_over=bool(finding.is_over),
        is_doubtful=bool(finding.is_doubtful),
    )


def _key(report: str, issued: Iterable[tuple[dt.date, str, dt.datetime]]) -> str:
    """Return the digest of inspections and of what follows them."""
    words = [f"{day} {run_id} {published_at.isoformat()}" for day, run_id, published_at in issued]
    return hashlib.sha256("\n".join([__version__, _PROGRAM, report, *words]).encode()).hexdigest()


def _program() -> str:
    return digest_of_code([*sorted(Path(str(lifecycle.__file__)).parent.glob("*.py")), Path(__file__)])


#: Digest of the component that follows lifecycles, and of what writes them, as they were imported.
_PROGRAM = _program()


def _written(followed: FollowedDays) -> str:
    current = [
        {**vars(item), "entity": [item.entity.kind, item.entity.key, item.entity.label]} for item in followed.current
    ]
    content = {"current": current, "codes": dict(followed.codes)}
    return json.dumps(content, ensure_ascii=False, default=dt.date.isoformat)


def _read(text: str, days: Iterable[dt.date]) -> FollowedDays:
    content = json.loads(text)
    return FollowedDays(tuple(days), tuple(map(_lifecycle, content["current"])), content["codes"])


def _lifecycle(row: Mapping[str, Any]) -> FindingLifecycle:
    dates = {name: dt.date.fromisoformat(row[name]) for name in _DATES if row[name] is not None}
    return FindingLifecycle(**{**row, **dates, "entity": Entity(*row["entity"])})
