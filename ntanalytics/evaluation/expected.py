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

from ntanalytics.evaluation.subjects import meets


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
    """

    named: tuple[str, ...]
    follows: tuple[str, ...] = ()
    of: Literal["own", "any"] = "own"
    from_: Literal["start", "end", "week"] = "start"
    lingers: int = 1

    def is_named_by(self, code: str, subject: str, names: tuple[str, ...]) -> bool:
        """Whether a finding says what it is.

        Args:
            code: the finding's rule.
            subject: the finding's subject.
            names: how the incident's subject is called.
        """
        return any(_fits(each, code, subject) for each in self.named) and (self.of == "any" or meets(subject, names))

    def may_bring(self, code: str, subject: str) -> bool:
        """Whether a finding may follow from it."""
        return any(_fits(each, code, subject) for each in self.follows)


def _fits(pattern: str, code: str, subject: str) -> bool:
    codes, _, word = pattern.partition("@")
    return fnmatchcase(code, codes) and word in subject


#: What a service that is down, slow or failing does to its users, by its hosts and probes too.
_OF_SERVICE = (
    "infra.availability", "infra.error*", "infra.requests_*", "infra.duration*", "infra.problems", "infra.slow*",
    "infra.checks*", "infra.outage*", "infra.service*", "infra.reachable*", "desk.*",
)  # fmt: skip
_OF_HOST = (*_OF_SERVICE, "infra.*@软硬件环境", "im.*", "infra.hosts*")
_OF_OFFICE = ("oa.*", "sso.access*", "sso.app*", "seal.*", "im.messages*", *_OF_SERVICE)
_OF_EXCHANGE = ("docexchange.*", "seal.*", "sso.app*", *_OF_SERVICE)

EXPECTED: Mapping[str, Expected] = MappingProxyType({
    "carrier_outage": Expected(
        ("sms.delivery*", "sms.failures*", "sms.internal_failures*", "sms.carrier_unlike"),
        ("sms.*", "desk.checks*", "identity.method_failures", "identity.login_failure_rate"),
    ),
    "report_backlog": Expected(("sms.receipt_latency*", "sms.backlog*", "sms.late*"), ("sms.*",)),
    "volume_surge": Expected(("sms.application_rise", "sms.*_rise@E"), ("sms.*",)),
    "bill_difference": Expected(("sms.bill*",), from_="end", lingers=40),
    "error_burst": Expected(
        ("infra.error*",), ("infra.availability", "infra.requests_*", "infra.duration*", "desk.*"),
    ),
    "slow_responses": Expected(
        ("infra.duration*", "infra.slow*"), ("infra.requests_*", "infra.error*", "desk.checks*", "infra.availability"),
    ),
    "service_down": Expected(
        ("infra.availability", "infra.outage*", "infra.service*", "infra.down*", "infra.requests_silence",
         "oa.lull", "docexchange.*lull", "docexchange.*silence"),
        (*_OF_OFFICE, "docexchange.*"), lingers=3,
    ),
    "checks_gap": Expected(
        ("infra.checks*", "infra.monitoring*", "infra.metrics*", "infra.*silen*", "infra.*gap*", "infra.unmonitored*"),
        ("infra.*",), of="any",
    ),
    "certificate_expiring": Expected(("infra.tls*",), lingers=0),
    "disk_filling": Expected(("infra.disk*", "infra.days_until_full"), ("infra.problems",), lingers=0),
    "cpu_saturated": Expected(("infra.cpu*", "infra.load*"), ("infra.problems", "infra.duration*"), lingers=0),
    "host_down": Expected(
        ("infra.reachable*", "infra.host*", "infra.problems", "infra.availability", "infra.down*", "infra.outage*"),
        _OF_HOST,
    ),
    "backup_missing": Expected(("infra.backup_lateness", "infra.backup*"), ("infra.*backup*",), lingers=2),
    "backup_shrunk": Expected(("infra.size_drop", "infra.backup_size*"), ("infra.*size*", "infra.*backup*"), lingers=7),
    "patch_failed": Expected(("infra.patch*", "infra.failed_patch*", "infra.unpatched*"), lingers=30),
    "login_outage": Expected(
        ("identity.login_silence", "identity.login*", "identity.*lull", "infra.availability@统一身份认证"),
        ("identity.*", "sso.*", "oa.*", "im.*", "docexchange.*", "ca.*", *_OF_SERVICE), of="any",
    ),
    "method_failing": Expected(("identity.method*", "identity.login_failure_rate@登录"), ("identity.*",)),
    "brute_force": Expected(("identity.attempts", "identity.brute*", "identity.forced*"), ("identity.*",), of="any"),
    "unit_closed": Expected(("identity.orphan*", "identity.closed*"), of="any", lingers=0),
    "app_silent": Expected(("sso.app_silence", "sso.accesses", "sso.app*"), ("sso.*",)),
    "calls_failing": Expected(("docexchange.call*",), ("docexchange.call*",)),
    "overdue_unit": Expected(
        ("docexchange.overdue*", "docexchange.unsigned*", "docexchange.signed*"), ("docexchange.signed*",), lingers=14,
    ),
    "returned_burst": Expected(("docexchange.return*",), ("docexchange.return*",), lingers=4),
    "module_stopped": Expected(("oa.module*",), ("oa.task*", "oa.active*", "oa.overdue*")),
    "adoption_drop": Expected(("oa.unit*",), ("oa.active*", "docexchange.*", "oa.overdue*"), lingers=7),
    "edition_down": Expected(("oa.lull", "oa.mobile*", "oa.edition*"), ("oa.*", "infra.requests_*", "desk.*")),
    "tasks_stuck": Expected(("oa.task*", "oa.flow*"), ("oa.overdue*", "oa.handling*")),
    "messages_stopped": Expected(("im.lull", "im.*silence", "im.messages_fall", "im.im_messages"),
                                 ("im.*", *_OF_SERVICE), of="any"),
    "old_client": Expected(("im.old_client*", "im.client*"), ("im.*client*",), of="any", lingers=2),
    "certificates_expiring": Expected(("ca.expiring*",), ("ca.expiring*",), of="any", lingers=0),
    "expired_in_use": Expected(("ca.expired*",), ("ca.certificate_failure_rate", "ca.refused*"), of="any"),
    "certificates_refused": Expected(
        ("ca.refused*", "ca.certificate_failure_rate", "ca.login*"), ("ca.*", "identity.*"), of="any",
    ),
    "signing_failures": Expected(("seal.signing*",), ("seal.*", "docexchange.documents*"), of="any"),
    "seal_untested": Expected(("seal.test*",), ("seal.*",), of="any", lingers=0),
    "attendance_gap": Expected(("desk.attendance*",), of="any"),
    "manual_check": Expected(("desk.checks*",), of="any"),
    "tickets_overdue": Expected(("desk.overdue*",), ("desk.ticket*", "desk.*resol*"), of="any", lingers=0),
    "change_unconfirmed": Expected(("desk.unconfirmed_changes*", "desk.change*"), of="any", lingers=45),
    "late_recovery": Expected(("desk.clocks*", "desk.*recover*"), (*_OF_OFFICE, "docexchange.*"), of="any", lingers=3),
    "report_unconfirmed": Expected(
        ("desk.unconfirmed_report*", "desk.*signoff*", "desk.report*", "desk.*confirm*"), of="any", from_="week",
        lingers=45,
    ),
})  # fmt: skip
