from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ntanalytics.cli import app
from ntanalytics.errors import BadPeriod, UnknownName
from ntanalytics.evaluation.estate import EvaluatedEstate
from ntanalytics.evaluation.rulebook import findings_of_day, last_day, of_subsystem, page
from ntanalytics.ledger.coverage import CoverageDay
from ntanalytics.subsystems import RULES
from ntanalytics.workspace import open_workspace
from ntanalytics.workspace.site import Workspace

ROOT = Path(__file__).parents[2]


def test_the_document_is_the_rules():
    assert (ROOT / "docs" / "rules.md").read_text(encoding="utf-8") == page(), "run `make docs`"


def test_the_document_tells_of_every_rule():
    text = page()
    assert not [code for code, rule in RULES.items() if f"### `{code}` " not in text or rule.reason not in text]


#: Detector → the scale of the departure that it hands to the limits of its rule.
_SCALES = {
    "failure_burst": {"points of hours"},
    "failure_rate_rise": {"points"},
    "group_drop": {"departure"},
    "latency_spike": {"multiple"},
    "peer_outlier": {"peers"},
    "seasonal_baseline": {"departure"},
    "share_shift": {"measure"},
    "silence": {"silence"},
    "volume_gap": {"silence"},
}


def test_a_detector_is_held_against_limits_on_its_own_scale(estate: EvaluatedEstate):
    workspace = open_workspace(estate.settings.file)
    by_code = findings_of_day(workspace, last_day(workspace))
    pairs = {
        (finding.detector, finding.code) for findings in by_code.values() for finding in findings if finding.detector
    }
    assert {detector for detector, _ in pairs} & _SCALES.keys()
    assert [pair for pair in pairs if pair[0] in _SCALES and RULES[pair[1]].scale not in _SCALES[pair[0]]] == []


def test_an_unknown_subsystem_is_named():
    with pytest.raises(UnknownName, match="mainframe"):
        of_subsystem(RULES, "mainframe")


def test_the_command_lists_a_subsystem_and_what_a_site_switched_off(tmp_path: Path):
    config = tmp_path / "ntanalytics.yml"
    config.write_text("sources: {}\nrules: {sms.backlog: {enabled: false}, sms.delivery_rate: {watch: 0.97}}\n")
    done = CliRunner().invoke(app, ["--config", str(config), "rules", "--subsystem", "sms", "--json"])
    assert done.exit_code == 0, done.output
    listed = {each["code"]: each for each in json.loads(done.stdout)}
    assert set(listed) == {code for code in RULES if code.startswith("sms.")}
    assert listed["sms.backlog"]["is_off"]
    assert (listed["sms.delivery_rate"]["warning"], listed["sms.delivery_rate"]["is_overridden"]) == (0.97, True)
    assert "said" not in listed["sms.backlog"]


def test_the_command_says_what_each_says_of_the_last_working_day(estate: EvaluatedEstate):
    done = CliRunner().invoke(
        app, ["--config", str(estate.settings.file), "rules", "--subsystem", "desk", "--day", "latest", "--json"]
    )
    assert done.exit_code == 0, done.output
    said = {each["code"]: each["said"] for each in json.loads(done.stdout)}
    assert set(said) == {code for code in RULES if code.startswith("desk.")}
    assert said["desk.attendance_rate"] == "● 正常 1"


def test_the_latest_day_is_one_that_was_over_when_it_was_extracted(estate: EvaluatedEstate, monkeypatch):
    """The present day, of which a morning is there, is none: all of it would be unknown."""
    workspace = open_workspace(estate.settings.file)
    latest = last_day(workspace)
    [next_day] = [day for day in (latest + dt.timedelta(days=n) for n in range(1, 8)) if day.weekday() < 5][:1]
    noon = dt.datetime.combine(next_day, dt.time(4), dt.UTC)
    begun = CoverageDay(
        source="x", day=next_day, taken_at=noon, rows=9, source_rows=9, rejected=0, is_held=True, extraction_id=1
    )
    real = Workspace.covered_days
    monkeypatch.setattr(Workspace, "covered_days", lambda *asked: [*real(*asked), begun])
    assert last_day(open_workspace(estate.settings.file)) == latest


def test_a_day_in_the_future_is_refused_as_a_period_of_a_report_is(estate: EvaluatedEstate):
    done = CliRunner().invoke(app, ["--config", str(estate.settings.file), "rules", "--day", "2999-01-04"])
    assert isinstance(done.exception, BadPeriod)
