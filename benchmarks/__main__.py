"""The benchmark suite: python -m benchmarks [CASE ...] [--rounds N]; make bench runs it.

A case may be named by its beginning: ``extract`` means every case whose name begins so. BENCH_SCALE says how large the
demo city is, 1 being a real one; its lake is made once and kept in benchmarks/.data/. Nothing here is a test: nothing
fails because it is slow.
"""

from __future__ import annotations

import argparse
import sys
import time

from benchmarks import results
from benchmarks.cases import CASES
from benchmarks.estate import SCALE
from benchmarks.suite import measure


def main() -> None:
    """Measure the cases that are named, or all, and write benchmarks/results.md after each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", metavar="CASE")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--list", action="store_true", help="the cases, and nothing else")
    options = parser.parse_args()
    chosen = [name for name in CASES if not options.cases or any(name.startswith(each) for each in options.cases)]
    if not chosen:
        raise SystemExit(f"no such case; there are {', '.join(CASES)}")
    for name in chosen:
        if options.list:
            _say(f"{name:24} {CASES[name].title}")
            continue
        begun = time.perf_counter()
        found = measure(name, CASES[name], options.rounds, _say)
        results.write({name: results.part(name, CASES[name], found, SCALE)}, CASES)
        _say(f"{name}: {time.perf_counter() - begun:.0f} s in all")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
