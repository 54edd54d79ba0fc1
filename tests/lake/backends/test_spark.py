"""A real Spark reads the lake that DuckDB reads: every metric gives the same figures.

Every metric is made by two tasks side by side in one Java process, one of each kind by a cluster of two workers, too:
each process of Java warms up for as long as all metrics last.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa
import pytest
import yaml

from ntanalytics import contract
from ntanalytics.demo import Estate
from ntanalytics.errors import LakeError, SettingsError
from ntanalytics.lake import DeltaLake
from ntanalytics.lake.backends.compiled_sql import CompiledSql
from ntanalytics.lake.backends.duckdb import DuckReader
from ntanalytics.lake.backends.duckdb_ibis import CompilingBackend
from ntanalytics.lake.backends.reader import Reader
from ntanalytics.lake.backends.spark_session import check_installed, session
from ntanalytics.metrics.ca import certificates
from ntanalytics.metrics.desk import compliance, daily_service, obligations, service_levels, ticket_flow
from ntanalytics.metrics.docexchange import callers, records, registration
from ntanalytics.metrics.identity import logins, misuse
from ntanalytics.metrics.infra import availability, backup_runs, check_spans, decay, hosts, requests
from ntanalytics.metrics.oa import adoption, cancellations, daily_active
from ntanalytics.metrics.seal import seals
from ntanalytics.metrics.sms import repeats as sms_repeats
from ntanalytics.metrics.sms import slots as sms_slots
from ntanalytics.metrics.sms import volume as sms_volume
from ntanalytics.metrics.sso import accesses
from ntanalytics.reports.verification import verify
from ntanalytics.runner import RunContext, RunResult, run_report
from ntanalytics.settings import Settings, load
from ntanalytics.workspace import Workspace, open_workspace
from tests.city import UNTIL, City, IssuedReports, blocks, settled
from tests.metric_calls import MetricCalls, public_metrics, record_metric_calls, run_notebook

pytestmark = [
    pytest.mark.servers,
    # pyspark leaves the sockets by which rows come to the garbage collector
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
]

#: The reports whose notebooks are run, each for a period that the estate has; the others call no other metric. The
#: inspection is that of the day before the one that was issued, whose SQL was kept.
ISSUED = {"daily_inspection": "2026-11-19", "sms_volume": "2026-11", "oa_adoption": "2026-W47"}
#: A machine of two processors runs a driver and two workers, none for long: the quick compiler is the better one. With
#: it Java takes itself for a small program: what it compiled, its classes and short-lived objects are given room, else
#: it sweeps and collects all the time. The classes of the distribution are not verified anew.
SHORT = (
    "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:ReservedCodeCacheSize=240m -XX:MetaspaceSize=256m -Xmn256m "
    "-XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote"
)
MASTER, CLUSTER = "local[2]", "local-cluster[2,1,1024]"
CONFIG = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.extraJavaOptions": SHORT,
    "spark.executor.extraJavaOptions": SHORT,
    "spark.sql.shuffle.partitions": "2",
    # a plan of a few rows is run as it is: to write, compile and warm a class for each takes longer than its rows
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.scheduler.minRegisteredResourcesRatio": "1.0",
}  # fmt: skip


#: What two processes must agree about: a join with rows of the driver, the order of rows, and parts of sums.
BY_WORKERS = ("sms.volume.daily", "sms.repeats.pairs_by_lag", "sms.volume.compare_volume")
#: Days of which each metric is compared, less of what is measured by the minute (``OF_MINUTES``); of one that makes no
#: row of them, all that the report read are.
DAYS = 14


@pytest.fixture(scope="module")
def estate(city: City) -> Estate:
    return city.estate


@pytest.fixture(scope="module")
def settings(city: City) -> Settings:
    return city.settings


@contextmanager
def _opened(settings: Settings, master: str) -> Iterator[Reader]:
    try:
        check_installed()
    except SettingsError as error:
        pytest.skip(str(error))
    import pyspark

    from ntanalytics.lake.backends.spark import SparkReader

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")  # the machine's own name may lead nowhere
        patch.setenv("NTANALYTICS_CHROMIUM", "")  # nobody looks at a print
        opened = session(master, CONFIG)
        try:
            yield SparkReader(DeltaLake(settings.lake), opened)
        finally:
            opened.stop()
            shutil.rmtree(Path(pyspark.__file__).parent / "work", ignore_errors=True)  # what its workers leave


@pytest.fixture(scope="module")
def duck(settings: Settings) -> Reader:
    return DuckReader(DeltaLake(settings.lake))


@pytest.fixture
def cluster(settings: Settings) -> Iterator[Reader]:
    """Two workers; a process has one session, and this one ends before ``spark`` begins."""
    with _opened(settings, CLUSTER) as reader:
        yield reader


@pytest.fixture(scope="module")
def spark(settings: Settings) -> Iterator[Reader]:
    with _opened(settings, MASTER) as reader:
        yield reader


@dataclass
class Compiled:
    """What the inspection asked.

    Attributes:
        pairs: the SQL of each question, and that of a fresh compilation.
        added: what was compiled since nothing was kept for it.
    """

    pairs: list[tuple[str, str]] = field(default_factory=list)
    added: list[object] = field(default_factory=list)


@pytest.fixture(scope="module")
def compiled() -> Compiled:
    """What ``calls`` fills in."""
    return Compiled()


@contextmanager
def _compared(compiled: Compiled) -> Iterator[None]:
    kept = CompilingBackend.compile

    def compared(self: CompilingBackend, table: ir.Table, /, *, limit: int | None = None, **_: object) -> str:
        sql = kept(self, table, limit=limit)
        fresh = super(CompilingBackend, self).compile(table, limit=limit)
        compiled.pairs.append((_settled_sql(sql), _settled_sql(fresh)))
        return sql

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CompilingBackend, "compile", compared)
        patch.setattr(CompiledSql, "add", lambda self, *_: compiled.added.append(self))
        patch.setattr(ibis.options, "default_backend", None)  # in a kernel, that of the workspace
        yield


def _settled_sql(sql: str) -> str:
    """Return SQL without what differs between two compilations of one expression: the order of a set, made-up names."""
    sql = re.sub(r"ibis_table_unnest(_column)?_[a-z2-7]{26}", r"unnest\1", sql)
    return re.sub(r"EXCLUDE \(([^()]*)\)", lambda match: f"EXCLUDE ({sorted(match[1].split(', '))})", sql)


@pytest.fixture(scope="module")
def calls(estate: Estate, issued: IssuedReports, compiled: Compiled) -> MetricCalls:
    """Calls of the metrics by every report, and of those that only an analyst calls."""
    issued("daily_inspection", "last-working-day")
    with pytest.MonkeyPatch.context() as patch, record_metric_calls() as calls:
        patch.setenv("NTANALYTICS_CONFIG", str(estate.config))
        for report, period in ISSUED.items():
            with _compared(compiled) if report == "daily_inspection" else nullcontext():
                run_notebook(report, period)
        # each check of all weeks is a row of it: those of two days are enough to compare
        del calls.made["infra.check_spans.spans_by_day"]
        workspace = open_workspace(estate.config)
        _call_the_rest(workspace)
    return calls


def _call_the_rest(workspace: Workspace) -> None:
    first = UNTIL - dt.timedelta(days=6)
    days = workspace.days(first, UNTIL, {first, UNTIL})
    until = dt.datetime.combine(UNTIL, dt.time(), dt.UTC)
    requests.daily(workspace.table("infra.requests", first, UNTIL), days, ["service"])
    requests.counts(workspace.table("infra.requests", first, UNTIL), days, ["service"])
    adoption.daily(workspace.table("oa.activities", first, UNTIL), days)
    daily_active.accounts_by_week(workspace.table("oa.activities", first, UNTIL))
    daily_active.weekly_adoption(workspace.table("oa.activities", first, UNTIL), days)
    sms_volume.daily(workspace.table("sms.messages", first, UNTIL), days, until, ["carrier"])
    logins.daily(workspace.table("identity.logins", first, UNTIL), days)
    accesses.daily(workspace.table("sso.accesses", first, UNTIL), days, ["app_id"])
    certificates.daily(workspace.table("ca.logins", first, UNTIL), days)
    seals.daily(workspace.table("seal.signings", first, UNTIL), days)
    availability.daily(workspace.table("infra.checks", first, UNTIL), days, until, 8)
    certificates.renewals(workspace.table("ca.certificates"), until, 8)
    checks = workspace.table("infra.checks", UNTIL - dt.timedelta(days=1), UNTIL)
    check_spans.spans_by_day(check_spans.valid_spans(checks, None, until), 8)
    obligations.training(workspace.table("desk.trainings"), ["unit"])
    logins.changes(workspace.table("identity.account_changes", first, UNTIL))
    since = dt.datetime.combine(first, dt.time(), dt.UTC)
    tickets = workspace.table("desk.tickets")
    service_levels.ticket_levels(tickets, since, until)
    service_levels.repeated_causes(tickets)
    service_levels.change_shares(workspace.table("desk.changes"), since, until, ["kind"])
    obligations.overrun_changes(workspace.table("desk.changes"), since, until)
    service_levels.access_rights(workspace.table("desk.access_grants"), ["D00"], since, until, ["holder"])
    accounts, stock = workspace.table("identity.accounts"), workspace.table("seal.seals")
    attempts = workspace.table("identity.logins", first, UNTIL)
    awake = misuse.awakenings(attempts, accounts, since, 8)
    misuse.awakened_accounts(attempts, accounts, since, 8)
    misuse.applications_after(workspace.table("sso.accesses", first, UNTIL), awake)
    misuse.spraying_addresses(attempts)
    misuse.slow_guesses(attempts)
    placed = misuse.attempts_by_place(attempts)
    misuse.first_strange_attempts(placed)
    misuse.spread_spray(placed, since, until)
    seals.suspended_signings(workspace.table("seal.signings", first, UNTIL), stock, stock)
    _call_the_processes(workspace, first)
    units = workspace.units(UNTIL)
    units.names()
    units.identify(workspace.table("identity.accounts"))


def _call_the_processes(workspace: Workspace, first: dt.date) -> None:
    """Call what an inspection calls only with enough history, or of a source that has it."""
    until = dt.datetime.combine(UNTIL, dt.time(), dt.UTC)
    days = [first + dt.timedelta(days=number) for number in range(7)]
    sms_repeats.pairs_by_lag(workspace.table("sms.messages", first, UNTIL), 8)
    sms_repeats.near_hour(workspace.table("sms.messages", first, UNTIL), 10, 8)
    sms_slots.parts_by_hour(workspace.table("sms.messages", first, UNTIL), 8)
    misuse.accounts_in_two_places(workspace.table("identity.logins", first, UNTIL), UNTIL)
    misuse.night_entries(workspace.table("identity.logins", first, UNTIL), UNTIL, 8)
    misuse.entries_from_new_addresses(workspace.table("identity.logins", first, UNTIL), UNTIL)
    daily_service.unmade_checks(workspace.table("desk.checks"), workspace.days(first, UNTIL, {*days}), UNTIL)
    callers.unknown_callers(workspace.table("docexchange.interface_calls"), UNTIL)
    deliveries = workspace.table("docexchange.deliveries", first, UNTIL)
    registration.registered_by_slot(deliveries, 8, 3600)
    registration.late_registrations(deliveries, days, until, 8, ["day", "receiver_unit"])
    records.mark_undated(deliveries)
    records.mark_disordered(deliveries)
    records.mark_recalled(deliveries)
    ticket_flow.bulk_closings(workspace.table("desk.tickets"), 8)
    ticket_flow.slow_responses(workspace.table("desk.tickets"), UNTIL, until)
    ticket_flow.unsolved_closings(workspace.table("desk.tickets"), 8)
    ticket_flow.repeated_incidents(workspace.table("desk.incidents"), UNTIL)
    cancellations.cancelled_by_day(
        workspace.table("oa.tasks", first, UNTIL), workspace.days(first, UNTIL, {*days, UNTIL}), 8, ["unit"]
    )
    decay.levels_by_day(workspace.table("infra.metrics", first, UNTIL))
    decay.backups_by_day(workspace.table("infra.backups", first, UNTIL))
    hosts.loads_by_hour(workspace.table("infra.metrics", first, UNTIL), 8)
    hosts.unusual_levels(workspace.table("infra.metrics", first, UNTIL), UNTIL, 8)
    backup_runs.missed_runs(workspace.table("infra.backups", first, UNTIL), until)
    backup_runs.unchanged_runs(workspace.table("infra.backups", first, UNTIL), until)
    service_levels.used_after_removal(workspace.table("desk.access_grants"), UNTIL, 8)
    certificates.with_register(workspace.table("ca.logins", first, UNTIL), workspace.table("ca.certificates"))
    compliance.undelivered_reports(workspace.table("desk.report_plan"), UNTIL)
    backup_runs.durations(workspace.table("infra.backups", first, UNTIL), UNTIL)
    decay.pings_by_day(workspace.table("infra.checks", first, UNTIL))


@pytest.mark.usefixtures("calls")
def test_the_kept_sql_of_an_inspection_is_that_of_a_fresh_compilation_on_another_day(compiled: Compiled) -> None:
    assert compiled.pairs
    assert [pair for pair in compiled.pairs if pair[0] != pair[1]] == []
    # what the kernel of the issued inspection kept served this one; only lists of days of another length were new
    assert len(compiled.added) <= len(compiled.pairs) / 20


def test_two_workers_give_the_same_figures(cluster: Reader, duck: Reader, calls: MetricCalls) -> None:
    cluster.connection.raw_sql("SELECT count(*) FROM range(1)").collect()  # which waits for both
    workers = cluster.connection._session.sparkContext._jsc.sc().getExecutorMemoryStatus()
    assert workers.size() == 3  # the driver, and two
    for name in BY_WORKERS:
        _same_by(cluster, duck, calls, name)


@pytest.mark.usefixtures("spark")
def test_an_interruption_is_not_taken_by_spark() -> None:
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("name", sorted(public_metrics()))
def test_a_metric_is_the_same_by_both_engines(spark: Reader, duck: Reader, calls: MetricCalls, name: str) -> None:
    assert name in calls.made, "no report calls it: call it in _call_the_rest"
    _same_by(spark, duck, calls, name)


def _same_by(spark: Reader, duck: Reader, calls: MetricCalls, name: str) -> None:
    table, days = calls.widest(name), DAYS
    ours = duck.connection.to_pyarrow(calls.on(duck, table, days))
    if not ours.num_rows:
        ours, days = table.to_pyarrow(), None
    theirs = spark.connection.to_pyarrow(calls.on(spark, table, days))
    assert theirs.schema == ours.schema
    assert _differences(_rows(ours), _rows(theirs)) == []
    if isinstance(table.op(), ops.Sort):
        keys = [name for name, kind in table.schema().items() if not kind.is_floating()]
        assert theirs.select(keys).to_pylist() == ours.select(keys).to_pylist()


def test_a_version_without_files_is_an_empty_table_of_the_contracts_types(spark: Reader, settings: Settings) -> None:
    lake, dataset = DeltaLake(settings.lake), contract.dataset("sms.messages")
    before = UNTIL - dt.timedelta(days=400)
    for version, last in ((None, None), (lake.version(dataset.name), before)):
        table = spark.table(dataset, version, last=last)
        counted = table.aggregate(messages=table.count(), late=table.count(where=table.receipt_latency_s > 600))
        found = spark.connection.to_pyarrow(table).schema
        assert (found.names, found.types) == (dataset.schema().names, dataset.schema().types)
        assert spark.connection.to_pyarrow(counted).to_pylist() == [{"messages": 0, "late": 0}]


def test_days_are_pruned_and_times_are_utc_to_the_microsecond(spark: Reader, settings: Settings) -> None:
    lake, dataset = DeltaLake(settings.lake), contract.dataset("infra.checks")
    version, day = lake.version(dataset.name), UNTIL - dt.timedelta(days=2)
    both = [reader.table(dataset, version, day, day) for reader in (DuckReader(lake), spark)]
    ours, theirs = (table.order_by("checked_at", "source", "target", "kind").to_pyarrow() for table in both)
    assert ours.num_rows
    assert set(ours["day"].to_pylist()) == {day}
    assert any(at.microsecond for at in ours["checked_at"].to_pylist())
    assert theirs.equals(ours)


def _by_spark(settings: Settings, master: str) -> Settings:
    told = yaml.safe_load(settings.file.read_text(encoding="utf-8"))
    by_spark = {"engine": "spark", "spark": {"master": master, "config": CONFIG}, "outputs": "by-spark"}
    file = settings.file.with_name("spark.yml")
    file.write_text(yaml.safe_dump({**told, **by_spark}, allow_unicode=True), encoding="utf-8")
    return load(file)


def _issued(settings: Settings, estate: Estate) -> RunResult:
    return run_report(RunContext(settings=settings, clock=estate.clock), "sms_volume", "2026-W47", {})


def test_a_master_that_cannot_be_one_is_named_by_its_exit_code(
    spark: Reader, estate: Estate, settings: Settings
) -> None:
    with pytest.raises(LakeError, match="Invalid master URL") as caught:
        _issued(_by_spark(settings, "spark://cluster.example.cn"), estate)
    assert caught.value.exit_code == 6


def test_a_report_issued_by_spark_is_the_one_issued_by_duckdb(
    spark: Reader, estate: Estate, settings: Settings, issued: IssuedReports
) -> None:
    ours, theirs = issued("sms_volume", "2026-W47"), _issued(_by_spark(settings, MASTER), estate)
    assert settled(blocks(theirs.directory)) == settled(blocks(ours.directory))
    verify(theirs.directory)


def _rows(table: pa.Table) -> list[dict[str, Any]]:
    """The rows, in an order that does not depend on the last digits of a fraction."""
    return sorted(table.to_pylist(), key=lambda row: [_rank(value) for value in row.values()])


def _rank(value: object) -> tuple[bool, str]:
    return value is None, f"{value:.6g}" if isinstance(value, float) else str(value)


def _differences(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> list[object]:
    """Where two lists of rows differ: whole numbers, texts, days and times in anything, fractions by more than 1e-9."""
    if len(ours) != len(theirs):
        return [f"{len(ours)} rows by DuckDB, {len(theirs)} by Spark"]
    return [
        (name, row, other[name])
        for row, other in zip(ours, theirs, strict=True)
        for name, value in row.items()
        if not _is_same(value, other[name])
    ]


def _is_same(value: object, other: object) -> bool:
    if isinstance(value, float) and isinstance(other, float):
        return math.isclose(value, other, rel_tol=1e-9, abs_tol=1e-12)
    return value == other and type(value) is type(other)
