"""Blocks that a report notebook composes with; each displays itself as a part of the record.

One line a block::

    kpis([kpi("submitted", now.submitted, before.submitted), kpi("delivery_rate", now.delivery_rate)])
    chart(daily, "line", y="delivery_rate", series="carrier", title="联通 18 日跌至 71%", id="daily", days=sms.days)
    table(by_carrier, "分运营商", id="by-carrier", sort="-submitted")
    board(findings)
"""

from ntanalytics.reports.blocks.block import show
from ntanalytics.reports.blocks.board import Board, board
from ntanalytics.reports.blocks.chart import Chart, chart
from ntanalytics.reports.blocks.head import AsOf, Head, Rejected
from ntanalytics.reports.blocks.headline import headline
from ntanalytics.reports.blocks.inline_charts import Drawn, bars, lines
from ntanalytics.reports.blocks.kpis import Kpi, Kpis, kpi, kpis
from ntanalytics.reports.blocks.sentences import Sentence, Sentences, say, sentences
from ntanalytics.reports.blocks.signatures import Signatures, signatures
from ntanalytics.reports.blocks.table import Table, table

__all__ = [
    "AsOf",
    "Board",
    "Chart",
    "Drawn",
    "Head",
    "Kpi",
    "Kpis",
    "Rejected",
    "Sentence",
    "Sentences",
    "Signatures",
    "Table",
    "bars",
    "board",
    "chart",
    "headline",
    "kpi",
    "kpis",
    "lines",
    "say",
    "sentences",
    "show",
    "signatures",
    "table",
]
