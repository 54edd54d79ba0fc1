"""Diagnosis of a site for ``ntanalytics doctor``: it reads and asks, and changes nothing."""

from __future__ import annotations

import datetime as dt
import glob
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

import duckdb
import pyarrow as pa

from ntanalytics.catalog import site_catalog
from ntanalytics.disk_space import MIN_FREE_BYTES
from ntanalytics.errors import CalendarMissing, ContractError, NtaError, PublishError, SourceClosed, SourceUnreachable
from ntanalytics.extraction.conformance import Conformance, conform
from ntanalytics.lake import DeltaLake
from ntanalytics.lake.backends.object_store import Bucket
from ntanalytics.lake.backends.spark_session import check_installed
from ntanalytics.periods import local_window
from ntanalytics.settings import Settings, SourceSettings, load, read_secret
from ntanalytics.settings.calendar_end import calendar_end
from ntanalytics.settings.jobs import load_jobs
from ntanalytics.sources import Source, check_read_hours, open_sources
from ntanalytics.sources.database import DatabaseSource
from ntanalytics.workspace.site import Workspace
from ntanalytics.workspace.units import read_aliases

#: Greatest difference of a source's clock; beyond it messages and their delivery reports change their order.
_LARGEST_SKEW_S = 5.0

#: Free space below which a warning is shown: a month of a large city's lake.
_AMPLE_BYTES = 2 * 2**30

#: Most reasons, privileges or files in one line.
_LISTED = 4


class State(StrEnum):
    """Result of one check."""

    OK = "ok"
    WARNING = "warning"  #: it works, and should be checked
    CRITICAL = "critical"  #: something will fail


@dataclass(frozen=True)
class Diagnosis:
    """Result of the check of one item.

    Attributes:
        subject: the part of the site: ``settings``, ``sources.sms``, ``calendar`` …
        item: the item: ``secret``, ``read-only``, a dataset …
        state: the result.
        message: the result as a text.
        exit_code: the exit code of the error that would follow; 0 for none.
    """

    subject: str
    item: str
    state: State
    message: str
    exit_code: int = 0

    def as_data(self) -> dict[str, str | int]:
        """Return the diagnosis as JSON."""
        values = asdict(self)
        return {"said" if name == "message" else name: value for name, value in values.items()}


def diagnose(config: Path, now: dt.datetime) -> Iterator[Diagnosis]:
    """Check everything that a report needs.

    Args:
        config: the settings file.
        now: the present moment (aware); each mapping is tried on the hour before it.

    Yields:
        The results; if the settings cannot be read, only that.
    """
    try:
        settings = load(config)
    except NtaError as error:
        yield _critical("settings", "file", error)
        return
    yield Diagnosis("settings", "file", State.OK, f"{settings.file}: {len(settings.sources)} source(s)")
    for name, configured in settings.sources.items():
        yield from _source(settings, name, configured, now)
    yield from _channels(settings)
    yield from _calendar(settings, now)
    yield from _unit_aliases(settings)
    yield from _store(settings)
    yield _pepper(settings)
    yield from _engine(settings)
    yield from _disk(settings)
    yield _fonts()


def exit_code(diagnoses: list[Diagnosis]) -> int:
    """Return 0 if nothing is critical, else the exit code of the first critical item."""
    return next((diagnosis.exit_code for diagnosis in diagnoses if diagnosis.state is State.CRITICAL), 0)


def _source(settings: Settings, name: str, configured: SourceSettings, now: dt.datetime) -> Iterator[Diagnosis]:
    subject = f"sources.{name}"
    try:
        alone = settings.model_copy(update={"sources": {name: configured}})
        source = open_sources(alone, site_catalog(settings.queries))[name]
    except NtaError as error:
        yield _critical(subject, "settings", error)
        return
    if configured.password:
        try:
            read_secret(configured.password, where=f"{subject}.password")
        except NtaError as error:
            yield _critical(subject, "secret", error)
            return
        yield Diagnosis(subject, "secret", State.OK, configured.password)
    try:
        check_read_hours(settings, name, now)
    except SourceClosed as closed:
        yield Diagnosis(subject, "reachable", State.WARNING, f"not looked at now: {closed.what}; {closed.todo}")
        return
    try:
        yield from _connection(subject, source, configured)
    except NtaError as error:
        yield _critical(subject, "reachable", error)
        return
    for dataset in source.product.datasets:
        yield _mapping(settings, subject, source, dataset, now)


def _connection(subject: str, source: Source, configured: SourceSettings) -> Iterator[Diagnosis]:
    if not isinstance(source, DatabaseSource):
        files = [file for pattern in configured.paths for file in glob.glob(pattern, recursive=True)]
        if configured.paths and not files:
            raise SourceUnreachable("no such file", where=", ".join(configured.paths), todo="correct `paths`")
        if files:
            yield Diagnosis(subject, "reachable", State.OK, f"{len(files)} file(s)")
        return
    account = source.account()
    yield Diagnosis(subject, "reachable", State.OK, source.dialect)
    if not account.is_known:
        yield Diagnosis(
            subject, "read-only", State.WARNING, f"a {source.dialect} server is not asked: see for yourself"
        )
    elif account.writes:
        privileges = "; ".join(account.writes[:_LISTED]) + ("; …" if len(account.writes) > _LISTED else "")
        text = f"the account could write ({privileges}): use one that may only read; {source.product.needs}"
        yield Diagnosis(subject, "read-only", State.WARNING, text)
    else:
        yield Diagnosis(subject, "read-only", State.OK, "by its privileges, and in a read-only session")
    if account.clock_ahead_s is not None:
        skew = account.clock_ahead_s
        state = State.WARNING if abs(skew) > _LARGEST_SKEW_S else State.OK
        yield Diagnosis(subject, "clock", state, f"{skew:+.1f} s against this machine's")


def _mapping(settings: Settings, subject: str, source: Source, dataset: str, now: dt.datetime) -> Diagnosis:
    try:
        mapping = source.mapping(dataset)
        since, until = now - dt.timedelta(hours=1), now
        if mapping.window_form == "date":  # an hour of days is the day
            today = now.astimezone(settings.zone).date()
            since, until = local_window(today, today, settings.zone)
        conformance = conform(source, mapping, since, until, settings.zone)
    except NtaError as error:
        return _critical(subject, dataset, error)
    except (pa.ArrowException, duckdb.Error, OSError) as error:
        return _critical(subject, dataset, ContractError(str(error).splitlines()[0], where=dataset))
    state = State.OK if conformance.conforms else State.WARNING
    return Diagnosis(subject, dataset, state, _summary(conformance))


def _summary(conformance: Conformance) -> str:
    parts = [f"{conformance.rows:,} row(s) fit"]
    if rejected := conformance.rejected:
        reasons = "; ".join(f"{reason} {rows:,}" for reason, rows in list(rejected.items())[:_LISTED])
        parts.append(f"{sum(rejected.values()):,} rejected: {reasons}")
    if words := conformance.replaced_words:
        columns = ", ".join(f"{column} {rows:,}" for column, rows in words.items())
        parts.append(f"unknown words in {columns}")
    if conformance.duplicates:
        parts.append(f"{conformance.duplicates:,} repeat a key")
    return ", ".join([*parts, f"{conformance.seconds:.1f} s"])


def _channels(settings: Settings) -> Iterator[Diagnosis]:
    if not settings.channels:
        return
    from ntanalytics.delivery.connectivity import check_connectivity  # the channels' libraries take time to import

    for name, channel in settings.channels.items():
        try:
            yield Diagnosis(f"channels.{name}", channel.kind, State.OK, check_connectivity(channel))
        except NtaError as error:
            yield _critical(f"channels.{name}", channel.kind, error)
    if not settings.operators:
        text = "nobody is told when something goes wrong: name somebody under `operators`"
        yield Diagnosis("operators", "named", State.WARNING, text)


def _calendar(settings: Settings, now: dt.datetime) -> Iterator[Diagnosis]:
    try:
        calendar = settings.calendar()
    except NtaError as error:
        yield _critical("calendar", "file", error)
        return
    today = now.astimezone(settings.zone).date()
    try:
        jobs = load_jobs(settings.jobs)
    except NtaError:  # `ntanalytics schedule` tells of it
        jobs = {}
    end = calendar_end(jobs, calendar, today)
    for year in (today.year, today.year + 1):
        if calendar.has_year(year):
            yield Diagnosis("calendar", str(year), State.OK, "working days are known")
        elif end is not None and year >= end.year:
            stops = "; ".join(f"{job} stops on {day}" for job, day in end.stops.items())
            text = f"working days are not known: `ntanalytics calendar add` reads the notice; {stops or 'no job stops'}"
            is_now = year == today.year
            code = CalendarMissing.exit_code if is_now else 0
            yield Diagnosis("calendar", str(year), State.CRITICAL if is_now else State.WARNING, text, code)
        else:
            yield Diagnosis("calendar", str(year), State.OK, "not known yet: its notice comes out from late October on")


def _unit_aliases(settings: Settings) -> Iterator[Diagnosis]:
    """Read the table of unit names, and look whether each of its units is in the latest list of units."""
    path = settings.site.unit_aliases
    if path is None:
        return
    try:
        aliases = read_aliases(path)
        unused = Workspace(settings).units().unused_aliases().to_pyarrow().to_pylist() if aliases.num_rows else []
    except NtaError as error:
        yield _critical("site", "unit_aliases", error)
        return
    text = f"{path}: {aliases.num_rows} name(s)"
    if unused:
        names = ", ".join(f"{row['theirs']} → {row['ours']}" for row in unused[:_LISTED])
        text += f"; {len(unused)} of a unit that the list of units does not have: {names}"
    yield Diagnosis("site", "unit_aliases", State.WARNING if unused else State.OK, text)


def _engine(settings: Settings) -> Iterator[Diagnosis]:
    """Check that Spark can be started if it computes the figures; its master is not asked."""
    if settings.engine != "spark":
        return
    try:
        yield Diagnosis("engine", "spark", State.OK, f"{check_installed()}; master {settings.spark.master}")
    except NtaError as error:
        yield _critical("engine", "spark", error)


def _store(settings: Settings) -> Iterator[Diagnosis]:
    """Check that the object store of the lake answers, and accepts the key."""
    if settings.store is None:
        return
    try:
        tables = DeltaLake.of(settings).tables()
    except NtaError as error:
        yield _critical("store", "reachable", error)
        return
    yield Diagnosis("store", "reachable", State.OK, f"{settings.store.url}: {len(tables)} table(s)")
    state, text = State.OK, "it refuses to write over a commit"
    if not Bucket(settings.store).refuses_overwriting():
        state, text = State.WARNING, "it would write over a commit: only the ledger's leases keep writers apart"
    yield Diagnosis("store", "writers", state, text)


def _pepper(settings: Settings) -> Diagnosis:
    """Check that a secret outside of the lake protects the pseudonyms."""
    if not settings.pepper:
        text = "the key of pseudonyms lies in the lake: who has a copy of it can test guesses; set `pepper`"
        return Diagnosis("pseudonyms", "pepper", State.WARNING, text)
    try:
        read_secret(settings.pepper, where="pepper")
    except NtaError as error:
        return _critical("pseudonyms", "pepper", error)
    kind, _, name = settings.pepper.partition(":")
    if kind == "file" and Path(name).expanduser().resolve().is_relative_to(settings.lake.resolve()):
        text = f"{name} lies in the lake: who has a copy of the lake has it, too; move it out"
        return Diagnosis("pseudonyms", "pepper", State.WARNING, text)
    return Diagnosis("pseudonyms", "pepper", State.OK, "the key of pseudonyms needs a secret outside of the lake")


def _disk(settings: Settings) -> Iterator[Diagnosis]:
    for name, folder in (("lake", settings.lake), ("outputs", settings.outputs)):
        existing = next(path for path in (folder, *folder.parents) if path.exists())
        free = shutil.disk_usage(existing).free
        text = f"{free / 2**30:.1f} GiB are free at {existing}"
        if free < MIN_FREE_BYTES:
            yield Diagnosis("disk", name, State.CRITICAL, text, PublishError.exit_code)
        else:
            yield Diagnosis("disk", name, State.OK if free >= _AMPLE_BYTES else State.WARNING, text)


def _fonts() -> Diagnosis:
    """Check that a print on this machine can show Chinese."""
    program = shutil.which("fc-list")
    if program is None:
        return Diagnosis("fonts", "Chinese", State.WARNING, "fc-list is not installed: not known (fontconfig)")
    done = subprocess.run([program, ":lang=zh", "family"], capture_output=True, text=True, check=False)  # noqa: S603 - ours
    families = sorted({line.partition(",")[0] for line in done.stdout.splitlines() if line.strip()})
    if not families:
        text = "none: what is printed here shows boxes for Chinese; install e.g. fonts-noto-cjk"
        return Diagnosis("fonts", "Chinese", State.WARNING, text)
    return Diagnosis("fonts", "Chinese", State.OK, ", ".join(families[:_LISTED]))


def _critical(subject: str, item: str, error: NtaError) -> Diagnosis:
    return Diagnosis(subject, item, State.CRITICAL, str(error), error.exit_code)
