"""Damages: the rows of a dataset after a mutation, as an Ibis table; pure functions of the rows before.

What is random is drawn by a hash of the row's key and the mutation's seed, so that the same rows are hit each time.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

import ibis
import ibis.expr.types as ir

from ntanalytics.contract import Privacy, Type
from ntanalytics.contract.infra import DURATION_GROWTH
from ntanalytics.evaluation.mutations.mutation import Mutation
from ntanalytics.evaluation.mutations.shape import DatasetShape, shape_of

#: Number of different random numbers.
_STEPS = 1_000_003


def damage(table: ir.Table, mutation: Mutation, utc_offset_h: int) -> ir.Table:
    """Return all rows of a dataset after a mutation, with the same columns.

    Args:
        table: rows as they are in the lake.
        mutation: the damage.
        utc_offset_h: hours by which local time is ahead of UTC.
    """
    shape = shape_of(mutation.dataset)
    is_hit = selected(table, mutation).fill_null(False)
    hit = table.filter(is_hit).mutate(_draw=_draw(table, shape, mutation.seed), _strength=_strength(table, mutation))
    if mutation.kind == "failure":
        hit = hit.mutate(**_usual_reasons(table, shape))
    changed = _DAMAGES[mutation.kind](hit, shape, mutation)
    changed = _with_day(changed, shape, utc_offset_h).select(table.columns).cast(dict(table.schema().items()))
    return table.filter(~is_hit).union(changed)


def selected(table: ir.Table, mutation: Mutation) -> ir.BooleanValue:
    """Return whether a row is one of the members within the time; a stuck process is chosen by the time of its end."""
    shape = shape_of(mutation.dataset)
    by_end = mutation.quantity == "ends"
    time = table[shape.elapsed[2] if by_end else shape.contract.time]
    if shape.has_hours or by_end:
        is_within = (time >= _moment(mutation.begins_at)) & (time < _moment(mutation.ends_at))
    else:
        is_within = time.between(ibis.literal(mutation.days[0]), ibis.literal(mutation.days[-1]))
    within: ir.BooleanValue = shape.members(table, dict(mutation.members)) & is_within
    return within


def _moment(moment: dt.datetime) -> ir.TimestampScalar:
    scalar: ir.TimestampScalar = ibis.literal(moment.astimezone(dt.UTC), type="timestamp('UTC', 6)")
    return scalar


def _draw(table: ir.Table, shape: DatasetShape, seed: int) -> ir.FloatingValue:
    """Return a number from 0 to 1 for each row."""
    key: ir.StringValue = ibis.literal(str(seed))
    for name in (*shape.contract.key, "source"):
        key = key + "|" + table[name].cast("string").fill_null("")
    draw: ir.FloatingValue = (key.hash() % _STEPS).abs() / float(_STEPS)
    return draw


def _strength(table: ir.Table, mutation: Mutation) -> ir.FloatingValue:
    """Return the strength of a trend at each row's day: 1 on the last day; 1 always for any other kind."""
    if mutation.kind != "trend":
        return ibis.literal(1.0)
    past = table.day.delta(ibis.literal(mutation.days[0]), unit="day") + 1
    strength: ir.FloatingValue = past / float(len(mutation.days))
    return strength


def _with_day(rows: ir.Table, shape: DatasetShape, utc_offset_h: int) -> ir.Table:
    """Return rows with the local day of their time, which a damage may have moved."""
    if not shape.has_hours:
        return rows
    local = rows[shape.contract.time].cast("timestamp") + ibis.interval(hours=utc_offset_h)
    return rows.mutate(day=local.date())


def _fewer_or_more(rows: ir.Table, shape: DatasetShape, change: ir.FloatingValue) -> ir.Table:
    """Return rows with a change of their number of events: -0.3 for three tenths fewer."""
    wanted = ((change + 1) * shape.events(rows) + rows["_draw"]).floor().cast("int64")
    if shape.count:
        factor = wanted / rows[shape.count]
        sizes = {name: (rows[name] * factor).round().cast("int64") for name in shape.sizes}
        return rows.mutate(**{shape.count: wanted}, **sizes).filter(wanted > 0)
    copies = rows.mutate(_copy=ibis.range(0, wanted).unnest())
    again = copies["_copy"] > 0
    return copies.mutate(
        **{
            name: again.ifelse(copies[name] + "~" + copies["_copy"].cast("string"), copies[name])
            for name in shape.contract.key
            if _is_identity(shape, name)
        }
    )


def _is_identity(shape: DatasetShape, name: str) -> bool:
    """Return whether a column of the key is an identity, which a further row must not repeat."""
    column = shape.contract.column(name)
    is_alone = shape.contract.key == (name,) or column.privacy is Privacy.PSEUDONYM
    return column.type is Type.TEXT and is_alone


def _scaled(rows: ir.Table, shape: DatasetShape, mutation: Mutation, change: ir.FloatingValue) -> ir.Table:
    """Return rows with a change of their measured values; a rate stays a fraction."""
    is_rate = any(member.endswith("_rate") for member in mutation.members.values())
    scaled = {name: rows[name] * (change + 1) for name in shape.values}
    if is_rate:
        scaled = {name: ibis.least(value, ibis.greatest(rows[name], 1.0)) for name, value in scaled.items()}
    return rows.mutate(**scaled)


def _slowed(rows: ir.Table, shape: DatasetShape, factor: ir.FloatingValue) -> ir.Table:
    """Return rows with their durations times a factor; what ends later is also changed later."""
    if shape.elapsed:
        name, start, end = shape.elapsed
        longer = (rows[name] * factor * 1_000_000).round().cast("int64")
        ended = rows[start] + longer.as_interval("us")
        slowed = rows.mutate(**{end: ended, name: rows[name] * factor})
        return _changed_later(slowed, shape, end)
    if shape.contract.column(shape.duration).type is Type.NUMBER:
        return rows.mutate(**{shape.duration: rows[shape.duration] * factor})
    steps = (factor.ln() / math.log(DURATION_GROWTH)).round().cast("int64")
    return rows.mutate(**{shape.duration: ibis.least(rows[shape.duration] + steps, 200)})


def _changed_later(rows: ir.Table, shape: DatasetShape, end: str) -> ir.Table:
    changed = shape.contract.changed
    if not changed:
        return rows
    return rows.mutate(**{changed: ibis.greatest(rows[changed], rows[end].fill_null(rows[changed]))})


def _changed(rows: ir.Table, shape: DatasetShape, mutation: Mutation) -> ir.Table:
    """Return the rows of a fall, a rise or a trend."""
    sign = -1.0 if mutation.kind == "fall" else 1.0
    change = rows["_strength"] * (sign * mutation.size)
    match mutation.quantity:
        case "value":
            return _scaled(rows, shape, mutation, change)
        case "duration":
            return _slowed(rows, shape, change + 1)
        case _:
            return _fewer_or_more(rows, shape, change)


def _cut(rows: ir.Table, shape: DatasetShape, mutation: Mutation) -> ir.Table:  # noqa: ARG001 — all damages take the same
    return rows.filter(ibis.literal(False))


def _failed(rows: ir.Table, shape: DatasetShape, mutation: Mutation) -> ir.Table:
    """Return the rows with a share of the successes failed, for the most usual reason."""
    rows = rows.mutate(_was=shape.is_failed(rows))
    wanted = (shape.events(rows) * mutation.size + rows["_draw"]).floor().cast("int64")
    failing = rows.filter(~rows["_was"]).mutate(_failing=wanted).filter(lambda table: table["_failing"] > 0)
    reasons = {name: failing[f"_{name}"] for name in shape.reasons}
    failing = failing.mutate(**{shape.failure: ibis.literal(shape.failed_value)}, **reasons)
    failing = failing.cast({name: rows[name].type() for name in (shape.failure, *shape.reasons)})
    kept = rows.mutate(_failing=wanted)
    if not shape.count:
        kept = kept.filter(kept["_was"] | (kept["_failing"] == 0))
        return kept.union(failing.select(kept.columns))
    failing = failing.mutate(**{shape.count: failing["_failing"]})
    rest = kept["_was"].ifelse(kept[shape.count], kept[shape.count] - kept["_failing"])
    kept = kept.mutate(**{shape.count: rest}).filter(rest > 0)
    return kept.union(failing.select(kept.columns))


def _usual_reasons(table: ir.Table, shape: DatasetShape) -> dict[str, ir.Value]:
    """Return the most usual reason of the failures of a dataset, for each column of one, under a name of its own."""
    failures = table.filter(shape.is_failed(table))
    return {f"_{name}": failures[name].mode().as_scalar() for name in shape.reasons}


def _delayed(rows: ir.Table, shape: DatasetShape, mutation: Mutation) -> ir.Table:
    return _slowed(rows, shape, ibis.literal(mutation.size))


def _stuck(rows: ir.Table, shape: DatasetShape, mutation: Mutation) -> ir.Table:
    """Return values that stay those of the first moment, or ends that all come at the end of the time."""
    if shape.values:
        series = [name for name in (*shape.contract.key, "source") if name != shape.contract.time]
        window = ibis.window(group_by=series, order_by=shape.contract.time)
        return rows.mutate(**{name: rows[name].first().over(window) for name in shape.values})
    name, start, end = shape.elapsed
    until = _moment(mutation.ends_at)
    seconds = (until.cast("timestamp").epoch_seconds() - rows[start].epoch_seconds()).cast("float64")
    return _changed_later(rows.mutate(**{end: until, name: seconds}), shape, end)


def _shifted(rows: ir.Table, shape: DatasetShape, mutation: Mutation) -> ir.Table:
    """Return rows whose time is off; a duration that becomes impossible is lost, and the row is not."""
    time = shape.contract.time
    moved = rows.mutate(**{time: rows[time] + ibis.interval(seconds=round(mutation.size))})
    if not shape.elapsed or shape.elapsed[1] != time:
        return moved
    name = shape.elapsed[0]
    elapsed = moved[name] - float(round(mutation.size))
    column = shape.contract.column(name)
    low, high = column.minimum if column.minimum is not None else 0.0, column.maximum or math.inf
    return moved.mutate(**{name: elapsed.between(low, high).ifelse(elapsed, ibis.null("float64"))})


_DAMAGES: Mapping[str, Callable[[ir.Table, DatasetShape, Mutation], ir.Table]] = MappingProxyType(
    {
        "fall": _changed,
        "cut": _cut,
        "rise": _changed,
        "doubling": _changed,
        "failure": _failed,
        "delay": _delayed,
        "stuck": _stuck,
        "clock": _shifted,
        "trend": _changed,
    }
)
