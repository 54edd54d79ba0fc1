"""Log files: every line arrives, whatever its bytes; what cannot be read is named."""

from __future__ import annotations

import bz2
import datetime as dt
import gzip
import lzma
import os
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from structlog.testing import capture_logs

from ntanalytics.catalog import Mapping, Product
from ntanalytics.contract import dataset
from ntanalytics.errors import SourceError, SourceRefused, SourceUnreachable
from ntanalytics.settings import SourceSettings
from ntanalytics.sources import logs
from ntanalytics.sources.log_copies import copies_among
from ntanalytics.sources.logs import LogsSource

SINCE = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
UNTIL = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
EVERYTHING = "SELECT file, line_no, line FROM lines ORDER BY file, line_no"


def read(paths: list[str], sql: str = EVERYTHING, *, since: dt.datetime = SINCE) -> list[tuple[object, ...]]:
    if ":since" not in sql:  # as every mapping does, it names its window
        bounded = "WITH bounded AS NOT MATERIALIZED (SELECT * FROM lines WHERE :since < :until) "
        sql = bounded + sql.replace("lines", "bounded")
    mapping = Mapping(
        dataset=dataset("infra.requests"),
        path=Path("x.sql"),
        sql=sql,
        times={"minute_at": "aware"},
        dialects=("duckdb",),
    )
    product = Product(name="x", title="x", kind="logs", needs="", timezone=None, shards={}, mappings={})
    source = LogsSource("web", SourceSettings(product="x", paths=tuple(paths)), product, ZoneInfo("Asia/Shanghai"))
    with source.read(mapping, since, UNTIL) as batches:
        rows = pa.Table.from_batches(list(batches)).to_pylist()
    return [tuple(row.values()) for row in rows]


def test_every_line_arrives_with_its_file_and_number(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(b'one\ntwo "q\\" ,;\t|\n\n  spaces \nlast without an end')
    (tmp_path / "b.log.1").write_bytes(b"of another file\r\nwith CRLF\r\n")
    assert read([f"{tmp_path}/*.log*"]) == [
        ("a.log", 1, "one"),
        ("a.log", 2, 'two "q\\" ,;\t|'),
        ("a.log", 3, ""),
        ("a.log", 4, "  spaces "),
        ("a.log", 5, "last without an end"),
        ("b.log.1", 1, "of another file"),
        ("b.log.1", 2, "with CRLF"),
    ]


def test_bytes_that_are_no_text_lose_no_line(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(b"gbk \xb2\xc6\xd5\xfe\nnul \x00 in\nlone \r return\n\xef\xbb\xbfmark\n")
    assert read([f"{tmp_path}/a.log"]) == [
        ("a.log", 1, "gbk \ufffd\ufffd\ufffd\ufffd"),
        ("a.log", 2, "nul \x00 in"),
        ("a.log", 3, "lone \r return"),
        ("a.log", 4, "\ufeffmark"),
    ]


def test_lines_across_blocks_stay_whole_and_numbered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "BLOCK_BYTES", 7)
    lines = [f"line {number}" * (number % 4) for number in range(1, 200)]
    (tmp_path / "a.log").write_text("\n".join(lines), encoding="utf-8")
    assert read([f"{tmp_path}/a.log"]) == [("a.log", number, line) for number, line in enumerate(lines, 1)]


def test_a_line_without_end_is_cut_and_the_next_one_is_the_next(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(b"a\n" + b"x" * (5 * logs.MAX_LINE) + b"\nb\n")
    rows = read([f"{tmp_path}/a.log"], "SELECT line_no, length(line) FROM lines ORDER BY line_no")
    assert [number for number, _ in rows] == [1, 2, 3]
    assert [length for _, length in rows][::2] == [1, 1]
    assert logs.MAX_LINE <= int(str(rows[1][1])) < 2 * logs.MAX_LINE + logs.BLOCK_BYTES


def test_compressed_files_are_read_whatever_their_name(tmp_path: Path) -> None:
    (tmp_path / "a.log.2.gz").write_bytes(gzip.compress(b"one\n") + gzip.compress(b"two\n"))
    (tmp_path / "a.log-20261119").write_bytes(gzip.compress(b"three\n"))
    assert sorted(row[2] for row in read([f"{tmp_path}/*"])) == ["one", "three", "two"]


@pytest.mark.parametrize(
    ("compress", "cut"), [(bz2.compress, 60), (lzma.compress, 60), (bz2.compress, 4), (lzma.compress, 30)]
)
def test_other_compressions_are_read_and_their_damage_is_told(
    tmp_path: Path, compress: Callable[[bytes], bytes], cut: int
) -> None:
    whole = compress(b"one\ntwo\n" + os.urandom(5_000).hex().encode())
    (tmp_path / "a.log.1").write_bytes(whole)
    assert [row[2] for row in read([f"{tmp_path}/*"])][:2] == ["one", "two"]
    (tmp_path / "a.log.1").write_bytes(whole[:-cut])
    with pytest.raises(SourceError, match=r"a\.log\.1: the compressed file is damaged"):
        read([f"{tmp_path}/*"])
    (tmp_path / "a.log.1").write_bytes(whole[:1500] + b"damage" + whole[1500:])
    with pytest.raises(SourceError, match=r"a\.log\.1: the compressed file is damaged"):
        read([f"{tmp_path}/*"])


@pytest.mark.parametrize("begin", [b"PK\3\4", b"\x28\xb5\x2f\xfd"])
def test_a_compression_that_is_not_read_is_no_line_that_is_rejected(tmp_path: Path, begin: bytes) -> None:
    """Half a day of a service was one line of no shape."""
    (tmp_path / "a.log").write_bytes(b"one\n")
    (tmp_path / "a.log.1.zst").write_bytes(begin + os.urandom(3000))
    with pytest.raises(SourceRefused, match=r"a\.log\.1\.zst: the file is compressed in a way that is not read here"):
        read([f"{tmp_path}/*"])
    (tmp_path / "a.log.1").write_bytes(b"two\n")
    assert sorted(row[2] for row in read([f"{tmp_path}/*"])) == ["one", "two"]


def test_a_file_that_is_being_compressed_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.log.1").write_bytes(b"one\ntwo\n")
    (tmp_path / "a.log.1.gz").write_bytes(gzip.compress(b"one\ntwo\n")[:-9])
    (tmp_path / "a.log").write_bytes(b"three\n")
    assert sorted(row[2] for row in read([f"{tmp_path}/*"])) == ["one", "three", "two"]


def test_two_globs_that_meet_read_a_file_once(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(b"one\n")
    assert len(read([f"{tmp_path}/*.log", f"{tmp_path}/a*"])) == 1


def _lines(count: int, word: str = "line") -> bytes:
    return b"".join(f"{word} {number:06d}\n".encode() for number in range(count))


def test_lines_under_another_name_count_once_and_that_is_told(tmp_path: Path) -> None:
    """A copy of a morning, a compressed copy and a hard link beside the log, and another service that is alike."""
    (tmp_path / "access.log").write_bytes(_lines(400))
    (tmp_path / "access-copy.log").write_bytes(_lines(300))
    (tmp_path / "access.log.bak").write_bytes(gzip.compress(_lines(400)))
    os.link(tmp_path / "access.log", tmp_path / "zz.log")
    (tmp_path / "other.log").write_bytes(_lines(350) + _lines(50, "else"))
    counts = "SELECT file, count(*) FROM lines GROUP BY file ORDER BY file"
    with capture_logs() as told:
        # the shortest name of the longest files is kept
        assert read([f"{tmp_path}/*"], counts) == [("other.log", 400), ("zz.log", 400)]
    assert {event["file"] for event in told} == {"access.log", "access-copy.log", "access.log.bak"}
    assert {event["of"] for event in told} == {"zz.log"}


def test_short_files_that_are_equal_may_be_those_of_two_services(tmp_path: Path) -> None:
    for name in ("a.log", "b.log"):
        (tmp_path / name).write_bytes(b"GET /health 200\n")
    assert len(read([f"{tmp_path}/*"])) == 2


def test_of_three_copies_of_one_growing_file_the_longest_is_read(tmp_path: Path) -> None:
    for name, count in (("a.log", 200), ("bb.log", 300), ("ccc.log", 250)):
        (tmp_path / name).write_bytes(_lines(count))
    files = sorted(tmp_path.iterdir())
    assert copies_among(files) == {files[0]: files[1], files[2]: files[1]}


def test_the_view_can_be_scanned_twice(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(b"one\ntwo\n")
    sql = "SELECT a.line FROM lines a JOIN lines b ON a.line_no = b.line_no + 1"
    assert read([f"{tmp_path}/a.log"], sql) == [("two",)]


def test_since_and_until_are_bound_in_the_form_of_the_window(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(b"one\n")
    sql = "SELECT CAST(:since AS TIMESTAMPTZ) AS s, CAST(:until AS TIMESTAMPTZ) AS u, ':since' AS t FROM lines"
    assert read([f"{tmp_path}/a.log"], sql) == [(SINCE, UNTIL, ":since")]


def test_a_file_last_written_before_the_window_is_not_opened(tmp_path: Path) -> None:
    old, new = tmp_path / "old.log", tmp_path / "new.log"
    for path in (old, new):
        path.write_bytes(b"x\n")
    since = dt.datetime(2020, 1, 2, tzinfo=dt.UTC)
    os.utime(old, (since.timestamp() - 1, since.timestamp() - 1))
    os.utime(new, (since.timestamp(), since.timestamp()))
    assert [row[0] for row in read([f"{tmp_path}/*"], since=since)] == ["new.log"]


def test_globs_without_a_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreachable, match=r"no file matches .*/nothing-\*\.log"):
        read([f"{tmp_path}/nothing-*.log"])


def test_a_damaged_compressed_file_is_named_and_may_be_tried_again(tmp_path: Path) -> None:
    (tmp_path / "cut.log.gz").write_bytes(gzip.compress(os.urandom(200_000))[:100_000])
    with pytest.raises(SourceError, match=r"cut\.log\.gz: the compressed file is damaged") as caught:
        read([f"{tmp_path}/*"])
    assert caught.value.retryable
    assert not isinstance(caught.value, SourceUnreachable)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "secret.log").write_bytes(b"x\n")
    (tmp_path / "secret.log").chmod(0)
    with pytest.raises(SourceUnreachable, match=r"secret\.log: cannot read the file"):
        read([f"{tmp_path}/*"])


@pytest.mark.parametrize("sql", ["SELECT nothing FROM lines", "SELECT * FROM read_text('/etc/hostname')", "SELEC"])
def test_a_mapping_that_does_not_fit_is_refused_and_reaches_no_other_file(tmp_path: Path, sql: str) -> None:
    (tmp_path / "a.log").write_bytes(b"one\n")
    with pytest.raises(SourceRefused, match=r"x\.sql"):
        read([f"{tmp_path}/a.log"], sql)


def test_an_error_does_not_repeat_what_a_line_says(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(b"13800000001 is a number\n")
    with pytest.raises(SourceError) as caught:
        read([f"{tmp_path}/a.log"], "SELECT CAST(line AS INTEGER) FROM lines")
    assert "13800000001" not in str(caught.value)


def test_a_files_name_that_is_no_utf_8_is_told_all_the_same(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/\xff\x1b[2J.log"
    Path(os.fsdecode(name)).write_bytes(b"one\n")
    assert read([f"{tmp_path}/*.log"]) == [("\ufffd\x1b[2J.log", 1, "one")]
    Path(os.fsdecode(name)).write_bytes(gzip.compress(b"one\n" * 9)[:-4])
    with pytest.raises(SourceError, match=r"\\udcff") as caught:
        read([f"{tmp_path}/*.log"])
    assert str(caught.value).encode()
