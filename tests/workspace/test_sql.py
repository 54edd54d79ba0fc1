"""What an analyst types: SQL over the lake, and the names that the Tab key offers."""

import datetime as dt
import inspect
from pathlib import Path

import pandas as pd
import pytest

from ntanalytics.contract import DATASETS
from ntanalytics.errors import LakeError, UnknownName, UsageError
from ntanalytics.reports import label_column
from ntanalytics.reports.column_labels import column_labels
from ntanalytics.workspace import Workspace, open_workspace
from tests.extraction.small_site import SmallSite

MONDAY, SUNDAY = dt.date(2026, 11, 16), dt.date(2026, 11, 22)


def filled_site(folder: Path) -> SmallSite:
    site = SmallSite(folder)
    site.messages(
        "shop",
        (1, "2026-11-17 00:30:00", "mobile", 1, "delivered", "2026-11-17 00:30:04"),
        (2, "2026-11-18 09:00:00", "telecom", 3, None, None),
    )
    site.messages("twin", (1, "2026-11-17 09:00:00", "mobile", 2, None, None))
    site.extractor().extract(["sms.messages"], MONDAY, SUNDAY)
    return site


@pytest.fixture
def site(tmp_path: Path) -> SmallSite:
    return filled_site(tmp_path)


@pytest.fixture
def lake(site: SmallSite) -> Workspace:
    return open_workspace(site.config)


@pytest.fixture(scope="module")
def besieged(tmp_path_factory: pytest.TempPathFactory) -> SmallSite:
    """A site that is asked for everything it must not give, again and again."""
    site = filled_site(tmp_path_factory.mktemp("besieged"))
    pd.DataFrame({"secret": [1]}).to_parquet(site.folder / "other.parquet")
    return site


def test_a_query_counts_what_the_table_holds(lake: Workspace):
    got = lake.sql("SELECT day, sum(segments) AS n FROM sms_messages GROUP BY day ORDER BY day")
    assert [(row.day.date(), row.n) for row in got.itertuples()] == [
        (dt.date(2026, 11, 17), 3),
        (dt.date(2026, 11, 18), 3),
    ]
    moment = lake.sql("SELECT submitted_at FROM sms.messages WHERE source = 'shop' ORDER BY 1")["submitted_at"][0]
    assert moment == pd.Timestamp("2026-11-16 16:30", tz="UTC")  # half past midnight, local


def test_a_dataset_that_was_never_taken_is_an_empty_table_of_its_columns(lake: Workspace):
    got = lake.sql("FROM oa_members")
    assert (len(got), list(got.columns)) == (0, [*DATASETS["oa.members"].schema().names, "canonical_unit"])


def test_the_tables_and_their_columns_can_be_asked_for(lake: Workspace):
    assert set(lake.sql("SHOW TABLES")["name"]) == {name.replace(".", "_") for name in DATASETS}
    columns = lake.sql("DESCRIBE sms_messages")
    assert list(columns["column_name"]) == [*DATASETS["sms.messages"].schema().names, "canonical_unit"]
    assert len(lake.sql("SUMMARIZE sms_messages")) == len(columns)


def test_a_cell_reads_the_version_that_the_workspace_met_first(site: SmallSite, lake: Workspace):
    assert lake.sql("SELECT count(*) AS n FROM sms_messages")["n"][0] == 3
    site.messages("shop", (3, "2026-11-19 09:00:00", "mobile", 1, None, None))
    site.extractor().extract(["sms.messages"], MONDAY, SUNDAY)
    assert lake.sql("SELECT count(*) AS n FROM sms_messages")["n"][0] == 3
    assert open_workspace(site.config).sql("SELECT count(*) AS n FROM sms_messages")["n"][0] == 4


#: What reaches beyond the datasets, writes, or opens a door; ``{file}`` is a file of the lake, ``{out}`` a free path.
REFUSED = (
    "COPY sms_messages TO '{out}'",
    "COPY (SELECT 1 AS a) TO '{file}'",
    "COPY (SELECT 1 AS a) TO '{file}' (USE_TMP_FILE false)",
    "EXPORT DATABASE '{out}'",
    "ATTACH '{out}' AS mine",
    "ATTACH ':memory:' AS mine",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "RESET lock_configuration",
    "PRAGMA enable_profiling",
    "CALL enable_logging()",
    "CREATE TABLE mine AS FROM sms_messages",
    "CREATE OR REPLACE VIEW sms_messages AS SELECT 1",
    "DROP VIEW sms_messages",
    "INSERT INTO sms_messages SELECT * FROM sms_messages",
    "DELETE FROM sms_messages",
    "WITH gone AS (DELETE FROM sms.messages RETURNING *) SELECT * FROM gone",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '{out}'",
    "SELECT * FROM query('COPY (SELECT 1) TO ''{out}''')",
    "SELECT 1; COPY (SELECT 1) TO '{out}'",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM parquet_metadata('{other}')",
    "SELECT * FROM read_parquet('{other}')",
    "SELECT * FROM read_text('{config}')",
    "SELECT * FROM read_csv('https://example.com/a.csv')",
    "SELECT * FROM a_frame",
    "SELECT * FROM sms_messages JOIN nothing_of_that_name USING (day)",
    "",
    "not SQL at all",
)


@pytest.mark.parametrize("query", REFUSED)
def test_whatever_writes_or_reaches_beyond_the_datasets_is_refused(besieged: SmallSite, query: str):
    a_frame = pd.DataFrame({"secret": [1]})
    before = _files(besieged.folder)
    (file,) = (besieged.settings.lake / "sms.messages" / "day=2026-11-18").glob("*.parquet")
    places = {"out": besieged.folder / "out", "other": besieged.folder / "other.parquet", "config": besieged.config}
    with pytest.raises(UsageError) as refused:
        open_workspace(besieged.config).sql(f"{query.format(file=file, **places)} -- sms_messages")
    assert "root:" not in str(refused.value)
    assert _files(besieged.folder) == before
    assert len(a_frame) == 1


def test_an_unknown_column_is_answered_with_the_ten_nearest(lake: Workspace):
    with pytest.raises(UnknownName) as caught:
        lake.sql("SELECT segment FROM sms.messages")
    assert "did you mean 'segments'" in str(caught.value)
    with pytest.raises(UnknownName) as caught:
        column_labels("delivery_rat")
    assert "did you mean 'delivery_rate'" in caught.value.todo
    assert caught.value.todo.count(",") == 9


def test_a_column_of_ones_own_has_words_and_a_declared_one_keeps_its_own():
    label_column("slow_share", "慢件占比", format="rate:1")
    assert column_labels("slow_share").label == "慢件占比"
    with pytest.raises(UsageError, match="already"):
        label_column("delivery_rate", "别的")


def test_the_calendar_tells_working_days(lake: Workspace):
    query = "SELECT count(*) AS n FROM calendar WHERE is_working_day AND day BETWEEN '2026-09-14' AND '2026-09-20'"
    assert lake.sql(query)["n"][0] == 6  # 2026-09-20 is a Sunday that is worked
    joined = "SELECT count(*) AS n FROM sms.messages JOIN calendar USING (day)"
    assert lake.sql(joined)["n"][0] == lake.sql("SELECT count(*) AS n FROM sms.messages")["n"][0]


def test_tables_of_two_workspaces_are_joined(site: SmallSite, lake: Workspace):
    other = Workspace(site.settings)
    key = ["message_id", "source", "day"]
    carriers = other.table("sms.messages").select(*key, "carrier")
    joined = lake.table("sms.messages").select(*key, "segments").join(carriers, key)
    assert joined.count().to_pandas() == lake.table("sms.messages").count().to_pandas()


def test_a_lake_whose_files_are_gone_is_no_mistake_of_the_query(site: SmallSite, lake: Workspace):
    for file in site.settings.lake.rglob("*.parquet"):
        file.unlink()
    with pytest.raises(LakeError):
        lake.sql("SELECT count(*) FROM sms_messages")


def test_the_tab_key_offers_every_dataset_and_its_document(lake: Workspace):
    offered = {f"{subsystem}.{noun}" for subsystem in dir(lake.tables) for noun in dir(getattr(lake.tables, subsystem))}
    assert offered == set(DATASETS)
    messages = lake.tables.sms.messages
    assert "`receipt_latency_s`" in inspect.getdoc(messages)
    assert messages("2026-11-17", "2026-11-17").count().to_pyarrow().as_py() == 2
    assert messages().count().to_pyarrow().as_py() == 3
    assert "短信平台" in repr(lake.tables)


def test_the_tab_key_offers_every_metric_and_its_docstring(lake: Workspace):
    assert {"volume", "daily", "failure_codes"} <= set(dir(lake.metrics.sms.volume))
    assert "change" not in dir(lake.metrics)  # what metrics share is no metric
    assert "volume, outcome and latency" in repr(lake.metrics.sms.volume)
    assert "failure_codes" in inspect.getdoc(lake.metrics.sms.volume)  # what help() shows
    metric = lake.metrics.sms.volume.volume(
        lake.tables.sms.messages(), dt.datetime(2026, 11, 23, tzinfo=dt.UTC), ["carrier"]
    )
    frame = metric.filter(metric.carrier == "mobile").to_pandas()
    assert frame[["submitted", "segments"]].values.tolist() == [[2, 3]]


def _files(folder: Path) -> dict[Path, bytes]:
    """What is stored; the SQL and the lists of files that the workspace keeps for its own questions are not."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix not in {".lock", ".jsonl", ".arrow"}]
    return {path: path.read_bytes() for path in files}
