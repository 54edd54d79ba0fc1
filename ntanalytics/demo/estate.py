"""The demo estate: settings and sources of a city, and the record of its incidents."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ntanalytics.demo.incidents.default_script import DEFAULT_SEED
from ntanalytics.demo.incidents.incident import SPAN_DAYS, Incident
from ntanalytics.demo.incidents.planning import benign_events, plan_incidents
from ntanalytics.demo.local_time import morning_after
from ntanalytics.demo.population.city import City, city_of
from ntanalytics.demo.products.bacula import write_bacula
from ntanalytics.demo.products.desk_workbook.workbook import write_desk_workbook
from ntanalytics.demo.products.ejbca.database import write_ejbca
from ntanalytics.demo.products.exchange.database import write_exchange
from ntanalytics.demo.products.maxkey.database import write_maxkey
from ntanalytics.demo.products.nginx.logs import write_nginx
from ntanalytics.demo.products.nginx_client_cert import write_client_cert_log
from ntanalytics.demo.products.openfire.database import write_openfire
from ntanalytics.demo.products.pgbackrest import write_pgbackrest
from ntanalytics.demo.products.probe import write_probes
from ntanalytics.demo.products.restic import write_restic
from ntanalytics.demo.products.seal_register.database import write_seal_register
from ntanalytics.demo.products.sms_platform.database import write_sms_platform
from ntanalytics.demo.products.xinhu.database import write_xinhu
from ntanalytics.demo.products.zabbix.database import write_zabbix
from ntanalytics.demo.replacing import remove_estate
from ntanalytics.demo.site import write_site
from ntanalytics.demo.store import Store, servers_of
from ntanalytics.errors import UsageError
from ntanalytics.language import tr
from ntanalytics.periods import Calendar, days_between
from ntanalytics.settings import FILE_NAME
from ntanalytics.sources.starter import DESK_WORKBOOK_NAME

#: Records of the incidents and of the benign events; the names are those that readers of an estate know.
INCIDENTS_FILE, BENIGN_EVENTS_FILE = "incidents.json", "harmless.json"

#: Working days up to the last one that are inspected, so that findings have a lifecycle to see: of all, and of a first
#: look at the suite.
INSPECTED_DAYS, FIRST_INSPECTED_DAYS = 5, 2

#: Writers by their label in the progress, each with the folder of its files, if any; they return the number of rows.
_DATABASES = {
    "identity": write_maxkey,
    "OA": write_xinhu,
    "document exchange": write_exchange,
    "instant messaging": write_openfire,
    "certificates": write_ejbca,
    "seals": write_seal_register,
    "hosts": write_zabbix,
    "tape backups": write_bacula,
}
_FILES = {
    "certificate gateway": (write_client_cert_log, "ca-gateway"),
    "probes": (write_probes, "probes"),
    "database backups": (write_pgbackrest, "pgbackrest"),
    "file backups": (write_restic, "restic"),
}


@dataclass(frozen=True, kw_only=True)
class Estate:
    """Written estate."""

    directory: Path
    config: Path  # its ``ntanalytics.yml``
    first: dt.date
    until: dt.date
    messages: int = 0  # on the SMS platform
    log_lines: int = 0  # of the web logs
    desk_workbook_rows: Mapping[str, int] = field(default_factory=dict)  # of the service-desk workbook by dataset
    incidents: tuple[Incident, ...] = ()  # in order of start
    benign_events: tuple[Incident, ...] = ()  # events that look like incidents and are none, in order of start

    def clock(self) -> dt.datetime:
        """Return 06:10 on the morning after the last day, whatever the date: the time at which the estate is read."""
        return morning_after(self.until)


@dataclass(frozen=True)
class Destinations:
    """Places of an estate's reports and databases.

    Attributes:
        outputs: folder of the issued reports, as its settings name it; None for the estate's own folder.
        servers: URLs of a PostgreSQL and a MariaDB server for the databases of products that run there; without a
            server each database is a SQLite file.
    """

    outputs: Path | None = None
    servers: Sequence[str] = ()


def plan_reports(until: dt.date, days: int, *, full: bool) -> list[tuple[str, str]]:
    """Return the reports that the demo issues, each with its period: first the one that is there soonest.

    The inspections come day by day, and the weekly report, which tells of them, after them. A first look has no whole
    month: its recommendations are those of the week.

    Args:
        until: last day of the estate.
        days: number of its days.
        full: True for all reports, False for a first look.
    """
    count = INSPECTED_DAYS if full else FIRST_INSPECTED_DAYS
    working = Calendar().working_days(until - dt.timedelta(days=days - 1), until)[-count:]
    inspections = [("daily_inspection", day.isoformat()) for day in working]
    return [
        ("sms_volume", "last-week"),
        *inspections,
        ("weekly_service_report", "last-week"),
        *([("sms_volume", "last-month")] if full else []),
        ("oa_adoption", "last-week"),
        ("optimization_recommendations", "last-month" if full else "last-week"),
    ]


def write_estate(
    directory: Path,
    *,
    until: dt.date = dt.date(2026, 11, 22),
    days: int = 70,
    seed: int = DEFAULT_SEED,
    scale: float = 0.02,
    destinations: Destinations = Destinations(),
    progress: Callable[[str, int], None] = lambda _label, _rows: None,
) -> Estate:
    """Write the demo estate, and return what was written: the same arguments give the same figures.

    Args:
        directory: folder of the estate; an earlier estate there is replaced, with its lake, ledger and issued reports.
        until: last day.
        days: number of days, ``until`` included.
        seed: seed of the random numbers and of the incidents; the default one has a script of its own.
        scale: factor of the volumes; 1 is a real city's, about 200,000 messages and 3,000,000 requests a working day.
        destinations: places of its reports and databases.
        progress: called with the label of what is written, and the number of rows and lines so far.

    Raises:
        UsageError: the folder holds something else than a demo estate, or an argument is out of range.
        SourceUnreachable: a server does not answer, or creates no database.
        CalendarMissing: there is no working-day calendar for one of the days.
    """
    calendar, span = Calendar(), _span(until, days, seed, scale)
    estate = _write(city_of_estate(span[0], until, seed=seed, scale=scale), directory, destinations, progress)
    incidents = plan_incidents(calendar, span[0], until, seed=seed)
    events = benign_events(calendar, span[0], until, seed=seed)
    _write_records(directory / INCIDENTS_FILE, incidents)
    _write_records(directory / BENIGN_EVENTS_FILE, events)
    return replace(estate, incidents=incidents, benign_events=events)


def city_of_estate(first: dt.date, until: dt.date, *, seed: int, scale: float) -> City:
    """Return the city of an estate, as :func:`write_estate` draws it."""
    calendar = Calendar()
    # the draws of a writer must not depend on the incidents within a shorter estate
    earliest = min(first, until - dt.timedelta(days=SPAN_DAYS - 1))
    return city_of(
        days_between(first, until),
        calendar,
        plan_incidents(calendar, earliest, until, seed=seed),
        seed=seed,
        scale=scale,
        benign_events=benign_events(calendar, earliest, until, seed=seed),
    )


def write_untouched_estate(
    directory: Path,
    *,
    until: dt.date,
    days: int,
    seed: int,
    scale: float,
    progress: Callable[[str, int], None] = lambda _label, _rows: None,
) -> Estate:
    """Write a demo estate without an incident and without a benign event, and return what was written.

    Arguments and errors are those of :func:`write_estate`.
    """
    city = city_of(_span(until, days, seed, scale), Calendar(), (), seed=seed, scale=scale)
    estate = _write(city, directory, Destinations(), progress)
    _write_records(directory / INCIDENTS_FILE, ())
    _write_records(directory / BENIGN_EVENTS_FILE, ())
    return estate


def _span(until: dt.date, days: int, seed: int, scale: float) -> list[dt.date]:
    """Return the days of an estate.

    Raises:
        UsageError: an argument is out of range.
    """
    if days < 1 or not scale > 0 or seed < 0:
        raise UsageError(
            tr("the demo city needs at least one day, a scale above 0 and a seed that is not negative"),
            where="ntanalytics demo",
        )
    return days_between(until - dt.timedelta(days=days - 1), until)


def _write(city: City, directory: Path, destinations: Destinations, progress: Callable[[str, int], None]) -> Estate:
    """Write a city's sources and settings, without the records of its incidents."""
    store = Store(directory / "sources", servers_of(destinations.servers))
    _prepare(directory, destinations.outputs or directory / "outputs")
    estate = _write_sources(city, store, directory, progress)
    write_site(directory, store, destinations.outputs)
    return estate


def _write_sources(city: City, store: Store, directory: Path, progress: Callable[[str, int], None]) -> Estate:
    """Write the databases and files, and return the estate without its incidents."""
    sources, rows = directory / "sources", 0
    for label, write in _DATABASES.items():
        progress(tr("demo: {label}", label=label), rows)
        rows += write(city, store)
    progress(tr("demo: SMS platform"), rows)
    volume = write_sms_platform(city, store)
    rows += volume.messages
    progress(tr("demo: web logs"), rows)
    log_lines = write_nginx(city, sources / "nginx")
    rows += log_lines
    for label, (write_files, folder) in _FILES.items():
        progress(tr("demo: {label}", label=label), rows)
        rows += write_files(city, sources / folder)
    progress(tr("demo: service-desk workbook"), rows)
    return Estate(
        directory=directory,
        config=directory / FILE_NAME,
        first=city.days[0],
        until=city.until,
        messages=volume.messages,
        log_lines=log_lines,
        desk_workbook_rows=write_desk_workbook(city, sources / DESK_WORKBOOK_NAME, volume.segments),
    )


def _write_records(path: Path, incidents: Sequence[Incident]) -> None:
    text = json.dumps([incident.record() for incident in incidents], ensure_ascii=False, indent=2) + "\n"
    path.write_text(text, encoding="utf-8")


def _prepare(directory: Path, outputs: Path) -> None:
    """Make the folder ready: a new one, or that of an earlier estate without what belonged to it.

    Raises:
        UsageError: the folder holds something else than a demo estate.
    """
    is_estate = (directory / INCIDENTS_FILE).is_file()
    if directory.exists() and not is_estate and (not directory.is_dir() or any(directory.iterdir())):
        raise UsageError(
            tr("the folder is not empty and holds no demo city; nothing was written"),
            where=str(directory),
            todo=tr("name a new folder with --dir DIR"),
        )
    if is_estate:
        remove_estate(directory, outputs)
    (directory / "sources").mkdir(parents=True, exist_ok=True)
    # from now on the folder is an estate, so that an interrupted one can be written again
    (directory / INCIDENTS_FILE).write_text("[]\n", encoding="utf-8")
