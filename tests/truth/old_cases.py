"""Cases that have been open for longer than any report looks back, put into the sources of a city and extracted."""

from __future__ import annotations

import datetime as dt
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import openpyxl

from ntanalytics.extraction import Extractor
from ntanalytics.ledger import Ledger
from ntanalytics.settings import load
from tests.truth.city import City
from tests.truth.span import DAY, midnight, text

TICKET, CRASH, DELIVERY, TASK = dt.date(2025, 6, 2), dt.date(2026, 8, 3), dt.date(2026, 8, 10), dt.date(2026, 5, 11)

#: The unit of the deliveries, and their number.
UNIT, DELIVERIES = "如皋市工业和信息化局", 25


def with_old_cases(city: City, folder: Path) -> City:
    """Return a copy of a city with an old ticket, crash, deliveries and task; all but the task are still open."""
    shutil.copytree(city.folder, folder)
    for path in (folder / "sources").glob("*.*"):
        path.chmod(0o644)
    finished = midnight(city.plan.until - 4 * DAY).replace(hour=10)
    _write_workbook(folder)
    for number in range(DELIVERIES):
        _write(folder, "exchange", *_delivery(number))
    _write(folder, "oa_general", *_task(folder, finished))
    settings = load(folder / "ntanalytics.yml")
    read_at = midnight(city.plan.until + DAY).replace(hour=6, minute=10, tzinfo=settings.zone)
    extractor = Extractor(settings, Ledger(settings.ledger), clock=lambda: read_at)
    for dataset, day in (
        ("desk.tickets", TICKET),
        ("desk.incidents", CRASH),
        ("docexchange.deliveries", DELIVERY),
        ("oa.tasks", finished.date()),
    ):
        failed = [result.error for result in extractor.extract([dataset], day, day) if result.error]
        assert not failed, failed
    return City(folder, city.plan)


def _write_workbook(folder: Path) -> None:
    (path,) = (folder / "sources").glob("*.xlsx")
    workbook = openpyxl.load_workbook(path)
    opened, began = midnight(TICKET).replace(hour=9), midnight(CRASH).replace(hour=10)
    workbook["工单"].append(
        ("GD20250602-001", opened, "故障处理", "协同办公", UNIT, opened + dt.timedelta(hours=1), opened + 3 * DAY)
    )
    workbook["事件"].append(("SJ20260803-001", began, "公文交换", "供应商软件", "是", began))
    workbook.save(path)


def _delivery(number: int) -> tuple[str, tuple[object, ...]]:
    sent = midnight(DELIVERY).replace(hour=9)
    values = (
        f"GW-OLD-{number}",
        f"GW-OLD-{number}",
        UNIT,
        text(sent),
        text(sent + 4 * DAY),
        text(sent),
        "待签收",
        text(sent),
    )
    columns = "delivery_id, document_id, receiver_unit, sent_at, due_at, delivered_at, state, changed_at"
    return f"INSERT INTO exchange_delivery ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values


def _task(folder: Path, finished: dt.datetime) -> tuple[str, tuple[object, ...]]:
    started = midnight(TASK).replace(hour=10)
    with closing(sqlite3.connect(folder / "sources" / "oa_general.sqlite")) as connection, connection:
        (number,) = connection.execute("SELECT MIN(id) FROM xinhu_admin WHERE status = 1").fetchone()
        (mode,) = connection.execute("SELECT id FROM xinhu_flow_set WHERE num = 'fzjc'").fetchone()
    connection.close()
    columns = 'id, mid, modeid, uid, udeptid, isdel, status, isturn, "table", createdt, optdt, updt'
    values = (1, 1, mode, number, 0, 0, 1, 1, "fzjc", text(started), text(finished), text(finished))
    return f"INSERT INTO xinhu_flow_bill ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values


def _write(folder: Path, name: str, sql: str, values: tuple[object, ...]) -> None:
    connection = sqlite3.connect(folder / "sources" / f"{name}.sqlite")
    with connection:
        connection.execute(sql, values)
    connection.close()
