"""What a report notebook composes with: blocks that display themselves as parts of the record.

One line a block::

    kpis([kpi("submitted", now.submitted, before.submitted), kpi("delivery_rate", now.delivery_rate)])
    chart(daily, "line", y="delivery_rate", series="carrier", title="联通 18 日跌至 71%", id="daily", days=sms.days)
    table(by_carrier, "分运营商", id="by-carrier", sort="-submitted")
    board(findings)
"""

from ntanalytics.reports.block import show
from ntanalytics.reports.board import Board, board
from ntanalytics.reports.chart import Chart, chart
from ntanalytics.reports.head import AsOf, Head, Rejected
from ntanalytics.reports.headline import headline
from ntanalytics.reports.inline_charts import Drawn, bars, lines
from ntanalytics.reports.kpis import Kpi, Kpis, kpi, kpis
from ntanalytics.reports.sentences import Sentence, Sentences, say, sentences
from ntanalytics.reports.signatures import Signatures, signatures
from ntanalytics.reports.table import Table, table

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
