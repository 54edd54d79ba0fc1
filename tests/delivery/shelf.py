"""Outputs written by hand: manifests as the runner writes them, and runs as the ledger gives them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from ntanalytics.delivery.index import ReportIndex, SiteLabels, write_index
from ntanalytics.ledger import Run
from ntanalytics.periods import Calendar, parse_period

ZONE = ZoneInfo("Asia/Shanghai")
NOW = dt.datetime(2026, 11, 24, 2, 0, tzinfo=dt.UTC)  # a Tuesday, 10:00
TITLES = {"daily_inspection": "每日巡检", "weekly_service_report": "运维服务周报", "sms_volume": "短信统计"}
FILES = ("report.html", "report.xlsx", "report.pdf")


def issue(
    outputs: Path,
    report: str,
    text: str,
    *,
    own: Mapping[str, Any] | None = None,
    state: str = "ok",
    status: tuple[str, ...] = ("● 36 项正常",),
    gaps: tuple[str, ...] = (),
    version: int = 1,
    title: str = "",
    files: tuple[str, ...] = FILES,
) -> Path:
    """A published folder that holds its manifest alone."""
    period = parse_period(text, dt.date(2026, 11, 24))
    named = "".join(f",{name}={quote(str(value), safe='+')}" for name, value in sorted((own or {}).items()))
    folder = outputs / report / f"{text}{named}"
    folder.mkdir(parents=True)
    content = {
        "report": report,
        "title": title or TITLES.get(report, report),
        "period": {"kind": str(period.kind), "text": text, "label": period.label},
        "run_id": "r",
        "version": version,
        "created_at": "2026-11-23T22:15:00+00:00",
        "parameters": {"top": 10, **(own or {}), "period": text},
        "artefacts": {name: {"sha256": "", "size_bytes": 1} for name in ("report.ipynb", *files)},
        "state": state,
        "status": list(status),
        "gaps": list(gaps),
    }
    (folder / "manifest.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return folder


def ran(report: str, text: str, status: str, *, run_id: str = "20261123T221000-1a2b", **parameters: Any) -> Run:
    """A run of the ledger."""
    when = dt.datetime(2026, 11, 23, 22, 10, tzinfo=dt.UTC)
    return Run(
        id=run_id,
        report=report,
        period=text,
        parameters=parameters,
        started_at=when,
        ended_at=when,
        status=status,
        version=None,
        path="",
        error="secret words",
        who="ops",
    )


def write(outputs: Path, *runs: Run, now: dt.datetime = NOW) -> ReportIndex:
    """Write the index of a folder."""
    site = SiteLabels("南通市电子政务工作平台", TITLES, ZONE)
    return write_index(outputs, runs, site=site, calendar=Calendar(), now=now)
