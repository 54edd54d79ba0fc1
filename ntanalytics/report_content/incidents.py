"""Incidents of the service desk with the findings that they explain: one event is told once.

An incident explains a violation of its own subsystem that falls into its hours, or, where only the day is known, onto
its day. What lasts, such as a full disk or what the engineer saw and did not set right, has neither and is told by
itself: an incident that is over did not end it. While an incident lasts, it explains what lasts of its whole subsystem.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ntanalytics.checks.engine import Evaluation
from ntanalytics.contract.enumerations import subsystem_label
from ntanalytics.findings.event_text import event_day
from ntanalytics.findings.finding import Finding, Window, subsystem_entity, violations, worst_first
from ntanalytics.findings.headline import LASTS, NOT_KNOWN, RECOVERED, SETTLED, EventWords, tail
from ntanalytics.findings.phrases import clock, named, value_words
from ntanalytics.findings.related_subjects import LASTING
from ntanalytics.findings.subjects import KIND as SUBJECT
from ntanalytics.findings.subjects import members_of
from ntanalytics.findings.text import Wording
from ntanalytics.findings.threshold import ORDER, Status
from ntanalytics.findings.topology import place
from ntanalytics.metrics import measure as measure_of
from ntanalytics.metrics.desk.obligations import PROMISE
from ntanalytics.metrics.number_format import format_number
from ntanalytics.periods.day_text import day_words
from ntanalytics.recommendations.causes import OPERATIONS, VENDOR
from ntanalytics.recommendations.with_cause import Assignment, due_on
from ntanalytics.report_content.finding_history import left_open
from ntanalytics.reports import Sentence
from ntanalytics.reports.column_labels import column_labels
from ntanalytics.workspace.dataset_view import unread_clause

#: Seconds by which a violation may begin before its incident or end after it: counts are by hour.
_SLACK_S = 3600

#: Causes of which a vendor's product or a carrier's network is to be seen to, not what the operations team keeps.
_OF_VENDORS = ("vendor_software", "carrier")

#: Kind of an entity → word behind its name.
_NOUNS: Mapping[str, str] = MappingProxyType({"carrier": "短信通道", "service": "服务"})


@dataclass(frozen=True, kw_only=True)
class DeskIncident:
    """One incident of the desk, with the violations that it explains.

    Attributes:
        number: its number.
        subsystem: id of the subsystem.
        cause: code of the cause.
        is_crash: whether the whole subsystem was down.
        began_at: local time of its begin.
        restored_at: local time of the recovery; None while it lasts.
        until_at: local time up to which its clock ran: while it lasts, the end of what the report knows.
        is_end_known: whether its source tells when an incident was over.
        explained: violations that it explains, the worst first.
    """

    number: str
    subsystem: str
    cause: str
    is_crash: bool
    began_at: dt.datetime
    restored_at: dt.datetime | None
    until_at: dt.datetime
    explained: tuple[Finding, ...] = ()
    is_end_known: bool = True

    @property
    def lasts(self) -> bool:
        """True if it is known to last."""
        return self.restored_at is None and self.is_end_known

    @property
    def state_words(self) -> str:
        """State of its recovery, in words."""
        return "处置中" if self.lasts else NOT_KNOWN if self.restored_at is None else "现已恢复"

    @property
    def known_until(self) -> dt.datetime:
        """Local time up to which it is known to have lasted."""
        return self.restored_at or (self.until_at if self.is_end_known else self.began_at)

    @property
    def window(self) -> Window:
        """The hours that it is known to have lasted."""
        midnight = dt.datetime.combine(self.began_at.date(), dt.time())
        times = (self.began_at, self.known_until)
        return Window(self.began_at.date(), *((at - midnight).total_seconds() for at in times))

    @property
    def length_s(self) -> float:
        """The seconds that it lasted, up to the end of the report."""
        return self.window.length_s

    @property
    def status(self) -> Status:
        """Critical for a crash or one that lasts, else the worst status that it explains; a warning without any."""
        if self.is_crash or self.lasts:
            return "critical"
        return self.explained[0].status if self.explained else "warning"


def incidents_of(
    evaluation: Evaluation, places: Mapping[str, str] = MappingProxyType({})
) -> tuple[list[DeskIncident], list[Finding]]:
    """Return the desk's incidents of a report's period, the gravest first, and the findings that none explains.

    Args:
        evaluation: findings and summaries of the report.
        places: as ``findings.topology`` takes them.
    """
    context = evaluation.context
    zone = context.workspace.settings.zone
    left, incidents = list(evaluation.findings), list[DeskIncident]()
    for row in evaluation.summaries["desk"].tables["clocks"]:
        began, restored = row["began_at"].astimezone(zone).replace(tzinfo=None), row["restored_at"]
        length_s = row["clock_s"] if row["lasted_s"] is None else row["lasted_s"]
        incident = DeskIncident(
            number=row["incident_no"],
            subsystem=row["subsystem"],
            cause=row["cause"],
            is_crash=bool(row["is_crash"]),
            began_at=began,
            restored_at=None if restored is None else restored.astimezone(zone).replace(tzinfo=None),
            until_at=began + dt.timedelta(seconds=length_s or 0),
            is_end_known=length_s is not None,
        )
        own = worst_first(finding for finding in violations(left) if explains(incident, finding, places))
        own.sort(key=lambda finding: finding.entity.kind == SUBJECT)  # what a rule names says more than a subject
        left = [finding for finding in left if finding not in own]
        incidents.append(DeskIncident(**{**vars(incident), "explained": tuple(own)}))
    incidents.sort(key=lambda item: (not item.is_crash, ORDER.index(item.status), -item.length_s))
    return incidents, left


def explains(incident: DeskIncident, finding: Finding, places: Mapping[str, str] = MappingProxyType({})) -> bool:
    """Return whether a violation is what the incident did."""
    if finding.rule.kind in LASTING and finding.code not in ("desk.clocks_broken", "desk.clock_running"):
        return False
    if finding.subsystem == "desk":
        return finding.details.get("incident") == incident.number
    if incident.subsystem not in (finding.subsystem, place(finding, places), *members_of(finding).values()):
        return False
    if finding.window is not None:
        before = Window(incident.began_at.date(), float("-inf"), incident.window.from_s)
        is_older = finding.window.overlap_s(before) > _SLACK_S  # what began earlier is not its doing
        return not is_older and finding.window.overlap_s(incident.window) > -_SLACK_S
    first, last = incident.began_at.date(), incident.known_until.date()
    if (day := event_day(finding)) is not None:
        return first <= day <= last
    is_its_state = incident.lasts and finding.entity.identity == subsystem_entity(incident.subsystem).identity
    begins = None if finding.since_is_bound else finding.since
    return is_its_state and begins is not None and first <= begins <= last


def incident_assignment(incident: DeskIncident) -> Assignment:
    """Return who looks into an incident and by when: by its cause and begin, so that all reports agree.

    Nobody records that it was looked into: of one that is over no deadline is told to be.
    """
    owner = VENDOR if incident.cause in _OF_VENDORS else OPERATIONS
    due = due_on("day" if incident.cause == "attack" else "week", incident.began_at.date())
    return Assignment(owner, due, can_be_late=incident.lasts)


def incident_assignments(incidents: Iterable[DeskIncident]) -> Mapping[str, Assignment]:
    """Return the identity of each finding that an incident explains → the assignment of the incident."""
    return MappingProxyType(
        {finding.identity: incident_assignment(item) for item in incidents for finding in item.explained}
    )


def hazards_left_open(evaluation: Evaluation, incidents: Iterable[DeskIncident]) -> list[Finding]:
    """Return what the last inspection left open, the report does not judge, and no incident explains.

    What lasts is no incident's doing (:func:`explains`), whatever else an incident explains of the same entity.
    """
    explained = {finding.entity.identity for item in incidents for finding in item.explained}
    return [
        finding
        for finding in left_open(evaluation)
        if finding.rule.kind in LASTING or finding.entity.identity not in explained
    ]


def incident_sentence(incident: DeskIncident, word: Callable[[Finding], Wording], on: dt.date) -> Sentence:
    """Return an incident in words: the headline, then cause and effect, then the advice.

    Returns:
        For example ``11月18日9时12分，中国联通短信通道故障3小时30分，已恢复，由服务供应商核查（11月25日前）。
        系运营商原因，当日送达率降至85.6%。建议联系运营商核查该通道。``

    Args:
        incident: the incident.
        word: a finding in Chinese.
        on: last day of the report.
    """
    main = next(iter(incident.explained), None)
    event, wording = incident_event(incident), None if main is None else word(main)
    behind = f"{event.detail_sentence}{'' if wording is None else wording.advice_sentence}"
    assignment = incident_assignment(incident)
    head = tail(event, assignment.owner, assignment.due_words(on))
    return Sentence(f"{head}。{behind}", event.what, incident.status)


def incident_event(incident: DeskIncident) -> EventWords:
    """Return an incident as an event: its begin, what failed for how long, whether it is over; cause and effect."""
    main = next(iter(incident.explained), None)
    at = incident.began_at
    begin = f"{day_words(at.date())}{clock(at.hour * 3600.0 + at.minute * 60)}"
    what = f"{begin}，{_what(incident, main)}"
    what += f" {format_number(incident.length_s, 'seconds')}" if incident.is_end_known else ""
    over = LASTS if incident.is_end_known else NOT_KNOWN
    if incident.restored_at is not None:
        over = SETTLED if incident.cause == "attack" else RECOVERED
    effect = "" if main is None else _effect(main)
    return EventWords(what, over, "，".join(filter(None, (_cause(incident), effect, _promise(incident)))))


def _what(incident: DeskIncident, main: Finding | None) -> str:
    """Return what failed: ``中国联通短信通道故障``, ``公文交换系统崩溃``."""
    name = subsystem_label(incident.subsystem)
    if main is not None and main.entity.kind in _NOUNS:
        name = named(main.entity.label, _NOUNS[main.entity.kind])
    if incident.cause == "attack":
        return f"{name}疑似遭受攻击"
    return f"{name}{'系统崩溃' if incident.is_crash else '故障'}"


def _cause(incident: DeskIncident) -> str:
    """Return why it failed: ``系供应商软件原因``; empty where nobody says, or the event says it."""
    if incident.cause in ("other", "attack"):
        return ""
    cause = column_labels("cause", ("desk.incidents",)).values.get(incident.cause, "")
    return f"系{cause}原因" if cause else ""


def _effect(finding: Finding) -> str:
    """Return how much went wrong: ``当日送达率降至 85.6%``, ``签章失败 19 次（占 46.3%）``, ``登录失败 100 次``."""
    measure, figures = measure_of(finding.rule.measure), finding.figures
    value = value_words(finding)
    if figures.get("failures"):
        return f"{measure.label} {format_number(figures['failures'], 'integer', measure.unit)}（占 {value}）"
    if figures.get("hits") and finding.rule.nouns is not None:
        nouns = finding.rule.nouns
        return f"{nouns.hits} {format_number(figures['hits'], 'integer', nouns.unit)}（占 {value}）"
    if finding.code == "identity.attempts":
        return f"连续登录失败 {value_words(finding, 'integer', '次')}"
    if measure.is_rate and not finding.detector:
        return f"当日{finding.rule.check}{'降至' if finding.rule.threshold.good == 'up' else '达'} {value}"
    return ""


def _promise(incident: DeskIncident) -> str:
    """Return whether the promise of four hours was kept, where that holds; empty while it is open."""
    if not incident.is_crash or incident.cause != "vendor_software":
        return ""
    if incident.length_s > PROMISE.total_seconds():
        return "超过合同约定的 4 小时"
    return "未超过合同约定的 4 小时" if incident.restored_at is not None else ""


def unknown_incidents(evaluation: Evaluation) -> list[str]:
    """Return the sentence that the desk's incidents are not all known; none where they are, or it keeps no ledger."""
    clocks = evaluation.summaries["desk"].tables["clocks"]
    if not clocks.columns:
        return []
    incidents, period = evaluation.context.dataset("desk.incidents"), evaluation.context.period
    unread = incidents.rejected_rows(period.first, period.last)
    sentences = [f"{unread_clause('故障登记', unread)}，可能有故障未列出。"] if unread else []
    if not clocks.is_complete and not (unread and incidents.is_complete):
        sentences.append("故障登记数据不完整，可能有故障未列出。")
    return sentences + list(filter(None, [unknown_ends(evaluation)]))


def unknown_ends(evaluation: Evaluation) -> str:
    """Return the sentence that a source does not tell when incidents were over; empty where all do."""
    without_end = evaluation.context.dataset("desk.incidents").sources_without("restored_at")
    return "故障登记缺少恢复时间，此前的故障是否恢复未知。" if without_end else ""


def opening_incidents(
    incidents: Iterable[DeskIncident], word: Callable[[Finding], Wording], on: dt.date
) -> list[Sentence]:
    """Return a sentence for each incident that explains a violation, was a crash or lasts; the rest is in the table."""
    return [incident_sentence(item, word, on) for item in incidents if item.explained or item.is_crash or item.lasts]
