"""Chinese sentences of the recommendations: what to begin with, and what is not known yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from ntanalytics.metrics.figures import Figures
from ntanalytics.metrics.measure import Measure
from ntanalytics.periods.day_text import day_words
from ntanalytics.recommendations.ranking import EFFORTS, KINDS, Recommendation

#: So many recommendations are said; the table has the rest.
MOST = 3


def overview(recommendations: Sequence[Recommendation], unknown: int = 0, since: dt.date | None = None) -> str:
    """Return the number of recommendations by kind: ``共 9 项建议：运行问题 3 项，存在隐患 4 项，效率提升 2 项。``.

    Args:
        recommendations: the recommendations.
        unknown: number of checks that are unknown, from which nothing could follow.
        since: first day of the site's data, where the report looks back further than that.
    """
    if not recommendations and unknown:
        return f"已知的检查没有超过阈值的，不提出建议；{unseen(unknown, since)}"
    if not recommendations:
        return "回看期内各项检查未见问题，不提出建议。"
    kinds = [recommendation.cause.kind for recommendation in recommendations]
    counts = {word: kinds.count(kind) for kind, word in KINDS.items()}
    counts_by_kind = "，".join(f"{word} {count} 项" for word, count in counts.items() if count)
    left = f"；{unseen(unknown, since)}" if unknown else "。"
    return f"共 {len(recommendations)} 项建议：{counts_by_kind}{left}"


def unseen(unknown: int, since: dt.date | None = None) -> str:
    """Return how many checks are unknown, from which no recommendation could follow; empty where none is.

    Args:
        unknown: their number.
        since: first day of the site's data, where the report looks back further: a young site is not a broken one.
    """
    if unknown and since:
        return f"数据自{day_words(since)}起，历史尚短，{unknown} 项检查未知。"
    return f"{unknown} 项检查未知，未据以提出建议。" if unknown else ""


def first_steps(recommendations: Sequence[Recommendation]) -> list[str]:
    """Return a sentence for each of the highest ranked: problem, evidence, action, effort and owner."""
    return [
        f"{cause.problem}。{evidence}建议{cause.action}（{EFFORTS[cause.effort][0]}，{cause.owner}）。"
        for cause, evidence in ((item.cause, item.evidence) for item in recommendations[:MOST])
    ]


def looked_back(days: int, covered: int) -> str:
    """Return the days that the report looks back, and those with data: ``回看 90 天，其中 70 天有完整数据。``."""
    if covered >= days:
        return f"回看 {days} 天，数据完整。"
    return f"回看 {days} 天，其中 {covered} 天数据完整；置信度按完整天数折算。"


def busiest_month(renewals: Figures) -> str:
    """Return the month with most certificates to renew: ``证书更新最多的是 2026 年 12 月，417 张``.

    Args:
        renewals: ``metrics.certificates.renewals`` of the months to come.
    """
    if not renewals.is_complete:
        return "待更新的证书：数据不完整"
    if not renewals:
        return "没有待更新的证书"
    top = max(renewals, key=lambda row: int(row["renewals"]))
    month = top["renewal_month"]
    return f"证书更新最多的是 {month.year} 年 {month.month} 月，{top.quantity('renewals').text}"


def trend(problem: str, by_day: Figures, measure: Measure) -> str:
    """Return the worst day of a trend: ``磁盘将写满：近 90 天最高为 92.0%（11月20日）``.

    Args:
        problem: what is wrong.
        by_day: the measure by day, and any other columns.
        measure: its words; where more is better the lowest day is the worst, of a count the lowest working day.
    """
    known = [row for row in by_day if row.exact(measure.name) is not None]
    days = _days({row["day"] for row in by_day}, {row["day"] for row in known}, by_day)
    is_low = measure.good == "up"
    if is_low and measure.is_additive:
        known = [row for row in known if row.get("is_working_day", True)]
    if not known:
        return f"{problem}：没有数据可画"
    worst = (min if is_low else max)(known, key=lambda row: row[measure.name])
    value = worst.quantity(measure.name).text
    return f"{problem}：{days}{measure.label}最{'低' if is_low else '高'}为 {value}（{day_words(worst['day'])}）"


def _days(all_days: AbstractSet[dt.date], known: AbstractSet[dt.date], by_day: Figures) -> str:
    """Return the days of a trend in words, and those that have a figure without a gap, where it is not all of them."""
    whole = known - {row["day"] for row in by_day if not row.is_complete}
    return f"近 {len(all_days)} 天中有数据的 {len(whole)} 天，" if whole < all_days else f"近 {len(all_days)} 天"
