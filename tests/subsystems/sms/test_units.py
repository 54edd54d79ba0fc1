"""SMS by unit: one unit under one name, however the platform writes it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from ntanalytics.checks.context import CheckContext
from ntanalytics.periods import Period
from ntanalytics.settings import load
from ntanalytics.subsystems import RULES
from ntanalytics.subsystems.sms.section import summarize
from ntanalytics.workspace.report import Report
from ntanalytics.workspace.site import Workspace
from tests.extraction.small_site import SmallSite

DAY = dt.date(2026, 11, 19)
UNITS = """\
/*
dialects: [sqlite]
*/
SELECT id AS unit_id, name AS unit, NULL AS parent_id, 1 AS is_enabled FROM unit
"""


@pytest.mark.parametrize("has_list", [True, False])
def test_messages_are_counted_by_unit_whatever_the_spelling(tmp_path: Path, has_list: bool):
    """2 + 1 + 4 segments of one unit under three spellings; 8 of another; 16 of nobody."""
    site = SmallSite(tmp_path)
    home = tmp_path / "queries" / "shop"
    mapping = home / "sms.messages.sql"
    mapping.write_text(mapping.read_text(encoding="utf-8").replace("NULL AS unit", "outcome AS unit"), encoding="utf-8")
    text = mapping.read_text(encoding="utf-8").replace("outcome AS outcome", "NULL AS outcome")
    mapping.write_text(text, encoding="utf-8")
    if has_list:
        (home / "identity.units.sql").write_text(UNITS, encoding="utf-8")
        for source in ("shop", "twin"):
            site.run(source, "CREATE TABLE unit (id TEXT, name TEXT)")
        site.run("shop", "INSERT INTO unit VALUES ('1', '市财政局')")
    (tmp_path / "aliases.csv").write_text("theirs,ours\n市财局,市财政局\n", encoding="utf-8")
    config = site.config
    config.write_text(config.read_text(encoding="utf-8") + "site: {unit_aliases: aliases.csv}\n", encoding="utf-8")
    site.settings = load(config)
    units = ["市财局", "市财政局 ", "市财政局", "市气象局", None]
    for number, unit in enumerate(units):
        segments = (2, 1, 4, 8, 16)[number]
        site.messages("shop", (number, "2026-11-19 09:00:00", "mobile", segments, unit, None))
    datasets = ["sms.messages", *(["identity.units"] if has_list else [])]
    site.extractor().extract(datasets, DAY, DAY)
    report = Report(Workspace(site.settings), "sms_volume", "", Period.day(DAY))
    table = summarize(CheckContext(report, RULES)).tables["units"]
    found = {row["unit"]: row["segments"] for row in table}
    assert found == {"市财政局": 7, "市气象局": 8, "无单位": 16}
    assert [gap for gap in report.head().gaps if gap.startswith("单位没有")] == []
