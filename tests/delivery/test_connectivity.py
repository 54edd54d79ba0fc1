"""Doctor looks at channels and sends nothing: a real mail server, folders, robots' URLs."""

from __future__ import annotations

import datetime as dt
import socket
import textwrap

import pytest

from ntanalytics.operations.diagnosis import Diagnosis
from ntanalytics.operations.doctor import diagnose
from tests.desk import Desk
from tests.servers.mailbox import mailbox

NOW = dt.datetime(2026, 11, 23, 1, tzinfo=dt.UTC)


def _examined(desk: Desk, port: int) -> dict[str, Diagnosis]:
    text = f"""
    channels:
      share: {{kind: folder, path: share}}
      mail: {{kind: mail, host: 127.0.0.1, port: {port}, security: none, sender: reports@example.cn}}
      group: {{kind: robot, url: "env:ROBOT"}}
    """
    (desk.home / "ntanalytics.yml").write_text(textwrap.dedent(text), encoding="utf-8")
    found = diagnose(desk.home / "ntanalytics.yml", NOW)
    return {each.subject: each for each in found if each.subject.startswith(("channels.", "operators"))}


def test_what_can_be_reached_is_said_and_nothing_is_sent(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ROBOT", "wecombot://c4n4ry")
    (desk.home / "share").mkdir()
    with mailbox() as box:
        found = _examined(desk, box.port)
        assert found["channels.mail"].message == f"127.0.0.1:{box.port} answers, none"
    assert [each.state for each in found.values()] == ["ok", "ok", "ok", "warning"]
    assert box.received == []
    assert list((desk.home / "share").iterdir()) == []


def test_what_cannot_be_reached_is_bad_and_says_why_without_the_token(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ROBOT", "wecombot://c4n4ry*?")
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        found = _examined(desk, nobody.getsockname()[1])
    assert [each.state for each in found.values()] == ["critical", "critical", "critical", "warning"]
    said = "".join(each.message for each in found.values())
    assert "no such folder" in said
    assert "refused" in said
    assert "c4n4ry" not in said
