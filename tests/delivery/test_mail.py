"""Mail through a real server over TCP: what arrives, and what is said of what does not."""

from __future__ import annotations

import hashlib
import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ntanalytics.delivery import mail
from ntanalytics.delivery.message import AlteredReport, Attachment, Message
from ntanalytics.settings.channels import Channel
from tests.servers.certificates import Authority
from tests.servers.mailbox import Mailbox, mailbox

HOSTILE = "每周报表 市财政局\r\nBcc: all@example.cn\r\n\r\n<script>alert(1)</script>"


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as running:
        yield running


def _channel(port: int, **more: object) -> Channel:
    said = {"kind": "mail", "host": "127.0.0.1", "port": port, "security": "none", "sender": "reports@example.cn"}
    return Channel.model_validate({**said, **more})


def _message(folder: Path, size: int = 2000, subject: str = "每周报表") -> Message:
    content = b"PK" + bytes(size)
    path = folder / "report.xlsx"
    path.write_bytes(content)
    workbook = Attachment("每周报表 2026-W47.xlsx", path, hashlib.sha256(content).hexdigest(), len(content))
    html = "<html><body><p>送达率 97.6%</p>\n<p>\n.\n</p></body></html>"
    return Message(
        id="d1",
        subject=subject,
        text="送达率 97.6%\n.\n..完",
        brief="",
        html=html,
        attachment=workbook,
        original="outputs/x",
    )


def test_one_message_carries_text_page_and_workbook_to_one_address(box: Mailbox, tmp_path: Path):
    outcome = mail.send(_channel(box.port), "a@example.cn", _message(tmp_path))
    assert (outcome.status, outcome.why) == ("sent", "")
    [(recipients, got)] = box.received
    assert (recipients, got["To"], got["From"]) == (["a@example.cn"], "a@example.cn", "reports@example.cn")
    assert (got["Subject"], got["Auto-Submitted"], got["X-Ntanalytics-Delivery"]) == (
        "每周报表",
        "auto-generated",
        "d1",
    )
    # a line of one dot ends a message on the wire; here it is text
    assert got.get_body(("plain",)).get_content().split() == ["送达率", "97.6%", ".", "..完"]
    assert "<p>.</p>" in "".join(got.get_body(("html",)).get_content().split())
    [workbook] = got.iter_attachments()
    assert workbook.get_filename() == "每周报表 2026-W47.xlsx"
    assert workbook.get_content() == b"PK" + bytes(2000)


def test_no_text_begins_a_header_of_its_own(box: Mailbox, tmp_path: Path):
    assert mail.send(_channel(box.port), "a@example.cn", _message(tmp_path, subject=HOSTILE)).status == "sent"
    [(recipients, got)] = box.received
    assert recipients == ["a@example.cn"]
    assert got["Bcc"] is None
    assert got["Subject"] == "每周报表 市财政局 Bcc: all@example.cn <script>alert(1)</script>"


@pytest.mark.parametrize("limit_mb", [1, None])
def test_what_is_too_large_goes_without_the_workbook_and_says_where_it_is(tmp_path: Path, limit_mb: float | None):
    with mailbox(data_size_limit=1_500_000) as box:  # the server announces it
        channel = _channel(box.port, **({"limit_mb": limit_mb} if limit_mb else {}))
        outcome = mail.send(channel, "a@example.cn", _message(tmp_path, 2_000_000))
    assert (outcome.status, outcome.why) == ("sent", "without 每周报表 2026-W47.xlsx, too large")
    [(_, got)] = box.received
    assert list(got.iter_attachments()) == []
    for kind in ("plain", "html"):
        assert "附件 每周报表 2026-W47.xlsx 过大，未随信附上，原件：outputs/x" in got.get_body((kind,)).get_content()


def test_what_is_too_large_even_so_is_refused_before_it_is_sent(box: Mailbox, tmp_path: Path):
    outcome = mail.send(_channel(box.port, limit_mb=0.0001), "a@example.cn", _message(tmp_path))
    assert (outcome.status, "too large" in outcome.why, box.received) == ("failed", True, [])


@pytest.mark.parametrize(
    ("step", "answer", "status"),
    [
        ("RCPT", "550 no such user", "failed"),
        ("RCPT", "451 try again later", "retry"),
        ("DATA", "554 spam", "failed"),
        ("DATA", "452 no room", "retry"),
    ],
)
def test_a_refusal_is_for_good_or_passes_by_its_code(box: Mailbox, tmp_path: Path, step: str, answer: str, status: str):
    box.answers[step] = answer
    outcome = mail.send(_channel(box.port), "a@example.cn", _message(tmp_path))
    assert (outcome.status, outcome.why, outcome.is_down, box.received) == (status, answer, False, [])


def test_a_line_cut_after_the_message_leaves_it_open_whether_it_arrived(box: Mailbox, tmp_path: Path):
    box.answers["DATA"] = "close"
    outcome = mail.send(_channel(box.port), "a@example.cn", _message(tmp_path))
    assert outcome.status == "ambiguous"
    assert len(box.received) == 1  # it did; nobody could know


def test_where_nobody_listens_it_has_surely_not_arrived(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        outcome = mail.send(_channel(taken.getsockname()[1]), "a@example.cn", _message(tmp_path))
    assert (outcome.status, outcome.is_down, "refused" in outcome.why) == ("retry", True, True)


def test_a_workbook_that_is_not_the_published_one_is_not_sent(box: Mailbox, tmp_path: Path):
    message = _message(tmp_path)
    (tmp_path / "report.xlsx").write_bytes(b"another")
    with pytest.raises(AlteredReport):
        mail.send(_channel(box.port), "a@example.cn", message)
    assert box.received == []


def test_a_login_is_secured_and_a_wrong_one_is_said_without_the_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    authority = Authority(tmp_path, "authority")
    authority.issue("mail")
    with mailbox((str(tmp_path / "mail.pem"), str(tmp_path / "mail.key"))) as box:
        said = {"host": "localhost", "security": "starttls", "user": "reports", "password": "env:SMTP_PASSWORD"}
        channel = _channel(box.port, **said)
        monkeypatch.setenv("SMTP_PASSWORD", "open-sesame-4711")
        untrusted = mail.send(channel, "a@example.cn", _message(tmp_path))
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        sent = mail.send(channel, "a@example.cn", _message(tmp_path))
        monkeypatch.setenv("SMTP_PASSWORD", "wrong-sesame-4712")
        refused = mail.send(channel, "a@example.cn", _message(tmp_path))
        monkeypatch.delenv("SMTP_PASSWORD")
        missing = mail.send(channel, "a@example.cn", _message(tmp_path))
    assert (untrusted.status, "CERTIFICATE_VERIFY_FAILED" in untrusted.why) == ("retry", True)
    assert (sent.status, box.logins[0]) == ("sent", ("reports", "open-sesame-4711"))
    assert (refused.status, refused.is_down) == ("retry", True)
    assert refused.why == f"localhost:{box.port}: 535 the login was refused"
    assert (missing.status, "env:SMTP_PASSWORD" in missing.why) == ("retry", True)
    assert "sesame" not in f"{untrusted}{sent}{refused}{missing}{caplog.text}"
