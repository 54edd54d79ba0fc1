"""The ratchet of the house rules holds in both directions."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules.ratchet import hold

TEXT = """#: 注
STILL: dict[str, int] = {"lake": 2, "reports": 1}
NAMES: frozenset[str] = frozenset({"a"})
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("LOWER_CEILINGS", raising=False)
    (tmp_path / "test_rule.py").write_text(TEXT, encoding="utf-8")
    return tmp_path / "test_rule.py"


def test_what_is_listed_passes(file: Path) -> None:
    hold("STILL", file, {"lake": [1, 2], "reports": [3], "cli": []}, "why")
    hold("NAMES", file, {"a": [1, 2]}, "why")


def test_one_more_fails_with_the_reason_and_the_places(file: Path) -> None:
    with pytest.raises(AssertionError, match="(?s)why.*lake: 3, and 2 are listed in STILL.*place"):
        hold("STILL", file, {"lake": [1, 2, "place"], "reports": [3]}, "why")
    with pytest.raises(AssertionError, match="b: 1, and 0 are listed in NAMES"):
        hold("NAMES", file, {"a": [1], "b": [1]}, "why")


def test_one_less_fails_until_the_list_is_lowered(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AssertionError, match="LOWER_CEILINGS=1"):
        hold("STILL", file, {"lake": [1]}, "why")
    monkeypatch.setenv("LOWER_CEILINGS", "1")
    hold("STILL", file, {"lake": [1]}, "why")
    hold("NAMES", file, {}, "why")
    assert file.read_text(encoding="utf-8") == (
        '#: 注\nSTILL: dict[str, int] = {\n    "lake": 1,\n}\nNAMES: frozenset[str] = frozenset()\n'
    )


def test_a_list_follows_a_rename_and_never_grows(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOWER_CEILINGS", "1")
    hold("STILL", file, {"lakes": [1, 2], "reports": [3]}, "why")
    assert '"lakes": 2,' in file.read_text(encoding="utf-8")
    with pytest.raises(AssertionError, match="reports: 2, and 1 are listed"):
        hold("STILL", file, {"lakes": [1, 2], "reports": [3, 4]}, "why")
