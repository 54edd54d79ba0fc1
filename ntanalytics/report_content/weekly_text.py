"""Chinese sentences of the weekly report: what changed in adoption, documents and tickets; what is to be decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from ntanalytics.contract.enumerations import EDITIONS
from ntanalytics.findings.finding import Finding, worst_first
from ntanalytics.findings.phrases import figure_words, is_worst_of_known, moved, value_words
from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import Figures
from ntanalytics.metrics.number_format import format_number
from ntanalytics.metrics.quantity import Quantity, mark_bound
from ntanalytics.periods.day_text import day_words
from ntanalytics.subsystems.infra.events import expired
from ntanalytics.subsystems.infra.machine_words import disk_words

#: Number of decisions on the first page; the board has the rest.
MAX_DECISIONS = 3


def adoption(total: FigureRow, editions: Figures, span: str = "") -> str:
    """Return the number of active accounts, its change, and the edition that made most of it.

    Returns:
        For example ``本周协同办公活跃账号 9,477 个，较上周增加 3.2%（+291 个），主要来自企业微信版（+211 个）。``
    """
    active = total.quantity("active")
    sentence, change = f"{span}{active.named('协同办公活跃账号')}", total.exact("active_change")
    if not active.is_exact or change is None:
        return f"{sentence}。"
    words = moved(change, total.exact("active_change_rate"), active.measure.unit, total.against)
    most = "" if words.endswith("持平") else _most(editions, change)
    return f"{sentence}，{words}{most}。"


def _most(editions: Figures, change: float) -> str:
    """Return the edition that made at least half of a change, in words."""
    changes = [(row["edition"], row.exact("active_change") or 0) for row in editions]
    same = [(edition, own) for edition, own in changes if own * change > 0]
    edition, own = max(same, key=lambda item: abs(item[1]), default=("", 0))
    if abs(own) * 2 < abs(change) or not own:
        return ""
    sign = "+" if change > 0 else "−"
    return f"，主要来自{EDITIONS.get(edition, edition)}（{sign}{format_number(abs(own), 'integer', '个')}）"


def documents(overdue: Quantity, units: Figures, on: date) -> str:
    """Return the number of overdue deliveries, and the unit with most of them.

    Returns:
        For example ``截至11月22日，全市逾期未签收公文 137 件次，其中启东市应急管理局 28 件次。``
    """
    at = f"截至{day_words(on)}，全市"
    if overdue.is_none:
        return f"{at}没有逾期未签收的公文。"
    sentence = f"{at}{overdue.named('逾期未签收公文')}"
    first = max(units, key=lambda row: int(row["overdue_deliveries"]), default=None)
    if first is None:
        return f"{sentence}。"
    return f"{sentence}，其中{first['receiver_unit']} {first.quantity('overdue_deliveries').text}。"


#: Code of findings → the decision that the manager is asked for, of the worst finding or of all of them.
_DECISIONS: Mapping[str, str] = MappingProxyType(
    {
        "infra.days_until_full": "拟为 {disk} 扩容（预计{full_on}写满），妥否，请审定。",
        "infra.tls_days": "拟于下周更换 {entity} 的服务器证书（{days}），妥否，请审定。",
        "docexchange.overdue_deliveries": "拟发函督促{entity}签收逾期公文 {value} 件次，妥否，请审定。",
        "desk.unconfirmed_changes": "{total} 项流程变更尚未取得书面确认，请补签。",
        "desk.clocks_broken": "{total} 起系统崩溃超过 4 小时恢复，故障分析（{entity} {incident}）请审阅。",
        "ca.expiring_30d": "30 天内到期证书 {value} 张，拟组织集中更新，妥否，请审定。",
        "seal.testing_days": "{late} 枚印章制作后待测试，最长已等待 {value} 天，请协调完成。",
        "sms.delivery_rate": "{entity}{known}单日送达率最低 {value}，拟启用备用通道，妥否，请审定。",
    }
)


def decisions(findings: Iterable[Finding]) -> list[str]:
    """Return the decisions that the manager is asked for, the worst first, one of a kind; one sentence without any."""
    by_code: dict[str, list[Finding]] = {}
    listed = worst_first(findings)
    for finding in listed:
        if finding.is_violation and finding.code in _DECISIONS and finding.figures.get("unconfirmed") != 0:
            by_code.setdefault(finding.code, []).append(finding)
    unknown = len(_unknown_decisions(listed) - by_code.keys())
    if by_code:
        decided = [_decision(items) for items in by_code.values()]
        more = len(decided) - MAX_DECISIONS
        others = mark_bound(str(more), "lower_bound" if unknown else "exact")
        rest = [f"另有 {others} 类事项，详见检查与建议。"] if more > 0 else []
        rest += [f"另有 {unknown} 类事项因数据不全未知。"] if unknown else []
        return [*decided[:MAX_DECISIONS], *rest]
    return [f"已知的检查中没有需要审定的事项，另有 {unknown} 类未知。" if unknown else "没有需要审定的事项。"]


def _unknown_decisions(findings: Sequence[Finding]) -> set[str]:
    """Return the codes of decisions that cannot be told: their check is unknown, or their subsystem has no source.

    Where too few events came to judge them, no data are missing, and nothing is to be decided.
    """
    unknown = [finding for finding in findings if finding.status == "unknown"]
    without_source = {finding.subsystem for finding in unknown if finding.code == f"{finding.subsystem}.source"}
    unevaluated = {code for code in _DECISIONS if code.partition(".")[0] in without_source}
    untold = {finding.code for finding in unknown if finding.unknown != "too_few"}
    return unevaluated | (untold & _DECISIONS.keys())


def _decision(findings: Sequence[Finding]) -> str:
    worst, total = findings[0], sum(finding.figures.get("unconfirmed", finding.value) or 0 for finding in findings)
    bound = next((finding.certainty for finding in findings if finding.certainty != "exact"), worst.certainty)
    sum_ = mark_bound(format_number(total, worst.format), bound)
    return _DECISIONS[worst.code].format(
        entity=worst.entity.label, value=value_words(worst), total=sum_, **_particulars(worst)
    )


def _particulars(finding: Finding) -> Mapping[str, str]:
    """Return what the words of some decisions tell beside the value."""
    match finding.code:
        case "infra.days_until_full":
            full_on = date.fromisoformat(str(finding.details["full_on"]))
            return {"disk": disk_words(finding.entity.key), "full_on": day_words(full_on)}
        case "infra.tls_days":
            return {"days": expired(finding) or f"剩余 {value_words(finding)} 天"}
        case "seal.testing_days":
            return {"late": figure_words(finding, "late")}
        case "sms.delivery_rate":
            return {"known": "已知" if is_worst_of_known(finding) else ""}
        case _:
            return {"incident": str(finding.details.get("incident", ""))}
