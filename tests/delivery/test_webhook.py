"""Robots by Apprise: what a service gets over TCP, and what is said of what it does not."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from ntanalytics.delivery import webhook
from ntanalytics.delivery.message import DeliveryOutcome, Message
from ntanalytics.settings.channels import Channel
from tests.servers.certificates import Authority
from tests.servers.robots import Robots, robots

CHANNEL = Channel.model_validate({"kind": "robot", "url": "env:ROBOT"})
MESSAGE = Message(
    id="d1", subject="每日巡检", text="全文", brief="【异常】每日巡检 2026年11月23日\n■ 1 项异常：联通短信通道 送达率"
)
TOKEN = "c4n4ry70k3n"


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Robots]:
    with robots() as running:
        monkeypatch.setenv("ROBOT", f"json://127.0.0.1:{running.port}/{TOKEN}")
        yield running


def _send() -> DeliveryOutcome:
    return webhook.send(CHANNEL, "", MESSAGE)


def test_a_service_gets_the_brief_as_it_is(service: Robots):
    assert _send() == DeliveryOutcome("sent")
    [(_, path, body)] = service.received
    assert (path.strip("/"), body["message"]) == (TOKEN, MESSAGE.brief)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ((200, '{"errcode": 93000, "errmsg": "invalid webhook url"}'), "failed"),
        ((200, '{"errcode": 45009, "errmsg": "api freq out of limit"}'), "retry"),
        ((200, "ok"), "sent"),
        ((403, "no"), "failed"),
        ((429, "busy"), "retry"),
        ((502, "gateway"), "ambiguous"),
        (None, "ambiguous"),
    ],
)
def test_what_the_service_answers_is_understood(service: Robots, answer: tuple[int, str] | None, status: str):
    service.answer = answer
    assert _send().status == status
    assert len(service.received) == 1  # nothing is repeated behind our back


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_service_that_leads_elsewhere_is_not_followed(service: Robots, status: int):
    with robots() as inside:
        service.answer, service.location = (status, ""), f"http://127.0.0.1:{inside.port}/latest/meta-data"
        assert _send().status == "failed"
        assert inside.received == []


def test_where_nobody_listens_it_has_surely_not_arrived(monkeypatch: pytest.MonkeyPatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        monkeypatch.setenv("ROBOT", f"json://127.0.0.1:{taken.getsockname()[1]}/{TOKEN}")
        outcome = _send()
    assert (outcome.status, outcome.is_down) == ("retry", True)


def test_the_token_is_in_no_word_and_no_log(
    service: Robots,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    caplog.set_level(logging.DEBUG)
    said = [_send()]
    service.answer = (403, "no")
    said.append(_send())
    monkeypatch.setenv("ROBOT", f"wecombot://{TOKEN}*?")  # Apprise would repeat it in its warning
    said.append(_send())
    monkeypatch.setenv("ROBOT", f"nosuch://{TOKEN}")
    said.append(_send())
    assert [each.status for each in said] == ["sent", "failed", "retry", "retry"]
    captured = capfd.readouterr()
    assert TOKEN not in f"{said}{caplog.text}{captured.out}{captured.err}"
    assert requests.Session.request.__module__ == "requests.sessions"  # it was put back


@pytest.mark.parametrize(
    ("url", "host", "expected"),
    [
        ("wecombot://c4n4ry70k3n", "qyapi.weixin.qq.com", "/cgi-bin/webhook/send?key=c4n4ry70k3n"),
        ("dingtalk://c4n4ry70k3n", "oapi.dingtalk.com", "/robot/send?access_token=c4n4ry70k3n"),
    ],
)
def test_wecom_and_dingtalk_get_what_they_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, host: str, expected: str
):
    """https://developer.work.weixin.qq.com/document/path/91770, https://open.dingtalk.com/document/robots."""
    authority = Authority(tmp_path, "authority")
    authority.issue("service", hosts=[host])
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "service.pem", tmp_path / "service.key")
    with robots(context) as service:
        monkeypatch.setenv("ROBOT", url)
        for name in ("NO_PROXY", "no_proxy", "https_proxy"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{service.port}")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.file))
        assert _send() == DeliveryOutcome("sent")
        service.answer = (200, '{"errcode": 310000, "errmsg": "keywords not in content"}')
        refused = _send()
    assert (refused.status, refused.why) == ("failed", "the service refused it: code 310000")
    [(asked, path, body), _] = service.received
    assert (asked, path) == (host, expected)
    assert (body["msgtype"], body["text"]) == ("text", {"content": MESSAGE.brief})
    assert body.get("at", {"isAtAll": False})["isAtAll"] is False
    assert "mentioned_list" not in body["text"]


def test_a_brief_that_a_service_would_refuse_for_its_length_ends_after_a_whole_line():
    lines = ["一二三四五六七八九十"] * 100  # 31 bytes a line with its end
    cut = webhook.truncate("\n".join(lines))
    assert len(cut.encode()) <= webhook.MOST_BYTES
    assert cut.splitlines() == [lines[0]] * 61 + ["……"]
    assert webhook.truncate("短") == "短"
    assert len(webhook.truncate("长" * 1000).encode()) <= webhook.MOST_BYTES
