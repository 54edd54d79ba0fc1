"""Compositions: how the events of a day are shared among the members of a dimension.

The calendar moves all members alike, and what comes in bundles moves each of them: verifications follow from documents,
so that half as many may be chance. Of a share the day itself is the measure. Each day is held against the shares of the
other days by the likelihood ratio of its composition (the G statistic), and its ratio against theirs, which the same
bundles have moved.

Of few events a day tells nothing: there the last days together are held against those before. So few spans of days tell
no tail, and few events come in no bundles: their ratio follows Fisher's distribution.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from ntanalytics.detectors.detection import Floats
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.improbability import improbability
from ntanalytics.detectors.surveillance.leaf_table import HOURS, LeafTable, Members
from ntanalytics.detectors.surveillance.scan import times_log

#: Least improbability of a day, and of days together: of some sixty compositions of a day one departs by chance in
#: seven years of days; those of few events are fewer.
_LEAST, _LEAST_TOGETHER = 12.0, 10.0

#: Events of a day from which one day is judged by itself; days that are judged together of fewer, and least events of
#: them, of a member that has a share of its own.
_MANY, _TOGETHER, _LEAST_EVENTS, _OF_MEMBER = 60.0, 5, 15.0, 5.0

#: Members up to which each has a share of its own: chosen by the judged day, those of many would depart on it alone.
_FEW_MEMBERS = 20

#: Least probability of which the logarithm is taken.
_RAREST = 1e-300

#: Share of the usual number up to which a member fell, and times as many from which it rose.
_FALLEN, _RISEN = 0.7, 1.5

#: Share of all events by which a member must have moved: a few failures are told as such.
_LEAST_SHARE = 0.1


@dataclass(frozen=True)
class _Composition:
    """Counts of the members of a dimension by time, those of few events together last."""

    members: list[Members]
    counts: Floats


def compositions(leaves: LeafTable, dimensions: Sequence[str]) -> list[Departure]:
    """Return the member whose share of the events moved most, of the dimension whose composition departs most.

    Args:
        leaves: the counts of a dataset.
        dimensions: names of the dimensions.
    """
    daily = leaves.sum("events").sum(axis=1)
    days = 1 if float(np.median(daily[:-1])) >= _MANY else _TOGETHER
    if float(daily[-days:].sum()) < _LEAST_EVENTS:
        return []
    among = [departure for name in dimensions for departure in _departing(leaves, name, days)]
    return [max(among, key=lambda departure: departure.improbable)] if among else []


def _departing(leaves: LeafTable, name: str, days: int) -> Iterator[Departure]:
    """Yield the member that moved most of a dimension whose composition departs."""
    composition = _composition(leaves, name, days)
    if composition is None:
        return
    counts = composition.counts
    ratios = _ratios(counts)
    rare = _improbable(ratios, counts) if days == 1 else _improbable_span(ratios, counts)
    if rare < (_LEAST if days == 1 else _LEAST_TOGETHER):
        return
    usual = np.median(counts[:, :-1], axis=1)
    seen = counts[:, -1]
    moved = (times_log(seen, np.maximum(usual, 1.0)) - (seen - usual))[: len(composition.members)]
    most = int(moved.argmax())
    share = float(abs(seen[most] - usual[most])) / max(float(seen.sum()), float(usual.sum()), 1.0)
    if share < _LEAST_SHARE or _FALLEN * usual[most] < seen[most] < _RISEN * usual[most]:
        return
    yield Departure(
        members=composition.members[most],
        value="",
        direction=1 if seen[most] > usual[most] else -1,
        strength=float(ratios[-1]),
        improbable=rare,
        hours=(0, HOURS),
        seen=float(seen[most]) / days,
        expected=float(usual[most]) / days,
        share=share,
        days=days if days > 1 else 0,
        is_of_mix=True,
    )


def _composition(leaves: LeafTable, name: str, days: int) -> _Composition | None:
    """Return the counts of the members of a dimension by day, or by spans of days; None where one has all events."""
    names, sums = leaves.parts(["events"], np.ones(len(leaves.slots), dtype=bool), name)
    if not names:
        return None
    counts = sums["events"].sum(axis=2)
    counts = counts[:, counts.shape[1] % days :].reshape(len(names), -1, days).sum(axis=2)
    is_own = (counts[:, :-1].mean(axis=1) >= _OF_MEMBER) | (len(names) <= _FEW_MEMBERS)
    if not is_own.any() or len(counts) < 2:
        return None
    members: list[Members] = [((name, names[index]),) for index in map(int, np.flatnonzero(is_own))]
    return _Composition(members, np.concatenate([counts[is_own], counts[~is_own].sum(axis=0, keepdims=True)]))


def _improbable(ratios: Floats, counts: Floats) -> float:
    return float(improbability(ratios[None], counts[:, -1].sum(keepdims=True))[0])


def _improbable_span(ratios: Floats, counts: Floats) -> float:
    """Return the improbability of the last of few spans, which count with one of mere chance."""
    freedom = max(int((counts.sum(axis=1) > 0).sum()) - 1, 1)
    past = 2 * np.append(ratios[:-1], freedom / 2)
    ratio = 2 * ratios[-1] / max(past.mean(), float(freedom))
    return -math.log(max(float(special.fdtrc(freedom, freedom * len(past), ratio)), _RAREST))


def _ratios(counts: Floats) -> Floats:
    """Return the logarithm of the likelihood ratio of each composition against that of all others but the last."""
    totals = counts.sum(axis=0)
    past = counts[:, :-1]
    others = past.sum(axis=1, keepdims=True) - np.concatenate([past, np.zeros((len(counts), 1))], axis=1)
    shares = (others + 0.5) / (others + 0.5).sum(axis=0)
    return np.asarray(times_log(counts, np.maximum(shares * totals, 1e-9)).sum(axis=0), dtype=np.float64)
