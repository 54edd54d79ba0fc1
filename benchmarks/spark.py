"""The questions of a month by both engines over the same lake: ``python -m benchmarks.spark [MASTER]``.

DuckDB and Spark on this machine answer them in turn, and the medians are printed: the time that a cluster must save
before it pays. BENCH_SCALE is the size of the city (default 1: a real one, which takes minutes to write).
"""

from __future__ import annotations

import json
import sys
import time
from statistics import median

from benchmarks import questions
from benchmarks.estate import SCALE, dense
from benchmarks.questions import QUESTIONS
from ntanalytics.lake.backends.reader import Reader
from ntanalytics.settings import Spark, load
from ntanalytics.workspace import Workspace

ROUNDS = 5


def answer(reader: Reader, workspace: Workspace) -> dict[str, float]:
    """Return the seconds of each question, and of opening the tables as ``tables``."""
    seconds, started = {}, time.perf_counter()
    tables = questions.tables(workspace)
    seconds["tables"] = time.perf_counter() - started
    for name, question in QUESTIONS.items():
        started = time.perf_counter()
        reader.connection.to_pyarrow(question.ours(tables))
        seconds[name] = time.perf_counter() - started
    return seconds


def main(master: str = "local[*]") -> None:
    """Print a line of JSON: seconds per question and in all, by DuckDB and by Spark, as medians."""
    settings = load(dense(max(SCALE, 1.0)) / "ntanalytics.yml")
    spark = Spark(master=master, config={"spark.driver.memory": "4g"})
    begin = time.perf_counter()
    by_spark = Workspace(settings.model_copy(update={"engine": "spark", "spark": spark}))
    started = time.perf_counter() - begin
    engines = (Workspace(settings), by_spark)
    rounds = [[answer(workspace.reader, workspace) for workspace in engines] for _ in range(ROUNDS)]
    medians = {
        name: [round(median(seconds[engine][name] for seconds in rounds), 2) for engine in (0, 1)]
        for name in rounds[0][0]
    }
    totals = [[round(sum(seconds.values()), 2) for seconds in by_engine] for by_engine in rounds]
    medians["all"] = [round(median(total[engine] for total in totals), 2) for engine in (0, 1)]
    json.dump({"master": master, "started": round(started, 1), "first": totals[0], **medians}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
