"""Every DuckDB of the suite opens the files that it was given, and nothing else of the machine; nothing unlocks it."""

from __future__ import annotations

import ast
import datetime as dt
import subprocess
import sys
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from ntanalytics import duckdb_sandbox
from ntanalytics.catalog import Mapping, site_catalog
from ntanalytics.contract import DATASETS
from ntanalytics.errors import SourceError
from ntanalytics.extraction.spool import Spool
from ntanalytics.settings import load
from ntanalytics.sources import Source, open_sources
from ntanalytics.workspace import open_workspace
from tests.extraction.small_site import SmallSite

SINCE, UNTIL = dt.datetime(2026, 11, 1, tzinfo=dt.UTC), dt.datetime(2026, 12, 1, tzinfo=dt.UTC)

#: What leaves the room; ``{out}`` is a free path, ``{other}`` a Parquet file beside what may be read.
ATTACKS = (
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM read_parquet('{other}')",
    "SELECT * FROM read_parquet('{link}')",
    "SELECT * FROM read_csv('https://example.com/a.csv')",
    "COPY (SELECT 1) TO '{out}'",
    "EXPORT DATABASE '{out}'",
    "ATTACH '{out}' AS mine",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "SET allowed_directories = ['/']",
    "RESET lock_configuration",
    "SET lock_configuration = false",
    "SELECT * FROM a_frame",
)


#: The calls that open one.
OPENINGS = ("duckdb.connect", "duckdb.sql", "CompilingBackend", "self.do_connect")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> SmallSite:
    site = SmallSite(tmp_path_factory.mktemp("locked"))
    site.messages("shop", (1, "2026-11-17 00:30:00", "mobile", 1, "delivered", "2026-11-17 00:30:04"))
    site.extractor().extract(["sms.messages"], dt.date(2026, 11, 16), dt.date(2026, 11, 22))
    pd.DataFrame({"secret": [1]}).to_parquet(site.folder / "other.parquet")
    (site.settings.lake / "link.parquet").symlink_to(site.folder / "other.parquet")
    return site


def attacked(site: SmallSite, attack: str) -> str:
    places = {"out": "out", "other": "other.parquet", "link": "lake/link.parquet"}
    return attack.format(**{name: site.folder / place for name, place in places.items()})


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_lakes_connection_opens_the_lake_alone(site: SmallSite, attack: str):
    lake = open_workspace(site.config)
    a_frame = pd.DataFrame({"secret": [1]})
    assert lake.table("sms.messages").count().to_pyarrow().as_py() == 1
    with pytest.raises(duckdb.Error) as refused:
        lake.reader.connection.raw_sql(attacked(site, attack))
    assert "root:" not in str(refused.value)
    assert not (site.folder / "out").exists()
    assert len(a_frame) == 1


@pytest.fixture(scope="module", params=["logs", "listing", "workbook"])
def source(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Source:
    """A source of each kind that is read by DuckDB (Prometheus and probes go the same two ways)."""
    folder = tmp_path_factory.mktemp("source")
    (folder / "a.log").write_text("a line\n", encoding="utf-8")
    pd.DataFrame({"a": [1]}).to_excel(folder / "book.xlsx", sheet_name="sheet", index=False)
    entry = {
        "logs": "{product: nginx, paths: [a.log]}",
        "listing": "{product: restic, paths: [a.log]}",
        "workbook": "{product: desk_workbook, path: book.xlsx}",
    }[request.param]
    (folder / "ntanalytics.yml").write_text(f"sources: {{it: {entry}}}\n", encoding="utf-8")
    return open_sources(load(folder / "ntanalytics.yml"), site_catalog(None))["it"]


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_mapping_that_slipped_through_the_catalog_still_reaches_nothing(source: Source, site: SmallSite, attack: str):
    # made by hand, as no catalog would give it out
    sql = attacked(site, attack)
    mapping = Mapping(
        dataset=DATASETS["infra.hosts"], path=Path("made-by-hand.sql"), sql=sql, times={}, dialects=("duckdb",)
    )
    with pytest.raises(SourceError) as refused, source.read(mapping, SINCE, UNTIL) as batches:
        list(batches)
    assert "root:" not in str(refused.value)
    assert not (site.folder / "out").exists()


def test_the_search_for_repeated_keys_opens_its_spool_alone(site: SmallSite):
    with Spool(site.folder / "spool", DATASETS["sms.messages"]) as spool, spool._engine() as connection:
        for attack in ATTACKS:
            with pytest.raises(duckdb.Error):
                connection.execute(attacked(site, attack))
        own = next(iter((site.folder / "spool").glob("sms.messages.*/")))
        connection.execute(f"COPY (SELECT 1) TO '{own}/x.parquet'")


def test_no_module_opens_a_duckdb_by_itself():
    package = Path(duckdb_sandbox.__file__).parent
    openers = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith(OPENINGS)
    }
    # the reader of the lake locks its own once its settings are made (tested above)
    assert openers == {"duckdb_sandbox.py", "lake/backends/duckdb.py", "lake/backends/duckdb_ibis.py"}


def test_a_process_without_a_script_draws_no_progress_bar_into_its_output():
    code = (
        "from ntanalytics.duckdb_sandbox import open_connection\n"
        "print(open_connection().execute(\"SELECT current_setting('enable_progress_bar')\").fetchone())"
    )
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert run.stdout.strip() == "(False,)"
