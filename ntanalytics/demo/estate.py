"""The demo estate, written: settings, sources, and what was planted in them."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ntanalytics.demo.incidents.default_script import DEFAULT_SEED
from ntanalytics.demo.incidents.incident import SPAN_DAYS, ZONE, Incident
from ntanalytics.demo.incidents.planning import benign_events, plan_incidents
from ntanalytics.demo.population.city import city_of
from ntanalytics.demo.products.backup_inventories import write_backups
from ntanalytics.demo.products.desk_workbook.workbook import write_desk_workbook
from ntanalytics.demo.products.ejbca.database import write_authority
from ntanalytics.demo.products.exchange.database import write_exchange
from ntanalytics.demo.products.maxkey.database import write_identity
from ntanalytics.demo.products.nginx.logs import write_logs
from ntanalytics.demo.products.nginx_client_cert import write_gateway
from ntanalytics.demo.products.openfire.database import write_im
from ntanalytics.demo.products.probe import write_checks
from ntanalytics.demo.products.seal_register.database import write_seals
from ntanalytics.demo.products.sms_platform.database import write_platform
from ntanalytics.demo.products.xinhu.database import write_oa
from ntanalytics.demo.products.zabbix.database import write_hosts
from ntanalytics.demo.site import write_site
from ntanalytics.demo.store import Store, servers_of
from ntanalytics.errors import UsageError
from ntanalytics.periods import Calendar, days_between
from ntanalytics.sources.starter import DESK_WORKBOOK_NAME

INCIDENTS_FILE, HARMLESS_FILE = "incidents.json", "harmless.json"

#: So many working days up to the last one are inspected, so that there is a life of findings to see.
INSPECTED_DAYS = 5

#: The reports that the demo issues after its inspections: report and period, on the day after the estate's last.
_REPORTS = (
    ("weekly_service_report", "last-week"),
    ("sms_volume", "last-week"),
    ("sms_volume", "last-month"),
    ("oa_adoption", "last-week"),
    ("optimization_recommendations", "last-month"),
)

#: What is written into databases, each by its writer, which returns the number of rows.
_DATABASES = (
    ("identity", write_identity),
    ("OA", write_oa),
    ("document exchange", write_exchange),
    ("instant messaging", write_im),
    ("certificates", write_authority),
    ("seals", write_seals),
    ("hosts", write_hosts),
)


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
        desk_workbook_rows: rows of the service-desk workbook by dataset.
        incidents: what was planted, in order of start.
        harmless: what was planted that only looks like it.
    """

    directory: Path
    config: Path
    first: dt.date
    until: dt.date
    messages: int
    log_lines: int
    desk_workbook_rows: dict[str, int]
    incidents: tuple[Incident, ...]
    harmless: tuple[Incident, ...]

    @property
    def reports(self) -> list[tuple[str, str]]:
        """The reports that the demo issues, each with its period, in their order: the inspections day by day first."""
        working = Calendar().working_days(self.first, self.until)[-INSPECTED_DAYS:]
        return [*(("daily_inspection", day.isoformat()) for day in working), *_REPORTS]

    @property
    def read_at(self) -> dt.datetime:
        """When the estate is looked at: early on the morning after its last day."""
        return dt.datetime.combine(self.until + dt.timedelta(days=1), dt.time(6, 10), ZONE)

    def clock(self) -> dt.datetime:
        """As a clock that stands still: its states are as they were then, in whichever year they are taken."""
        return self.read_at


def write_estate(
    directory: Path,
    *,
    until: dt.date = dt.date(2026, 11, 22),
    days: int = 70,
    seed: int = DEFAULT_SEED,
    scale: float = 0.02,
    outputs: Path | None = None,
    servers: Sequence[str] = (),
    progress: Callable[[str, int], None] = lambda _what, _rows: None,
) -> Estate:
    """Write the demo estate: the same arguments give the same figures.

    Args:
        directory: its folder; an estate that is there already is written anew, without its lake.
        until: its last day.
        days: how many days it has, ``until`` included.
        seed: seed of its random numbers, and of what goes wrong: the default one has a script that is told in working
            days before the last, any other draws its own.
        scale: factor of the volumes; 1 is a real city's, about 200,000 messages and 3,000,000 requests a working day.
        outputs: where its reports are to be issued, by the settings; default: in the estate's folder.
        servers: URLs of a PostgreSQL and a MariaDB server on which the products' databases are made that run there;
            without one, each is a SQLite file.
        progress: told what is being written, and how many rows or lines were written so far.

    Returns:
        What was written.

    Raises:
        UsageError: the folder holds something that is no demo estate, or an argument is out of range.
        SourceUnreachable: a server does not answer, or lets no database be made.
        CalendarMissing: there is no working-day calendar for one of the days.
    """
    if days < 1 or not scale > 0 or seed < 0:
        raise UsageError(
            "the demo estate needs at least one day, a scale above 0 and a seed that is not negative",
            where="ntanalytics demo",
        )
    calendar = Calendar()
    span = days_between(until - dt.timedelta(days=days - 1), until)
    # a shorter estate has the same days: what a writer draws does not depend on which incidents lie within it
    earliest = min(span[0], until - dt.timedelta(days=SPAN_DAYS - 1))
    city = city_of(
        span,
        calendar,
        plan_incidents(calendar, earliest, until, seed=seed),
        seed=seed,
        scale=scale,
        harmless=benign_events(calendar, earliest, until, seed=seed),
    )
    sources = directory / "sources"
    store = Store(sources, servers_of(servers))
    _claim(directory)

    done = 0

    def told(what: str, rows: int = 0) -> None:
        nonlocal done
        done += rows
        progress(f"demo: {what}", done)

    for what, write in _DATABASES:
        told(what)
        told(what, write(city, store))
    told("SMS platform")
    sms = write_platform(city, store)
    told("web logs", sms.messages)
    lines = write_logs(city, sources / "nginx")
    told("certificate gateway", lines)
    told("probes", write_gateway(city, sources / "ca-gateway"))
    told("backups", write_checks(city, sources / "probes"))
    told("service-desk workbook", write_backups(city, sources, store))
    rows = write_desk_workbook(city, sources / DESK_WORKBOOK_NAME, sms.segments)

    incidents = plan_incidents(calendar, span[0], until, seed=seed)
    looks_alike = benign_events(calendar, span[0], until, seed=seed)
    _write_records(directory / INCIDENTS_FILE, incidents)
    _write_records(directory / HARMLESS_FILE, looks_alike)
    config = write_site(directory, store, outputs)
    return Estate(directory, config, span[0], until, sms.messages, lines, rows, incidents, looks_alike)


def _write_records(path: Path, incidents: Sequence[Incident]) -> None:
    text = json.dumps([incident.record() for incident in incidents], ensure_ascii=False, indent=2) + "\n"
    path.write_text(text, encoding="utf-8")


def _claim(directory: Path) -> None:
    """Make the folder ready: empty, or an earlier estate whose sources are removed."""
    is_estate = (directory / INCIDENTS_FILE).is_file()
    if directory.exists() and not is_estate and (not directory.is_dir() or any(directory.iterdir())):
        raise UsageError(
            "the folder is not empty and holds no demo estate; nothing was written",
            where=str(directory),
            todo="name a new folder with --dir DIR",
        )
    # what an earlier estate left may be older than the first day of this one, or another city's
    if is_estate:
        for name in ("sources", "lake"):
            shutil.rmtree(directory / name, ignore_errors=True)
    (directory / "sources").mkdir(parents=True, exist_ok=True)
    # marks the folder as an estate from the start, so that an interrupted one can be written again
    (directory / INCIDENTS_FILE).write_text("[]\n", encoding="utf-8")
