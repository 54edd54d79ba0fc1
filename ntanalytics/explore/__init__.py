"""The analyst's desk: explorers to click, and the data behind them to go on with.

In a notebook::

    from ntanalytics.explore import AdoptionExplorer

    explorer = AdoptionExplorer()
    explorer                       # choose period, units, editions, measure; every view shows the code that makes it
    explorer.view.rows.to_pandas() # what it shows, whole
"""

from __future__ import annotations

from ntanalytics.explore.adoption_data import AdoptionData
from ntanalytics.explore.adoption_explorer import AdoptionExplorer
from ntanalytics.explore.periods import periods_of
from ntanalytics.explore.sms_data import SmsData
from ntanalytics.explore.sms_explorer import SmsExplorer

__all__ = ["AdoptionData", "AdoptionExplorer", "SmsData", "SmsExplorer", "periods_of"]
