from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ntanalytics import evaluation
from ntanalytics.cli import app
from ntanalytics.evaluation import evaluate
from ntanalytics.evaluation.estate import INCIDENTS_FILE, MARK_FILE, EvaluatedEstate, prepare
from ntanalytics.evaluation.page import render_page
from ntanalytics.subsystems import RULES
from tests.evaluation.conftest import WANTED


def test_an_estate_is_judged_and_written_to_the_page(
    estate: EvaluatedEstate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(evaluation, "APART", dt.timedelta())  # the days before, which are as many inspections, are not
    steps: list[str] = []
    (score,) = evaluate(
        estate.settings.file.parent,
        [WANTED.seed],
        days=WANTED.days,
        judged=1,
        scale=WANTED.scale,
        progress=lambda step, _count: steps.append(step),
        processes=1,
    )
    assert (score.first, score.last, score.days) == (WANTED.last, WANTED.last, 1)
    assert not [each for each in steps if each.startswith("demo:")], "an estate that is there is used again"
    assert score.runs
    page = tmp_path / "evaluation.md"
    page.write_text("# Mine\n\n<!-- evaluation: begin -->\nstale figures\n<!-- evaluation: end -->\n\nExplained.\n")
    text = render_page(page, [score], RULES)
    assert text.startswith("# Mine\n")
    assert text.endswith("\n\nExplained.\n")
    assert "stale figures" not in text
    assert "| false alarms a day | ≤ 0.2 |" in text


def test_an_estate_of_which_something_else_would_be_planted_is_written_anew(estate: EvaluatedEstate, tmp_path: Path):
    folder = tmp_path / "estate"
    folder.mkdir()
    source = estate.settings.file.parent
    for name in (MARK_FILE, INCIDENTS_FILE, "harmless.json", "ntanalytics.yml"):
        shutil.copy(source / name, folder / name)
    steps: list[str] = []

    def interrupt(what: str, _rows: int) -> None:
        steps.append(what)
        raise KeyboardInterrupt

    prepare(folder, WANTED, interrupt)
    assert not steps
    kept = json.loads((folder / INCIDENTS_FILE).read_text(encoding="utf-8"))
    (folder / INCIDENTS_FILE).write_text(json.dumps(kept[1:]), encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        prepare(folder, WANTED, interrupt)
    assert steps


@pytest.mark.parametrize("arguments", [["--seed", "one"], ["--days", "5", "--judged", "6"]])
def test_what_cannot_be_evaluated_is_refused(arguments: list[str], tmp_path: Path):
    done = CliRunner().invoke(app, ["evaluate", "--dir", str(tmp_path / "x"), *arguments])
    assert done.exit_code != 0
    assert not (tmp_path / "x").exists()
