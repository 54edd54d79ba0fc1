"""Former names in the settings are read, said, and rewritten; tables follow the contract; unfit mappings are listed."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest

from ntanalytics.contract import DATASETS
from ntanalytics.errors import SettingsError
from ntanalytics.lake import DeltaLake
from ntanalytics.operations import site_upgrade
from ntanalytics.operations.site_upgrade import plan_site_upgrade, upgrade_site
from ntanalytics.settings import load
from ntanalytics.settings.renames import Rename, Replacement, current_text
from tests.lake.test_lake import BILLS, bills, replace

NOW = dt.datetime(2026, 11, 27, 8, tzinfo=dt.UTC)

#: Settings as a site of 0.1.0 wrote them.
FORMER = """\
# limits agreed on 12 March
rules:
  sms.delivery_rate: {watch: 0.99, bad: 0.95}   # stricter
  "infra.error_rate":
    fewest: 50
sources:
  desk: {product: ledger, path: desk.xlsx}
"""
PRESENT = """\
# limits agreed on 12 March
rules:
  sms.delivery_rate: {warning: 0.99, critical: 0.95}   # stricter
  "infra.error_rate":
    min_count: 50
sources:
  desk: {product: "desk_workbook", path: desk.xlsx}
"""


def _site(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "ntanalytics.yml"
    file.write_text(text, encoding="utf-8")
    return file


def test_settings_of_0_1_0_are_read_said_and_rewritten_with_their_comments(tmp_path: Path):
    file = _site(tmp_path, FORMER)
    before = load(file)
    assert (before.rules["sms.delivery_rate"].warning, before.rules["infra.error_rate"].min_count) == (0.99, 50)
    plan = plan_site_upgrade(before)
    [found] = plan.files
    assert list(found.replacements) == [
        Replacement("rules.sms.delivery_rate.watch", "watch", "warning", 3),
        Replacement("rules.sms.delivery_rate.bad", "bad", "critical", 3),
        Replacement("rules.infra.error_rate.fewest", "fewest", "min_count", 5),
        Replacement("sources.desk.product", "ledger", "desk_workbook", 7),
    ]
    assert file.read_text(encoding="utf-8") == FORMER
    done = upgrade_site(before, NOW)
    assert file.read_text(encoding="utf-8") == PRESENT
    assert load(file) == before
    [rewritten] = done.files
    assert rewritten.backup is not None
    assert rewritten.backup.read_text(encoding="utf-8") == FORMER
    assert plan_site_upgrade(load(file)).files == []


def test_a_rewriting_that_is_broken_off_leaves_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = _site(tmp_path, FORMER)
    settings = load(file)

    def killed(_self: Path, _target: Path) -> Path:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            upgrade_site(settings, NOW)
    assert file.read_text(encoding="utf-8") == FORMER
    upgrade_site(settings, NOW)
    assert file.read_text(encoding="utf-8") == PRESENT


def test_a_key_under_both_names_is_refused(tmp_path: Path):
    with pytest.raises(SettingsError, match="former name of warning") as refused:
        load(_site(tmp_path, "rules: {sms.delivery_rate: {watch: 0.9, warning: 0.8}}\n"))
    assert refused.value.where == "rules.sms.delivery_rate"


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("jobs: {a: {grace_min: 5}}", "jobs: {a: {deadline_min: 5}}"),
        ("jobs:\n  grace_min: {report: x}\n", "jobs:\n  grace_min: {report: x}\n"),  # the name of a job
        ("jobs: {a: {report: grace_min}}", "jobs: {a: {report: grace_min}}"),
        ("other: {a: {grace_min: 5}}", "other: {a: {grace_min: 5}}"),
        ("\ufeffjobs: {周报: {grace_min: 5}}", "\ufeffjobs: {周报: {deadline_min: 5}}"),  # Notepad marks its files
        ("# 😀\njobs: {a: {grace_min: 5}}", "# 😀\njobs: {a: {deadline_min: 5}}"),
    ],
)
def test_a_rename_concerns_its_place_alone(text: str, after: str):
    assert current_text(text, [Rename(("jobs", "*"), "grace_min", "deadline_min")])[0] == after


def test_the_table_of_a_dataset_that_gained_a_column_follows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    settings = load(_site(tmp_path, "site: {}\n"))
    day = dt.date(2026, 11, 1)
    replace(DeltaLake(settings.lake), bills(day, 10, "a", 3), "a", day, day)
    assert plan_site_upgrade(settings).tables == []
    note = dataclasses.replace(BILLS.column("carrier"), name="remark", nullable=True)
    later = dataclasses.replace(BILLS, columns=(*BILLS.columns, note))
    monkeypatch.setattr(site_upgrade, "DATASETS", {**DATASETS, BILLS.name: later})
    [change] = plan_site_upgrade(settings).tables
    assert change.added == ("remark",)
    assert upgrade_site(settings, NOW).rows == {BILLS.name: 3}
    assert upgrade_site(settings, NOW).tables == []


def test_every_mapping_that_no_longer_fits_is_listed(tmp_path: Path):
    home = tmp_path / "queries" / "kannel"
    home.mkdir(parents=True)
    for dataset, columns in {"sms.messages": "id AS message_id", "sms.applications": "1 AS n"}.items():
        header = "/*\nwindow: submitted_at\ntimes: {submitted_at: naive, reported_at: naive}\ndialects: [mysql]\n*/\n"
        sql = f"{header}SELECT {columns} FROM t WHERE at >= :since AND at < :until\n"
        (home / f"{dataset}.sql").write_text(sql, encoding="utf-8")
    plan = plan_site_upgrade(load(_site(tmp_path, "queries: queries\n")))
    assert len(plan.problems) == 2
    assert any("unknown dataset 'sms.applications'" in problem for problem in plan.problems)
    assert any("'submitted_at' of sms.messages is missing" in problem for problem in plan.problems)


def test_only_files_that_are_there_are_looked_at(tmp_path: Path):
    settings = load(_site(tmp_path, "site: {}\n"))
    assert plan_site_upgrade(settings) == site_upgrade.SiteUpgrade([], [], [])
