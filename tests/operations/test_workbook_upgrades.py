"""The upgrade command finds the workbooks of a site, and does what it says only with --write."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ntanalytics.cli.program import app
from ntanalytics.cli.upgrade import upgrade  # noqa: F401 - registers the command

OLDER = Path(__file__).parents[1] / "sources/fixtures/desk_workbook_0.1.0.xlsx"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    shutil.copy(OLDER, tmp_path / "desk.xlsx")
    text = (
        "lake: lake\nledger: sqlite:///ledger.sqlite\noutputs: outputs\nsources:\n"
        "  desk: {product: desk_workbook, path: desk.xlsx}\n"
        "  later: {product: desk_workbook, path: not-yet.xlsx}\n"
    )
    (tmp_path / "ntanalytics.yml").write_text(text, encoding="utf-8")
    return tmp_path / "ntanalytics.yml"


def run(config: Path, *options: str) -> str:
    result = CliRunner().invoke(app, ["--config", str(config), "upgrade", *options])
    assert result.exit_code == 0, result.output
    return result.output


def test_without_write_it_says_what_the_workbook_lacks_and_leaves_it(config: Path) -> None:
    before = (config.parent / "desk.xlsx").read_bytes()
    [book] = json.loads(run(config, "--json"))["workbooks"]
    assert book["source"] == "desk"
    assert "add the sheet 演练" in book["steps"]
    assert (config.parent / "desk.xlsx").read_bytes() == before
    assert "nothing was changed" in run(config)


def test_with_write_it_is_done_and_a_second_time_there_is_nothing_to_do(config: Path) -> None:
    before = (config.parent / "desk.xlsx").read_bytes()
    assert "backup:" in run(config, "--write")
    [backup] = config.parent.glob("desk.xlsx.*.backup")
    assert backup.read_bytes() == before
    assert json.loads(run(config, "--json"))["workbooks"][0]["steps"] == []
    assert "has all sheets and columns already" in run(config, "--write")
