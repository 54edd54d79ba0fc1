"""Cases of the suite by name, in the order of the results."""

from __future__ import annotations

from benchmarks.cases import data, growth, month, renderings, runs
from benchmarks.suite import Case

CASES: dict[str, Case] = {**data.CASES, **month.CASES, **runs.CASES, **renderings.CASES, **growth.CASES}
