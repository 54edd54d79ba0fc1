"""The operators are told once, in a real folder and a real ledger, and again when it recurs."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from ntanalytics.delivery.notices import notify, notify_once, resolve
from ntanalytics.errors import SettingsError
from tests.desk import Desk

KEY = "overdue daily 2026-11-23"


@pytest.fixture
def told(desk: Desk, tmp_path: Path) -> Path:
    """Where the operators' notices go."""
    text = "channels: {duty: {kind: folder, path: duty}}\noperators: [{channel: duty}]\n"
    (desk.home / "ntanalytics.yml").write_text(text, encoding="utf-8")
    desk.reload()
    (tmp_path / "duty").mkdir()
    return tmp_path / "duty"


def _texts(told: Path) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(told.rglob("*.txt"))]


def test_something_is_told_once_until_it_was_mended_and_recurs(desk: Desk, told: Path):
    said = ("每日巡检未按时发布", "2026-11-23 的巡检到期未出，请查看 run-due 的日志。")
    assert notify_once(desk.settings, desk.ledger, KEY, *said)
    assert not notify_once(desk.settings, desk.ledger, KEY, *said)
    [text] = _texts(told)
    assert text.startswith("【运维提醒】每日巡检未按时发布\n\n2026-11-23 的巡检到期未出")
    assert resolve(desk.ledger, KEY)
    assert not resolve(desk.ledger, KEY)
    assert notify_once(desk.settings, desk.ledger, KEY, *said)
    assert len(_texts(told)) == 2
    assert any("（第 2 次）" in text for text in _texts(told))


def test_what_could_not_be_told_is_told_when_the_channel_is_back(desk: Desk, told: Path):
    told.rmdir()
    assert notify_once(desk.settings, desk.ledger, KEY, "标题", "内容")
    assert not told.exists()
    [waiting] = desk.ledger.deliveries.for_subject("notice", KEY)
    assert (waiting.status, "is it mounted" in waiting.why) == ("retry", True)
    told.mkdir()
    [done] = notify(desk.settings, desk.ledger)
    assert (done.status, done.attempts) == ("sent", 2)
    assert notify(desk.settings, desk.ledger) == []
    assert desk.ledger.deliveries.events(done.id) == [
        ("sending", ""),
        ("retry", waiting.why),
        ("sending", ""),
        ("sent", ""),
    ]


def test_what_is_mended_before_it_could_be_told_is_not_told(desk: Desk, told: Path):
    told.rmdir()
    notify_once(desk.settings, desk.ledger, KEY, "标题", "内容")
    resolve(desk.ledger, KEY)
    told.mkdir()
    assert notify(desk.settings, desk.ledger) == []


def test_a_notice_is_for_its_readers_alone_and_nothing_in_it_leads_elsewhere(desk: Desk, told: Path):
    notify_once(desk.settings, desk.ledger, "../../x\n", "标\n题\x1b[31m", "内容\u202e")
    [path] = told.rglob("*.txt")
    assert path.parent == told / "notices"
    assert path.read_text(encoding="utf-8").startswith("【运维提醒】标 题[31m\n\n内容\n")
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)) == (0o640, 0o750)


def test_a_notice_is_not_put_behind_a_link(desk: Desk, told: Path, tmp_path: Path):
    (tmp_path / "elsewhere").mkdir()
    (told / "notices").symlink_to(tmp_path / "elsewhere")
    notify_once(desk.settings, desk.ledger, KEY, "标题", "内容")
    assert list((tmp_path / "elsewhere").iterdir()) == []
    [refused] = desk.ledger.deliveries.for_subject("notice", KEY)
    assert (refused.status, "symbolic link" in refused.why) == ("failed", True)


def test_an_operator_over_an_unknown_channel_is_refused_with_the_nearest(desk: Desk):
    text = "channels: {duty: {kind: folder, path: duty}}\noperators: [{channel: dutty}]\n"
    (desk.home / "ntanalytics.yml").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"unknown channel 'dutty'[\s\S]*did you mean 'duty'"):
        desk.reload()
