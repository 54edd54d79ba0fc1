"""CONTRIBUTING's list "Add a report" is followed, command by command, in a copy of the checkout."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from ntanalytics.errors import UsageError
from ntanalytics.scaffold import write_report
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


def test_what_is_written_is_formatted_and_typed(checkout: Checkout):
    """The house rules, which the list above runs, look at its layer."""
    checkout.run("ntanalytics new report backup_probe --dataset infra.backups")
    metrics, tests = "ntanalytics/metrics/infra/backup_probe.py", "tests/metrics/infra/test_backup_probe.py"
    checkout.run(f"ruff format --check {metrics} {tests} tests/reports/test_backup_probe.py")
    checkout.run(f"ruff check {metrics} {tests} tests/reports/test_backup_probe.py")
    checkout.run(f"mypy {metrics}")
    checkout.run("nbstripout --verify notebooks/backup_probe.ipynb")
    known = checkout.run(
        "python -c \"from ntanalytics.metrics import MEASURES; print('backup_probe_rows' in MEASURES)\""
    )
    assert known.strip() == "True"
    needs = json.loads((checkout.root / "notebooks" / "backup_probe.ipynb").read_text(encoding="utf-8"))
    assert needs["metadata"]["ntanalytics"]["needs"] == {"infra.backups": 28}


@pytest.mark.parametrize(
    ("name", "dataset", "said"),
    [
        ("sms_volume", "sms.messages", "is there already"),
        ("sms", "sms.messages", "is no name"),
        ("../outside", "sms.messages", "is no name"),
        ("Upper", "sms.messages", "is no name"),
        ("class", "sms.messages", "is no name"),
        ("helpers", "sms.messages", "is no name"),
        ("chart", "sms.messages", "is no name"),
        ("a_name_that_is_far_too_long_for_a_report", "sms.messages", "is no name"),
        ("mine", "sms.message", "did you mean 'sms.messages'"),
    ],
)
def test_a_name_that_will_not_do_is_refused_and_nothing_is_written(
    checkout: Checkout, name: str, dataset: str, said: str
):
    before = paths_of(checkout)
    with pytest.raises(UsageError) as caught:
        write_report(name, dataset, "", checkout.root)
    assert said in f"{caught.value} {caught.value.todo}"
    assert paths_of(checkout) == before


def test_the_command_says_what_will_not_do_and_ends_with_2(checkout: Checkout):
    before = paths_of(checkout)
    assert "is there already" in checkout.run("ntanalytics new report sms_volume", code=2)
    assert paths_of(checkout) == before


def paths_of(checkout: Checkout) -> set[Path]:
    """Return the paths of the checkout without what Python compiled."""
    found: set[Path] = set()
    for folder, inner, names in os.walk(checkout.root):
        inner[:] = [name for name in inner if name not in (".venv", "__pycache__")]
        found.update(Path(folder, name) for name in (*inner, *names))
    return found


def test_a_program_without_its_source_code_says_so(checkout: Checkout):
    (checkout.root / "pyproject.toml").rename(checkout.root / "pyproject.away")
    try:
        assert "without it" in checkout.run("ntanalytics new report mine", code=2)
    finally:
        (checkout.root / "pyproject.away").rename(checkout.root / "pyproject.toml")
