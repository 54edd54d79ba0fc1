"""Scale of a chart's axis: the unit in which a person reads its values, its ticks, and whether it begins at 0."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ntanalytics.metrics.number_format import parse_format
from ntanalytics.reports.record import Field

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Scale:
    """Unit of an axis.

    Attributes:
        title: the unit as it is written.
        size: number of the data's units in one of the axis'.
    """

    title: str
    size: float = 1.0


#: Larger units of a duration in seconds and of a size in bytes, the largest first.
LARGER = {
    "seconds": (Scale("天", 86_400), Scale("小时", 3600), Scale("分钟", 60), Scale("秒")),
    "hours": (Scale("小时", 3600), Scale("分钟", 60), Scale("秒")),
    "ms": (Scale("秒", 1000), Scale("毫秒")),
    "bytes": (Scale("TB", 1024**4), Scale("GB", 1024**3), Scale("MB", 1024**2), Scale("KB", 1024), Scale("B")),
}
#: Whole units that the largest value must reach for the unit to be taken, and steps between two ticks of an axis.
_REACHED, _TICKS = 3, 5


def scale_of(ys: Sequence[Field], rows: Rows) -> Scale:
    """Return the unit in which a person reads the values of an axis: hours and not 200,000 seconds."""
    units = LARGER.get(parse_format(ys[0].format).kind) if ys else None
    if not units:
        return Scale(axis_title(ys[0]) if ys else "")
    most = max((abs(row[y.name]) for row in rows for y in ys if row[y.name] is not None), default=0)
    return next((unit for unit in units if most >= _REACHED * unit.size), units[-1])


def scaled_ticks(ys: Sequence[Field], rows: Rows, scale: Scale) -> Mapping[str, Any]:
    """Return the ticks of an axis whose unit is larger than that of the data; the data stay as they are.

    A few persons or cases are counted in whole ones.
    """
    if scale.size == 1:
        return {"dtick": 1} if _is_few(ys, rows) else {}
    most = max((row[y.name] for row in rows for y in ys if row[y.name] is not None), default=0) / scale.size
    step = next(
        number * 10**power for power in range(12) for number in (1, 2, 5) if most / (number * 10**power) <= _TICKS
    )
    ticks = [step * place for place in range(int(most / step) + 2)]
    return {
        "tickmode": "array",
        "tickvals": [tick * scale.size for tick in ticks],
        "ticktext": [f"{tick:,}" for tick in ticks],
    }


def _is_few(ys: Sequence[Field], rows: Rows) -> bool:
    if not ys or any(y.format != "integer" for y in ys):
        return False
    return 0 < max((sum(row[y.name] or 0 for y in ys) for row in rows), default=0) <= _TICKS


def axis_title(measure: Field) -> str:
    """Return the unit of an axis: ``条``, ``%``, ``秒``; else the measure's title."""
    units = {"rate": "%", "points": "百分点", "seconds": "秒", "hours": "秒", "ms": "ms", "bytes": "B"}
    return measure.unit or units.get(parse_format(measure.format).kind, measure.title)


def begins_at_zero(form: str, ys: Sequence[Field]) -> bool:
    """Return whether an axis begins at 0: all but a line of rates, which shows its course."""
    return form != "line" or not ys or parse_format(ys[0].format).kind not in ("rate", "points")
