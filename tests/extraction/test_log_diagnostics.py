from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ntanalytics.catalog import Mapping, Product
from ntanalytics.contract import dataset
from ntanalytics.extraction.log_diagnostics import line_patterns, log_coverage, shape, speed_warning
from ntanalytics.periods import local_window
from ntanalytics.settings import SourceSettings
from ntanalytics.sources.logs import LogsSource

ZONE = ZoneInfo("Asia/Shanghai")
DAY = dt.date(2026, 11, 20)
LINES = """\
2026-11-20 09:00:00 login OK
2026-11-20 09:00:01 login FAIL 13912345678
2026-11-20 09:00:02 \x1b[31m张三

2026-11-20 09:00:03 login OK
"""


def mapping(sql: str) -> Mapping:
    return Mapping(
        dataset=dataset("identity.logins"),
        path=Path("x.sql"),
        sql=sql,
        times={"logged_in_at": "naive"},
        dialects=("duckdb",),
    )


def read(folder: Path, sql: str, seconds: float = 1.0):
    (folder / "auth.log").write_text(LINES, encoding="utf-8")
    product = Product(name="auth", title="auth", kind="logs", needs="", timezone=None, shards={}, mappings={})
    source = LogsSource("auth", SourceSettings(product="auth", paths=(f"{folder}/auth.log",)), product, ZONE)
    return log_coverage(source, mapping(sql), *local_window(DAY, DAY, ZONE), seconds)


def test_lines_that_no_expression_matches_are_counted_and_shown_by_their_shape_alone(tmp_path: Path):
    found = read(tmp_path, "SELECT regexp_extract(line, '^([0-9: -]+) login (OK)$', ['at', 'how']) AS part FROM lines")
    assert (found.lines, found.unmatched) == (4, 2)
    assert found.samples == (
        "auth.log:2: 0000-00-00 00:00:00 aaaaa AAAA 00000000000",
        "auth.log:3: 0000-00-00 00:00:00 \x1b[00a字字",
    )


def test_a_line_counts_as_matched_by_any_of_several_expressions(tmp_path: Path):
    sql = "SELECT regexp_extract(line, 'login OK', 0) AS a, regexp_matches(line, 'it''s|FAIL') AS b FROM lines"
    assert line_patterns(mapping(sql)) == ["login OK", "it's|FAIL"]
    assert read(tmp_path, sql).unmatched == 1


@pytest.mark.parametrize(
    ("where", "wanted", "unmatched"),
    [
        ("WHERE contains(line, 'login')", 3, 1),
        ("WHERE line_no < 2", 1, 0),
        ("WHERE regexp_matches(line, 'FAIL') AND line <> ''", 1, 0),
        ("", 4, 2),
        ("WHERE other > :since", 4, 2),  # not told before a line is taken apart
    ],
)
def test_lines_that_a_mapping_drops_first_are_no_fault_of_its_expression(
    tmp_path: Path, where: str, wanted: int, unmatched: int
):
    found = read(tmp_path, f"SELECT regexp_extract(line, 'login OK', 0) AS a FROM lines {where}")
    assert (found.lines, found.wanted, found.unmatched) == (4, wanted, unmatched)


def test_an_expression_over_something_else_than_the_line_is_left_alone(tmp_path: Path):
    found = read(tmp_path, "SELECT regexp_extract(part, 'x', 0) AS a FROM (SELECT line AS part FROM lines)")
    assert (found.lines, found.unmatched) == (4, None)


@pytest.mark.parametrize(
    ("lines", "seconds", "is_slow"),
    [
        (5_000_000, 27.0, False),  # facts: one expression with named groups
        (5_000_000, 81.0, False),  # three times as long is the mark
        (5_000_000, 82.0, True),
        (100_000, 30.0, True),
        (99_999, 30.0, False),  # too few to tell
        (0, 0.0, False),
    ],
)
def test_a_mapping_is_slow_below_a_third_of_the_usual_pace(lines: int, seconds: float, is_slow: bool):
    assert bool(speed_warning(lines, seconds)) is is_slow


def test_the_warning_names_both_paces():
    said = speed_warning(100_000, 10.0)
    assert said.startswith("slow: 10,000 lines/s, where one regular expression with named groups reads 185,000")


def test_a_shape_says_nothing_of_what_a_line_says():
    assert shape("2026 [INFO] 张三 é ok") == "0000 [AAAA] 字字 字 aa"
