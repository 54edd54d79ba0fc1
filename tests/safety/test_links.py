"""A symbolic link that somebody planted in the outputs leads nothing of ours out of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ntanalytics.errors import NtaError, PublishError
from ntanalytics.operations import retention
from tests.desk import Desk


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


def plant(desk: Desk, name: str, target: Path) -> Path:
    link = desk.outputs / name
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(target)
    return link


@pytest.mark.parametrize("name", [".staging", ".locks", "probe", "probe/2026-W47"])
def test_no_report_is_made_or_published_through_a_link(desk: Desk, elsewhere: Path, name: str) -> None:
    desk.write_bare("1")
    link = plant(desk, name, elsewhere)
    with pytest.raises(PublishError, match="is a symbolic link"):
        desk.run()
    assert link.is_symlink()
    assert list(elsewhere.iterdir()) == []


def test_no_evidence_of_a_failed_run_goes_through_a_link_and_the_failure_is_said(desk: Desk, elsewhere: Path) -> None:
    desk.write_bare("raise ValueError('broken')")
    plant(desk, ".failed", elsewhere)
    with pytest.raises(NtaError, match="broken"):
        desk.run()
    assert list(elsewhere.iterdir()) == []
    assert desk.ledger.runs.history(1)[0].status == "failed"


def test_a_link_in_the_place_of_the_index_is_replaced_and_what_it_led_to_stays(desk: Desk, elsewhere: Path) -> None:
    (elsewhere / "mine").write_text("mine", encoding="utf-8")
    desk.write("1")
    link = plant(desk, "index.html", elsewhere / "mine")
    desk.run()
    assert not link.is_symlink()
    assert "2026-W47" in link.read_text(encoding="utf-8")
    assert (elsewhere / "mine").read_text(encoding="utf-8") == "mine"


def test_nothing_is_put_aside_through_a_link(desk: Desk, elsewhere: Path) -> None:
    desk.publish_by_hand()
    plant(desk, retention.LEAVING, elsewhere)
    with pytest.raises(PublishError, match="is a symbolic link"):
        retention._remove_folder(desk.outputs, desk.published)
    assert list(elsewhere.iterdir()) == []
    assert desk.published.is_dir()
