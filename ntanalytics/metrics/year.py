"""The year of a figure: the same period of the year before, and the year to date (docs/domain.md, General)."""

from __future__ import annotations

import ibis.expr.types as ir

from ntanalytics.metrics.measure import catalogue, rate
from ntanalytics.metrics.quantity import Quantity, quantity

#: Growth against the year before (docs/domain.md, General: year on year).
YEAR_ON_YEAR = rate(
    "year_on_year",
    "同比",
    "value / value of the same period of the year before − 1; null where that is null, 0 or not known whole.",
    is_share=False,
)

MEASURES = catalogue((YEAR_ON_YEAR,))


def growth(now: ir.NumericValue, before: ir.NumericValue) -> ir.NumericValue:
    """Return the growth of a column against that of the year before; null where that is 0 or null."""
    return now / before.nullif(0) - 1


def year_on_year(now: Quantity, before: Quantity | None) -> Quantity | None:
    """Return the growth of a figure against that of the year before; None where there was none yet.

    Over a gap in either period it is unknown.
    """
    if before is None:
        return None
    is_known = now.is_exact and before.is_exact
    return quantity(YEAR_ON_YEAR, now.change_from(before) if is_known else None, is_complete=is_known)
