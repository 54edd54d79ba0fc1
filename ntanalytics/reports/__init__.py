"""Blocks that a report notebook composes with; each displays itself as a part of the record.

Figures of a metric enter as figures, which know the gaps of their data::

    by_carrier = figures(volume.volume(sms.table, sms.as_of, ["carrier"]), sms)
    daily = figures(volume.daily(sms.recent, sms.days, sms.as_of), sms)

Then one line a block::

    headline(total, ["submitted", "delivery_rate"], daily)
    chart(daily, "line", Axes(y="delivery_rate", days=sms.days), id="daily", title="联通跌至 71%")
    table(by_carrier, "分运营商", id="by-carrier", sort="-submitted")
    board(findings)
"""

from ntanalytics.metrics.figure_row import FigureRow
from ntanalytics.metrics.figures import Figures, case_list, figures
from ntanalytics.reports.blocks.block import show
from ntanalytics.reports.blocks.board import Board, board
from ntanalytics.reports.blocks.chart import Axes, Chart, chart
from ntanalytics.reports.blocks.head import AsOf, Head, RejectedRows
from ntanalytics.reports.blocks.headline import headline
from ntanalytics.reports.blocks.inline_charts import InlineCharts, inline_bars, inline_lines
from ntanalytics.reports.blocks.kpis import Kpi, Kpis, kpi, kpis
from ntanalytics.reports.blocks.sentences import Sentence, Sentences, sentences
from ntanalytics.reports.blocks.signatures import Signatures, signatures
from ntanalytics.reports.blocks.table import Table, no_rows, table, without_source
from ntanalytics.reports.column_labels import label_column

__all__ = [
    "AsOf",
    "Axes",
    "Board",
    "Chart",
    "FigureRow",
    "Figures",
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
    "case_list",
    "chart",
    "figures",
    "headline",
    "inline_bars",
    "inline_lines",
    "kpi",
    "kpis",
    "label_column",
    "no_rows",
    "sentences",
    "show",
    "signatures",
    "table",
    "without_source",
]
