"""A month's figures from a lake in an object store, beside the same lake in a folder: ``python -m benchmarks.store``.

The store is nanio on this machine, whose buckets are folders; the lake is copied into one, and each table gets a
checkpoint as it would have there. Each round runs the questions of benchmarks/questions.py on the folder, on the store
from a host with an empty cache, and from the same host again, each in a process of its own. It also replaces one day
of a source, in the folder and in the store. It prints a line of JSON with the medians; ``--scale`` is the scale of the
city in benchmarks/estate.py.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml
from deltalake import DeltaTable

from benchmarks import questions
from benchmarks.estate import dense
from tests.servers.store import nanio

DATASET, SOURCE = "infra.requests", "web"
_MEASUREMENTS = (
    ("month_folder_s", "answer", "folder.yml"),
    ("month_store_first_s", "answer", "store.yml"),
    ("month_store_again_s", "answer", "store.yml"),
    ("day_into_folder_s", "replace", "folder.yml"),
    ("day_into_store_s", "replace", "store.yml"),
)


def answer(config: str) -> float:
    """Return the seconds of a month's questions, from opening the workspace on."""
    from ntanalytics.workspace import open_workspace

    started = time.perf_counter()
    tables = questions.tables(open_workspace(config))
    for question in questions.QUESTIONS.values():
        question.ours(tables).to_pyarrow()
    return time.perf_counter() - started


def replace(config: str) -> float:
    """Return the seconds of replacing the rows of one day of a source."""
    from ntanalytics.contract import DATASETS
    from ntanalytics.lake import DeltaLake
    from ntanalytics.lake.parts import part_path
    from ntanalytics.ledger import Ledger
    from ntanalytics.settings import load

    settings = load(Path(config))
    lake, day = DeltaLake.of(settings, Ledger(settings.ledger).lease), questions.LAST
    [file] = lake.files(DATASET, lake.version(DATASET) or 0, day, day)
    new_file = part_path(settings.lake / ".spool" / "bench", day)
    new_file.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, new_file)
    started = time.perf_counter()
    lake.replace(DATASETS[DATASET], [new_file], SOURCE, day, day)
    return time.perf_counter() - started


def _run(work: str, config: Path) -> float:
    command = [sys.executable, "-m", "benchmarks.store", "--only", work, "--config", str(config)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)  # noqa: S603 - ourselves


def main() -> None:
    """Measure, and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=["answer", "replace"], help=argparse.SUPPRESS)
    parser.add_argument("--config", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        sys.stdout.write(str({"answer": answer, "replace": replace}[options.only](options.config)))
        return
    city = dense(options.scale)
    seconds: dict[str, list[float]] = {}
    with nanio() as store, tempfile.TemporaryDirectory() as folder:
        os.environ |= {"LAKE_KEY": store.key, "LAKE_SECRET": store.secret}
        host = Path(folder)
        shutil.copytree(city / "lake", host / "lake")
        shutil.copytree(city / "lake", store.folder / "bench" / "city")
        for table in (store.folder / "bench" / "city").glob("*.*/_delta_log"):
            DeltaTable(str(table.parent)).create_checkpoint()
        shutil.copyfile(city / "ledger.sqlite", host / "ledger.sqlite")
        settings = {"ledger": f"sqlite:///{host}/ledger.sqlite"}
        (host / "folder.yml").write_text(yaml.safe_dump({**settings, "lake": str(host / "lake")}), encoding="utf-8")
        settings |= {"lake": str(host / "kept")} | yaml.safe_load(store.settings("bench"))
        (host / "store.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
        for _ in range(options.rounds):
            shutil.rmtree(host / "kept", ignore_errors=True)
            for name, work, config in _MEASUREMENTS:
                seconds.setdefault(name, []).append(_run(work, host / config))
        kept = sum(path.stat().st_size for path in (host / "kept").rglob("*.parquet"))
    medians = {name: round(statistics.median(values), 3) for name, values in seconds.items()}
    about = {"scale": options.scale, "rounds": options.rounds, "fetched_mb": round(kept / 2**20, 1)}
    sys.stdout.write(json.dumps({"measured_on": dt.datetime.now(dt.UTC).date().isoformat(), **about, **medians}) + "\n")


if __name__ == "__main__":
    main()
