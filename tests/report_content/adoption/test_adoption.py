"""The look at adoption over a small lake: two editions from two sources, one of which may lack a day."""

from __future__ import annotations

import datetime as dt
from copy import copy
from dataclasses import replace
from pathlib import Path

import pytest

from ntanalytics.checks.context import CheckContext
from ntanalytics.errors import BadParameter
from ntanalytics.periods import Period
from ntanalytics.report_content.adoption import blocks
from ntanalytics.report_content.adoption.batch import compute_figures, page_from_figures
from ntanalytics.report_content.adoption.figures import Adoption
from ntanalytics.report_content.adoption.page import summarize_adoption
from ntanalytics.report_content.adoption.queries import AdoptionQueries
from ntanalytics.report_content.unit_figures import VARIABLE, write_figures
from ntanalytics.runner.each_unit import oa_units
from ntanalytics.settings import load
from ntanalytics.subsystems import RULES
from ntanalytics.subsystems.oa import SUBSYSTEM
from ntanalytics.subsystems.oa.section import levels
from ntanalytics.workspace import Report, Workspace
from tests.city import in_one_pass, share_caches
from tests.workspace.oa_site import OaSite

SITE = """\
queries: queries
site: {unit_aliases: aliases.csv}
sources:
  club: {product: club, url: "sqlite:///club.sqlite", datasets: [oa.members, oa.activities, identity.units]}
  annex: {product: annex, url: "sqlite:///annex.sqlite", datasets: [oa.members, oa.activities]}
"""
ACTIVITIES = """\
/*
window: hour_at
times:
  hour_at: "text:%Y-%m-%d %H:%M:%S"
dialects: [sqlite]
*/
SELECT at AS hour_at, id AS account_id, unit AS unit, 'general' AS edition, module AS module, 'pc' AS terminal,
  'xinchuang' AS platform, 1 AS actions
FROM act WHERE at >= :since AND at < :until
"""
MONDAY = dt.date(2026, 11, 16)
WEEK = Period.week(MONDAY)
#: What a page says beside its tables.
SAME = ("unit", "edition", "total", "reach", "handled", "typical", "worked_days", "origin")
HOSTILE = ["<script>alert(1)</script>", "=1+1", "../../x", '"; DROP TABLE act; --', "局" * 300]


class Office(OaSite):
    """Two editions: ``club`` is 通用版, ``annex`` is 企业微信版; both have members and activities."""

    def __init__(self, folder: Path) -> None:
        (folder / "aliases.csv").write_text("theirs,ours\n市财局,市财政局\n", encoding="utf-8")
        super().__init__(folder, "queries: queries\n")
        home, other = folder / "queries" / "club", folder / "queries" / "annex"
        (home / "oa.activities.sql").write_text(ACTIVITIES, encoding="utf-8")
        other.mkdir()
        for file in ("source.yml", "oa.members.sql", "oa.activities.sql"):
            text = (home / file).read_text(encoding="utf-8").replace("'general'", "'wecom'")
            (other / file).write_text(text, encoding="utf-8")
        for name in ("club", "annex"):
            self.run(name, "CREATE TABLE act (at TEXT, id TEXT, unit TEXT, module TEXT)")
        self.config.write_text(SITE, encoding="utf-8")
        self.settings = load(self.config)

    def staff(self, source: str, unit: str, count: int, *, active: int, was_active: int | None = None) -> None:
        """A unit whose first accounts act on every working day of the week, and of the five weeks before."""
        names = [f"{unit[:8]}{number}" for number in range(count)]
        self.add_members(source, *names, unit=unit)
        was = active if was_active is None else was_active
        rows = [
            (f"{MONDAY + dt.timedelta(days=day - 7 * week)} 09:00:00", name, unit, "documents")
            for week in range(6)
            for day in range(5)
            for name in names[: was if week else active]
        ]
        self.run(source, "INSERT INTO act VALUES (?, ?, ?, ?)", *rows)

    def fill(self) -> None:
        """Take all of it on the Monday after."""
        first = MONDAY - dt.timedelta(days=91)
        needs = {"oa.activities": 0, "oa.members": 0, "identity.units": 0}
        extractor = self.extractor("2026-11-23 06:30")
        with in_one_pass():
            extractor.ensure_coverage(needs, first, WEEK.last)
            extractor.ensure_coverage(needs, WEEK.first, WEEK.last)

    def report(self) -> Report:
        return Report(Workspace(self.settings), "oa_adoption", "", WEEK)

    def adoption(self, unit: str = "", edition: str = "") -> Adoption:
        return summarize_adoption(self.report(), unit, edition)


@pytest.fixture
def office(tmp_path: Path, caches: Path) -> Office:
    """Two editions whose data are not taken yet."""
    return written(tmp_path, caches)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, caches: Path) -> Office:
    """The same with its data taken, for tests that change nothing of it."""
    made = written(tmp_path_factory.mktemp("filled"), caches)
    made.fill()
    return made


@pytest.fixture(scope="module")
def city_page(filled: Office) -> Adoption:
    """The page of the whole city."""
    return filled.adoption()


def written(folder: Path, caches: Path) -> Office:
    made = Office(folder)
    share_caches(caches, made.settings.lake)
    made.add_units("club", ("1", "市财政局", None), ("2", "市审计局", None))
    made.staff("club", "市财局", 40, active=30)
    made.staff("club", "市审计局", 20, active=5, was_active=15)
    made.staff("club", "小局", 3, active=3)
    made.staff("annex", "崇川区民政局", 25, active=20)
    return made


def ranking(seen: Adoption) -> dict[str, tuple[object, ...]]:
    return {row["unit"]: (row["place"], row["left_out"]) for row in seen.tables["ranking"]}


def test_the_city_by_our_names_with_movers_and_who_is_left_out(filled: Office, city_page: Adoption) -> None:
    seen = city_page
    assert (seen.total["enabled"], seen.total["active"], seen.total["active_before"]) == (88, 58, 68)
    assert seen.total["daily_active"] == 58.0
    assert ranking(seen) == {
        "崇川区民政局": (1, None),
        "市财政局": (2, None),
        "市审计局": (3, None),
        "小局": (None, "few"),
    }
    [moved] = blocks.moved(seen)
    assert [(row["unit"], row["daily_active"]) for row in moved.rows] == [("市审计局", 5.0)]
    assert oa_units(filled.settings, WEEK) == ["小局", "崇川区民政局", "市审计局", "市财政局"]


def test_units_stand_in_directory_order_without_places_unless_the_owner_asks(
    filled: Office, city_page: Adoption
) -> None:
    units = blocks.appendix(city_page)
    # the audit office is used least and has the second place in the directory; the rest is in no directory
    assert [row["unit"] for row in units.rows] == ["市财政局", "市审计局", "小局", "崇川区民政局"]
    assert blocks.places(city_page) == []
    assert not {"place", "left_out", "low_weeks"} & {field.name for field in units.fields}
    office = copy(filled)
    owner = office.settings.adoption.model_copy(update={"ranking": "owner"})
    office.settings = office.settings.model_copy(update={"adoption": owner})
    ranked = office.adoption()
    shown = [*blocks.places(ranked), blocks.appendix(ranked)]
    assert all("内部掌握，不得通报" in each.note for each in shown)
    assert [row["place"] for row in shown[0].rows] == [1, 2, 3]
    for unit in ("市财政局", "小局"):
        page = office.adoption(unit)
        assert not page.shows_places
        fields = {field.name for each in (*blocks.places(page), blocks.appendix(page)) for field in each.fields}
        assert not {"place", "low_weeks"} & fields


def test_a_hole_in_one_source_leaves_its_units_out_and_no_others(office: Office) -> None:
    hidden = office.folder / "annex.away"
    office.extractor("2026-11-23 06:30").extract(["oa.activities"], MONDAY - dt.timedelta(days=91), MONDAY)
    (office.folder / "annex.sqlite").rename(hidden)
    office.fill()
    seen = office.adoption()
    assert seen.total.quantity("active").text == "≥ 58 个"  # the annex is known of Monday only
    assert seen.total.quantity("active_rate").text == seen.total.quantity("active_change").text == "未知"
    assert ranking(seen)["崇川区民政局"] == (None, "gap")
    assert ranking(seen)["市财政局"] == (1, None)
    findings = [item.finding for item in blocks.findings(office.report(), seen)]
    statuses = {finding.entity.identity: finding.status for finding in findings}
    assert (statuses["subsystem/oa"], statuses["edition/wecom"], statuses["edition/general"]) == (
        "unknown",
        "unknown",
        "warning",
    )
    assert blocks.summary(seen)[0].text.startswith("本周数据不完整，活跃账号 ≥ 58 个")
    # an edition whose own source is whole has no hole
    general = office.adoption(edition="general")
    assert (general.total.exact("active_change"), general.tables["editions"].note) == (-10, "")


def test_a_gap_of_one_source_leaves_the_figures_of_the_other_edition_as_they_are(office: Office) -> None:
    """The annex stops after Tuesday; on Monday and Tuesday two accounts of 通用版 more acted than on the other days."""
    first = MONDAY + dt.timedelta(days=2)
    for name in ("市审计局9", "市审计局8"):
        acted = [(f"{first - dt.timedelta(days=back)} 10:00:00", name, "市审计局", "documents") for back in (1, 2)]
        office.run("club", "INSERT INTO act VALUES (?, ?, ?, ?)", *acted)
    office.extractor("2026-11-23 06:30").extract(
        ["oa.activities"], MONDAY - dt.timedelta(days=91), first - dt.timedelta(days=1)
    )
    (office.folder / "annex.sqlite").rename(office.folder / "annex.away")
    office.extractor("2026-11-23 06:30").extract(["oa.activities"], first, WEEK.last)
    (office.folder / "annex.away").rename(office.folder / "annex.sqlite")
    office.extractor("2026-11-23 06:30").extract(["oa.members", "identity.units"], MONDAY, WEEK.last)
    seen = office.adoption()
    editions = {row["edition"]: row for row in seen.tables["editions"]}
    general, wecom = editions["general"], editions["wecom"]
    # 30 + 5 + 3 accounts on five days, and two more on two of them: 194 / 5, against 48 in the week before
    assert general.exact("daily_active") == pytest.approx(38.8)
    assert general.exact("daily_active_change_rate") == pytest.approx(38.8 / 48 - 1)
    assert wecom.certainty("daily_active") == "unknown"
    assert (seen.total.exact("enabled"), wecom.exact("enabled")) == (88, 25)  # the members have no gap
    daily = {(row["day"], row["edition"]): row.exact("active") for row in seen.tables["daily"]}
    assert [daily[MONDAY + dt.timedelta(days=day), "general"] for day in range(5)] == [40, 40, 38, 38, 38]
    assert [daily[MONDAY + dt.timedelta(days=day), "wecom"] for day in range(3)] == [20, 20, None]
    drawn = {row["day"]: row["is_covered"] for row in seen.days.to_pylist()}
    assert drawn[first]
    audit = next(row for row in seen.tables["ranking"] if row["unit"] == "市审计局")
    assert audit.exact("daily_active") == pytest.approx(29 / 5)
    assert audit["low_weeks"] == 1  # 7 of its 20 acted in this week, and 15 in the one before
    office_page = office.adoption(edition="general").total
    assert office_page.exact("daily_active") == pytest.approx(38.8)
    context = CheckContext(office.report(), RULES)
    checks = [check for check in SUBSYSTEM.checks if check.rule == "oa.active_change_rate"]
    paces = [finding for check in checks for finding in check.evaluate(context, context.rules[check.rule])]
    weekly = {finding.entity.identity: finding.value for finding in paces}
    assert weekly["edition/general"] == pytest.approx(38.8 / 48 - 1)
    assert weekly["edition/wecom"] is weekly["subsystem/oa"] is None


def test_the_accounts_of_a_source_that_gives_activities_alone_are_unknown_and_not_0(office: Office) -> None:
    office.config.write_text(SITE.replace("datasets: [oa.members, oa.activities]}", "datasets: [oa.activities]}"))
    office.settings = load(office.config)
    office.fill()
    seen = office.adoption()
    editions = {row["edition"]: row for row in seen.tables["editions"]}
    assert (editions["general"].exact("enabled"), editions["wecom"].certainty("enabled")) == (63, "unknown")
    assert editions["wecom"].exact("active") == 20
    assert (seen.total["enabled"], seen.total.certainty("enabled")) == (63, "lower_bound")  # 40 + 20 + 3
    assert seen.total.certainty("active_rate") == "unknown"
    week = levels(CheckContext(office.report(), RULES)).total
    assert (week["enabled"], week.certainty("active_rate")) == (63, "unknown")


def test_accounts_that_were_read_too_late_leave_what_was_done_as_it_is(office: Office) -> None:
    """The list of accounts was first read two weeks later: of the week's end nobody knows which were enabled."""
    office.extractor("2026-11-23 06:30").extract(["oa.activities"], MONDAY - dt.timedelta(days=91), WEEK.last)
    office.extractor("2026-12-07 06:30").extract(["oa.members", "identity.units"], WEEK.last, WEEK.last)
    seen = office.adoption()
    acted = [seen.total.exact(name) for name in ("active", "active_change", "daily_active", "mobile_share", "habit")]
    assert acted == [58, -10, 58.0, 0.0, 1.0]
    for name in ("enabled", "activated", "active_rate", "activation_rate"):
        assert seen.total.certainty(name) == "unknown"
    assert seen.reach.certainty("units_onboarded") == seen.reach.certainty("coverage") == "unknown"
    assert [row.exact("active") for row in seen.tables["editions"]] == [38, 20]
    assert {row.certainty("active_rate") for row in seen.tables["editions"]} == {"unknown"}
    assert {row.certainty("coverage") for row in seen.tables["editions"]} == {"unknown"}
    assert seen.tables["flow"].total.exact("lapsed") == 10
    assert seen.tables["modules"].note == seen.tables["flow"].note == ""
    assert {left_out for _, left_out in ranking(seen).values()} == {"gap"}
    findings = {item.finding.identity: item.finding for item in blocks.findings(office.report(), seen)}
    assert findings["oa.active_change_rate:subsystem/oa"].value == pytest.approx(58 / 68 - 1)
    assert findings["oa.unit_active_change_rate:unit/市审计局"].value == pytest.approx(5 / 15 - 1)
    assert blocks.summary(seen)[0].text.startswith("启用账号未知，本周活跃 58 个，较上周减少")


def test_a_renamed_unit_is_the_same_unit_in_every_report(office: Office) -> None:
    """The audit office is renamed in the directory and in the OA after the week, whose rows are taken again."""
    office.fill()
    office.run("club", "UPDATE unit SET name = '市审计委' WHERE id = '2'")
    office.run("club", "UPDATE act SET unit = '市审计委' WHERE unit = '市审计局' AND at >= '2026-11-16'")
    office.run("club", "UPDATE act SET unit = '市财政局 ' WHERE unit = '市财局' AND at >= '2026-11-16'")
    later = office.extractor("2026-11-30 06:30")
    later.extract(["oa.activities"], MONDAY, WEEK.last)
    later.extract(["identity.units"], dt.date(2026, 11, 30), dt.date(2026, 11, 30))
    seen = office.adoption()
    units = {row["unit"]: row for row in seen.tables["ranking"]}
    assert set(units) == {"市财政局", "市审计局", "小局", "崇川区民政局"}
    audit = units["市审计局"]  # as it was called at the end of the week
    assert (audit["daily_active"], audit["daily_active_before"], audit["new"], audit["lapsed"]) == (5.0, 15.0, 0, 10)
    context = CheckContext(office.report(), RULES)
    [check] = [check for check in SUBSYSTEM.checks if check.rule == "oa.unit_active_change_rate"]
    fallen = check.evaluate(context, context.rules[check.rule])
    assert [(finding.entity.key, finding.value) for finding in fallen] == [("市审计局", pytest.approx(-2 / 3))]


def test_a_unit_among_its_peers_by_any_of_its_names(filled: Office) -> None:
    for name in ("市财政局", "市 财政局"):
        assert AdoptionQueries(filled.report(), name, "").unit == "市财政局"
    seen = filled.adoption("市财局")
    assert (seen.unit, seen.total["active"], seen.total["active_rate"]) == ("市财政局", 30, 0.75)
    assert ranking(seen)["市财政局"] == (1, None)  # of the two of 通用版 that can be compared
    assert seen.typical["active_rate"] == 0.5
    assert seen.tables["flow"].total["returning"] == 30
    [beside] = blocks.places(seen)
    assert beside.rows[0]["check"] == "活跃率"
    assert "市审计局" not in str(beside.rows)  # no other unit is named on a unit's page


def test_an_unknown_unit_is_refused_with_the_names_that_are_near(filled: Office) -> None:
    with pytest.raises(BadParameter, match="did you mean '市财政局'"):
        filled.adoption("财政局")
    with pytest.raises(BadParameter, match="has no unit") as raised:
        filled.adoption("'; DROP TABLE x; --")
    assert "市财政局" in raised.value.todo  # nothing is similar: the known names
    with pytest.raises(BadParameter, match="in that edition"):
        filled.adoption("市财政局", "wecom")


def test_a_hostile_name_is_a_name(office: Office) -> None:
    for name in HOSTILE:
        office.staff("club", name, 2, active=1)
    office.fill()
    assert set(HOSTILE) <= set(oa_units(office.settings, WEEK))
    name = HOSTILE[3]
    seen = office.adoption(name)
    assert (seen.unit, seen.total["enabled"]) == (name, 2)
    # its page is made from the figures of all units
    enabled = {row["unit"]: row["enabled"] for row in seen.tables["ranking"]}
    assert {each: enabled.get(each) for each in HOSTILE} == dict.fromkeys(HOSTILE, 2)


def test_a_unit_s_page_of_what_is_kept_for_all_is_the_page_by_itself(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a unit that a hole leaves alone, of one that has it, and of one that is too small to be ranked."""
    office.extractor("2026-11-23 06:30").extract(["oa.activities"], MONDAY - dt.timedelta(days=91), MONDAY)
    (office.folder / "annex.sqlite").rename(office.folder / "annex.away")
    office.fill()
    computed = office.report()
    figures = compute_figures(computed)
    assert page_from_figures(office.report(), "市审计局", "") is None  # nothing was read yet
    folder = tmp_path / "kept"
    folder.mkdir()
    write_figures(computed, figures, folder)
    monkeypatch.setenv(VARIABLE, str(folder))
    for unit in ("市审计局", "崇川区民政局", "小局"):
        quick, alone = office.report(), office.report()
        found = page_from_figures(quick, unit, "")
        assert found is not None
        seen = AdoptionQueries(alone, unit, "").compute()
        assert {name: getattr(found, name) for name in SAME} == {name: getattr(seen, name) for name in SAME}
        assert found.days.to_pylist() == seen.days.to_pylist()
        for name in {*seen.tables} - {"ranking"}:
            assert found.tables[name] == seen.tables[name], name
        assert by_unit(found) == by_unit(seen)
        heads = [replace(each.head(), generated_at=quick.generated_at) for each in (quick, alone)]
        assert heads[0] == heads[1]
    assert page_from_figures(office.report(), "市民政局", "") is None
    assert page_from_figures(office.report(), "市审计局", "general") is None
    office.extractor("2026-11-23 07:30").extract(["oa.activities"], MONDAY, MONDAY)
    assert page_from_figures(office.report(), "市审计局", "") is None  # the same rows, taken again


def by_unit(seen: Adoption) -> list[dict[str, object]]:
    return sorted(map(dict, seen.tables["ranking"]), key=lambda row: (row["unit"], row["edition"]))
