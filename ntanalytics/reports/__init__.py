"""Blocks that a report notebook composes with; each displays itself as a part of the record.

One line a block::

    kpis([kpi(summary.quantity("submitted"), summary.before("submitted"))])
    chart(daily, "line", Axes(y="delivery_rate", series="carrier", days=sms.days), id="daily", title="联通跌至 71%")
    table(by_carrier, "分运营商", id="by-carrier", sort="-submitted")
    board(findings)
"""

from ntanalytics.reports.blocks.block import show
from ntanalytics.reports.blocks.board import Board, board
from ntanalytics.reports.blocks.chart import Axes, Chart, chart
from ntanalytics.reports.blocks.head import AsOf, Head, RejectedRows
from ntanalytics.reports.blocks.headline import headline
from ntanalytics.reports.blocks.inline_charts import InlineCharts, inline_bars, inline_lines
from ntanalytics.reports.blocks.kpis import Kpi, Kpis, kpi, kpis
from ntanalytics.reports.blocks.sentences import Sentence, Sentences, sentences
from ntanalytics.reports.blocks.signatures import Signatures, signatures
from ntanalytics.reports.blocks.table import Table, table

__all__ = [
    "AsOf",
    "Axes",
    "Board",
    "Chart",
    "Head",
    "InlineCharts",
    "Kpi",
    "Kpis",
    "RejectedRows",
    "Sentence",
    "Sentences",
    "Signatures",
    "Table",
    "board",
    "chart",
    "headline",
    "inline_bars",
    "inline_lines",
    "kpi",
    "kpis",
    "sentences",
    "show",
    "signatures",
    "table",
]
