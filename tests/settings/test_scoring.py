"""The scoring sheet: clauses as data; what is wrong in it is refused with its key."""

from __future__ import annotations

from pathlib import Path

import pytest

from ntanalytics.errors import SettingsError
from ntanalytics.settings import project_dir
from ntanalytics.settings.scoring import read_scoring

SHEET = """
clauses:
  1.1: {clause: 巡检, measure: inspections, points: 5, cap: 20}
  1.2: {clause: 工单, measure: deadlines, condition: rate < 0.95, points: 2}
grades: [{at_least: 90, grade: 优秀}, {at_least: 0, grade: 不合格}]
"""


def _written(folder: Path, text: str) -> Path:
    path = folder / "scoring.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_clauses_have_their_numbers_conditions_and_grades(tmp_path: Path) -> None:
    sheet = read_scoring(_written(tmp_path, SHEET))
    assert sheet is not None
    assert list(sheet.clauses) == ["1.1", "1.2"]
    assert (sheet.clauses["1.1"].least_rate, sheet.clauses["1.2"].least_rate) == (None, 0.95)
    assert sheet.least_rates == {"deadlines": 0.95}
    assert [sheet.grade_of(points) for points in (100, 90, 89.9, 0)] == ["优秀", "优秀", "不合格", "不合格"]


def test_without_a_file_there_is_no_sheet(tmp_path: Path) -> None:
    assert read_scoring(tmp_path / "scoring.yml") is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("points: 5", "points: -5", r"clauses\.1\.1\.points"),
        ("cap: 20", "most: 20", r"clauses\.1\.1\.most"),
        ("rate < 0.95", "rate > 0.95", r"clauses\.1\.2\.condition.*rate < 0\.95"),
        ("at_least: 0", "at_least: 10", "worst, which begins at 0"),
        ("clauses:", "clause:", "clauses: it is missing"),
        ("grades: [", "grades: [[", "cannot be read"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in SHEET
    with pytest.raises(SettingsError, match=said):
        read_scoring(_written(tmp_path, SHEET.replace(old, new)))


def test_the_example_is_a_sheet() -> None:
    sheet = read_scoring(project_dir("scheduled") / "scoring.example.yml")
    assert sheet is not None
    assert [sheet.grade_of(points) for points in (90, 75, 60, 59)] == ["优秀", "良好", "合格", "不合格"]
