"""Points of a scoring sheet: deductions from the shortfalls of duties (docs/domain.md, Service quality and score)."""

from __future__ import annotations

from ntanalytics.metrics.measure import Measure, catalogue

SCORES = (
    Measure(
        "score",
        "考核得分",
        "Points of the sheet less the deductions. A clause that cannot be shown takes off nothing: the score is then "
        "an upper bound.",
        unit="分",
        format="number:1",
        good="up",
        over_gap="upper_bound",
    ),
    Measure("points_off", "扣分", "Points taken off by one clause, at most its cap.", unit="分", format="number:1"),
)

MEASURES = catalogue(SCORES)


def deduction(
    shortfalls: int, *, points: float, cap: float | None = None, is_each: bool = True, is_broken: bool = True
) -> float:
    """Return the points that a clause takes off.

    Args:
        shortfalls: number of shortfalls with their rows.
        points: points of the clause.
        cap: most points that it takes off; None for no limit.
        is_each: whether each shortfall costs the points, or all together once.
        is_broken: whether the clause's condition holds.
    """
    if not is_broken or not shortfalls:
        return 0.0
    taken = points * shortfalls if is_each else points
    return taken if cap is None else min(taken, cap)
