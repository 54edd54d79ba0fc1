"""A small believable record with every kind of block, an anomaly, a gap and hostile text in it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from ntanalytics.findings.text import WordedFinding
from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.figures import Figures, figures
from ntanalytics.metrics.quantity import Quantity, quantity
from ntanalytics.periods import Period
from ntanalytics.reports import (
    AsOf,
    Axes,
    Head,
    RejectedRows,
    Sentence,
    board,
    chart,
    kpi,
    kpis,
    sentences,
    signatures,
    table,
)
from ntanalytics.reports.blocks.block import Block
from tests.reports.worded import worded

#: Text from outside that must run nowhere.
HOSTILE = '<script>alert(1)</script>=HYPERLINK("http://x")\u202e\x07'

PERIOD = Period.week(date(2026, 11, 16))
FIRST = date(2026, 10, 26)
TAKEN = datetime(2026, 11, 22, 22, 10, tzinfo=UTC)
GAP = date(2026, 11, 5)
ORIGIN = {"metric": "sms.volume", "datasets": {"sms.messages": 12}, "rows": 812345, "as_of": TAKEN}


def of(name: str, now: float, before: float) -> tuple[Quantity, Quantity]:
    """Return an exact figure, and that of the period before."""
    return quantity(MEASURES[name], now), quantity(MEASURES[name], before)


def line(name: str, values: Sequence[float | None]) -> list[Quantity]:
    """Return the figures of a sparkline."""
    return [quantity(MEASURES[name], value) for value in values]


def _as_of(source: str, dataset: str, label: str, **values: Any) -> AsOf:
    return AsOf(source=source, dataset=dataset, label=label, **values)


def days() -> pd.DataFrame:
    """Four weeks, of which one day was not taken."""
    span = [FIRST + timedelta(days=number) for number in range(28)]
    return pd.DataFrame(
        {
            "day": span,
            "is_covered": [day != GAP for day in span],
            "is_working_day": [day.weekday() < 5 for day in span],
            "label": ["" if day.weekday() < 5 else "周末" for day in span],
        }
    )


def by_day() -> Figures:
    """Volume and delivery rate by day and carrier; Unicom fails on 18 November."""
    rows = []
    for number, day in enumerate(days()["day"]):
        for carrier, share, rate in (("telecom", 0.31, 0.988), ("mobile", 0.47, 0.991), ("unicom", 0.22, 0.986)):
            rhythm = 1.0 if day.weekday() < 5 else 0.28
            submitted = round(30000 * share * rhythm * (1 + 0.06 * math.sin(number)))
            quality = 0.71 if (carrier, day) == ("unicom", date(2026, 11, 18)) else rate + 0.003 * math.sin(number * 2)
            rows.append({"day": day, "carrier": carrier, "submitted": submitted, "delivery_rate": quality})
    return figures(rows)


def by_carrier() -> Figures:
    """The week by carrier, with the change against the week before; one of them has no change."""
    return figures(
        pd.DataFrame(
            {
                "carrier": ["telecom", "mobile", "unicom"],
                "submitted": [51234, 77602, 36318],
                "segments": [60112, 92011, 43777],
                "delivery_rate": [0.9881, 0.9912, 0.9463],
                "delivery_rate_change": [0.0004, -0.0002, -0.0411],
                "receipt_latency_p95_s": [8.4, 6.91, 187.0],
                "submitted_change_rate": [0.0312, -0.0077, None],
            }
        )
    )


def by_application() -> Figures:
    """The week by application; names come from outside and cannot be trusted."""
    names = ["公文交换", "协同办公", "政务办事", "苏服办·南通", "数字城管", HOSTILE, "+86 通知", "预约挂号"]
    return figures(
        pd.DataFrame(
            {
                "application": names,
                "submitted": [48210, 39877, 31255, 24001, 11980, 17, 8612, None],
                "failed": [402, 355, 1288, 190, 97, 1, 60, None],
                "delivery_rate": [0.9915, 0.991, 0.9581, 0.992, 0.9919, 0.9412, 0.993, None],
                "oldest_backlog_at": [TAKEN - timedelta(hours=5 * number) for number in range(8)],
            }
        )
    )


def findings() -> list[WordedFinding]:
    """A board with each status."""
    day = date(2026, 11, 18)
    return [
        worded(
            "sms.delivery_rate", "中国电信", "送达率", "ok", 0.9881, "rate:1",
            limits="≥ 97.0%", evidence="共 51,234 条，失败 604 条。",
        ),
        worded(
            "sms.delivery_rate", "中国联通", "送达率", "critical", 0.7102, "rate:1", limits="≥ 97.0%",
            evidence="11月18日共 6,512 条，失败 1,887 条，失败代码以 UNDELIV 为主。", since=day,
            advice="联系联通核查通道，必要时切换备用通道。",
        ),
        worded(
            "sms.receipt_latency_p95_s", "中国联通", "回执时延P95", "warning", 187.0, "seconds", limits="≤ 120 秒",
            evidence="近四周中位数 9.1 秒。", since=day, advice="随通道一并核查。",
        ),
        worded(
            "infra.error_rate", "www", "错误率", "ok", 0.0012, "rate:2",
            limits="≤ 1.00%", evidence="共 182,340 次请求，5xx 219 次。",
        ),
        worded(
            "infra.duration_p95_ms", "www", "响应时间P95", "unknown", None, "ms", limits="≤ 1,000 ms",
            evidence="日志没有记录响应时间。", advice="在日志格式中加入 $request_time。",
        ),
        worded(
            "desk.overdue_tickets", "工单", "逾期未结", "warning", 3, limits="0 件",
            evidence="工单 0475、0478、0481。", since=date(2026, 11, 20), advice="今日逐件催办。",
        ),
        worded("desk.attendance", "驻场", "在岗", "ok", 1, limits="≥ 1 人", evidence="驻场工程师在岗。"),
    ]  # fmt: skip


def blocks() -> list[Block | str]:
    """The report, block by block; a text is a markdown cell."""
    week = [None if day == GAP else 150000 + 9000 * math.sin(number) for number, day in enumerate(days()["day"])]
    rates = [0.987 + 0.003 * math.sin(number) for number in range(28)]
    rates[23] = 0.931
    slow = [9 - abs(rate - 0.987) * 100 for rate in rates]
    return [
        Head(
            title="南通市电子政务工作平台短信统计",
            subtitle="第1版",
            period=PERIOD,
            generated_at=datetime(2026, 11, 22, 22, 15, tzinfo=UTC),
            as_of=(
                _as_of("sms", "sms.messages", "短信", taken_at=TAKEN, rows=812345, rejected=12, missing_days=(GAP,)),
                _as_of("web", "infra.requests", "网络请求", taken_at=TAKEN, rows=30418),
                _as_of("desk", "desk.tickets", "工单", error="找不到文件 sources/运维台账.xlsx"),
            ),
            versions={"sms.messages": 12, "infra.requests": 31},
            gaps=("工单自 11月20日 起未取得，相关合计为下限",),
            rejected=(RejectedRows("sms.messages", "短信", "sms", "carrier 'x9' 不在枚举内", 12),),
        ),
        sentences(
            [
                Sentence(
                    "11月18日送达率由 98.6% 降至 71.0%，影响 1,887 条，已于 3 小时 28 分恢复。",
                    "联通短信通道",
                    "critical",
                ),
                Sentence("提交 165,154 条，较上周增加 3.2%；计费 195,900 条。", "总量"),
                "其余通道与上周相当。",
            ]
        ),
        kpis(
            [
                kpi(*of("submitted", 165154, 160011), spark=line("submitted", week)),
                kpi(*of("segments", 195900, 190120), spark=line("segments", week)),
                kpi(*of("delivery_rate", 0.9763, 0.9871), spark=line("delivery_rate", rates)),
                kpi(*of("receipt_latency_p95_s", 8.4, 7.9), spark=line("receipt_latency_p95_s", slow)),
                kpi(
                    quantity(MEASURES["opened_tickets"], 12, is_complete=False),
                    quantity(MEASURES["opened_tickets"], 15),
                ),
            ],
            origin=ORIGIN,
        ),
        board(findings(), origin={"metric": "findings.inspection", "rows": 7}),
        "## 一、趋势",
        chart(
            by_day(),
            "line",
            Axes(y="delivery_rate", series="carrier", days=days()),
            title="联通 11月18日 送达率降至 71.0%，次日恢复",
            id="rate-by-day",
            origin=ORIGIN,
        ).with_marks([(date(2026, 11, 18), "联通通道中断")]),
        chart(
            by_day(),
            "stack",
            Axes(y="submitted", series="carrier", days=days()),
            title="工作日提交量稳定在 3 万条左右",
            id="volume-by-day",
            origin=ORIGIN,
        ),
        "## 二、构成\n\n按**运营商**与应用分列，金额以账单为准。<b>原样</b>",
        table(by_carrier(), "分运营商", id="by-carrier", sort="-submitted", note="变化与上一周比较。", origin=ORIGIN),
        table(by_application(), "分应用", id="by-application", sort="-submitted", origin=ORIGIN),
        chart(
            by_application()[:5],
            "hbar",
            Axes(x="application", y="submitted"),
            title="前五个应用占全部的 94%",
            id="top-applications",
        ),
        signatures(["编制", "审核", "用户确认"]),
    ]


def notebook(shown: list[Block | str] | None = None) -> nbformat.NotebookNode:
    """The executed notebook that holds these blocks (default: all of the sample)."""
    cells = []
    for number, each in enumerate(blocks() if shown is None else shown):
        if isinstance(each, str):
            cells.append(new_markdown_cell(each, id=f"c{number}"))
        else:
            output = new_output("display_data", data=each._repr_mimebundle_())
            cells.append(new_code_cell("...", outputs=[output], execution_count=number, id=f"c{number}"))
    return new_notebook(cells=cells)


def write(folder: Path) -> Path:
    """Write the sample's notebook into a folder; returns its path."""
    path = folder / "report.ipynb"
    nbformat.write(notebook(), path)
    return path
