"""CONTRIBUTING's list "Add a report" is followed, command by command, in a copy of the checkout."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.city import blocks, copy_city
from tests.scaffold.conftest import ROOT, Checkout

FILLED = {"<report>": "sent_probe", "<dataset>": "sms.messages", "<subsystem>": "sms", "<title>": "试写的报表"}


def commands() -> list[str]:
    """What the list tells to type, in its order."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    listed = text.partition("## Add a report\n")[2].partition("\n## ")[0]
    found = re.findall(r"`((?:ntanalytics|make|\.venv/bin/\w+) [^`]+)`", listed)
    for name, value in FILLED.items():
        found = [each.replace(name, value) for each in found]
    return found


def test_the_list_can_be_followed_to_an_issued_report(checkout: Checkout, written_city: Path, tmp_path: Path):
    copy_city(written_city, tmp_path).estate.directory.rename(checkout.root / "demo-city")
    typed = commands()
    assert [each.split()[:2] for each in typed[:1]] == [["ntanalytics", "new"]]
    assert any(" run sent_probe " in each for each in typed)
    written = checkout.run(typed[0])
    assert len(re.findall("wrote ", written)) == 4
    before = {path: path.read_bytes() for path in checkout.root.rglob("*sent_probe*") if path.is_file()}
    assert len(before) == 4
    for command in typed[1:]:
        checkout.run(command)
    assert {path: path.read_bytes() for path in before} == before, "what is written needs no fixing"
    (folder,) = checkout.root.glob("outputs/sent_probe/2026-W47")
    found = blocks(folder)
    assert found["head"]["title"].endswith("试写的报表")
    (total,) = [item["value"] for item in found["kpis"]["items"]]
    assert total == sum(row["sent_probe_rows"] for row in found["by-group"]["rows"]) > 0


def test_what_is_written_is_formatted_typed_and_in_its_layer(checkout: Checkout):
    checkout.run("ntanalytics new report backup_probe --dataset infra.backups")
    metrics, tests = "ntanalytics/metrics/infra/backup_probe.py", "tests/metrics/infra/test_backup_probe.py"
    checkout.run(f"ruff format --check {metrics} {tests} tests/reports/test_backup_probe.py")
    checkout.run(f"ruff check {metrics} {tests} tests/reports/test_backup_probe.py")
    checkout.run(f"mypy {metrics}")
    checkout.run("lint-imports --no-cache")
    checkout.run("nbstripout --verify notebooks/backup_probe.ipynb")
    known = checkout.run(
        "python -c \"from ntanalytics.metrics import MEASURES; print('backup_probe_rows' in MEASURES)\""
    )
    assert known.strip() == "True"
    needs = json.loads((checkout.root / "notebooks" / "backup_probe.ipynb").read_text(encoding="utf-8"))
    assert needs["metadata"]["ntanalytics"]["needs"] == {"infra.backups": 28}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("sms_volume", "is there already"),
        ("sms", "is no name"),
        ("../outside", "is no name"),
        ("Upper", "is no name"),
        ("class", "is no name"),
        ("helpers", "is no name"),
        ("chart", "is no name"),
        ("a_name_that_is_far_too_long_for_a_report", "is no name"),
        ("mine --dataset sms.message", "did you mean 'sms.messages'"),
    ],
)
def test_a_name_that_will_not_do_is_refused_and_nothing_is_written(checkout: Checkout, arguments: str, said: str):
    before = {
        path for path in checkout.root.rglob("*") if ".venv" not in path.parts and "__pycache__" not in path.parts
    }
    assert said in checkout.run(f"ntanalytics new report {arguments}", code=2)
    after = {path for path in checkout.root.rglob("*") if ".venv" not in path.parts and "__pycache__" not in path.parts}
    assert after == before


def test_a_program_without_its_source_code_says_so(checkout: Checkout):
    (checkout.root / "pyproject.toml").rename(checkout.root / "pyproject.away")
    try:
        assert "without it" in checkout.run("ntanalytics new report mine", code=2)
    finally:
        (checkout.root / "pyproject.away").rename(checkout.root / "pyproject.toml")
