"""One round of one way in this process: python -m benchmarks.way CASE PLACE WHERE (started by the suite)."""

from __future__ import annotations

import json
import sys

from benchmarks.cases import CASES
from benchmarks.suite import run_once


def main() -> None:
    """Do the work and print its measurements as a line of JSON."""
    name, place, where = sys.argv[1:]
    case = CASES[name]
    print(json.dumps(run_once(case, case.ways[int(place)], where)), flush=True)  # noqa: T201 - its purpose


if __name__ == "__main__":
    main()
