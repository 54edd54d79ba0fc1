"""Shape of a dataset for damage: its dimensions, counts, failures, durations and values, by construction.

Everything follows from the contract's columns, and its dimensions from the contract's own derivation. No rule,
subsystem or subject is named here, so that the damage knows nothing of what the inspection looks at.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import ibis
import ibis.expr.types as ir

from ntanalytics.contract import DATASETS, Column, Dataset, Kind, Type
from ntanalytics.contract import dataset as dataset_named
from ntanalytics.contract.dimensions import breakdown
from ntanalytics.contract.outcomes import failed_value, tells_outcome, tells_reason

#: Units of durations; a number of another unit is a measured value.
_TIME_UNITS = ("ms", "秒")


@dataclass(frozen=True, kw_only=True)
class DatasetShape:
    """Parts of a dataset that can be damaged.

    Attributes:
        contract: the dataset.
        dimensions: columns whose values are its members.
        count: column that counts the events of a row; empty where a row is one event.
        sizes: columns with a quantity of all events of a row, which follow the count.
        failure: column that tells whether an event failed; empty without one.
        reasons: columns of the reason of a failure.
        elapsed: columns of a duration, and of the moments at which it starts and ends; empty without one.
        duration: column of another duration, or of its logarithmic bucket; empty without one.
        values: columns of measured values; a dataset with any is one of samples, and its rows are no events.
    """

    contract: Dataset
    dimensions: tuple[str, ...]
    count: str
    sizes: tuple[str, ...]
    failure: str
    reasons: tuple[str, ...]
    elapsed: tuple[str, ...]
    duration: str
    values: tuple[str, ...]

    @property
    def grain_s(self) -> int:
        """Seconds of the grain of its time; 0 where moments are exact."""
        return {None: 0, "minute": 60, "hour": 3600}[self.contract.column(self.contract.time).grain]

    @property
    def metrics(self) -> tuple[str, ...]:
        """Return the dimensions that tell what a value measures, which have no common unit; none of events."""
        return tuple(name for name in self.dimensions if self.values and self.contract.column(name).values)

    @property
    def has_hours(self) -> bool:
        """Return whether its time has hours; else it is a day."""
        return self.contract.column(self.contract.time).type is Type.TIMESTAMP

    def events(self, table: ir.Table) -> ir.IntegerValue:
        """Return the number of events of a row."""
        weight: ir.IntegerValue = table[self.count] if self.count else table.day.notnull().ifelse(1, 0)
        return weight

    def is_failed(self, table: ir.Table) -> ir.BooleanValue:
        """Return whether the events of a row failed."""
        column, value = self.contract.column(self.failure), self.failed_value
        given = table[self.failure]
        failed = given >= value if column.type is Type.INTEGER else given == value
        result: ir.BooleanValue = failed.fill_null(False)
        return result

    @property
    def failed_value(self) -> str | int | bool:
        """Value of a failed event."""
        return failed_value(self.contract.column(self.failure))

    def is_failure(self, dimension: str, member: str) -> bool:
        """Return whether a member is the outcome of a failed event."""
        if dimension != self.failure:
            return False
        if self.contract.column(self.failure).type is Type.INTEGER:
            return int(member) >= int(self.failed_value)
        return member.lower() == str(self.failed_value).lower()

    def members(self, table: ir.Table, members: dict[str, str]) -> ir.BooleanValue:
        """Return whether a row has some members."""
        chosen: ir.BooleanValue = ibis.literal(True)
        for dimension, member in members.items():
            chosen &= (table[dimension].cast("string") == str(member)).fill_null(False)
        return chosen


@cache
def shape_of(name: str) -> DatasetShape:
    """Return the shape of a dataset of events or cases.

    Raises:
        UnknownName: there is no such dataset.
    """
    contract = dataset_named(name)
    elapsed = next((column for column in contract.columns if column.elapsed), None)
    values = tuple(column.name for column in contract.columns if _is_value(column))
    parts = breakdown(contract)
    count = "" if values else parts.weight
    return DatasetShape(
        contract=contract,
        # what tells an outcome is damaged as that, and a number is no name
        dimensions=tuple(
            column.name for column in parts.dimensions if column.type is Type.TEXT and not tells_outcome(column)
        ),
        count=count,
        sizes=tuple(column.name for column in contract.columns if count and column.unit == "B"),
        failure=next((column.name for column in contract.columns if tells_outcome(column)), ""),
        reasons=tuple(column.name for column in contract.columns if tells_reason(column)),
        elapsed=(elapsed.name, *(elapsed.elapsed or ())) if elapsed else (),
        duration=next((column.name for column in contract.columns if _is_duration(column)), ""),
        values=values,
    )


def damageable(names: list[str]) -> list[str]:
    """Return the datasets that can be damaged for a time, sorted: a state has no time of its own."""
    return sorted(name for name in names if DATASETS[name].kind is not Kind.STATE and shape_of(name).dimensions)


def _is_duration(column: Column) -> bool:
    is_number = column.type is Type.NUMBER and column.unit in _TIME_UNITS and not column.elapsed
    return is_number or column.name.endswith("_bucket")


def _is_value(column: Column) -> bool:
    return column.type is Type.NUMBER and not column.elapsed and column.unit not in (*_TIME_UNITS, "元")
