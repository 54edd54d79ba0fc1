"""The databases that benchmarks fill have what the mappings read: nobody runs the benchmarks for weeks."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from contextlib import closing
from pathlib import Path

from benchmarks import extraction, history
from ntanalytics.catalog import load_product
from ntanalytics.ledger import InspectedFinding, Ledger, PastInspection
from ntanalytics.settings import project_dir


def test_the_messages_of_the_sms_platform_are_read_by_its_mapping(tmp_path: Path) -> None:
    extraction.fill_sqlite(tmp_path / "sms.sqlite", extraction.tables(100))
    sql = load_product(project_dir("queries") / "sms_platform").mapping("sms.messages").sql
    day = {"since": "2026-11-20 00:00:00", "until": "2026-11-21 00:00:00"}
    with closing(sqlite3.connect(tmp_path / "sms.sqlite")) as database:
        outcomes = [row[6] for row in database.execute(sql, day).fetchall()]
    assert (len(outcomes), outcomes.count("failed")) == (100, 2)


def test_a_long_history_has_the_inspections_of_its_days(tmp_path: Path) -> None:
    folder = tmp_path / "outputs" / "daily_inspection" / "2026-11-20"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({"period": {"kind": "day"}}), encoding="utf-8")
    ledger, day = Ledger(f"sqlite:///{tmp_path}/ledger.sqlite"), dt.date(2026, 11, 20)
    run_id = ledger.runs.start("daily_inspection", day.isoformat(), {})
    ledger.runs.finish(run_id, "published", version=1, path=str(folder))
    finding = InspectedFinding(
        code="sms.stopped", entity_kind="source", entity_key="a", entity_label="A", check="Sent", status="critical",
        value=0.0, format="integer", since_on=day, since_is_bound=False,
    )  # fmt: skip
    ledger.inspections.record(
        PastInspection(
            run_id=run_id, report="daily_inspection", day=day, published_at=dt.datetime(2026, 11, 21, tzinfo=dt.UTC),
            codes={"sms.stopped": True}, findings=(finding,),
        )
    )  # fmt: skip
    history.age_outputs(tmp_path, 4, day)
    issued = sorted(path.name for path in (tmp_path / "outputs" / "daily_inspection").iterdir())
    assert issued == ["2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20"]
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as database:
        [copied] = database.execute("SELECT count(DISTINCT inspection_id) FROM inspection_findings").fetchone()
    assert copied == 5
