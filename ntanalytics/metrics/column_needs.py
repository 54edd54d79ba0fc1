"""Columns that a product may lack, and the measures that need them (docs/domain.md, Rows: absent).

Column, as ``dataset.column`` → measures. A column that stands nowhere is needed by no measure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from ntanalytics import contract

#: Columns without which a measure is unknown of a source: a null says nothing there.
NEEDED: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "ca.certificates.issued_at": ("in_force", "expiring_30d", "expiring_60d", "expiring_90d", "renewals"),
        "ca.certificates.unit": ("expiring_units",),
        "ca.logins.certificate_id": ("expired_tried", "revoked_tried"),
        "ca.logins.reason": ("expired_tried", "revoked_tried"),
        "desk.access_grants.approved_at": ("unapproved_rights",),
        "desk.access_grants.last_used_on": ("unused_rights", "use_unknown_rights", "used_removed_rights"),
        "desk.access_grants.modified_at": ("modified_rights",),
        "desk.access_grants.removed_at": (
            "removed_rights",
            "held_rights",
            "unused_rights",
            "unapproved_rights",
            "used_removed_rights",
        ),
        "desk.changes.confirmed_at": ("unconfirmed_changes", "unapproved_changes", "unapproved_rate"),
        "desk.changes.finished_at": (
            "finished_changes",
            "unconfirmed_changes",
            "ended_changes",
            "unapproved_changes",
            "unsuccessful_changes",
            "cancelled_changes",
            "unrecorded_changes",
            "unapproved_rate",
            "unsuccessful_rate",
            "cancelled_rate",
            "overrun_s",
        ),
        "desk.changes.planned_until_at": ("overrun_s",),
        "desk.changes.started_at": ("overrun_s",),
        "desk.changes.result": (
            "unsuccessful_changes",
            "cancelled_changes",
            "unrecorded_changes",
            "unsuccessful_rate",
            "cancelled_rate",
        ),
        "desk.incidents.restored_at": ("clock_s", "lasted_s", "clock", "clocks_broken"),
        "desk.tickets.cause": ("repeated_tickets",),
        "desk.tickets.close_code": ("solved_tickets", "resolution_rate"),
        "desk.tickets.closed_at": (
            "open_now",
            "open_tickets",
            "overdue_tickets",
            "oldest_due_at",
            "overdue_days",
            "closed_tickets",
            "bulk_closed",
            "resolution_p50_s",
            "resolution_mean_s",
            "solved_tickets",
            "resolution_rate",
            "marked_tickets",
            "reopened_tickets",
        ),
        "desk.tickets.due_at": ("overdue_tickets", "oldest_due_at", "overdue_days", "no_deadline_tickets"),
        "desk.tickets.reopenings": ("reopened_tickets",),
        "desk.tickets.responded_at": (
            "late_responses",
            "unrecorded_responses",
            "response_p50_s",
            "unanswered_tickets",
            "slow_response_share",
        ),
        "docexchange.deliveries.delivered_at": ("undelivered_share", "arrival_to_signing_s"),
        "docexchange.deliveries.due_at": ("overdue_deliveries", "oldest_overdue_at"),
        "docexchange.deliveries.registered_at": ("registered_deliveries", "unregistered_share"),
        # without it what is given back now counts as given back before, too
        "docexchange.deliveries.returned_at": (
            "returned_deliveries",
            "refused_deliveries",
            "returned_share",
            *(
                f"{name}{ending}"
                for name in ("pending_deliveries", "overdue_deliveries")
                for ending in ("_before", "_change", "_change_rate")
            ),
            "signed_in_time_rate_before",
            "signed_in_time_rate_change",
        ),
        "docexchange.deliveries.signed_at": (
            "signed_deliveries",
            "pending_deliveries",
            "signed_in_time_rate",
            "unsigned_share",
            "unregistered_share",
            "signing_p50_s",
            "overdue_deliveries",
            "oldest_overdue_at",
            "arrival_to_signing_s",
        ),
        "identity.accounts.last_login_at": ("dormant_accounts", "awakened_accounts"),
        "identity.accounts.opened_at": ("dormant_accounts",),
        "identity.logins.account_id": (
            "login_users",
            "attempts",
            "shared_accounts",
            "most_addresses",
            "forced_accounts",
            "sprayed_accounts",
            "slow_attempts",
            "place_changes",
            "awakened_accounts",
            "locked_accounts",
            "locked_days",
        ),
        "identity.logins.address_hash": (
            "shared_accounts",
            "most_addresses",
            "forced_accounts",
            "sprayed_accounts",
            "place_changes",
            "night_entries",
        ),
        "identity.logins.reason": ("locked_accounts", "locked_days"),
        "identity.units.parent_id": ("parent", "is_top"),
        "im.sessions.terminal": ("client_share",),
        "infra.backups.size_bytes": ("last_size_bytes", "usual_size_bytes", "size_drop", "size_spread", "size_rise"),
        "infra.problems.ended_at": ("grave_problems",),
        "oa.activities.unit": ("units_active", "coverage"),
        "oa.members.unit": ("units_onboarded", "units_active", "coverage"),
        "oa.tasks.due_at": ("overdue_tasks",),
        "oa.tasks.finished_at": (
            "tasks",
            "handling_p50_s",
            "handling_p90_s",
            "worked_p50_s",
            "worked_p90_s",
            "overdue_tasks",
        ),
        "seal.seals.made_at": (
            "making_days_p50",
            "testing_days_p50",
            "waiting_days",
            "making_wait_days",
            "oldest_request_at",
        ),
        "seal.seals.requested_at": ("making_days_p50", "making_wait_days", "oldest_request_at"),
        "seal.seals.tested_at": ("testing_days_p50", "waiting_days"),
        "seal.signings.seal_id": ("suspended_signings",),
        "sms.messages.failure_code": ("internal_failure_share", "failure_class", "failed_share"),
        "sms.messages.outcome": (
            "delivered",
            "failed",
            "unknown",
            "pending",
            "delivery_rate",
            "failure_rate",
            "internal_failure_share",
            "receipt_latency_p50_s",
            "receipt_latency_p95_s",
            "backlog",
            "oldest_backlog_at",
            "failed_share",
        ),
        "sms.messages.reported_at": ("receipt_latency_p50_s", "receipt_latency_p95_s", "late_share"),
        "sso.accesses.account_id": ("access_users", "beyond_ratio"),
    }
)

#: Columns of measures that are taken over the rows that have them: unknown only where no source has the column.
NEEDED_OF_ONE: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "desk.tickets.satisfaction": ("satisfaction_mean", "marked_tickets"),
        "desk.trainings.invited": ("invited", "training_rate"),
        "docexchange.deliveries.platform": ("xinchuang_signing_share",),
        "docexchange.documents.is_ofd": ("ofd_share",),
        "docexchange.documents.is_sealed": ("sealed_share",),
        "docexchange.documents.platform": ("xinchuang_document_share",),
        "docexchange.interface_calls.duration_bucket": ("timed_calls", "call_p95_ms"),
        "infra.checks.duration_ms": ("probed", "probe_p50_ms"),
        "infra.checks.expires_at": ("tls_expires_at", "tls_days"),
        "infra.requests.duration_bucket": (
            "timed_requests",
            "duration_p50_ms",
            "duration_p95_ms",
            "answered",
            "answer_p95_ms",
            "slow_ratio",
        ),
        "oa.activities.platform": ("xinchuang_share",),
        "sso.accesses.duration_ms": ("access_p95_ms",),
        "sso.accesses.outcome": ("refused_accesses", "access_failure_rate"),
    }
)


#: Columns that name whom or what a row is of, until when it is due, or what a share is taken of → the measures that
#: count by it: a row without it counts for none. Where many more rows than usual lack it, they are lower bounds, and
#: shares unknown (docs/domain.md, Gaps), as is all that is shown by the column.
SUBJECTS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "ca.logins.certificate_id": NEEDED["ca.logins.certificate_id"],
        "ca.logins.reason": NEEDED["ca.logins.reason"],
        "docexchange.deliveries.due_at": NEEDED["docexchange.deliveries.due_at"],
        "docexchange.deliveries.platform": NEEDED_OF_ONE["docexchange.deliveries.platform"],
        "docexchange.documents.is_ofd": NEEDED_OF_ONE["docexchange.documents.is_ofd"],
        "docexchange.documents.is_sealed": NEEDED_OF_ONE["docexchange.documents.is_sealed"],
        "docexchange.documents.platform": NEEDED_OF_ONE["docexchange.documents.platform"],
        "docexchange.documents.sender_unit": (),
        "docexchange.interface_calls.duration_bucket": NEEDED_OF_ONE["docexchange.interface_calls.duration_bucket"],
        # of those that got in: who fails is named by what was typed
        "identity.logins.account_id": (
            "login_users",
            "shared_accounts",
            "most_addresses",
            "forced_accounts",
            "place_changes",
            "awakened_accounts",
        ),
        "identity.logins.address_hash": NEEDED["identity.logins.address_hash"],
        "oa.activities.platform": NEEDED_OF_ONE["oa.activities.platform"],
        "oa.activities.unit": NEEDED["oa.activities.unit"],
        "oa.members.unit": NEEDED["oa.members.unit"],
        "oa.tasks.due_at": NEEDED["oa.tasks.due_at"],
        "oa.tasks.unit": (),
        "seal.signings.seal_id": NEEDED["seal.signings.seal_id"],
        "sms.messages.failure_code": ("internal_failure_share", "failed_share"),
        "sms.messages.unit": (),
        "sso.accesses.account_id": NEEDED["sso.accesses.account_id"],
        "sso.accesses.app_id": ("unprobed_apps", "low_use_accounts"),
        "sso.accesses.duration_ms": NEEDED_OF_ONE["sso.accesses.duration_ms"],
        "sso.accesses.outcome": NEEDED_OF_ONE["sso.accesses.outcome"],
    }
)

#: Such columns that figures show by another name: that of whom they name.
SHOWN_AS: Mapping[str, str] = MappingProxyType(
    {"sms.messages.failure_code": "failure_class", "sso.accesses.app_id": "app"}
)

#: Rows that have such a column, of those that need not, by another column and its value, None for any: an attempt that
#: fails may be of an account that does not exist, what succeeds has no reason, and what nobody signed for was signed on
#: no terminal.
NAMED_ROWS: Mapping[str, tuple[str, str | None]] = MappingProxyType(
    {
        "ca.logins.reason": ("outcome", "failure"),
        "docexchange.deliveries.platform": ("signed_at", None),
        "identity.logins.account_id": ("outcome", "success"),
        "sms.messages.failure_code": ("outcome", "failed"),
    }
)

#: Columns of the moment at which cases end, many of them on a day → the measures that need it. Where none has it on a
#: day on which cases keep coming, nobody wrote it down, or nothing ended: those of ``SKEWED`` are unknown, counts are
#: lower bounds.
ENDS: Mapping[str, Sequence[str]] = MappingProxyType(
    {name: NEEDED[name] for name in ("docexchange.deliveries.signed_at", "oa.tasks.finished_at")}
)

#: Columns of states whose values stay for ever once they are there → the measures that need it. Where a snapshot has
#: lost many of them, nobody knows of whom: those of ``SKEWED`` are unknown.
LASTING: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        name: NEEDED[name]
        for name in (
            "identity.accounts.last_login_at",
            "seal.seals.made_at",
            "seal.seals.requested_at",
            "seal.seals.tested_at",
        )
    }
)

#: Measures in which a null counts as a fact (not reported, not signed, still open, never logged in): without the column
#: no bound of them holds.
SKEWED = frozenset(
    {
        "backlog",
        "delivery_rate",
        "dormant_accounts",
        "expiring_30d",
        "expiring_60d",
        "expiring_90d",
        "grave_problems",
        "held_rights",
        "in_force",
        "making_wait_days",
        "no_deadline_tickets",
        "oldest_backlog_at",
        "oldest_due_at",
        "oldest_overdue_at",
        "oldest_request_at",
        "open_now",
        "open_tickets",
        "overdue_days",
        "overdue_deliveries",
        "overdue_tasks",
        "overdue_tickets",
        "pending",
        "pending_deliveries",
        "renewals",
        "sprayed_accounts",
        "unanswered_tickets",
        "unapproved_changes",
        "unapproved_rights",
        "unconfirmed_changes",
        "unknown",
        "unrecorded_changes",
        "unused_rights",
        "waiting_days",
    }
)


#: Such measures of the cases that began in the period itself: what began before it, or ended then, touches none.
_OF_THE_PERIOD = frozenset(
    {
        "pending_deliveries",
        "refused_deliveries",
        "returned_deliveries",
        "returned_share",
        "signed_deliveries",
        "signed_in_time_rate",
        "signing_p50_s",
        "unregistered_share",
        "unsigned_share",
    }
)


def measures_of_older(dataset: str) -> frozenset[str]:
    """Return the measures of a dataset of cases that count those that began before the period, too."""
    return measures_of_ends(dataset, contract.dataset(dataset).ended) - _OF_THE_PERIOD if dataset else frozenset()


def measures_of_ends(dataset: str, ended: Iterable[str]) -> frozenset[str]:
    """Return the measures of what is still open, and of what has ended: they count cases that began long before.

    Args:
        dataset: a dataset of cases.
        ended: the columns of the end of a case.
    """
    return frozenset(name for column in ended for name in NEEDED.get(f"{dataset}.{column}", ()))


def measures_of_columns(dataset: str, columns: Iterable[str]) -> frozenset[str]:
    """Return the measures that need one of some columns of a dataset."""
    return frozenset(name for column in columns for name in NEEDED.get(f"{dataset}.{column}", ()))


def unknown_measures(dataset: str, absent: Mapping[str, Iterable[str]], sources: Sequence[str]) -> frozenset[str]:
    """Return the measures that are unknown, since sources lack columns.

    Args:
        dataset: the dataset.
        absent: source → the columns that it does not have.
        sources: the sources of the dataset.
    """
    measures: set[str] = set()
    for column in {name for columns in absent.values() for name in columns}:
        lacking = [source for source in sources if column in absent.get(source, ())]
        measures.update(NEEDED.get(f"{dataset}.{column}", ()) if lacking else ())
        measures.update(NEEDED_OF_ONE.get(f"{dataset}.{column}", ()) if len(lacking) == len(sources) else ())
    return frozenset(measures)
