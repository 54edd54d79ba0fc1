"""No text of the package ranks units by use, or asks to promote use (docs/domain.md, No league tables)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ntanalytics.settings import project_dir

#: Words of a league table, and of forced promotion.
BANNED = (
    "居后", "居前", "居首", "末位", "垫底", "倒数", "排名", "名次", "上门推广", "推广移动", "推广应用", "上门培训",
)  # fmt: skip
#: The place, which only the platform owner's view has.
ALLOWED = {("ntanalytics/metrics/oa/unit_ranking.py", "名次")}


def _texts() -> list[Path]:
    package = [*project_dir("notebooks").parent.joinpath("ntanalytics").rglob("*.py")]
    return [*package, *project_dir("notebooks").rglob("*.ipynb")]


@pytest.mark.parametrize("word", BANNED)
def test_no_text_of_the_package_has_a_word_of_a_league_table(word: str) -> None:
    root = project_dir("notebooks").parent
    found = {
        str(path.relative_to(root))
        for path in _texts()
        if word in path.read_text(encoding="utf-8") or json.dumps(word) in path.read_text(encoding="utf-8")
    }
    assert found - {path for path, allowed in ALLOWED if allowed == word} == set(), (
        f"{word}: units stand in directory order, and a fault of the service is looked for"
    )
