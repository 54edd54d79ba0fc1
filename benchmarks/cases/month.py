"""Case of a month's figures from the lake: our metrics, SQL by hand and pandas, all from the same files."""

from __future__ import annotations

import time
from collections.abc import Callable

from benchmarks import questions
from benchmarks.estate import open_dense_city
from benchmarks.questions import FIRST, LAST, QUESTIONS, STATES, Question
from benchmarks.suite import Case, Outcome, Way, Work
from ntanalytics.workspace import Workspace, open_workspace


def _files(workspace: Workspace) -> dict[str, list[str]]:
    """Return the Parquet files of the month by dataset, as our reader reads them."""
    from ntanalytics.lake import DeltaLake

    lake, files = DeltaLake(workspace.settings.lake), {}
    for name in {name for question in QUESTIONS.values() for name in question.datasets}:
        version, is_state = workspace.version(name), name in STATES
        files[name] = [] if version is None else lake.files(name, version, LAST if is_state else FIRST, LAST)
    return files


def _answer_each(answer: Callable[[Question], object]) -> Outcome:
    """Answer each question, with its seconds as a figure."""
    seconds = {}
    for name, question in QUESTIONS.items():
        started = time.perf_counter()
        answer(question)
        seconds[name] = time.perf_counter() - started
    return Outcome(len(QUESTIONS), seconds)


def _ours(where: str) -> Work:
    workspace = open_workspace(f"{where}/ntanalytics.yml")

    def work() -> Outcome:
        tables = questions.tables(workspace)
        return _answer_each(lambda question: question.ours(tables).to_pyarrow())

    return work


def _sql(where: str) -> Work:
    import duckdb

    workspace = open_workspace(f"{where}/ntanalytics.yml")

    def work() -> Outcome:
        connection = duckdb.connect(config={"threads": "2"})
        connection.execute("SET TimeZone = 'UTC'")
        for name, files in _files(workspace).items():
            connection.execute(
                f"CREATE VIEW {name.replace('.', '_')} AS FROM read_parquet({files!r}, hive_partitioning = true)"
            )
        return _answer_each(lambda question: connection.execute(question.sql).to_arrow_table())

    return work


def _pandas(where: str) -> Work:
    import pandas as pd
    import pyarrow.dataset as ds

    workspace = open_workspace(f"{where}/ntanalytics.yml")

    def work() -> Outcome:
        frames: dict[str, pd.DataFrame] = {}
        for name, files in _files(workspace).items():
            rows = ds.dataset(files, partitioning="hive").to_table().to_pandas()
            frames[name] = rows.assign(day=pd.to_datetime(rows["day"]).dt.date)
        return _answer_each(lambda question: question.pandas(frames))

    return work


CASES: dict[str, Case] = {
    "month": Case(
        f"{len(QUESTIONS)} questions about a month in the lake",
        "question",
        (
            Way("our metrics", _ours, "ours"),
            Way("pandas, from the same Parquet files", _pandas),
            Way("DuckDB SQL written by hand, over the same files", _sql, "limit"),
        ),
        open_dense_city,
        note="The city has one real day, written again on each day of three months; the parts of pandas leave out the "
        "reading of its frames.",
    )
}
