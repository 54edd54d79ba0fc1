"""The issued report on adoption: no league table in any artefact, and the planted burdens of the demo city."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from ntanalytics.demo.incidents.burdens import BURDENS, STUCK_DOCUMENTS, TWICE_A_DAY, Burden
from ntanalytics.demo.products.sms_platform.reminders import reminders_of_day
from ntanalytics.metrics.identity.directory import directory_order
from ntanalytics.metrics.oa.burden import CAUSES, LEAST
from ntanalytics.workspace import open_workspace
from tests.city import SCALE, UNTIL, IssuedReports, blocks
from tests.rules.test_no_league_tables import BANNED

#: Working days and days off of the week of the report.
WORKED, REST = 5, 2
#: Measures of the use of the OA, by which no list of units may be sorted.
USE = ("active", "active_rate", "daily_active", "daily_active_change_rate")


@pytest.fixture(scope="module")
def folder(issued: IssuedReports) -> Path:
    return issued("oa_adoption", "2026-W47").directory


def test_no_artefact_has_a_word_of_a_league_table(folder: Path) -> None:
    texts = {
        path.name: _text(path) for path in folder.iterdir() if path.suffix in (".html", ".xlsx", ".json", ".ipynb")
    }
    assert {"report.html", "report.xlsx", "report.ipynb"} <= texts.keys()
    found = [(name, word) for name, text in texts.items() for word in (*BANNED, "列第") if word in text]
    assert found == []


def test_every_list_of_units_is_in_directory_order_and_none_in_the_order_of_use(
    issued: IssuedReports, folder: Path
) -> None:
    places = directory_order(open_workspace(issued.city.estate.config).units(UNTIL).table)
    lists = {
        name: block["rows"] for name, block in blocks(folder).items() if block["rows"] and "unit" in block["rows"][0]
    }
    assert {"units", "moved"} <= lists.keys()
    for rows in lists.values():
        order = [places.get(row["unit"], len(places)) for row in rows]
        assert order == sorted(order)
    for measure in USE:
        values = [row[measure] for row in lists["units"] if row[measure] is not None]
        assert values not in (sorted(values), sorted(values, reverse=True))
    fields = set(lists["units"][0]) | set(lists["moved"][0])
    assert not {"place", "low_weeks", "ranked_units"} & fields


def test_the_page_says_its_purpose_and_its_basis(folder: Path) -> None:
    said = {item["subject"]: item["text"] for item in blocks(folder)["sentences"]["items"]}
    assert "不用于考核、通报" in said["用途"]
    assert "国办函〔2026〕12号" in said["用途"]
    assert "待用户方法律顾问确认" in said["用途"]


def _planted(burden: Burden) -> float | None:
    """Return the planted events of the week; None where the script gives no number."""
    if burden.cause == "after_hours":
        return reminders_of_day(SCALE, burden) * (REST if burden.on_rest_days else WORKED)
    return {"asked_twice": TWICE_A_DAY * WORKED, "stuck": STUCK_DOCUMENTS}.get(burden.cause)


def test_every_planted_burden_is_found_and_its_hours_are_right(issued: IssuedReports, folder: Path) -> None:
    content = blocks(folder)
    found = {row["burden_subject"]: row for row in content["burden"]["rows"]}
    little = {row["low_use_name"]: row["low_use_accounts"] for row in content["low-use"]["rows"]}
    counted = open_workspace(issued.city.estate.config).sql(
        "SELECT count(DISTINCT account_id) AS n FROM im_sessions "
        "WHERE day BETWEEN '2026-11-16' AND '2026-11-22' AND client LIKE 'Spark 2.8.3%'"
    )["n"][0]
    expected = {burden.subject: (burden.cause, _planted(burden)) for burden in BURDENS}
    expected["Spark 2.8.3"] = ("old_client", float(counted))
    missed = expected.keys() - found.keys() - little.keys()
    assert missed == set()  # recall 7 of 7
    for subject, (cause, count) in expected.items():
        if count is not None:
            hours = count * CAUSES[cause].minutes[1] / 60
            assert found[subject]["burden_hours"] == pytest.approx(hours, rel=0.1), subject
    assert all(row["burden_count"] >= LEAST for row in content["burden"]["rows"])
    assert all(count is None or count == 0 or count >= LEAST for count in little.values())


def _text(path: Path) -> str:
    if path.suffix != ".xlsx":
        return path.read_text(encoding="utf-8")
    with zipfile.ZipFile(path) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml"))
