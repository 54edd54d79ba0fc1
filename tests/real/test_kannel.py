"""A real Kannel gateway on the loopback interface writes the log that the kannel mapping reads."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ntanalytics.catalog import load_product
from ntanalytics.extraction.check import check
from ntanalytics.periods import local_window
from ntanalytics.settings import SourceSettings, project_dir
from ntanalytics.sources.logs import LogsSource
from tests.servers.gateway import Gateway

pytestmark = pytest.mark.servers

CHINESE = "请各单位于本周五前报送材料。"  # 14 characters
LONG_CHINESE = CHINESE * 10  # 140 characters: 3 parts
LONG_ASCII = "x" * 200  # 200 characters: 3 parts

#: channel, recipient (its last digit decides: 7 is never reported, 8 fails, 9 is refused), text, coding, account →
#: carrier, segments, outcome, failure code
SENT = [
    ("ct-fake", "13300000001", "hello ] world [udh:0:]\nSent SMS", 0, "财政局", ("telecom", 1, "delivered", None)),
    ("ct-fake", "13300000002", LONG_ASCII, 0, "财政局", ("telecom", 3, "delivered", None)),
    ("ct-fake", "13300000003", LONG_CHINESE, 2, "教育局", ("telecom", 3, "delivered", None)),
    ("cmcc-1", "13800000001", "hello", 0, "财政局", ("mobile", 1, "delivered", None)),
    ("cmcc-1", "13800000002", CHINESE, 2, "财政局", ("mobile", 1, "delivered", None)),
    ("cmcc-1", "13800000007", "hello", 0, "教育局", ("mobile", 1, None, None)),
    ("cmcc-1", "13800000008", CHINESE, 2, "教育局", ("mobile", 1, "failed", "UNDELIV")),
    ("cmcc-1", "13800000009", "hello", 0, "教育局", ("mobile", 1, "failed", "NACK/0x0000000b")),
    ("cu-1", "13000000001", LONG_CHINESE, 2, "财政局", ("unicom", 3, "delivered", None)),
    ("cu-1", "13000000008", LONG_CHINESE, 2, "财政局", ("unicom", 3, "failed", "UNDELIV")),
]


@pytest.fixture(scope="module")
def log(kannel_gateway: Gateway) -> Path:
    """The access log after everything was sent and reported."""
    for channel, recipient, text, coding, account, _ in SENT:
        assert kannel_gateway.send(channel, recipient, text, account=account, coding=coding).startswith("0: Accepted")
    assert kannel_gateway.send("nowhere", "13000000001", "hi", account="财政局").startswith("Not routable")
    kannel_gateway.wait_for("Sent SMS", 9)
    kannel_gateway.wait_for("REJECTED Send SMS", 1)
    kannel_gateway.wait_for("DISCARDED SMS", 1)
    # Acceptances (9), refusals (2) and final reports (8) that find their message.
    kannel_gateway.wait_for("Receive DLR", 19)
    return kannel_gateway.access_log


def test_messages_reports_and_segments_of_a_genuine_log_are_what_was_sent(log: Path) -> None:
    zone = ZoneInfo("UTC")  # the days are wide open: what the gateway's clock says is not what is tested
    product = load_product(project_dir("queries") / "kannel")
    source = LogsSource("gateway", SourceSettings(product="kannel", paths=(str(log),)), product, zone)
    mapping = source.mapping("sms.messages")
    first, last = dt.date(2000, 1, 1), dt.date(2099, 12, 31)
    since, until = local_window(first, last, zone)
    rows, rejects = [], []
    with source.read(mapping, since, until) as batches:
        for batch in batches:
            checked = check(batch, mapping, source, site_zone=zone, days=(first, last), key=b"k")
            rows += checked.rows.to_pylist()
            rejects += checked.rejects.to_pylist()
    lost = ("财政局", "other", 1, "failed", "NACK/no SMSC")  # its channel names no carrier, and there is none
    found = [(row["unit"], row["carrier"], row["segments"], row["outcome"], row["failure_code"]) for row in rows]
    assert sorted(found, key=str) == sorted([lost, *((account, *fate) for *_, account, fate in SENT)], key=str)
    assert {row["application"] for row in rows} == {"oa-notice"}
    assert len({row["message_id"] for row in rows}) == len(SENT) + 1
    assert rejects == []


def test_the_log_holds_numbers_and_the_mapping_hands_on_none(log: Path) -> None:
    assert "13800000001" in log.read_text(encoding="utf-8")
    text = (project_dir("queries") / "kannel" / "sms.messages.sql").read_text(encoding="utf-8")
    selected = text.rpartition("\nSELECT\n    strftime")[2]
    assert "recipient" not in selected
    assert "sender" not in selected
