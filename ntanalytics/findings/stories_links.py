"""What may follow from what, as data: the links that join findings into stories, and which subsystem needs which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

#: How far a cause reaches: the same subject; the same host; the same subsystem; that and what depends on it; all.
Reach = Literal["subject", "host", "place", "dependents", "everywhere"]


@dataclass(frozen=True)
class Link:
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


#: A host or network device that does not answer.
_HOST = ("infra.reachable", "infra.host_*")
#: A service that does not answer.
_DOWN = ("infra.availability", "infra.outage*", "infra.down*")
_BUSY = ("infra.cpu*", "infra.memory*", "infra.swap*", "infra.series_alarm")
_DISK = ("infra.disk_used", "infra.days_until_full")
_ERRORS = ("infra.error*", "infra.series_burst", "*.access_failure_rate", "*.call_failure*")
_SLOW = ("infra.duration*", "infra.slow*", "*_p95_ms")
#: Requests, logins, messages, actions that stay away.
_AWAY = (
    "*_fall", "*_silence", "*_silences", "*_silent", "*_stopped", "*.silence*", "*.silent*", "im.im_messages",
    "oa.active_change_rate", "sso.accesses", "*_unfinished", "*_stuck",
)  # fmt: skip
_FAILING = ("*failure_rate*", "*_failing*", "*failures*")

#: From what lies deepest upwards; a finding follows from the first that joins it to another.
LINKS = (
    Link(
        ("infra.checks_*", "infra.monitoring*", "data.completeness"), ("*",), "place",
        "What is not watched is not known.", is_of_unknowns=True,
    ),
    Link(_HOST, (*_HOST, "infra.problems", *_BUSY, *_DISK), "host", "Monitoring says it in several ways."),
    Link(
        _HOST, (*_DOWN, *_ERRORS, *_SLOW, *_AWAY, *_FAILING), "dependents",
        "A host carries its subsystem, and others ask that.",
    ),
    Link(
        _DOWN, (*_ERRORS, *_SLOW, *_AWAY, *_FAILING, "infra.problems"), "dependents",
        "What does not answer is not used.",
    ),
    Link(_DOWN, ("desk.clocks*",), "everywhere", "The recovery clock runs from an outage."),
    Link(_DISK, (*_DISK, "infra.problems"), "host", "One disk, seen by its level, its growth and its alarm."),
    Link(
        _DISK, ("infra.backup*", "infra.size_drop", *_ERRORS), "place", "A full disk takes no backup and no data.",
        is_of_bad=True,
    ),
    Link(_BUSY, (*_SLOW, *_ERRORS, "infra.problems"), "place", "A busy host answers late, then not at all."),
    Link(_BUSY, _BUSY, "host", "Processors, memory and swap fill together."),
    Link(_ERRORS, (*_AWAY, *_SLOW), "place", "Who meets errors tries again or stays away."),
    Link(_SLOW, _AWAY, "place", "Who waits too long stays away."),
    Link(("sms.*",), ("identity.*",), "everywhere", "Codes by SMS are how many log in.", about="短信"),
    Link(("ca.certificate_failure*",), ("identity.*", "sso.*"), "everywhere", "Certificates log in.", about="证书"),
    Link(
        ("sms.delivery_rate",), ("sms.receipt*", "sms.backlog", "sms.*"), "subject",
        "A channel that fails reports late, too.",
    ),
    Link(
        ("identity.*failure_rate*", "identity.*fall", "identity.*silen*"), ("sso.*", *_AWAY), "dependents",
        "Who cannot log in reaches nothing.",
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
