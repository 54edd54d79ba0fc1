"""Sentences of certificates by rule code."""

from __future__ import annotations

from types import MappingProxyType

from ntanalytics.findings.account_activity_text import TEXT
from ntanalytics.findings.event_text import lasting
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.headline import EventWords
from ntanalytics.findings.phrases import listed, value_words
from ntanalytics.findings.text import RuleText, Texts, default_advice, measured_clause
from ntanalytics.metrics.number_format import format_number

#: Reasons that rules of their own count, unless the register of the CA says otherwise.
COUNTED_APART = ("expired", "revoked")


def refused_advice(finding: Finding) -> str:
    """Return what to do: what is in force by the register is refused by a list or a clock that is wrong."""
    if finding.is_violation and finding.entity.key in COUNTED_APART:
        return "核查证书网关的吊销列表与时钟（有关证书在CA登记中有效），必要时回退"
    return default_advice(finding)


def _expiring(finding: Finding) -> tuple[str, str]:
    """Return how many personal certificates expire within 30 days, and the usual number, as two clauses."""
    expiring, usual, later = (
        format_number(finding.figures[name], "integer", "张") for name in ("expiring", "usual", "next_week")
    )
    clause = f"此后每 30 天通常 {usual}"
    if finding.details.get("is_growing"):
        clause += f"；随后一周另有 {later}，整批进入 30 天时再提示"
    elif finding.details.get("is_batch"):
        clause += f"，为其 {value_words(finding, 'number:1', '倍')}"
    return f"30 天内到期 {expiring}", clause


def expiring_times(finding: Finding) -> str:
    """Return how many personal certificates expire within 30 days beside the usual number."""
    return f"{'，'.join(_expiring(finding))}。"


def _expiring_units(finding: Finding) -> str:
    units = finding.details.get("units")
    if not isinstance(units, tuple):
        return measured_clause(finding)
    return f"{len(units)} 家单位的证书 1 天内到期或已过期，尚未更新：{listed(units)}"


def expiring_units(finding: Finding) -> str:
    """Return the units whose certificates expire within a day or have expired."""
    return f"{_expiring_units(finding)}。"


def units_event(finding: Finding) -> EventWords:
    """Return how many units have certificates that expire within a day, as an event, with their names."""
    units = finding.details.get("units")
    if not isinstance(units, tuple):
        return EventWords(f"{finding.entity.label}{measured_clause(finding)}")
    return EventWords(f"{len(units)} 家单位的证书 1 天内到期或已过期，尚未更新", detail=f"单位为{listed(units)}")


def batch_event(finding: Finding) -> EventWords:
    """Return how many personal certificates expire within 30 days, and the usual number behind it."""
    expiring, usual = _expiring(finding)
    return EventWords(f"{finding.entity.label} {expiring}", detail=usual)


def expired_tried(finding: Finding) -> EventWords:
    """Return how many expired certificates are still used to log in."""
    return EventWords(f"{value_words(finding, unit='张')}过期证书仍在用于登录{lasting(finding)}")


def revoked_tried(finding: Finding) -> EventWords:
    """Return how many revoked certificates are still used to log in."""
    return EventWords(f"{value_words(finding, unit='张')}已吊销证书仍在用于登录{lasting(finding)}")


#: Sentences by rule code, where the general ones do not serve.
TEXTS: Texts = MappingProxyType(
    {
        "ca.account_beyond": TEXT,
        "ca.expiring_times": RuleText(evidence=expiring_times, event=batch_event),
        "ca.expiring_units": RuleText(evidence=expiring_units, event=units_event),
        "ca.expired_tried": RuleText(event=expired_tried),
        "ca.refused_logins": RuleText(advice=refused_advice),
        "ca.revoked_tried": RuleText(event=revoked_tried),
    }
)
