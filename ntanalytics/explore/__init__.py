"""The analyst's desk: explorers to click, and the data behind them to go on with.

In a notebook::

    from ntanalytics.explore import AdoptionExplorer

    explorer = AdoptionExplorer()
    explorer                       # choose period, units, editions, measure; every view shows the code that makes it
    explorer.view.rows.to_pandas() # what it shows, whole
"""

from __future__ import annotations

from ntanalytics.explore.adopted import Adopted
from ntanalytics.explore.adoption import AdoptionExplorer
from ntanalytics.explore.messages import Messages
from ntanalytics.explore.periods import periods_of
from ntanalytics.explore.sms import SmsExplorer

__all__ = ["Adopted", "AdoptionExplorer", "Messages", "SmsExplorer", "periods_of"]
