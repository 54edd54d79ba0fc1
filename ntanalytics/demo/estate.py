"""The demo estate, written: settings, sources, and what was planted in them."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ntanalytics.demo.city import city_of
from ntanalytics.demo.desk import write_ledger
from ntanalytics.demo.incidents import Incident, plan
from ntanalytics.demo.sms import write_platform
from ntanalytics.demo.store import Store
from ntanalytics.demo.weblogs import write_logs
from ntanalytics.errors import UsageError
from ntanalytics.periods import Calendar, days_between

INCIDENTS_FILE = "incidents.json"

#: The reports that the demo issues: report and period, on the day after the estate's last.
REPORTS = (("daily_inspection", "last-working-day"), ("sms_volume", "last-week"), ("sms_volume", "last-month"))

_SETTINGS = """\
# 示例城市的配置：由 ntanalytics demo 生成，可以照此改写。相对路径以本文件所在目录为准。
site:
  name: 南通市电子政务工作平台（示例）
  timezone: Asia/Shanghai            # 来源没有写明时区的时间，按此时区理解

lake: lake                           # 数据湖：每个数据集一张表，每天一个分区
ledger: sqlite:///ledger.sqlite      # 抽取与运行的记录
outputs: {outputs}                   # 报告：<报告>/<周期>/

sources:
  sms:                               # 短信平台的数据库（每日分表 submit_YYYYMMDD、report_YYYYMMDD）
    product: sms_platform
    url: sqlite:///sources/sms_platform.sqlite
  web:                               # 访问日志：统一门户（combined）、协同办公和公文交换（JSON），按日轮转并压缩
    product: nginx
    paths: ["sources/nginx/*.log*"]
  desk:                              # 运维台账：工单、事件、考勤、检查、培训、变更、名册、确认、补丁、账单
    product: ledger
    path: sources/运维台账.xlsx
"""


@dataclass(frozen=True)
class Estate:
    """What was written.

    Attributes:
        directory: the estate's folder.
        config: its ``ntanalytics.yml``.
        first: its first day.
        until: its last day.
        messages: messages on the SMS platform.
        log_lines: lines of the web logs.
        ledger_rows: rows of the ledger workbook by dataset.
        incidents: what was planted, in order of start.
    """

    directory: Path
    config: Path
    first: dt.date
    until: dt.date
    messages: int
    log_lines: int
    ledger_rows: dict[str, int]
    incidents: tuple[Incident, ...]


def write_estate(
    directory: Path,
    *,
    until: dt.date = dt.date(2026, 11, 22),
    days: int = 70,
    seed: int = 20261122,
    scale: float = 0.02,
    outputs: Path | None = None,
    progress: Callable[[str, int], None] = lambda _what, _rows: None,
) -> Estate:
    """Write the demo estate: the same arguments give the same figures.

    Args:
        directory: its folder; an estate that is there already is written anew, its lake is left.
        until: its last day.
        days: how many days it has, ``until`` included.
        seed: seed of its random numbers.
        scale: factor of the volumes; 1 is a real city's, about 200,000 messages and 3,000,000 requests a working day.
        outputs: where its reports are to be issued, by the settings; default: in the estate's folder.
        progress: told what is being written, and how many rows or lines were written so far.

    Returns:
        What was written.

    Raises:
        UsageError: the folder holds something that is no demo estate, or an argument is out of range.
        CalendarMissing: there is no working-day calendar for one of the days.
    """
    if days < 1 or not scale > 0:
        raise UsageError("the demo estate needs at least one day and a scale above 0", where="ntanalytics demo")
    calendar = Calendar()
    span = days_between(until - dt.timedelta(days=days - 1), until)
    incidents = plan(calendar, span[0], until)
    city = city_of(span, calendar, incidents, seed=seed, scale=scale)
    store = Store(directory / "sources")
    _claim(directory)
    sources = directory / "sources"

    progress("demo: SMS platform", 0)
    sms = write_platform(city, store)
    progress("demo: web logs", sms.messages)
    lines = write_logs(city, sources / "nginx")
    progress("demo: ledger workbook", sms.messages + lines)
    rows = write_ledger(city, sources / "运维台账.xlsx", sms.segments)

    records = [incident.record() for incident in incidents]
    text = json.dumps(records, ensure_ascii=False, indent=2) + "\n"
    (directory / INCIDENTS_FILE).write_text(text, encoding="utf-8")
    config = directory / "ntanalytics.yml"
    issued = json.dumps(os.path.relpath(outputs, directory)) if outputs else "outputs"
    config.write_text(_SETTINGS.format(outputs=issued), encoding="utf-8")
    return Estate(directory, config, span[0], until, sms.messages, lines, rows, incidents)


def _claim(directory: Path) -> None:
    """Make the folder ready: empty, or an earlier estate whose sources are removed."""
    is_estate = (directory / INCIDENTS_FILE).is_file()
    if directory.exists() and not is_estate and (not directory.is_dir() or any(directory.iterdir())):
        raise UsageError(
            "the folder is not empty and holds no demo estate; nothing was written",
            where=str(directory),
            todo="name a new folder with --dir DIR",
        )
    logs = directory / "sources" / "nginx"
    logs.mkdir(parents=True, exist_ok=True)
    # logs of an earlier estate may be older than the first day of this one
    for path in logs.glob("*.log*"):
        path.unlink()
    # marks the folder as an estate from the start, so that an interrupted one can be written again
    (directory / INCIDENTS_FILE).write_text("[]\n", encoding="utf-8")
