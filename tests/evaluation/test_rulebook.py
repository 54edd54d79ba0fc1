from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ntanalytics.cli import app
from ntanalytics.errors import UnknownName
from ntanalytics.evaluation.estate import EvaluatedEstate
from ntanalytics.evaluation.rulebook import limits_of, of_subsystem, page
from ntanalytics.subsystems import RULES

ROOT = Path(__file__).parents[2]


def test_the_document_is_the_rules():
    assert (ROOT / "docs" / "rules.md").read_text(encoding="utf-8") == page(), "run `make docs`"


def test_the_document_tells_of_every_rule():
    text = page()
    assert not [code for code, rule in RULES.items() if f"### `{code}` " not in text or rule.reason not in text]


def test_limits_are_said_in_the_unit_of_their_kind():
    assert limits_of(RULES["sms.delivery_rate"]) == "低于 95.0% 为关注，低于 90.0% 为异常"
    assert limits_of(RULES["oa.active_fall"]) == "低于 −20% 为关注，低于 −40% 为异常"


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
