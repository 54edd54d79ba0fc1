"""Checks of registration: documents that were signed for and are not worked on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ntanalytics.checks.baseline import HISTORY_DAYS
from ntanalytics.checks.by_detector import LEFT_OF_BATCHES, share_shift, volume_gap
from ntanalytics.checks.check import Check, SuppressedBy
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.known_columns import known_columns
from ntanalytics.checks.parent_units import PARENT, UnitLink, parents_of
from ntanalytics.contract.enumerations import PLATFORMS
from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics.docexchange import registration
from ntanalytics.metrics.rows import rows
from ntanalytics.subsystems.docexchange.reading import as_of, receiver, working_days

_HOUR_S = 3600

#: Days that are judged together for a unit that leaves off registering.
_TOGETHER_DAYS = 7

#: Column of the unit that registers.
_UNIT = "receiver_unit"

_REGISTRATION = Entity("process", "registration", "公文登记")


def _registration_gap(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the hours in which no unit registered what it received."""
    deliveries = context.dataset("docexchange.deliveries", HISTORY_DAYS)
    if not deliveries.is_assessable:
        return []
    by_slot = rows(registration.registered_by_slot(deliveries.recent, context.utc_offset_h, _HOUR_S))
    return volume_gap(
        rule, by_slot, deliveries.days, context.on, slot_s=_HOUR_S, entity=_REGISTRATION, most_left=LEFT_OF_BATCHES
    )


def _unregistered(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the receivers of whose receipts an unusual share was not registered in time, as what they have in common.

    The platform of the terminals comes first, then the unit above, then the unit; what is told is left out afterwards.
    What many units have in common is no clerk's omission, but a function that stands still.
    """
    deliveries = context.dataset("docexchange.deliveries", HISTORY_DAYS)
    if not deliveries.is_complete:
        return []
    by = ["day", _UNIT, *known_columns(deliveries, ["platform"])]
    late = registration.late_registrations(
        deliveries.recent, context.shared(working_days), as_of(context), context.utc_offset_h, by
    )
    parents = parents_of(context, UnitLink(_UNIT))
    above = {} if parents is None else {row["member"]: row[PARENT] for row in rows(parents)}
    left = [{**row, PARENT: above.get(row[_UNIT])} for row in rows(late)]
    of_many = replace(rule, cause="standstill")
    findings: list[Finding] = []
    for column, entity in (("platform", _platform), (PARENT, _units_below), (_UNIT, receiver)):
        own = [row for row in left if row.get(column) is not None]
        judged = rule if column == _UNIT else of_many
        unusual = share_shift(judged, own, context.on, entity=entity, together=_TOGETHER_DAYS)
        common = [finding for finding in unusual if column == _UNIT or _is_of_many(finding, own, column)]
        findings += common
        keys = {finding.entity.key for finding in common}
        left = [row for row in left if row.get(column) not in keys]
    return findings


def _platform(row: Mapping[str, Any]) -> Entity:
    return Entity("platform", row["platform"], PLATFORMS[row["platform"]])


def _units_below(row: Mapping[str, Any]) -> Entity:
    return Entity(PARENT, row[PARENT], f"{row[PARENT]}所属单位")


def _is_of_many(finding: Finding, late: Sequence[Mapping[str, Any]], column: str) -> bool:
    """Return whether no single unit has most of what is not registered since the finding began."""
    by_unit: dict[str, int] = {}
    for row in late:
        if finding.since is not None and row["day"] >= finding.since and row[column] == finding.entity.key:
            by_unit[row[_UNIT]] = by_unit.get(row[_UNIT], 0) + row["hits"]
    return 2 * max(by_unit.values(), default=0) <= sum(by_unit.values())


_READS = {"docexchange.deliveries": HISTORY_DAYS}

REGISTRATION_CHECKS: tuple[Check, ...] = (
    Check(rule="docexchange.registration_lull", evaluate=_registration_gap, reads=_READS),
    Check(
        rule="docexchange.unregistered",
        evaluate=_unregistered,
        reads=_READS,
        subject_columns={"docexchange.deliveries": (_UNIT,)},
        suppressed_by=(SuppressedBy(("docexchange.registration_lull",), "any"),),
    ),
)
