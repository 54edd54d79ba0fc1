"""Diagnosis of a site for ``ntanalytics doctor``: it reads and asks, and changes nothing."""

from __future__ import annotations

import datetime as dt
import glob
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa

from ntanalytics.catalog import site_catalog
from ntanalytics.errors import CalendarMissing, ContractError, NtaError, SourceClosed, SourceUnreachable
from ntanalytics.extraction.conformance import Conformance, conform
from ntanalytics.lake import DeltaLake
from ntanalytics.lake.backends.object_store import Bucket
from ntanalytics.lake.backends.spark_session import check_installed
from ntanalytics.language import tr
from ntanalytics.operations.diagnosis import Diagnosis, State, critical
from ntanalytics.operations.machine_checks import check_machine
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

#: Days before now that are looked at one after the other where the last hour of a database or workbook has no row.
_WIDER_DAYS = (1, 7, 35)

#: Most reasons, privileges or files in one line.
_LISTED = 4


def diagnose(config: Path, now: dt.datetime) -> Iterator[Diagnosis]:
    """Check everything that a report needs.

    Args:
        config: the settings file.
        now: the present moment (aware); each mapping is tried on the hour before it, or on the last days with a row.

    Yields:
        The results; if the settings cannot be read, only that.
    """
    try:
        settings = load(config)
    except NtaError as error:
        yield critical("settings", "file", error)
        return
    yield Diagnosis(
        "settings", "file", State.OK, tr("{file}: {count} source(s)", file=settings.file, count=len(settings.sources))
    )
    try:
        settings.require_sources()
    except NtaError as error:
        yield critical("settings", "sources", error)
    for name, configured in settings.sources.items():
        yield from _source(settings, name, configured, now)
    yield from _channels(settings)
    yield from _calendar(settings, now)
    yield from _unit_aliases(settings)
    yield from _store(settings)
    yield _pepper(settings)
    yield from _engine(settings)
    yield from check_machine(settings)


def _source(settings: Settings, name: str, configured: SourceSettings, now: dt.datetime) -> Iterator[Diagnosis]:
    subject = f"sources.{name}"
    try:
        alone = settings.model_copy(update={"sources": {name: configured}})
        source = open_sources(alone, site_catalog(settings.queries))[name]
    except NtaError as error:
        yield critical(subject, "settings", error)
        return
    if configured.password:
        try:
            read_secret(configured.password, where=f"{subject}.password")
        except NtaError as error:
            yield critical(subject, "secret", error)
            return
        yield Diagnosis(subject, "secret", State.OK, configured.password)
    try:
        check_read_hours(settings, name, now)
    except SourceClosed as closed:
        yield Diagnosis(
            subject,
            "reachable",
            State.WARNING,
            tr("not looked at now: {what}; {todo}", what=closed.what, todo=closed.todo),
        )
        return
    try:
        yield from _connection(subject, source, configured)
    except NtaError as error:
        yield critical(subject, "reachable", error)
        return
    for dataset in source.product.datasets:
        yield _mapping(settings, subject, source, dataset, now)


def _connection(subject: str, source: Source, configured: SourceSettings) -> Iterator[Diagnosis]:
    if not isinstance(source, DatabaseSource):
        files = [file for pattern in configured.paths for file in glob.glob(pattern, recursive=True)]
        if configured.paths and not files:
            raise SourceUnreachable(tr("no such file"), where=", ".join(configured.paths), todo=tr("correct `paths`"))
        if files:
            yield Diagnosis(subject, "reachable", State.OK, tr("{count} file(s)", count=len(files)))
        return
    account = source.account()
    yield Diagnosis(subject, "reachable", State.OK, source.dialect)
    if not account.is_known:
        yield Diagnosis(
            subject,
            "read-only",
            State.WARNING,
            tr("a {dialect} server is not asked: see for yourself", dialect=source.dialect),
        )
    elif account.writes:
        privileges = "; ".join(account.writes[:_LISTED]) + ("; …" if len(account.writes) > _LISTED else "")
        text = tr(
            "the account could write ({privileges}): use one that may only read; {needs}",
            privileges=privileges,
            needs=source.product.needs,
        )
        yield Diagnosis(subject, "read-only", State.WARNING, text)
    else:
        yield Diagnosis(subject, "read-only", State.OK, tr("by its privileges, and in a read-only session"))
    if account.clock_ahead_s is not None:
        skew = account.clock_ahead_s
        state = State.WARNING if abs(skew) > _LARGEST_SKEW_S else State.OK
        yield Diagnosis(subject, "clock", state, tr("{skew:+.1f} s against this machine's", skew=skew))


def _mapping(settings: Settings, subject: str, source: Source, dataset: str, now: dt.datetime) -> Diagnosis:
    try:
        days, conformance = _latest(settings, source, dataset, now)
    except NtaError as error:
        return critical(subject, dataset, error)
    except (pa.ArrowException, duckdb.Error, OSError) as error:
        return critical(subject, dataset, ContractError(str(error).splitlines()[0], where=dataset))
    span = tr("the last {days} day(s)", days=days) if days else tr("the last hour")
    if conformance.conforms and not conformance.rows:
        text = tr("no row in {span}: whether the mapping fits is not known", span=span)
        return Diagnosis(subject, dataset, State.WARNING, text)
    state = State.OK if conformance.conforms else State.WARNING
    return Diagnosis(subject, dataset, state, _summary(conformance) + (tr(", of {span}", span=span) if days else ""))


def _latest(settings: Settings, source: Source, dataset: str, now: dt.datetime) -> tuple[int, Conformance]:
    """Return the number of days that were looked at (0: the last hour), and the result for them."""
    mapping = source.mapping(dataset)
    since, until = now - dt.timedelta(hours=1), now
    if mapping.window_form == "date":  # an hour of days is the day
        today = settings.local_day(now)
        since, until = local_window(today, today, settings.zone)
    conformance = conform(source, mapping, since, until, settings.zone, taken_at=now)
    # whole days of logs would be read line by line: an hour says enough of them
    wider = _WIDER_DAYS if source.product.kind in {"database", "workbook"} else ()
    looked_at = 0
    for days in wider:
        if conformance.rows or not conformance.conforms:
            break
        since = until - dt.timedelta(days=days)
        conformance = conform(source, mapping, since, until, settings.zone, taken_at=now)
        looked_at = days
    return looked_at, conformance


def _summary(conformance: Conformance) -> str:
    parts = [tr("{rows:,} row(s) fit", rows=conformance.rows)]
    if rejected := conformance.rejected:
        reasons = "; ".join(f"{reason} {rows:,}" for reason, rows in list(rejected.items())[:_LISTED])
        parts.append(f"{sum(rejected.values()):,} rejected: {reasons}")
    if words := conformance.replaced_words:
        columns = ", ".join(f"{column} {rows:,}" for column, rows in words.items())
        parts.append(tr("unknown values in {columns}", columns=columns))
    if conformance.duplicates:
        parts.append(tr("{duplicates:,} repeat a key", duplicates=conformance.duplicates))
    return ", ".join([*parts, f"{conformance.seconds:.1f} s"])


def _channels(settings: Settings) -> Iterator[Diagnosis]:
    if not settings.channels:
        return
    from ntanalytics.delivery.connectivity import check_connectivity  # the channels' libraries take time to import

    for name, channel in settings.channels.items():
        try:
            yield Diagnosis(f"channels.{name}", channel.kind, State.OK, check_connectivity(channel))
        except NtaError as error:
            yield critical(f"channels.{name}", channel.kind, error)
    if not settings.operators:
        text = tr("nobody is told when something goes wrong: name somebody under `operators`")
        yield Diagnosis("operators", "named", State.WARNING, text)


def _calendar(settings: Settings, now: dt.datetime) -> Iterator[Diagnosis]:
    try:
        calendar = settings.calendar()
    except NtaError as error:
        yield critical("calendar", "file", error)
        return
    today = settings.local_day(now)
    try:
        jobs = load_jobs(settings.jobs)
    except NtaError:  # `ntanalytics schedule` tells of it
        jobs = {}
    end = calendar_end(jobs, calendar, today)
    for year in (today.year, today.year + 1):
        if calendar.has_year(year):
            yield Diagnosis("calendar", str(year), State.OK, tr("working days are known"))
        elif end is not None and year >= end.year:
            stops = "; ".join(tr("{job} stops on {day}", job=job, day=day) for job, day in end.stops.items())
            text = tr(
                "working days are not known: `ntanalytics calendar add` reads the notice; {stops}",
                stops=stops or tr("no job stops"),
            )
            is_now = year == today.year
            code = CalendarMissing.exit_code if is_now else 0
            yield Diagnosis("calendar", str(year), State.CRITICAL if is_now else State.WARNING, text, code)
        else:
            yield Diagnosis(
                "calendar", str(year), State.OK, tr("not known yet: its notice comes out from late October on")
            )


def _unit_aliases(settings: Settings) -> Iterator[Diagnosis]:
    """Read the table of unit names, and look whether each of its units is in the latest list of units."""
    path = settings.site.unit_aliases
    if path is None:
        return
    try:
        aliases = read_aliases(path)
        unused = Workspace(settings).units().unused_aliases().to_pyarrow().to_pylist() if aliases.num_rows else []
    except NtaError as error:
        yield critical("site", "unit_aliases", error)
        return
    text = tr("{path}: {num_rows} name(s)", path=path, num_rows=aliases.num_rows)
    if unused:
        names = ", ".join(f"{row['theirs']} → {row['ours']}" for row in unused[:_LISTED])
        text += tr("; {count} of a unit that the list of units does not have: {names}", count=len(unused), names=names)
    yield Diagnosis("site", "unit_aliases", State.WARNING if unused else State.OK, text)


def _engine(settings: Settings) -> Iterator[Diagnosis]:
    """Check that Spark can be started if it computes the figures; its master is not asked."""
    if settings.engine != "spark":
        return
    try:
        yield Diagnosis(
            "engine",
            "spark",
            State.OK,
            tr("{check_installed}; master {master}", check_installed=check_installed(), master=settings.spark.master),
        )
    except NtaError as error:
        yield critical("engine", "spark", error)


def _store(settings: Settings) -> Iterator[Diagnosis]:
    """Check that the object store of the lake answers, and accepts the key."""
    if settings.store is None:
        return
    try:
        tables = DeltaLake.of(settings).tables()
    except NtaError as error:
        yield critical("store", "reachable", error)
        return
    yield Diagnosis(
        "store", "reachable", State.OK, tr("{url}: {count} table(s)", url=settings.store.url, count=len(tables))
    )
    state, text = State.OK, tr("it refuses to write over a commit")
    if not Bucket(settings.store).refuses_overwriting():
        state, text = State.WARNING, tr("it would write over a commit: only the ledger's leases keep writers apart")
    yield Diagnosis("store", "writers", state, text)


def _pepper(settings: Settings) -> Diagnosis:
    """Check that a secret outside of the lake protects the pseudonyms."""
    if not settings.pepper:
        text = tr("the key of pseudonyms lies in the lake: who has a copy of it can test guesses; set `pepper`")
        return Diagnosis("pseudonyms", "pepper", State.WARNING, text)
    try:
        read_secret(settings.pepper, where="pepper")
    except NtaError as error:
        return critical("pseudonyms", "pepper", error)
    kind, _, name = settings.pepper.partition(":")
    if kind == "file" and Path(name).expanduser().resolve().is_relative_to(settings.lake.resolve()):
        text = tr("{name} lies in the lake: who has a copy of the lake has it, too; move it out", name=name)
        return Diagnosis("pseudonyms", "pepper", State.WARNING, text)
    return Diagnosis("pseudonyms", "pepper", State.OK, tr("the key of pseudonyms needs a secret outside of the lake"))
