"""The benchmark suite: python -m benchmarks [CASE ...] [--rounds N]; make bench runs it.

CASE may be the beginning of a name: ``extract`` means every case with this beginning. BENCH_SCALE is the size of the
demo city, 1 for a real one; its lake is made once and kept in benchmarks/.data/. The cases of logs ask GoAccess, too
(``apt install goaccess``). These are no tests: a slow result is no failure.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time

from benchmarks import results
from benchmarks.cases import CASES
from benchmarks.estate import SCALE
from benchmarks.suite import measure


def main() -> None:
    """Measure the named cases, or all, and write benchmarks/results.md after each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", metavar="CASE")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--list", action="store_true", help="the cases, and nothing else")
    options = parser.parse_args()
    chosen = [name for name in CASES if not options.cases or any(map(name.startswith, options.cases))]
    if not chosen:
        raise SystemExit(f"no such case; there are {', '.join(CASES)}")
    if options.list:
        for name in chosen:
            _say(f"{name:24} {CASES[name].title}")
        return
    programs = {way.program for name in chosen for way in CASES[name].ways if way.program}
    if missing := [program for program in sorted(programs) if shutil.which(program) is None]:
        raise SystemExit(f"nothing was measured: {', '.join(missing)} is not there; install it, or name other cases")
    for name in chosen:
        started = time.perf_counter()
        measured = measure(name, CASES[name], options.rounds, _say)
        results.write({name: results.part(name, CASES[name], measured, SCALE)}, CASES)
        _say(f"{name}: {time.perf_counter() - started:.0f} s in all")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
