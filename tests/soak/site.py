"""The soak's site: a small city with data for all simulated days, its jobs and their recipients."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import yaml

from ntanalytics.demo import Estate, write_estate
from ntanalytics.settings import project_dir
from tests.faults.town import write_probe

#: Many cheap reports and some that read every source: half a year takes about half an hour of one core.
JOBS: dict[str, dict[str, Any]] = {
    "daily-sms": {
        "report": "sms_volume", "period": "last-working-day", "when": "working day 07:30",
        "recipients": [{"channel": "share", "to": ["office"]}, {"channel": "mail", "to": ["director@example.cn"]}],
    },
    "weekly-sms": {
        "report": "sms_volume", "period": "last-week", "when": "Monday 08:05", "max_age_days": 30,
        "recipients": [{"channel": "mail", "to": ["director@example.cn", "office@example.cn"]}],
    },
    "weekly-adoption": {
        "report": "oa_adoption", "period": "last-week", "when": "Monday 08:10", "catch_up": "latest",
        "recipients": [{"channel": "share"}],
    },
    "weekly-inspection": {
        "report": "daily_inspection", "period": "last-working-day", "when": "Monday 07:40", "deadline_min": 90,
        "catch_up": "latest", "recipients": [{"channel": "share", "to": ["duty"]}],
    },
    "monthly-sms": {
        "report": "sms_volume", "period": "last-month", "when": "first working day of the month 08:20",
        "max_age_days": 60, "recipients": [{"channel": "mail", "to": ["director@example.cn"]}],
    },
    "monthly-recommendations": {
        "report": "optimization_recommendations", "period": "last-month",
        "when": "first working day of the month 08:30", "max_age_days": 60,
        "recipients": [{"channel": "share"}],
    },
}  # fmt: skip

#: A report of one question, one table and one chart.
_SMALL = (
    'period: str = "yesterday"  # 周期',
    """
from ntanalytics.workspace import open_report
report = open_report("probe", period)
messages = report.dataset("sms.messages")
""",
    """
from ntanalytics.reports import Axes, chart, table
counted = messages.table.group_by("carrier").aggregate(submitted=messages.table.count()).order_by("carrier")
rows = messages.figures(counted)
""",
    'table(rows, "分运营商", id="counted")',
    'chart(rows, "bar", Axes(x="carrier", y="submitted"), title="分运营商提交量", id="drawn")',
    "report.head()",
)

_CHANNELS = """
channels:
  share: {{kind: folder, path: share}}
  duty: {{kind: folder, path: duty}}
  mail: {{kind: mail, host: 127.0.0.1, port: {port}, security: none, sender: reports@example.cn}}
operators: [{{channel: duty}}]
"""


def write_site(
    folder: Path,
    jobs: dict[str, dict[str, Any]],
    *,
    first: dt.date,
    until: dt.date,
    scale: float,
    mail_port: int,
    ledger: str = "",
    is_small: bool = False,
) -> Estate:
    """Write a city with its jobs, its channels and its operators.

    Args:
        folder: where.
        jobs: as in ``jobs.yml``.
        first: the first day of its data.
        until: the last one.
        scale: factor of the volumes.
        mail_port: where its mail server listens.
        ledger: the URL of its ledger; an SQLite file of its own by default.
        is_small: whether it has the small report beside the project's, in a folder of its own.
    """
    estate = write_estate(folder, until=until, days=(until - first).days + 1, scale=scale)
    text = estate.config.read_text(encoding="utf-8") + _CHANNELS.format(port=mail_port)
    if ledger:
        text = text.replace("ledger: sqlite:///ledger.sqlite", f"ledger: {ledger}")
    estate.config.write_text(text, encoding="utf-8")
    for name in ("share", "duty"):
        (folder / name).mkdir()
    if is_small:
        shutil.copytree(project_dir("notebooks"), notebooks_of(folder), ignore=shutil.ignore_patterns("explore"))
        write_probe(notebooks_of(folder), *_SMALL)
    (folder / "scheduled").mkdir(exist_ok=True)
    (folder / "scheduled" / "jobs.yml").write_text(yaml.safe_dump({"jobs": jobs}, sort_keys=False), encoding="utf-8")
    return estate


def notebooks_of(folder: Path) -> Path:
    """Return the folder of the reports of a site that has the small one."""
    return folder / "notebooks"
