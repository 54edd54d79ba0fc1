"""CONTRIBUTING's lists "Add a subsystem" and "Add a rule" are followed; both stand in an issued inspection."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ntanalytics.errors import UsageError
from ntanalytics.scaffold import LimitOptions, write_rule, write_subsystem
from tests.city import FINDINGS, blocks, bundles
from tests.scaffold.conftest import ROOT, Checkout, files_of

FILLED = {
    "<subsystem>": "permits", "<title>": "行政审批", "<rule>": "failures", "<measure>": "permits_failures",
    "<warning>": "2", "<critical>": "5",
}  # fmt: skip
SETTINGS = """\
site: {name: 试点, timezone: Asia/Shanghai}
lake: lake
ledger: sqlite:///ledger.sqlite
outputs: outputs
sources:
  permits: {product: permits_database, url: "sqlite:///permits.sqlite"}
"""
ISSUE = """\
import datetime as dt
from pathlib import Path
from ntanalytics.runner import RunContext, run_report
from ntanalytics.settings import load
clock = lambda: dt.datetime(2026, 11, 21, 1, tzinfo=dt.UTC)
context = RunContext(settings=load(Path("site/ntanalytics.yml")), clock=clock)
print(run_report(context, "daily_inspection", "2026-11-20", {}).directory)
"""


def command(heading: str) -> str:
    """Return the first command that a list of CONTRIBUTING.md tells to type, filled in."""
    listed = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition(f"## {heading}\n")[2]
    match = re.search(r"`(ntanalytics new [^`]+)`", listed.partition("\n## ")[0])
    assert match
    text = match[1]
    for name, value in FILLED.items():
        text = text.replace(name, value)
    return text


@pytest.fixture(scope="module")
def written(checkout: Checkout) -> Checkout:
    """The checkout after both commands."""
    before = files_of(checkout)
    output = checkout.run(command("Add a subsystem")) + checkout.run(command("Add a rule"))
    new = [path for path in files_of(checkout) if path not in before]
    assert len(new) == len(re.findall("^wrote ", output, flags=re.MULTILINE)) == 14
    changed = {path for path, content in before.items() if path.read_bytes() != content}
    assert {str(path.relative_to(checkout.root)) for path in changed} == {
        "ntanalytics/contract/__init__.py",
        "ntanalytics/contract/enumerations.py",
        "ntanalytics/subsystems/__init__.py",
    }
    return checkout


@pytest.fixture(scope="module")
def inspection(written: Checkout) -> Path:
    """The inspection of a day with 100 events, of which 6 failed."""
    site = written.root / "site"
    site.mkdir()
    (site / "ntanalytics.yml").write_text(SETTINGS, encoding="utf-8")
    with closing(sqlite3.connect(site / "permits.sqlite")) as database, database:
        database.execute("CREATE TABLE permits_events (id TEXT, created DATETIME, result TEXT)")
        rows = [(str(number), "2026-11-20 10:00:00", "error" if number < 6 else "ok") for number in range(100)]
        database.executemany("INSERT INTO permits_events VALUES (?, ?, ?)", rows)
    (site / "issue.py").write_text(ISSUE, encoding="utf-8")
    return Path(written.run("python site/issue.py").splitlines()[-1])


def test_the_subsystem_has_its_line_in_the_systems_table(inspection: Path) -> None:
    [line] = [row for row in blocks(inspection)["systems"]["rows"] if row["subsystem"] == "行政审批"]
    assert (line["state"], line["wrong"], line["watched"]) == ("critical", 1, 1)
    assert "100" in line["points"]


def test_the_findings_of_both_rules_stand_on_the_board(inspection: Path) -> None:
    findings: dict[str, Any] = {
        finding["code"]: finding
        for bundle in bundles(inspection)
        for finding in bundle.get(FINDINGS, {}).get("findings", [])
    }
    assert (findings["permits.failures"]["status"], findings["permits.failures"]["value"]) == ("critical", 6)
    assert findings["permits.event_failure_rate"]["status"] == "warning"


def test_what_is_written_is_tested_and_formatted(written: Checkout) -> None:
    written.run("ntanalytics new rule oa.users --measure active --good up --warning 3 --critical 1")
    folders = "ntanalytics/contract ntanalytics/metrics/permits ntanalytics/subsystems tests/subsystems"
    written.run(f"ruff check {folders} && ruff format --check {folders}")
    tests = "tests/subsystems/permits tests/subsystems/oa/test_users.py tests/subsystems/test_rules.py"
    written.run(f"python -m pytest -q -p no:xdist {tests} tests/queries/test_golden.py -k 'permits or users or rule'")


@pytest.mark.parametrize(
    ("name", "title", "message"),
    [
        ("seal", "印章", "there is a subsystem 'seal' already"),
        ("Seal", "印章", "is no name"),
        ("two_words", "印章", "is no name"),
        ("data", "数据", "is no name"),
        ("parking", '停"车', "is no title"),
    ],
)
def test_a_subsystem_that_cannot_be_is_refused(checkout: Checkout, name: str, title: str, message: str) -> None:
    before = files_of(checkout)
    with pytest.raises(UsageError, match=message):
        write_subsystem(name, title, checkout.root)
    assert files_of(checkout) == before


@pytest.mark.parametrize(
    ("code", "measure", "options", "message"),
    [
        ("seals.x", "signings", LimitOptions(), "unknown subsystem 'seals'.*did you mean 'seal'"),
        ("seal.testing_days", "waiting_days", LimitOptions(), "there is a rule 'seal.testing_days' already"),
        ("seal.X", "signings", LimitOptions(), "'X' is no name"),
        ("seal.x", "signing", LimitOptions(), "unknown measure 'signing'.*did you mean 'signings'"),
        ("seal.x", "waiting_days", LimitOptions(), "no metric of 'seal' makes 'waiting_days' of one dataset alone"),
        ("data.x", "signings", LimitOptions(), "unknown subsystem 'data'"),
        ("seal.x", "signings", LimitOptions(good="sideways"), "is no direction"),
        ("seal.x", "signings", LimitOptions(5, 9, "up"), "--critical is below --warning"),
        ("seal.text", "signings", LimitOptions(), "is there already"),
        ("seal.operation", "signings", LimitOptions(), "_operation stands for something else"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(
    checkout: Checkout, code: str, measure: str, options: LimitOptions, message: str
) -> None:
    before = files_of(checkout)
    with pytest.raises(UsageError, match=f"(?s){message}"):
        write_rule(code, measure, options, checkout.root)
    assert files_of(checkout) == before
