"""Sentences of the identity platform by rule code."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType

from ntanalytics.findings.finding import Finding
from ntanalytics.findings.phrases import day_words, hours_words, listed, value_words
from ntanalytics.findings.text import RuleText, Texts, measured
from ntanalytics.metrics.number_format import format_number


def attempts(finding: Finding) -> str:
    """Return when the worst of the suspects tried how often, and how many others there are."""
    if finding.window is None:
        return measured(finding)
    day = finding.details.get("day")
    dated = f"{day_words(date.fromisoformat(day))} " if isinstance(day, str) else ""
    others = int(finding.figures.get("others") or 0)
    more = f"；另有 {others} 个" if others else ""
    count = value_words(finding, "integer", "次")
    return f"{dated}{hours_words(finding.window)} 登录失败 {count}{more}。"


def orphan_accounts(finding: Finding) -> str:
    """Return how many accounts can still log in although their unit is closed or missing."""
    count = value_words(finding, "integer", "个")
    if finding.entity.kind == "unit":
        return f"单位已停用，仍有 {count}账号可登录。"
    units = finding.details.get("units")
    if isinstance(units, tuple):
        return f"{listed(units)}共 {format_number(len(units), 'integer', '个')}单位已停用，仍有 {count}账号可登录。"
    if finding.entity.kind == "units":
        return f"{count}可登录账号的单位不存在或为空。"
    return measured(finding)


#: Sentences by rule code, where the general ones do not serve.
TEXTS: Texts = MappingProxyType(
    {"identity.attempts": RuleText(evidence=attempts), "identity.orphan_accounts": RuleText(evidence=orphan_accounts)}
)
