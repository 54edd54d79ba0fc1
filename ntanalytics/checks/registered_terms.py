"""Registered terms: the terms of what is new in a register, which surveillance tells as those of cases."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from ntanalytics.checks.context import CheckContext
from ntanalytics.contract import DATASETS, Column, Kind
from ntanalytics.contract.dimensions import lasting_kinds, planned_terms
from ntanalytics.detectors.surveillance.departure import Departure
from ntanalytics.detectors.surveillance.leaf_table import HOURS, Members
from ntanalytics.detectors.surveillance.new_terms import NewTerm, new_term
from ntanalytics.metrics.rows import rows
from ntanalytics.metrics.terms import terms_of_rows

#: Datasets of states whose rows have a term.
REGISTERS = tuple(name for name, own in DATASETS.items() if own.kind is Kind.STATE and planned_terms(own))

_DAY_S = 86_400


def registered_terms(context: CheckContext, name: str) -> list[Departure]:
    """Return the terms of what is new in a register that hardly any row before had; none without two snapshots."""
    view, dataset = context.dataset(name), DATASETS[name]
    if not view.sources or not view.is_complete or not view.was_complete:
        return []
    kinds = lasting_kinds(dataset)
    departing: list[Departure] = []
    for term in planned_terms(dataset):
        table = terms_of_rows(view.before, view.table, dataset.key, term, kinds, context.utc_offset_h)
        new: dict[Members, dict[float, int]] = defaultdict(dict)
        old: dict[Members, dict[date, dict[float, int]]] = defaultdict(lambda: defaultdict(dict))
        for row in rows(table):
            members, days = _members(row, kinds), float(row["term_d"])
            terms = new[members] if row["is_new"] else old[members][row["began_on"]]
            terms[days] = terms.get(days, 0) + row["rows"]
        terms_of_kinds = ((members, new_term(terms, old[members])) for members, terms in sorted(new.items()))
        departing += [_departure(term, members, item) for members, item in terms_of_kinds if item is not None]
    return departing


def _members(row: Mapping[str, Any], kinds: tuple[str, ...]) -> Members:
    return tuple((name, row[name]) for name in kinds if row[name] is not None)


def _departure(term: Column, members: Members, unusual: NewTerm) -> Departure:
    # as the mean of the logarithm of seconds, as any measured value is told
    seen, expected = (math.log1p(max(days, 0.0) * _DAY_S) for days in (unusual.days, unusual.usual))
    return Departure(
        members=members,
        value=term.name,
        direction=1 if seen > expected else -1,
        strength=unusual.improbable,
        improbable=unusual.improbable,
        hours=(0, HOURS),
        seen=seen,
        expected=expected,
        share=unusual.rows / unusual.of,
    )
