"""The questions of a month by both engines over the same lake: ``python -m benchmarks.spark [MASTER]``.

They are asked in turn, by DuckDB and by Spark on this machine, and the medians are printed: what a cluster must win
back before it pays. BENCH_SCALE says how large the city is (default 1: a real one's, whose writing takes minutes).
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


def asked(reader: Reader, workspace: Workspace) -> dict[str, float]:
    """Each question's seconds, the opening of the tables as ``tables``."""
    told, begun = {}, time.perf_counter()
    tables = questions.tables(workspace)
    told["tables"] = time.perf_counter() - begun
    for name, question in QUESTIONS.items():
        begun = time.perf_counter()
        reader.connection.to_pyarrow(question.ours(tables))
        told[name] = time.perf_counter() - begun
    return told


def main(master: str = "local[*]") -> None:
    """Ask, and print a line of JSON: seconds a question and in all, by DuckDB and by Spark; the medians."""
    settings = load(dense(max(SCALE, 1.0)) / "ntanalytics.yml")
    spark = Spark(master=master, config={"spark.driver.memory": "4g"})
    begun = time.perf_counter()
    by_spark = Workspace(settings.model_copy(update={"engine": "spark", "spark": spark}))
    started = time.perf_counter() - begun
    both = (Workspace(settings), by_spark)
    rounds = [[asked(workspace.reader, workspace) for workspace in both] for _ in range(ROUNDS)]
    told = {
        name: [round(median(each[engine][name] for each in rounds), 2) for engine in (0, 1)] for name in rounds[0][0]
    }
    whole = [[round(sum(told.values()), 2) for told in each] for each in rounds]
    told["all"] = [round(median(each[engine] for each in whole), 2) for engine in (0, 1)]
    json.dump({"master": master, "started": round(started, 1), "first": whole[0], **told}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
