"""Explorers with widgets for analysts, and the data behind them for further work.

In a notebook::

    from ntanalytics.explore import AdoptionExplorer

    explorer = AdoptionExplorer()
    explorer                        # select period, units, editions, measure; every view shows its code
    explorer.view.rows.to_pandas()  # all rows of the view
"""

from __future__ import annotations

from ntanalytics.explore.adoption_data import AdoptionData
from ntanalytics.explore.adoption_explorer import AdoptionExplorer
from ntanalytics.explore.data_browser import DataBrowser
from ntanalytics.explore.periods import periods_of
from ntanalytics.explore.sms_data import SmsData
from ntanalytics.explore.sms_explorer import SmsExplorer

__all__ = ["AdoptionData", "AdoptionExplorer", "DataBrowser", "SmsData", "SmsExplorer", "periods_of"]
