"""Chinese sentences of the weekly report: what changed in adoption, documents and tickets; what is to be decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from ntanalytics.contract.enumerations import EDITIONS
from ntanalytics.findings.finding import Finding, worst_first
from ntanalytics.findings.phrases import moved, value_words
from ntanalytics.metrics.figures import FigureRow, Figures
from ntanalytics.metrics.number_format import format_number
from ntanalytics.metrics.quantity import Quantity, mark_bound

#: Number of decisions on the first page; the board has the rest.
MAX_DECISIONS = 3


def adoption(total: FigureRow, editions: Figures) -> str:
    """Return the number of active accounts, its change, and the edition that made most of it.

    Returns:
        For example ``协同办公活跃账号 9,477 个，较上期增加 3.2%（+291 个），主要来自企业微信版（+211 个）。``
    """
    active = total.quantity("active")
    sentence, change = active.named("协同办公活跃账号"), total.exact("active_change")
    if not active.is_exact or change is None:
        return f"{sentence}。"
    words = moved(change, total.exact("active_change_rate"), active.measure.unit)
    return f"{sentence}，{words}{_most(editions, change)}。"


def _most(editions: Figures, change: float) -> str:
    """Return the edition that made at least half of a change, in words."""
    changes = [(row["edition"], row.exact("active_change") or 0) for row in editions]
    same = [(edition, own) for edition, own in changes if own * change > 0]
    edition, own = max(same, key=lambda item: abs(item[1]), default=("", 0))
    if abs(own) * 2 < abs(change) or not own:
        return ""
    sign = "+" if change > 0 else "−"
    return f"，主要来自{EDITIONS.get(edition, edition)}（{sign}{format_number(abs(own), 'integer', '个')}）"


def documents(overdue: Quantity, units: Figures) -> str:
    """Return the number of overdue deliveries, and the unit with most of them.

    Returns:
        For example ``公文逾期未签收 135 件次，其中 28 件次属启东市应急管理局。``
    """
    if overdue.is_none:
        return "公文没有逾期未签收的。"
    sentence = overdue.named("公文逾期未签收")
    first = max(units, key=lambda row: int(row["overdue_deliveries"]), default=None)
    if first is None:
        return f"{sentence}。"
    return f"{sentence}，其中 {first.quantity('overdue_deliveries').text}属{first['receiver_unit']}。"


#: Code of findings → the decision that the manager is asked for, of the worst finding or of all of them.
_DECISIONS: Mapping[str, str] = MappingProxyType(
    {
        "infra.days_until_full": "是否同意为 {entity} 扩容（按趋势 {value} 天后写满）。",
        "infra.tls_days": "是否同意本周更换 {entity} 的服务器证书（剩余 {value} 天）。",
        "docexchange.overdue_deliveries": "是否发函督促{entity}签收公文（逾期 {value} 件次）。",
        "oa.unit_active_change_rate": "是否安排核查{entity}的账号、登录与终端故障（日均活跃较上期 {value}）。",
        "desk.unconfirmed_changes": "请补签 {total} 项流程变更的书面确认。",
        "desk.clocks_broken": "请审阅 {total} 起超过四小时恢复的故障分析（{entity} {incident}）。",
        "ca.expiring_30d": "是否组织证书集中更新（30 天内到期 {value} 张）。",
        "seal.testing_days": "请协调{entity}完成测试（已等待 {value} 天）。",
        "sms.delivery_rate": "是否启用{entity}的备用通道（单日送达率最低 {value}）。",
    }
)


def decisions(findings: Iterable[Finding]) -> list[str]:
    """Return the decisions that the manager is asked for, the worst first, one of a kind; one sentence without any."""
    by_code: dict[str, list[Finding]] = {}
    listed = worst_first(findings)
    for finding in listed:
        if finding.is_violation and finding.code in _DECISIONS:
            by_code.setdefault(finding.code, []).append(finding)
    unknown = len(_unknown_decisions(listed) - by_code.keys())
    if by_code:
        decided = [_decision(items) for items in by_code.values()]
        more = len(decided) - MAX_DECISIONS
        others = mark_bound(str(more), "lower_bound" if unknown else "exact")
        rest = [f"另有 {others} 类事项，见检查与建议。"] if more > 0 else []
        rest += [f"另有 {unknown} 类事项因数据不全未知。"] if unknown else []
        return [*decided[:MAX_DECISIONS], *rest]
    return [f"已知的检查中没有需要决定的事项，另有 {unknown} 类未知。" if unknown else "本期没有需要决定的事项。"]


def _unknown_decisions(findings: Sequence[Finding]) -> set[str]:
    """Return the codes of decisions that cannot be told: their check is unknown, or their subsystem has no source."""
    unknown = [finding for finding in findings if finding.status == "unknown"]
    without_source = {finding.subsystem for finding in unknown if finding.code == f"{finding.subsystem}.source"}
    unevaluated = {code for code in _DECISIONS if code.partition(".")[0] in without_source}
    return unevaluated | {finding.code for finding in unknown if finding.code in _DECISIONS}


def _decision(findings: Sequence[Finding]) -> str:
    worst, total = findings[0], sum(finding.value or 0 for finding in findings)
    bound = next((finding.certainty for finding in findings if finding.certainty != "exact"), worst.certainty)
    sum_ = mark_bound(format_number(total, worst.format), bound)
    incident = worst.details.get("incident", "")
    return _DECISIONS[worst.code].format(
        entity=worst.entity.label, value=value_words(worst), total=sum_, incident=incident
    )
