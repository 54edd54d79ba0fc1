"""Findings that are expected of each kind of incident, and findings that may follow from one: data.

A rule is named by its code, or by a pattern of codes (``sms.*``); behind an ``@`` stands the key of the entity that
the finding must be about. Of surveillance that is a dataset as a whole, or (``ca.logins/reason=expired``) subjects that
have these members (``client=*``: any client), or (``oa.activities/*``) all, or (``oa.activities/own``) those that name
the incident's subject. A sign before the key says that there must be more, or less, than usual of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Literal

from ntanalytics.evaluation.entity_names import is_about, is_subject_of, speaks_of
from ntanalytics.evaluation.inspections import DayFinding
from ntanalytics.findings.subjects import KIND, subject_members


@dataclass(frozen=True, kw_only=True)
class Expected:
    """Expectation of one kind of incident.

    Attributes:
        named: rules of which one at least names the incident.
        follows: rules that may tell of its consequences, whatever their entity.
        of: entity of the findings of ``named``: the incident's ``own`` subject, or ``any``, where the rule judges the
            whole subsystem or knows the subject under a pseudonym.
        from_: when it can be known first: at its ``start``, its ``end``, or the end of its ``week``.
        lingers: days after its end on which a rule may still tell of it.
        early: days before its start whose inspection may see it: an inspection is made on the morning after its day
            and reads states as they are then, and a deadline of the next day has come.
    """

    named: tuple[str, ...]
    follows: tuple[str, ...] = ()
    of: Literal["own", "any"] = "own"
    from_: Literal["start", "end", "week"] = "start"
    lingers: int = 1
    early: int = 0

    def is_named_by(self, finding: DayFinding, keys: tuple[str, ...]) -> bool:
        """Return whether a finding names the incident.

        Args:
            finding: the finding.
            keys: entity keys of the incident's subject.
        """
        entity = finding.entity
        return any(_fits(pattern, finding, keys) for pattern in self.named) and (
            self.of == "any" or is_about(entity, keys) or is_subject_of(entity, keys)
        )

    def may_bring(self, finding: DayFinding, keys: tuple[str, ...]) -> bool:
        """Return whether a finding may follow from the incident, with arguments as of :meth:`is_named_by`."""
        return any(_fits(pattern, finding, keys) for pattern in self.follows)


def _fits(pattern: str, finding: DayFinding, keys: tuple[str, ...]) -> bool:
    codes, _, key = pattern.partition("@")
    if not fnmatchcase(finding.code, codes):
        return False
    sign = key[:1] if key[:1] in ("+", "-") else ""
    if sign and finding.direction != (1 if sign == "+" else -1):
        return False
    return not key or _is_entity(key.removeprefix(sign), finding, keys)


def _is_entity(key: str, finding: DayFinding, keys: tuple[str, ...]) -> bool:
    dataset, slash, which = key.partition("/")
    entity = finding.entity
    if entity.kind != KIND or not slash:
        return entity.key == key
    if entity.key.partition("/")[0] != dataset:
        return False
    if which == "own":
        return speaks_of(entity, keys)
    members = subject_members(entity)
    wanted = dict(part.partition("=")[::2] for part in which.split("/") if part != "*")
    return all(name in members and member in ("*", members[name]) for name, member in wanted.items())


#: Probes of what is down: more of them fail, and fewer get an answer.
_PROBES = ("infra.surveillance@+infra.checks/own", "infra.surveillance@-infra.checks/own")

#: Consequences of a service that is down, slow or failing, on its hosts and probes, too.
_OF_SERVICE = (
    *_PROBES, "infra.surveillance@-infra.requests/own",
    "infra.availability", "infra.error_*", "infra.requests_*", "infra.duration*", "infra.slow_*", "infra.problems",
    "infra.reachable", "desk.same_incident", "desk.clock*", "desk.checks", "desk.opened_rise", "desk.backlog_rise",
    "data.rows_fall",
)  # fmt: skip
_OF_OFFICE = ("oa.*", "sso.access*", "sso.app*", "seal.*", "docexchange.*", "im.surveillance@im.messages", *_OF_SERVICE)
_OF_LOGINS = ("identity.login*", "identity.method_failures")
_FEWER_BY_CERTIFICATE = "identity.surveillance@-identity.logins/method=ca"

EXPECTED: Mapping[str, Expected] = MappingProxyType({
    "carrier_outage": Expected(
        named=("sms.delivery_rate", "sms.failures_rise", "sms.internal_failures_rise", "sms.carrier_unlike"),
        follows=(
            "sms.*", "desk.checks", "identity.method_failures", "identity.login_failure_rate", "desk.same_incident",
        ),
    ),
    "report_backlog": Expected(named=("sms.receipt_latency*", "sms.backlog", "sms.late_rise"), follows=("sms.*",)),
    "volume_surge": Expected(named=("sms.application_rise", "sms.surveillance"), follows=("sms.*",)),
    "bill_difference": Expected(named=("sms.bill",), from_="end", lingers=40),
    "error_burst": Expected(
        named=("infra.error_*",),
        follows=("infra.availability", "infra.requests_*", "infra.duration*", "infra.slow_*", "desk.checks"),
    ),
    "slow_responses": Expected(
        named=("infra.duration*", "infra.slow_*"),
        follows=(
            "infra.requests_*", "infra.error_*", "infra.availability", "desk.checks",
            "infra.surveillance@+infra.checks/own", "infra.surveillance@+infra.requests/own",
        ),
    ),
    "service_down": Expected(
        named=("infra.availability", "infra.requests_silent", "oa.lull", "docexchange.*lull"),
        follows=_OF_OFFICE, lingers=3,
    ),
    "checks_gap": Expected(
        named=("infra.checks_gap",),
        follows=(
            "infra.availability", "infra.reachable", "infra.load*", "infra.cpu*", "data.*",
            "infra.surveillance@-infra.checks/*", "infra.surveillance@-infra.metrics/*",
        ),
        of="any",
    ),
    "certificate_expiring": Expected(named=("infra.tls_days",), lingers=0, early=1),
    "disk_filling": Expected(named=("infra.disk_*", "infra.days_until_full"), follows=("infra.problems",), lingers=0),
    "cpu_saturated": Expected(
        named=("infra.cpu*", "infra.load*"), follows=("infra.problems", "infra.duration*", "infra.slow_*"),
    ),
    "host_down": Expected(
        named=("infra.reachable", "infra.problems", "infra.availability"),
        follows=(*_OF_SERVICE, "im.lull", "im.surveillance@im.messages"),
    ),
    "backup_missing": Expected(named=("infra.backup_*", "infra.offline_backup"), lingers=2),
    "backup_shrunk": Expected(
        named=("infra.size_drop",), follows=("infra.surveillance@-infra.backups",), lingers=7,
    ),
    "patch_failed": Expected(named=("infra.failed_patches", "infra.unpatched"), lingers=100),
    "login_outage": Expected(
        named=("identity.login*", "identity.surveillance@identity.logins", "infra.availability@identity"),
        follows=("identity.*", "sso.*", "oa.*", "im.*", "docexchange.*", "ca.*", *_OF_SERVICE), of="any",
    ),
    "method_failing": Expected(  # who is turned away logs in with a password
        named=("identity.method_failures",),
        follows=(*_OF_LOGINS, "identity.surveillance@+identity.logins/method=password"),
    ),
    "brute_force": Expected(named=("identity.attempts", "identity.forced_accounts"),
        follows=(*_OF_LOGINS, "identity.two_places", "desk.same_incident"), of="any"),
    "unit_closed": Expected(
        named=("identity.orphan_accounts",),
        follows=("identity.changes_rise", "identity.surveillance@+identity.account_changes"),
        of="any", lingers=0, early=1,
    ),
    "app_silent": Expected(named=("sso.app_silence", "sso.accesses"), follows=("sso.access*",)),
    "calls_failing": Expected(named=("docexchange.call*",), follows=("docexchange.call*",)),
    "overdue_unit": Expected(
        named=("docexchange.overdue_deliveries", "docexchange.unsigned"),
        follows=("docexchange.signed_in_time_rate", "docexchange.unregistered"), lingers=14,
    ),
    "returned_burst": Expected(  # the document goes to many, who verify its seal
        named=("docexchange.return*",),
        follows=(
            "docexchange.return*", "docexchange.surveillance@+docexchange.deliveries",
            "docexchange.surveillance@+docexchange.deliveries/*",
            "seal.surveillance@+seal.signings/seal_id=*",
        ),
        lingers=4,
    ),
    "module_stopped": Expected(
        named=("oa.module_lull",), follows=("oa.task_lull", "oa.active_fall", "oa.overdue_rise", "oa.unit_task_lull"),
    ),
    "adoption_drop": Expected(
        named=("oa.unit_active*",),
        follows=("oa.active*", "oa.overdue_rise", "oa.unit_task_lull", "oa.surveillance@-oa.activities/own"), lingers=7,
    ),
    "edition_down": Expected(
        named=("oa.lull", "oa.surveillance"),
        follows=(
            "oa.*", "infra.availability@oa", *_PROBES, "infra.requests_*", "desk.checks", "data.rows_fall",
            "desk.same_incident",
        ),
    ),
    "tasks_stuck": Expected(
        named=("oa.task_lull",),
        follows=("oa.overdue_rise", "oa.handling_rise", "oa.unit_task_lull"),
    ),
    "messages_stopped": Expected(
        named=("im.lull", "im.surveillance@im.messages", "im.im_messages", "infra.availability@im"),
        follows=("im.*", *_OF_SERVICE), of="any",
    ),
    "old_client": Expected(
        named=("im.old_client", "im.surveillance"), lingers=14,  # ten working days of a drift without it
        follows=(
            "im.surveillance@+im.sessions/own", "im.surveillance@-im.sessions/client=*",
            "im.surveillance@-im.sessions/terminal=pc",
        ),
    ),
    "certificates_expiring": Expected(named=("ca.expiring*",), of="any", lingers=0, early=1),
    "expired_in_use": Expected(
        named=("ca.expired_tried",),
        follows=(
            "ca.certificate_failure_rate", "ca.refused_logins", "ca.surveillance@+ca.logins/reason=expired",
        ),
        of="any",
    ),
    "certificates_refused": Expected(
        named=("ca.refused_logins", "ca.certificate_failure_rate"),
        follows=("ca.*", *_OF_LOGINS, _FEWER_BY_CERTIFICATE), of="any",
    ),
    "signing_failures": Expected(
        named=("seal.signing_failure*",),
        follows=("seal.*", "docexchange.surveillance@docexchange.documents", "desk.same_incident"), of="any",
    ),
    "seal_untested": Expected(
        named=("seal.testing_days",), follows=("seal.making_days",), of="any", lingers=0, early=1,
    ),
    "attendance_gap": Expected(named=("desk.attendance_rate",), follows=("desk.checks_made",), of="any"),
    "manual_check": Expected(named=("desk.checks",), of="any"),
    "tickets_overdue": Expected(
        named=("desk.overdue_*",),
        follows=("desk.backlog_rise", "desk.late_responses", "desk.slow_responses"), of="any", lingers=0,
    ),
    "change_unconfirmed": Expected(named=("desk.unconfirmed_changes",), of="any", lingers=45),
    "late_recovery": Expected(named=("desk.clock*",), follows=_OF_OFFICE, of="any", lingers=3),
    "report_unconfirmed": Expected(named=("desk.unconfirmed_reports",), of="any", from_="week", lingers=45),
})  # fmt: skip
