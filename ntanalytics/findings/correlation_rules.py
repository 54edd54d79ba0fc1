"""Correlation rules: which findings may follow from which, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ntanalytics.contract.enumerations import SUBSYSTEMS

#: How far a cause reaches: the same entity, host or subsystem; the subsystem and its dependents; what people come to
#: through a page of no subsystem, such as the portal; the hosts behind a host; another subject of the same dataset with
#: which it shares a member, or whose place it took; what comes later of what was lacking; the parts of a subject; what
#: rose of it, or fell of others of its kind; how the events of one subsystem have ended for days; what surveillance
#: counts of the same thing, or of all, most of which is its own; a part of what ended so; what is measured of it; other
#: datasets of which there is more as well; everywhere.
Reach = Literal[
    "entity",
    "host",
    "place",
    "dependents",
    "entrance",
    "carried",
    "subject",
    "caught_up",
    "part",
    "displaced",
    "drift",
    "counted",
    "share",
    "among",
    "measured",
    "more",
    "everywhere",
]


@dataclass(frozen=True)
class CorrelationRule:
    """Findings that may follow from others.

    Attributes:
        roots: codes of the cause; ``*`` stands for any letters.
        followers: codes of what follows; a follower that is a root, too, does not follow from itself.
        reach: how far the cause reaches.
        reason: why, in English.
        entity_keys: only followers of these entities; of any where it is empty.
        root_keys: only causes of these subjects of surveillance, where they fell; of any where it is empty.
        needs_critical: whether the cause must be critical.
        explains_unknown: whether it makes checks unknown, and nothing worse.
    """

    roots: tuple[str, ...]
    followers: tuple[str, ...]
    reach: Reach
    reason: str
    entity_keys: tuple[str, ...] = ()
    root_keys: tuple[str, ...] = ()
    needs_critical: bool = False
    explains_unknown: bool = False


#: A host or network device that does not answer, and a service that does not.
_HOST, _DOWN = ("infra.reachable",), ("infra.availability",)
#: Both: of their failing checks no more is said by how these end.
OUTAGES_OF_TARGETS = (*_DOWN, *_HOST)
_BUSY = ("infra.cpu*", "infra.load*", "infra.memory", "infra.swap", "infra.novel_hours")
_DISK = ("infra.disk_used", "infra.days_until_full", "infra.disk_growth")
_ERRORS = ("infra.error_*",)
_SLOW = ("infra.slow_hours", "infra.slow_probes", "*_p95_rise", "docexchange.calls_slow")
#: Requests, logins, messages, actions that stay away.
_AWAY = (
    "*_fall", "*_silence", "*_silent", "*.lull", "*_lull", "im.im_messages", "sso.accesses", "oa.active_change_rate",
    "*.surveillance",
)  # fmt: skip
_FAILING = (
    "*_failures", "*_failure_rate", "*.failed_changes", "docexchange.calls_failing", "ca.refused_logins",
)  # fmt: skip
_CHANNEL = ("sms.delivery_rate", "sms.failures_rise", "sms.carrier_*")
_LATE = ("sms.late_rise", "sms.receipt_latency_p95_s", "sms.backlog")

#: Passwords and codes that are guessed.
_GUESSING = ("identity.attempts", "identity.sprayed_accounts", "identity.slow_attempts")

#: Subsystems that people use: what is wrong with them is seen by hand, too.
_USED = tuple(name for name in SUBSYSTEMS if name not in ("infra", "desk"))

#: From what lies deepest upwards; a finding follows from the first that joins it to another.
CORRELATION_RULES = (
    CorrelationRule(
        ("infra.checks_gap",), (*_HOST, *_DOWN, *_BUSY, *_DISK, *_SLOW, "infra.problems"), "everywhere",
        "What is not watched is not known.", explains_unknown=True,
    ),
    CorrelationRule(
        ("data.clock_offset", "data.rejected_share"), (*_AWAY, *_FAILING, *_SLOW, "*_rise", "*_lull"), "place",
        "Of rows that are lost, or stand at other hours, nothing is known by the hour.", explains_unknown=True,
    ),
    CorrelationRule(("data.clock_offset",), ("sms.*",), "entity", "A channel whose clock is off seems to rest."),
    CorrelationRule(
        ("infra.checks_gap",), ("infra.surveillance",), "place", "What watches counts and measures nothing meanwhile.",
        entity_keys=("infra.checks", "infra.metrics"),
    ),
    CorrelationRule(
        _HOST, (*_HOST, "infra.problems", *_DOWN, *_ERRORS, *_SLOW, *_AWAY, *_FAILING, "desk.clock*"), "carried",
        "What stands behind a switch, a firewall or a storage stops with it.",
    ),
    CorrelationRule(("im.old_client",), ("im.surveillance",), "displaced", "Who goes back to one leaves others."),
    CorrelationRule(("*",), ("*.surveillance",), "counted", "What a rule says of one thing is counted of it, too."),
    CorrelationRule(("*",), ("*.surveillance",), "share", "What goes wrong for one is counted among all."),
    CorrelationRule(
        ("*.surveillance",), ("*.surveillance",), "subject", "What ends otherwise is missing where it usually ends.",
    ),
    CorrelationRule(
        ("docexchange.surveillance",), ("docexchange.returns_rise",), "among",
        "What many receivers give back, each sender misses.",
    ),
    CorrelationRule(
        ("docexchange.disordered",), ("docexchange.surveillance",), "measured",
        "Times that contradict each other make durations that are none.",
    ),
    CorrelationRule(
        ("data.stood_still",), ("infra.surveillance",), "place", "A sensor that is dead shows no level.",
        entity_keys=("infra.metrics",),
    ),
    CorrelationRule(
        ("infra.backup_duration",), ("infra.surveillance",), "everywhere", "What some plans take, all of them take.",
        entity_keys=("infra.backups",),
    ),
    CorrelationRule(
        ("infra.backup_missed",), ("infra.backup_lateness",), "part", "What several plans miss each is late by.",
    ),
    CorrelationRule(
        ("oa.cancelled_rise",), ("oa.unusual_endings",), "place", "What is cancelled in all is cancelled in its parts.",
    ),
    CorrelationRule(("*.surveillance",), ("*",), "part", "What several have in common is told first."),
    CorrelationRule(
        _GUESSING, ("identity.surveillance", "identity.method_failures"), "place", "Who guesses fails.",
        entity_keys=("wrong_password", "wrong_code", "unknown_account", "locked", "password", "sms_code"),
    ),
    CorrelationRule(
        ("identity.changes_rise",),
        ("identity.method_failures", "ca.refused_logins", "sso.app_failures", "*.surveillance"), "dependents",
        "Who was disabled cannot log in.", root_keys=("deleted", "disabled"),
    ),
    CorrelationRule(_FAILING, ("*.surveillance",), "drift", "What fails for days fails on the day."),
    CorrelationRule(
        ("ca.expired_tried",), ("ca.surveillance",), "place", "Who tries an expired certificate is refused.",
        entity_keys=("expired",),
    ),
    CorrelationRule(
        ("*.account_beyond",),
        ("oa.surveillance", "im.surveillance", "sso.surveillance", "identity.surveillance", "ca.surveillance",
         "seal.surveillance"),
        "subject", "What one account does is counted among what all do.",
    ),
    CorrelationRule(
        ("ca.account_beyond",), ("identity.account_beyond",), "everywhere", "A certificate logs in its account.",
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
    CorrelationRule(_DISK, (*_DISK, "infra.problems"), "host", "Level, growth and alarm of one disk."),
    CorrelationRule(
        _DISK, ("infra.backup_*", "infra.size_drop", *_ERRORS), "place", "A full disk takes no backup and no data.",
        needs_critical=True,
    ),
    CorrelationRule(_BUSY, _BUSY, "host", "Processors, memory and swap fill together."),
    CorrelationRule(_BUSY, (*_SLOW, *_ERRORS, "infra.problems"), "place", "A busy host answers late, then not at all."),
    CorrelationRule(_ERRORS, (*_AWAY, *_SLOW), "place", "Who meets errors tries again or stays away."),
    CorrelationRule(
        _ERRORS, ("identity.surveillance", "sso.surveillance"), "entrance", "Who meets errors there does not log in.",
    ),
    CorrelationRule((*_AWAY, *_FAILING), ("*.surveillance",), "caught_up", "What had waited comes later."),
    CorrelationRule(_SLOW, _AWAY, "place", "Who waits too long stays away."),
    CorrelationRule(_CHANNEL, (*_CHANNEL, *_LATE), "entity", "Failures and late reports of one channel."),
    CorrelationRule(
        (*_CHANNEL, *_LATE), ("identity.*",), "everywhere", "Many log in with codes by SMS.", entity_keys=("sms_code",),
    ),
    CorrelationRule(
        ("ca.refused_logins", "ca.certificate_failure_rate", "ca.login_silence"), ("identity.*", "sso.*"),
        "everywhere", "Certificates log in.", entity_keys=("ca", "certificate"),
    ),
    CorrelationRule(
        ("identity.login_*", "identity.method_failures"), _AWAY, "dependents", "Who cannot log in reaches nothing.",
    ),
    CorrelationRule(("sso.access_*",), _AWAY, "dependents", "Applications are reached through it."),
    CorrelationRule(
        ("*.surveillance",), _AWAY, "dependents", "Who comes to nothing at all reaches nothing behind it.",
        root_keys=("identity.logins", "sso.accesses", "docexchange.documents"),
    ),
    CorrelationRule(
        ("oa.lull",), ("oa.*_lull", "oa.*_fall"), "place", "A subsystem that stands still does so in its parts.",
    ),
    CorrelationRule(
        (*_DOWN, *_ERRORS, *_SLOW, *_FAILING, *_CHANNEL, *_LATE, *_GUESSING, "*.lull", "*_silence"),
        ("desk.checks", "desk.same_incident"), "place", "Who looks at it sees it, too, and whether it was so before.",
        entity_keys=_USED,
    ),
    CorrelationRule(
        ("desk.undelivered_reports",), ("desk.unconfirmed_reports",), "entity", "What nobody has is not confirmed.",
    ),
    CorrelationRule(("*.surveillance",), ("*.surveillance",), "more", "A day of much work is one in every part of it."),
)  # fmt: skip
