"""SQL that is kept: equal to a fresh compilation for other dates and tables, and never that of another expression."""

import datetime as dt
from pathlib import Path

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ntanalytics.lake.backends import compiled_sql
from ntanalytics.lake.backends.compiled_sql import FILE
from ntanalytics.lake.backends.duckdb_ibis import CompilingBackend
from ntanalytics.lake.backends.expression_key import expression_key

ROWS = pa.table(
    {
        "day": [dt.date(2026, 11, 20), dt.date(2026, 11, 21)],
        "at": pa.array([dt.datetime(2026, 11, 20, 8), dt.datetime(2026, 11, 21, 8)], pa.timestamp("us", "UTC")),
        "carrier": ["移动", "联通"],
        "rows": [3, 4],
    }
)
NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
DAYS = [dt.date(2026, 11, 20), dt.date(2026, 11, 21)]


@pytest.fixture(autouse=True)
def another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What other tests have compiled is not known."""
    monkeypatch.setattr(compiled_sql, "_kept", {})


@pytest.fixture
def backend(tmp_path: Path) -> CompilingBackend:
    return CompilingBackend(tmp_path)


def sent(days: list[dt.date], since: dt.datetime = NOON, *, least: int = 1, carrier: str = "移动") -> ir.Table:
    rows = ibis.memtable(ROWS)
    others = ibis.memtable(ROWS)
    kept = rows.filter(rows.day.isin(days), rows["at"] >= since, rows.rows >= least, rows.carrier != carrier)
    return kept.join(others, "carrier").group_by(kept.day).aggregate(n=kept.rows.sum(), first=ibis.literal(days[0]))


def fresh(backend: CompilingBackend, table: ir.Table) -> str:
    return super(CompilingBackend, backend).compile(table)


@settings(max_examples=15, deadline=None)
@given(
    first=st.lists(st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1)), min_size=2, max_size=2),
    second=st.lists(st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1)), min_size=2, max_size=2),
    since=st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2100, 1, 1), timezones=st.just(dt.UTC)),
)
def test_the_text_kept_for_some_dates_is_that_of_a_fresh_compilation_for_others(first, second, since):
    backend = CompilingBackend(None)
    for table in (sent(first), sent(second, since), sent(first, since)):
        assert backend.compile(table) == fresh(backend, table)
        assert backend.compile(table, limit=5) == super(CompilingBackend, backend).compile(table, limit=5)


def test_another_process_finds_the_text_and_has_the_rows_of_its_own_tables(backend, tmp_path, monkeypatch):
    backend.to_pyarrow(sent(DAYS))
    compiled_sql._kept.clear()
    other = CompilingBackend(tmp_path)
    monkeypatch.setattr(other, "_fresh", None)  # it could not compile anything itself
    table = sent([DAYS[1], DAYS[0]], NOON + dt.timedelta(hours=1))
    assert other.to_pyarrow(table).to_pylist() == [{"day": DAYS[1], "n": 4, "first": DAYS[1]}]


@pytest.mark.parametrize(
    "other",
    [
        sent(DAYS, least=2),
        sent(DAYS, carrier="联通"),
        sent([DAYS[0], DAYS[0]]),
        sent([*DAYS, dt.date(2026, 11, 22)]),
        sent(DAYS).mutate(more=1),
        sent(DAYS).mutate(more=1.0),
        sent(DAYS).mutate(more=True),
        sent(DAYS).drop("n"),
        sent(DAYS).drop("first"),
        ibis.memtable(ROWS.drop(["rows"])),
        ibis.memtable(ROWS),
    ],
)
def test_expressions_of_another_structure_have_another_key(other: ir.Table):
    assert expression_key(other.op()).digest != expression_key(sent(DAYS).op()).digest


def test_a_made_up_name_is_no_part_of_the_key_and_a_given_name_is():
    columns = ibis.schema({"rows": "int64"})

    def keys(*names: str) -> set[str]:
        return {expression_key(ops.DatabaseTable(name, schema=columns, source=None)).digest for name in names}

    assert len(keys(ibis.util.gen_name("lake"), ibis.util.gen_name("lake"))) == 1
    assert len(keys("now", "before")) == 2


@ibis.udf.scalar.builtin(name="abs")
def _doubled(value: int) -> int: ...


def test_a_word_that_looks_like_a_mark_stays_as_it_is(backend):
    table = sent(DAYS, carrier="\x1fd0\x1f")
    assert backend.compile(table) == backend.compile(table) == fresh(backend, table)


def test_a_function_of_a_user_is_compiled_freshly(backend):
    table = ibis.memtable(ROWS).mutate(doubled=_doubled(ibis._.rows))
    with pytest.raises(NotImplementedError):
        expression_key(table.op())
    assert backend.compile(table) == fresh(backend, table)


@pytest.mark.parametrize(
    "damage", [b'["half a li', b'["entry", "digest of another text", "SELECT 1"]\n', b"\xff\xfe\n", b"7\n"]
)
def test_a_damaged_line_is_left_out(backend, tmp_path, damage):
    table = sent(DAYS)
    backend.compile(table)
    whole = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(damage if damage.endswith(b"\n") else whole[: len(whole) // 2])
    other = CompilingBackend(tmp_path)
    assert other.compile(table) == fresh(other, table)


def test_a_text_that_was_changed_in_the_file_is_not_used(backend, tmp_path):
    table = sent(DAYS)
    backend.compile(table)
    kept = (tmp_path / FILE).read_text(encoding="utf-8")
    (tmp_path / FILE).write_text(kept.replace("SUM", "MAX"), encoding="utf-8")
    assert CompilingBackend(tmp_path).compile(table) == fresh(backend, table)


def test_another_lake_of_the_process_has_what_was_compiled_for_the_first_and_never_what_was_read(backend, tmp_path):
    table = sent(DAYS)
    backend.compile(table)
    other = CompilingBackend(tmp_path / "other")
    (tmp_path / "other").mkdir()
    other._fresh = None  # it could not compile anything itself
    assert other.compile(table) == fresh(backend, table)
    assert (tmp_path / "other" / FILE).read_bytes() == (tmp_path / FILE).read_bytes()
    compiled_sql._kept.clear()
    assert CompilingBackend(tmp_path).compile(table)
    assert compiled_sql._kept == {}


def test_the_process_forgets_when_it_has_many(backend, monkeypatch):
    monkeypatch.setattr(compiled_sql, "_MOST_KEPT", 1)
    for table in (sent(DAYS), ibis.memtable(ROWS)):
        backend.compile(table)
    assert len(compiled_sql._kept) == 1


def test_the_text_of_another_version_is_not_used(backend, tmp_path, monkeypatch):
    backend.compile(sent(DAYS))
    monkeypatch.setattr(compiled_sql, "versions", lambda: "another")
    other = CompilingBackend(tmp_path)
    other.compile(sent(DAYS))
    assert len((tmp_path / FILE).read_bytes().splitlines()) == 2


def test_a_folder_that_cannot_be_written_does_no_harm(tmp_path):
    (tmp_path / FILE).mkdir()  # in the place of the file
    backend = CompilingBackend(tmp_path)
    table = sent(DAYS)
    assert backend.compile(table) == fresh(backend, table)
    gone = CompilingBackend(tmp_path / "gone")
    assert gone.compile(sent(DAYS))
    assert not (tmp_path / "gone").exists()


def test_the_file_is_begun_anew_when_it_is_large(backend, tmp_path, monkeypatch):
    backend.compile(sent(DAYS))
    monkeypatch.setattr(compiled_sql, "MOST_BYTES", (tmp_path / FILE).stat().st_size - 1)
    CompilingBackend(tmp_path).compile(ibis.memtable(ROWS))
    assert len((tmp_path / FILE).read_bytes().splitlines()) == 1
