"""Doubtful data: of lost rows, of a clock that is off and of unmatched identifiers too much is unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from ntanalytics.checks.check import Check
from ntanalytics.checks.parent_units import PARENT, unit_link
from ntanalytics.contract import DATASETS
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.judgement import unknown
from ntanalytics.findings.subjects import dataset_of, members_of
from ntanalytics.metrics.data_quality import LOST_SHARE

#: Seconds by which a clock is off from which no hour has its own events; minutes move few of them.
HOURS_OFF_S = 3600.0

_LOST, _CLOCK, _UNMATCHED = "data.rejected_share", "data.clock_offset", "data.unmatched_ids"


def doubt(
    findings: Sequence[Finding],
    checks: Iterable[Check],
    unfilled: Callable[[str], AbstractSet[str]] = lambda _: frozenset(),
) -> list[Finding]:
    """Return the findings; of doubtful datasets what may be an effect of the data themselves is unknown.

    Of a dataset that lost more than one row in a hundred no silence and no fall is told; of one whose usual day came at
    other hours, nothing that is held against the hours or days before; where it came minutes away, no subject in hours.
    Where its identifiers are not those of the dataset that describes them, nothing that joins the two is in order. What
    the data themselves have is told.

    Args:
        findings: of one report.
        checks: the checks, with the datasets that each reads.
        unfilled: tells the columns of a dataset that many more rows than usual lack: what seems fewer may be of those.
    """
    findings = [
        unknown(finding.rule, "incomplete", finding.entity) if _is_nameless(finding, unfilled) else finding
        for finding in findings
    ]
    lost = {
        finding.details["dataset"]
        for finding in findings
        if finding.code == _LOST and finding.is_violation and (finding.value or 0.0) > LOST_SHARE
    }
    clocks = [
        finding
        for finding in findings
        if finding.code == _CLOCK and finding.is_violation and (finding.entity.kind == "dataset" or dataset_of(finding))
    ]
    off = {finding.details["dataset"] for finding in clocks if (finding.value or 0.0) >= HOURS_OFF_S}
    apart = [
        {str(finding.details["dataset"]), str(finding.details["described_in"])}
        for finding in findings
        if finding.code == _UNMATCHED and finding.is_violation
    ]
    if not lost and not clocks and not apart:
        return list(findings)
    reads = {check.rule: check.reads for check in checks}
    kept: dict[str, Finding] = {}
    for finding in findings:
        read = _datasets(finding, reads)
        is_doubtful = (_is_held_against_days(finding) and bool(read & off)) or (
            _stays_away(finding) and bool(read & lost)
        )
        is_doubtful |= any(_is_moved(finding, clock) for clock in clocks)
        is_doubtful |= _is_in_order(finding) and any(pair <= set(reads.get(finding.code, ())) for pair in apart)
        judged = unknown(finding.rule, "incomplete", finding.entity) if is_doubtful else finding
        kept.setdefault(f"{judged.identity}/{'' if is_doubtful else id(finding)}", judged)
    return list(kept.values())


def _is_nameless(finding: Finding, unfilled: Callable[[str], AbstractSet[str]]) -> bool:
    """Return whether a fall is told of a subject by a column that many rows lack, or by what stands above it."""
    dataset = dataset_of(finding)
    if not dataset or not _stays_away(finding):
        return False
    lacking = unfilled(dataset)
    link = unit_link(DATASETS[dataset])
    above = {PARENT} if link is not None and link.column in lacking else set()
    return not (lacking | above).isdisjoint(members_of(finding))


def _datasets(finding: Finding, reads: Mapping[str, Mapping[str, int]]) -> set[str]:
    """Return the datasets that a finding is made of; of surveillance and of the data the one that it speaks of."""
    named = dataset_of(finding) or (finding.details.get("dataset") if finding.subsystem == "data" else "")
    if named:
        return {str(named)}
    return {name for name in reads.get(finding.code, {}) if name.partition(".")[0] == finding.subsystem}


def _is_held_against_days(finding: Finding) -> bool:
    is_of_data = finding.subsystem == "data"
    return finding.is_violation and not is_of_data and finding.rule.kind in ("absence", "usual", "burst", "change")


def _is_in_order(finding: Finding) -> bool:
    """Return whether a check found nothing; surveillance joins nothing but units, and the data speak of themselves."""
    return finding.status == "ok" and finding.detector != "surveillance" and finding.subsystem != "data"


def _is_moved(finding: Finding, clock: Finding) -> bool:
    """Return whether hours of a subject of surveillance differ by what a clock that is off moved into them."""
    if dataset_of(finding) != clock.details["dataset"] or finding.window is None or finding.details.get("value"):
        return False
    parts = clock.details.get("parts") or ()
    return not parts or bool(set(members_of(finding).values()) & set(parts if isinstance(parts, tuple) else ()))


def _stays_away(finding: Finding) -> bool:
    """Return whether a finding tells of something that did not come."""
    if not finding.is_violation or finding.code == "data.silent_days":
        return False
    if finding.detector == "surveillance":
        seen, expected = (float(finding.figures.get(name) or 0.0) for name in ("seen", "expected"))
        return not finding.details.get("value") and seen < expected
    is_fall = finding.rule.kind in ("usual", "change") and finding.rule.threshold.good == "up"
    return is_fall or finding.rule.kind == "absence"
