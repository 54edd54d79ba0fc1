"""What may follow from what, as data: the links that join findings into stories, and which subsystem needs which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

#: How far a cause reaches: the same subject; the same host; the same subsystem; that and what depends on it; all.
Reach = Literal["subject", "host", "place", "dependents", "everywhere"]


@dataclass(frozen=True)
class CorrelationRule:
    """What may follow from what.

    Attributes:
        roots: codes of the cause; ``*`` stands for any letters.
        followers: codes of what follows from it; one that is a root, too, does not follow from itself.
        reach: how far.
        reason: why, in English.
        about: only followers that speak of it, in Chinese; of anything where it is empty.
        is_of_bad: whether the cause must be 异常: short of that it does not have such effects.
        is_of_unknowns: whether it makes checks unknown, and nothing worse.
    """

    roots: tuple[str, ...]
    followers: tuple[str, ...]
    reach: Reach
    reason: str
    about: str = ""
    is_of_bad: bool = False
    is_of_unknowns: bool = False


#: A host or network device that does not answer, and a service that does not.
_HOST, _DOWN = ("infra.reachable",), ("infra.availability",)
_BUSY = ("infra.cpu*", "infra.load*", "infra.memory", "infra.swap")
_DISK = ("infra.disk_used", "infra.days_until_full", "infra.disk_growth")
_ERRORS = ("infra.error_*",)
_SLOW = ("infra.slow_*", "*_p95_rise", "docexchange.calls_slow")
#: Requests, logins, messages, actions that stay away.
_AWAY = (
    "*_fall", "*_silence", "*_silent", "*.lull", "*_lull", "im.im_messages", "sso.accesses", "oa.active_change_rate",
)  # fmt: skip
_FAILING = (
    "*_failures", "*_failure_rate", "*.failed_changes", "docexchange.calls_failing", "ca.refused_logins",
)  # fmt: skip
_CHANNEL = ("sms.delivery_rate", "sms.failures_rise", "sms.carrier_*")
_LATE = ("sms.late_rise", "sms.receipt_latency_p95_s", "sms.backlog")

#: From what lies deepest upwards; a finding follows from the first that joins it to another.
CORRELATION_RULES = (
    CorrelationRule(
        ("infra.checks_gap",), (*_HOST, *_DOWN, *_BUSY, *_DISK, *_SLOW, "infra.problems"), "everywhere",
        "What is not watched is not known.", is_of_unknowns=True,
    ),
    CorrelationRule(_HOST, ("infra.problems", *_BUSY, *_DISK), "host", "Monitoring says it in several ways."),
    CorrelationRule(
        _HOST, (*_DOWN, *_ERRORS, *_SLOW, *_AWAY, *_FAILING, "desk.clock*"), "dependents",
        "A host carries its subsystem, and others ask that.",
    ),
    CorrelationRule(
        _DOWN, (*_ERRORS, *_SLOW, *_AWAY, *_FAILING, "infra.problems", "desk.clock*"), "dependents",
        "What does not answer is not used.",
    ),
    CorrelationRule(_DISK, (*_DISK, "infra.problems"), "host", "One disk, seen by its level, its growth and its alarm."),
    CorrelationRule(
        _DISK, ("infra.backup_*", "infra.size_drop", *_ERRORS), "place", "A full disk takes no backup and no data.",
        is_of_bad=True,
    ),
    CorrelationRule(_BUSY, _BUSY, "host", "Processors, memory and swap fill together."),
    CorrelationRule(_BUSY, (*_SLOW, *_ERRORS, "infra.problems"), "place", "A busy host answers late, then not at all."),
    CorrelationRule(_ERRORS, (*_AWAY, *_SLOW), "place", "Who meets errors tries again or stays away."),
    CorrelationRule(_SLOW, _AWAY, "place", "Who waits too long stays away."),
    CorrelationRule(_CHANNEL, (*_CHANNEL, *_LATE), "subject", "One channel, seen by what it fails and what it reports late."),
    CorrelationRule((*_CHANNEL, *_LATE), ("identity.*",), "everywhere", "Codes by SMS are how many log in.", about="短信"),
    CorrelationRule(
        ("ca.refused_logins", "ca.certificate_failure_rate", "ca.login_silence"), ("identity.*", "sso.*"),
        "everywhere", "Certificates log in.", about="证书",
    ),
    CorrelationRule(
        ("identity.login_*", "identity.logins_fall", "identity.method_failures"), _AWAY, "dependents",
        "Who cannot log in reaches nothing.",
    ),
    CorrelationRule(("sso.access_*", "sso.accesses_fall"), _AWAY, "dependents", "Applications are reached through it."),
    CorrelationRule(
        ("oa.lull", "im.lull", "docexchange.documents_fall"),
        ("oa.*_lull", "oa.*_fall", "im.*_fall", "docexchange.*_lull"), "place",
        "A subsystem that stands still does so in its parts.",
    ),
)  # fmt: skip

#: Subsystem → those without which it cannot be reached or used; those of these are named, too.
DEPENDS_ON: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "sso": ("identity",),
    "docexchange": ("identity", "sso"),
    "oa": ("identity", "sso"),
    "im": ("identity",),
    "seal": ("identity", "sso"),
})  # fmt: skip
