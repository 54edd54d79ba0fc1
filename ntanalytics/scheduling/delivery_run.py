"""Delivery of issued reports to the recipients of the jobs: each version once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial

from ntanalytics.delivery.notices import message_of
from ntanalytics.delivery.report_folder import parameters_key
from ntanalytics.delivery.session import DeliverySession, close_interrupted
from ntanalytics.errors import NtaError, UnknownName, UsageError
from ntanalytics.language import tr
from ntanalytics.ledger import Delivery, DeliveryRequest, Ledger
from ntanalytics.periods import parse_period
from ntanalytics.runner.notebooks import load_report
from ntanalytics.runner.run_context import RunContext
from ntanalytics.scheduling.alerts import alert_deliveries
from ntanalytics.scheduling.delivery_results import DeliveryRun
from ntanalytics.scheduling.issued_reports import (
    IssuedPage,
    IssuedRun,
    issued_page,
    issued_runs,
    published_report,
    request_of,
    unknown_units,
)
from ntanalytics.scheduling.jobs import Job
from ntanalytics.scheduling.silence_proof import SUBJECT, is_in_order, prove_silence, week_of_runs
from ntanalytics.settings.channels import Address

#: A recipient, and the parameters of the report as a key.
_Recipient = tuple[Address, str]
_DAYS = 10


@dataclass(frozen=True)
class _JobHistory:
    """Past scheduled runs of a job, and its past deliveries by recipient.

    Attributes:
        known: the moment and the period of each scheduled run.
        deliveries: the recent deliveries of the job's report by recipient.
    """

    known: AbstractSet[tuple[dt.datetime | None, str]]
    deliveries: Mapping[_Recipient, Sequence[Delivery]]


def deliver(context: RunContext, jobs: Mapping[str, Job]) -> DeliveryRun:
    """Send issued reports to the recipients that have not received them yet, and alert the operators of problems.

    A new recipient receives the latest report only, one of exceptions those of the job's ``max_age_days``. A recipient
    of an earlier version receives the later one with the changes. A delivery that surely did not arrive, by a cause
    that may pass, is tried again until it is older than the job's ``max_age_days``; one that may have arrived is not
    repeated.

    Args:
        context: the site and the clock.
        jobs: its jobs by name.

    Raises:
        LakeError: the ledger cannot be used, without which nothing can be sent once.
    """
    results = DeliveryRun(interrupted=close_interrupted(context.ledger))
    session = DeliverySession.of(context.settings, context.ledger)
    for name, job in jobs.items():
        if not job.recipients and not job.unit_recipients:
            continue
        try:
            issued = list(issued_runs(context, name, job))
            results.deliveries += _deliver_job(context, session, name, job, issued)
            if problem := unknown_units(job, issued):
                results.failed_jobs[name] = problem
            else:
                results.finished_jobs.append(name)
        except (NtaError, OSError, KeyError, TypeError, ValueError) as error:  # the other jobs go on
            results.failed_jobs[name] = str(error)
    alert_deliveries(context, results, session.down)
    return results


def deliver_again(context: RunContext, id_prefix: str) -> Delivery:
    """Repeat a delivery that was sent, or may have been, because a person wants it.

    Args:
        context: the site.
        id_prefix: the beginning of the delivery's id.

    Raises:
        UnknownName: no delivery's id begins so.
        UsageError: several do, it is being sent right now, or a later version has replaced the report.
    """
    ledger, settings = context.ledger, context.settings
    deliveries = ledger.deliveries.with_id_prefix(id_prefix)
    if not deliveries:
        raise UnknownName("delivery", id_prefix, [delivery.id[:12] for delivery in _recent(ledger)])
    if len(deliveries) > 1:
        raise UsageError(
            tr("{count} deliveries begin so", count=len(deliveries)), where=id_prefix, todo=tr("write more of it")
        )
    request, session = deliveries[0].request, DeliverySession.of(settings, ledger)
    if request.subject.startswith(SUBJECT):
        raise UsageError(
            tr("a proof of a week is not repeated"), where=id_prefix, todo=tr("send the reports themselves")
        )
    if request.kind == "notice":
        make = partial(message_of, settings, ledger, request)
    else:
        period = parse_period(request.period, dt.date(2026, 1, 1))
        published = published_report(context, request_of(context, request.subject, period, request.parameters))
        if published is None or published.version != request.version:
            raise UsageError(
                tr("version {version} is not there any more", version=request.version),
                where=f"{request.subject} {request.period}",
                todo=tr("a later version is delivered by itself: ntanalytics deliver"),
            )
        changes = published.changes_since(_version_before(ledger, request))
        make = partial(published.message, request.id, settings.site.name, changes)
    delivery = session.send(request, make, is_repetition=True)
    if delivery is None:
        raise UsageError(tr("it is being sent right now"), where=id_prefix, todo=tr("wait for it to end"))
    return delivery


def _deliver_job(
    context: RunContext, session: DeliverySession, name: str, job: Job, issued: Sequence[IssuedRun]
) -> Iterator[Delivery]:
    """Send the issued reports of a job, or its pages of units, to their recipients; yield the attempts."""
    addresses = job.sent_to(context.settings.channels, where=name)
    known = {(record.scheduled_at, record.period) for record in context.ledger.scheduled_runs.for_job(name)}
    history = _JobHistory(known, _deliveries_by_recipient(context, job))
    for unit, recipients in addresses.items():
        pages = [page for run in issued if (page := issued_page(context, job, run, unit)) is not None]
        if pages:
            for address in recipients:
                yield from _deliver_to(context, session, history, pages, address)
                _give_up(context, job, history.deliveries.get(_recipient(pages[0], address), ()))
        if quiet := [address for address in recipients if address.is_quiet]:
            title = load_report(job.report, context.notebooks).title
            yield from prove_silence(context, session, week_of_runs(context, name, job, unit), quiet, title)


def _deliver_to(
    context: RunContext, session: DeliverySession, history: _JobHistory, pages: Sequence[IssuedPage], address: Address
) -> Iterator[Delivery]:
    """Send the pages to a recipient that has not received them; yield the attempts."""
    received = history.deliveries.get(_recipient(pages[0], address), ())
    # another job of the same report has scheduled runs of its own, and its recipients may know nothing of this job's
    own = [
        delivery.request.scheduled_at
        for delivery in received
        if (delivery.request.scheduled_at, delivery.request.period) in history.known
    ]
    # who gets exceptions only has received nothing of the reports in order
    newest = pages[0 if address.is_quiet else -1].scheduled_at
    first = newest if address.is_quiet else min((at for at in own if at), default=newest)
    for page in pages:
        request = page.delivery_to(address)
        earlier = [delivery for delivery in received if delivery.request.period == request.period]
        is_settled = any(delivery.id == request.id and delivery.status != "retry" for delivery in earlier)
        is_withheld = address.is_quiet and is_in_order(page) and not any(map(_has_arrived, earlier))
        if page.scheduled_at < first or is_settled or is_withheld:
            continue
        _supersede(context.ledger, earlier, request)
        changes = page.published.changes_since(_latest_version(earlier, request))
        make = partial(page.published.message, request.id, context.settings.site.name, changes)
        if delivery := session.send(request, make):
            yield delivery


def _has_arrived(delivery: Delivery) -> bool:
    return delivery.status in ("sent", "ambiguous")


def _recipient(page: IssuedPage, address: Address) -> _Recipient:
    return address, parameters_key(page.request.own_parameters)


def _deliveries_by_recipient(context: RunContext, job: Job) -> Mapping[_Recipient, Sequence[Delivery]]:
    """Return the recent deliveries of a job's report by recipient; one query serves all units."""
    by_recipient: dict[_Recipient, list[Delivery]] = {}
    since = context.clock() - 2 * dt.timedelta(days=job.max_age_days)
    for delivery in context.ledger.deliveries.for_subject("report", job.report, since):
        request = delivery.request
        recipient = Address(request.channel, request.recipient), parameters_key(request.parameters)
        by_recipient.setdefault(recipient, []).append(delivery)
    return by_recipient


def _latest_version(earlier: Sequence[Delivery], request: DeliveryRequest) -> int:
    """Return the latest earlier version that a recipient received, or may have; the requested one if there is none."""
    versions = [
        delivery.request.version
        for delivery in earlier
        if delivery.status in ("sent", "ambiguous") and delivery.request.version < request.version
    ]
    return max(versions, default=request.version)


def _version_before(ledger: Ledger, request: DeliveryRequest) -> int:
    """Return the version that the recipient of a delivery had before."""
    earlier = [
        delivery
        for delivery in ledger.deliveries.for_subject("report", request.subject)
        if (delivery.request.period, delivery.request.channel, delivery.request.recipient)
        == (request.period, request.channel, request.recipient)
        and dict(delivery.request.parameters) == dict(request.parameters)
    ]
    return _latest_version(earlier, request)


def _supersede(ledger: Ledger, earlier: Sequence[Delivery], request: DeliveryRequest) -> None:
    """Close the unsent deliveries of earlier versions."""
    for delivery in earlier:
        if delivery.status == "retry" and delivery.request.version < request.version:
            ledger.deliveries.end(delivery.id, "failed", tr("version {version} stands for it", version=request.version))


def _give_up(context: RunContext, job: Job, received: Sequence[Delivery]) -> None:
    """Close the unsent deliveries that are too old."""
    oldest = context.clock() - dt.timedelta(days=job.max_age_days)
    for delivery in received:
        if (
            delivery.status == "retry"
            and delivery.request.scheduled_at is not None
            and delivery.request.scheduled_at < oldest
        ):
            why = tr("given up after {max_age_days} days: {why}", max_age_days=job.max_age_days, why=delivery.why)
            context.ledger.deliveries.end(delivery.id, "failed", why)


def _recent(ledger: Ledger) -> Sequence[Delivery]:
    since = dt.datetime.now(dt.UTC) - dt.timedelta(days=_DAYS)
    return ledger.deliveries.with_status("sent", "failed", "ambiguous", "retry", since=since)[-10:]
