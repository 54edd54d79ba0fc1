"""Checks of registration: documents that were signed for and are not worked on."""

from __future__ import annotations

from ntanalytics.checks.by_detector import share_shift, volume_gap
from ntanalytics.checks.check import Check, SuppressedBy
from ntanalytics.checks.context import CheckContext
from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics.docexchange import registration
from ntanalytics.metrics.rows import rows
from ntanalytics.subsystems.docexchange.reading import HISTORY, as_of, receiver, working_days

_HOUR_S = 3600

#: Days that are judged together for a unit that leaves off registering.
_TOGETHER_DAYS = 7

#: Registrations come in batches: a gap leaves at most this share.
_MOST_LEFT = 0.15

_REGISTRATION = Entity("process", "registration", "公文登记")


def _registration_gap(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the hours in which no unit registered what it received."""
    deliveries = context.dataset("docexchange.deliveries", HISTORY)
    if not deliveries.is_complete:
        return []
    by_slot = rows(registration.registered_by_slot(deliveries.recent, context.utc_offset_h, _HOUR_S))
    return volume_gap(
        rule, by_slot, deliveries.days, context.on, slot_s=_HOUR_S, entity=_REGISTRATION, most_left=_MOST_LEFT
    )


def _unregistered(context: CheckContext, rule: Rule) -> list[Finding]:
    """Return the units of whose receipts an unusual share was not registered in time."""
    deliveries = context.dataset("docexchange.deliveries", HISTORY)
    if not deliveries.is_complete:
        return []
    late = registration.late_registrations(
        deliveries.recent, context.shared(working_days), as_of(context), context.utc_offset_h, ["day", "receiver_unit"]
    )
    return share_shift(rule, late, context.on, entity=receiver, together=_TOGETHER_DAYS)


_READS = {"docexchange.deliveries": HISTORY}

REGISTRATION_CHECKS: tuple[Check, ...] = (
    Check(rule="docexchange.registration_lull", evaluate=_registration_gap, reads=_READS),
    Check(
        rule="docexchange.unregistered",
        evaluate=_unregistered,
        reads=_READS,
        subject_columns={"docexchange.deliveries": ("receiver_unit",)},
        suppressed_by=(SuppressedBy(("docexchange.registration_lull",), "any"),),
    ),
)
