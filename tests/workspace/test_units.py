"""The units of a site and the names that others give them, through the real extractor."""

from __future__ import annotations

import datetime as dt
from itertools import combinations_with_replacement
from pathlib import Path

import ibis.expr.types as ir
import pytest

from ntanalytics.errors import SettingsError
from ntanalytics.metrics.rows import rows
from ntanalytics.settings import load
from ntanalytics.workspace import Report, open_report, open_workspace
from ntanalytics.workspace.units import names_ever, read_aliases
from tests.workspace.oa_site import SETTINGS, OaSite

W47 = "2026-W47"  # 16 to 22 November
ALIASES = "\ufefftheirs,ours,备注\n市财局,市财政局,旧称\n,,\n港务局,南通港集团,\n"
BOTH = ("identity.units", "oa.members")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OaSite:
    (tmp_path / "aliases.csv").write_text(ALIASES, encoding="utf-8")
    site = OaSite(tmp_path, SETTINGS + "site: {unit_aliases: aliases.csv}\n")
    monkeypatch.setenv("NTANALYTICS_CONFIG", str(site.config))
    site.add_units("club", ("1", "市财政局", None), ("11", "办公室", "1"))
    site.add_units("annex", ("9", "市财政局", None))
    site.add_members("club", "a", "b", unit="市财局")
    site.add_members("club", "c", unit="市气象局")
    site.add_members("annex", "d", "e", unit="市气象局")
    site.add_members("annex", "f", unit="市财政局 ")
    site.add_members("annex", "g")
    return site


def report() -> Report:
    return open_report("oa_adoption", W47)


def count(table, *by: str) -> dict[object, int]:
    counted = table.group_by(*by).agg(n=lambda t: t.count()).to_pyarrow().to_pylist()
    return {tuple(row[name] for name in by): row["n"] for row in counted}


def test_a_report_resolves_its_units_in_three_lines(site: OaSite):
    site.take("2026-11-23 06:30", *BOTH)
    week = report()
    members = week.dataset("oa.members")
    resolved = week.units().resolve(members.table)
    assert count(resolved, "unit", "is_known_unit") == {("市财政局", True): 3, ("市气象局", False): 3, (None, None): 1}


def test_the_head_tells_what_matched_nothing_only_to_who_asked_for_units(site: OaSite):
    site.take("2026-11-23 06:30", *BOTH)
    week = report()
    week.dataset("oa.members")
    assert week.head().notes == ()
    week.units()
    assert week.head().gaps == ()  # no figure is wrong for it
    assert week.head().notes == (
        "有 1 个单位名称不在单位目录中（市气象局），按原名统计，请补充单位对照表。",
        "单位对照表有 1 行所指的单位不在单位目录中（港务局→南通港集团）。",
    )
    assert set(week.head().versions) == {"oa.members", "identity.units"}


def test_the_head_names_the_most_frequent_and_none_in_full_length(site: OaSite):
    site.add_members("club", "h", "i", "j", "k", unit="局" * 30)
    site.add_members("club", "l", unit="乙")
    site.add_members("club", "m", unit="甲")
    site.take("2026-11-23 06:30", *BOTH)
    week = report()
    week.dataset("oa.members")
    week.units()
    assert week.head().notes[0].startswith(f"有 4 个单位名称不在单位目录中（{'局' * 20}…、市气象局、乙等）")


def test_without_a_list_of_units_the_hole_is_the_list_and_no_name(site: OaSite):
    site.take("2026-11-23 06:30", "oa.members")
    week = report()
    members = week.dataset("oa.members")
    assert count(week.units().resolve(members.table), "unit")["市财政局",] == 3
    assert [gap.partition("：")[0] for gap in week.head().gaps] == ["单位", "单位"]  # a sentence a source


def test_units_are_as_of_a_day(site: OaSite):
    site.take("2026-11-16 06:30", *BOTH)
    site.add_units("club", ("2", "市气象局", None))
    site.take("2026-11-23 06:30", *BOTH)
    lake = open_workspace()
    names = {day: lake.units(day).names().unit.to_pyarrow().to_pylist() for day in ("2026-11-15", "2026-11-22", None)}
    assert names == {
        "2026-11-15": ["办公室", "市财政局"],
        "2026-11-22": ["办公室", "市气象局", "市财政局"],
        None: ["办公室", "市气象局", "市财政局"],
    }


def test_a_name_that_a_unit_had_is_an_alias_and_one_that_it_got_after_all_rows_were_taken_is_not(site: OaSite):
    for morning, name in (("16", "市气象局"), ("23", "市气象中心"), ("30", "市气候中心")):
        site.run("club", "DELETE FROM unit WHERE id = '2'")
        site.add_units("club", ("2", name, None))
        site.take(f"2026-11-{morning} 06:30", *BOTH)
    lake = open_workspace()
    aliases = {day: lake.units(day).aliases.to_pyarrow().to_pylist() for day in ("2026-11-22", None)}
    assert [(row["theirs"], row["ours"]) for row in aliases["2026-11-22"] if "气" in row["ours"]] == [
        ("市气象局", "市气象中心")
    ]
    assert sorted(row["theirs"] for row in aliases[None] if row["ours"] == "市气候中心") == ["市气象中心", "市气象局"]


def test_names_that_are_kept_by_day_are_those_of_all_snapshots_of_a_span(site: OaSite):
    """A unit has a name on two days, another one for a day, and the first one again; days have no snapshot."""
    for morning, name in (("16", "甲局"), ("17", "甲局"), ("18", "乙局"), ("19", "甲局"), ("22", "丙局")):
        site.run("club", "DELETE FROM unit WHERE id = '2'")
        site.add_units("club", ("2", name, None))
        site.take(f"2026-11-{morning} 06:30", "identity.units")
    days = [dt.date(2026, 11, day) for day in range(14, 24)]
    for lake in (open_workspace(), open_workspace()):  # the second one finds what the first one kept
        for first, last in combinations_with_replacement(days, 2):
            expected = lake.table("identity.units", first, last).select("source", "unit_id", "unit")
            assert _distinct(names_ever(lake, first, last)) == _distinct(expected), (first, last)


def _distinct(table: ir.Table) -> set[tuple[object, ...]]:
    return {tuple(row.values()) for row in rows(table)}


def test_units_of_a_source_that_fails_are_its_last_known(site: OaSite):
    site.add_units("annex", ("1", "市气象局", None))
    site.take("2026-11-09 06:30", *BOTH)
    site.run("annex", "DROP TABLE unit")
    site.take("2026-11-23 06:30", *BOTH)
    week = report()
    week.dataset("oa.members")
    assert "市气象局" in week.units().names().unit.to_pyarrow().to_pylist()
    assert "数据源 annex 没有能代表11月22日期末的快照，手头最近的取自11月9日" in week.head().gaps[0]


def test_an_analyst_lists_what_matched_nothing(site: OaSite):
    site.take("2026-11-23 06:30", *BOTH)
    lake = open_workspace()
    units = lake.units()
    assert units.unmatched(lake.table("oa.members")).to_pyarrow().to_pylist() == [
        {"unit": "市气象局", "source": "annex", "rows": 2},
        {"unit": "市气象局", "source": "club", "rows": 1},
    ]
    assert units.unused_aliases().to_pyarrow().to_pylist() == [{"theirs": "港务局", "ours": "南通港集团"}]


def test_the_path_is_relative_to_the_settings(site: OaSite):
    assert load(site.config).site.unit_aliases == site.folder / "aliases.csv"


def test_a_site_without_aliases_has_none():
    assert read_aliases(None).num_rows == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "no column 'theirs'; it has none"),
        ("theirs,mine\n甲,乙\n", "no column 'ours'; it has theirs, mine"),
        ("theirs,ours\n甲,\n", "line 2: one of the two names is empty"),
        ("theirs,ours\n甲\n", "line 2: one of the two names is empty"),
        ("theirs,ours\n甲,乙\n 甲,丙\n", "line 3: '甲' stands there twice, for two different units"),
        ("theirs,ours\n甲（一）,乙\n甲(一),丙\n", "line 3: '甲(一)' stands there twice"),
        ("theirs,ours\n甲,乙\n乙,丙\n", "'乙' is what '甲' means, and has another meaning itself"),
    ],
)
def test_a_table_of_aliases_that_cannot_be_meant_is_refused(tmp_path: Path, content: str, said: str):
    file = tmp_path / "aliases.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        read_aliases(file)
    assert said in caught.value.what
    assert caught.value.where == str(file)


def test_a_table_that_is_missing_or_of_no_known_encoding_is_refused(tmp_path: Path):
    with pytest.raises(SettingsError, match="No such file"):
        read_aliases(tmp_path / "none.csv")
    file = tmp_path / "aliases.csv"
    file.write_bytes("theirs,ours\n市财局,市财政局\n".encode("utf-16"))
    with pytest.raises(SettingsError, match="neither UTF-8 nor GB 18030"):
        read_aliases(file)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig"])
def test_a_table_is_read_as_a_spreadsheet_saves_it(tmp_path: Path, encoding: str):
    file = tmp_path / "aliases.csv"
    file.write_bytes("theirs,ours,备注\r\n市财局,市财政局,简称\r\n\r\n".encode(encoding))
    assert read_aliases(file).to_pylist() == [{"theirs": "市财局", "ours": "市财政局"}]


def test_saying_the_same_twice_is_no_mistake(tmp_path: Path):
    file = tmp_path / "aliases.csv"
    file.write_text("theirs,ours\n甲,乙\n甲 ,乙\n乙,乙\n", encoding="utf-8")
    assert read_aliases(file).num_rows == 3


def test_sql_and_the_tables_of_an_analyst_have_our_name_beside_theirs(site: OaSite):
    site.take("2026-11-23 06:30", *BOTH)
    lake = open_workspace(site.config)
    want = {("市财局", "市财政局"): 2, ("市气象局", "市气象局"): 3, ("市财政局 ", "市财政局"): 1, (None, None): 1}
    assert count(lake.tables.oa.members(), "unit", "canonical_unit") == want
    rows = lake.sql("SELECT unit, canonical_unit, count(*) AS n FROM oa.members GROUP BY ALL")
    assert {(row.unit or None, row.canonical_unit or None): row.n for row in rows.fillna("").itertuples()} == want
    assert "canonical_unit" not in lake.table("oa.members").columns


def test_the_nearest_snapshot_counts_however_far_it_is(site: OaSite):
    """The one is 60 days and 17.5 hours before the end of 24 November, the other 60 days and 6.5 hours after it."""
    site.take("2026-09-25 06:30", "identity.units")
    site.add_units("club", ("2", "市气象局", None))
    site.take("2027-01-24 06:30", "identity.units")
    days = ("2026-09-25", "2026-11-23", "2026-11-24", "2027-01-20", "2029-01-01", "2024-01-01")
    lake = open_workspace()
    apart = {day: open_workspace().units(day).names().unit.to_pyarrow().to_pylist() for day in days}
    together = {day: lake.units(day).names().unit.to_pyarrow().to_pylist() for day in days}
    assert together == apart
    assert [day for day in days if "市气象局" in apart[day]] == ["2026-11-24", "2027-01-20", "2029-01-01"]
