"""Units whose use of the OA changed, with the likely cause (docs/domain.md, No league tables: movers)."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from ntanalytics.metrics.measure import Measure, catalogue
from ntanalytics.metrics.oa.unit_ranking import MIN_DAILY_ACTIVE

#: Smallest relative change of a unit's daily active accounts that is told.
MOVED = 0.25
#: Share of a change of accounts, and change of the mobile share, that explain a movement.
_EXPLAINS, _BY_MOBILE = 0.5, 0.1

#: Likely cause of a movement → its words.
CAUSES = {
    "opened": "新开通账号",
    "closed": "账号停用",
    "mobile_fell": "移动端使用减少，需核查移动端",
    "mobile_rose": "移动端使用增加",
    "unclear": "原因待核实",
}

MEASURES = catalogue(
    (
        Measure(
            "likely_cause",
            "可能原因",
            "Likely cause of a movement: accounts opened or closed, else the telephone "
            "(docs/domain.md, No league tables: movers).",
            format="text",
            values=CAUSES,
        ),
    )
)


def moved_units(units: ir.Table, least: float = MOVED, min_count: float = MIN_DAILY_ACTIVE) -> ir.Table:
    """Return the units whose daily active accounts changed much, with the likely cause, in the order of the rows.

    Args:
        units: one row a unit and edition: ``daily_active``, ``enabled``, ``active`` and ``mobile_share`` with their
            changes, as ``unit_ranking.compare_units`` makes them.
        least: smallest relative change.
        min_count: least daily active accounts before.
    """
    fair = units.filter(
        (units.daily_active_before >= min_count)
        & units.daily_active_change_rate.notnull()
        & (units.daily_active_change_rate.abs() >= least)
    )
    is_rise = fair.daily_active_change_rate > 0
    accounts, active = fair.enabled_change.fill_null(0), fair.active_change.fill_null(0)
    by_mobile = fair.mobile_share_change.fill_null(0)
    cause = ibis.cases(
        (is_rise & (active > 0) & (accounts >= active * _EXPLAINS), "opened"),
        (~is_rise & (active < 0) & (accounts <= active * _EXPLAINS), "closed"),
        (~is_rise & (by_mobile <= -_BY_MOBILE), "mobile_fell"),
        (is_rise & (by_mobile >= _BY_MOBILE), "mobile_rose"),
        else_="unclear",
    )
    return fair.mutate(likely_cause=cause)
