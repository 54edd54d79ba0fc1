"""What the inspection is expected to say of each kind of incident, and what may follow from one: data.

A rule is named by its code, or by a pattern of codes (``sms.*``); behind an ``@`` stands a word that the finding's
subject must have.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Literal

from ntanalytics.evaluation.entity_names import names_entity


@dataclass(frozen=True)
class Expected:
    """What is expected of one kind.

    Attributes:
        named: rules of which one at least says what it is.
        follows: rules that may speak of what comes of it, whatever their subject.
        of: whose finding ``named`` must be: the incident's ``own`` subject's, or ``any``, where the rule speaks of
            the whole subsystem or knows its subject under a pseudonym.
        from_: when it can be known first: at its ``start``, its ``end``, or the end of its ``week``.
        lingers: days after its end on which a rule may still speak of it.
        early: days before its start whose inspection may see it: on the morning after it looks at states as they are,
            and a deadline of the next day has come.
    """

    named: tuple[str, ...]
    follows: tuple[str, ...] = ()
    of: Literal["own", "any"] = "own"
    from_: Literal["start", "end", "week"] = "start"
    lingers: int = 1
    early: int = 0

    def is_named_by(self, code: str, subject: str, names: tuple[str, ...]) -> bool:
        """Whether a finding says what it is.

        Args:
            code: the finding's rule.
            subject: the finding's subject.
            names: how the incident's subject is called.
        """
        return any(_fits(each, code, subject) for each in self.named) and (
            self.of == "any" or names_entity(subject, names)
        )

    def may_bring(self, code: str, subject: str) -> bool:
        """Whether a finding may follow from it."""
        return any(_fits(each, code, subject) for each in self.follows)


def _fits(pattern: str, code: str, subject: str) -> bool:
    codes, _, word = pattern.partition("@")
    return fnmatchcase(code, codes) and word in subject


#: What a service that is down, slow or failing does to its users, by its hosts and probes too.
_OF_SERVICE = (
    "infra.availability", "infra.error_*", "infra.requests_*", "infra.duration*", "infra.slow_*", "infra.problems",
    "infra.reachable", "desk.clock*", "desk.checks", "desk.opened_rise", "desk.backlog_rise", "data.rows_fall",
)  # fmt: skip
_OF_OFFICE = ("oa.*", "sso.access*", "sso.app*", "seal.*", "docexchange.*", "im.messages_fall", *_OF_SERVICE)
_OF_LOGINS = ("identity.login*", "identity.method_failures", "identity.reason_rise")

EXPECTED: Mapping[str, Expected] = MappingProxyType({
    "carrier_outage": Expected(
        ("sms.delivery_rate", "sms.failures_rise", "sms.internal_failures_rise", "sms.carrier_unlike"),
        ("sms.*", "desk.checks", "identity.method_failures", "identity.login_failure_rate"),
    ),
    "report_backlog": Expected(("sms.receipt_latency*", "sms.backlog", "sms.late_rise"), ("sms.*",)),
    "volume_surge": Expected(("sms.application_rise",), ("sms.*",)),
    "bill_difference": Expected(("sms.bill",), from_="end", lingers=40),
    "error_burst": Expected(
        ("infra.error_*",),
        ("infra.availability", "infra.requests_*", "infra.duration*", "infra.slow_*", "desk.checks"),
    ),
    "slow_responses": Expected(
        ("infra.duration*", "infra.slow_*"), ("infra.requests_*", "infra.error_*", "infra.availability", "desk.checks"),
    ),
    "service_down": Expected(
        ("infra.availability", "infra.requests_silent", "oa.lull", "docexchange.*lull"), _OF_OFFICE, lingers=3,
    ),
    "checks_gap": Expected(
        ("infra.checks_gap",), ("infra.availability", "infra.reachable", "infra.load*", "infra.cpu*", "data.*"),
        of="any",
    ),
    "certificate_expiring": Expected(("infra.tls_days",), lingers=0, early=1),
    "disk_filling": Expected(("infra.disk_*", "infra.days_until_full"), ("infra.problems",), lingers=0),
    "cpu_saturated": Expected(("infra.cpu*", "infra.load*"), ("infra.problems", "infra.duration*", "infra.slow_*")),
    "host_down": Expected(
        ("infra.reachable", "infra.problems", "infra.availability"), (*_OF_SERVICE, "im.lull", "im.messages_fall"),
    ),
    "backup_missing": Expected(("infra.backup_*", "infra.offline_backup"), lingers=2),
    "backup_shrunk": Expected(("infra.size_drop",), lingers=7),
    "patch_failed": Expected(("infra.failed_patches", "infra.unpatched"), lingers=100),
    "login_outage": Expected(
        ("identity.login*", "infra.availability@统一身份认证"),
        ("identity.*", "sso.*", "oa.*", "im.*", "docexchange.*", "ca.*", *_OF_SERVICE), of="any",
    ),
    "method_failing": Expected(("identity.method_failures",), _OF_LOGINS),
    "brute_force": Expected(("identity.attempts", "identity.forced_accounts"), _OF_LOGINS, of="any"),
    "unit_closed": Expected(("identity.orphan_accounts",), ("identity.changes_rise",), of="any", lingers=0, early=1),
    "app_silent": Expected(("sso.app_silence", "sso.accesses"), ("sso.access*",)),
    "calls_failing": Expected(("docexchange.call*",), ("docexchange.call*",)),
    "overdue_unit": Expected(
        ("docexchange.overdue_deliveries", "docexchange.unsigned"), ("docexchange.signed_in_time_rate",), lingers=14,
    ),
    "returned_burst": Expected(("docexchange.return*",), ("docexchange.return*",), lingers=4),
    "module_stopped": Expected(("oa.module_lull",), ("oa.task_lull", "oa.active_fall", "oa.overdue_rise")),
    "adoption_drop": Expected(("oa.unit_active*",), ("oa.active*", "oa.overdue_rise"), lingers=7),
    "edition_down": Expected(
        ("oa.lull", "oa.mobile_fall"), ("oa.*", "infra.requests_*", "desk.checks", "data.rows_fall"),
    ),
    "tasks_stuck": Expected(("oa.task_lull",), ("oa.overdue_rise", "oa.handling_rise")),
    "messages_stopped": Expected(("im.lull", "im.messages_fall", "im.im_messages"), ("im.*", *_OF_SERVICE), of="any"),
    "old_client": Expected(("im.old_client",), of="any", lingers=2),
    "certificates_expiring": Expected(("ca.expiring*",), of="any", lingers=0, early=1),
    "expired_in_use": Expected(("ca.expired_tried",), ("ca.certificate_failure_rate", "ca.refused_logins"), of="any"),
    "certificates_refused": Expected(
        ("ca.refused_logins", "ca.certificate_failure_rate"), ("ca.*", *_OF_LOGINS), of="any",
    ),
    "signing_failures": Expected(("seal.signing_failure*",), ("seal.*", "docexchange.documents_fall"), of="any"),
    "seal_untested": Expected(("seal.testing_days",), ("seal.making_days",), of="any", lingers=0, early=1),
    "attendance_gap": Expected(("desk.attendance_rate",), ("desk.checks_made",), of="any"),
    "manual_check": Expected(("desk.checks",), of="any"),
    "tickets_overdue": Expected(("desk.overdue_*",), ("desk.backlog_rise", "desk.late_responses"), of="any", lingers=0),
    "change_unconfirmed": Expected(("desk.unconfirmed_changes",), of="any", lingers=45),
    "late_recovery": Expected(("desk.clock*",), _OF_OFFICE, of="any", lingers=3),
    "report_unconfirmed": Expected(("desk.unconfirmed_reports",), of="any", from_="week", lingers=45),
})  # fmt: skip
