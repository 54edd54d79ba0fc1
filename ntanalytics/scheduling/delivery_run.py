"""Who gets which report: what the jobs issued goes to their recipients, each version once."""

from __future__ import annotations

import datetime as dt
import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ntanalytics.errors import NtaError, UnknownName, UsageError
from ntanalytics.ledger import Delivery, DeliveryRequest, Ledger, Run, ScheduledRunRecord
from ntanalytics.periods import Period, parse_period
from ntanalytics.runner.each_unit import UNIT
from ntanalytics.runner.notebooks import load_report
from ntanalytics.runner.parameters import Value, resolve
from ntanalytics.runner.publishing import folder_name, read_manifest
from ntanalytics.scheduling.jobs import Job
from ntanalytics.settings import Settings
from ntanalytics.settings.channels import Address

if TYPE_CHECKING:
    from ntanalytics.delivery.report_message import Published
    from ntanalytics.delivery.session import DeliverySession


@dataclass
class DeliveryRun:
    """What one round of delivering did.

    Attributes:
        done: each attempt, and how it stands now.
        broken: sendings whose sender was killed: nobody knows whether they arrived.
        wrong: job → what kept it from delivering at all.
        right: the jobs that nothing kept from it.
    """

    done: list[Delivery] = field(default_factory=list)
    broken: Sequence[Delivery] = ()
    wrong: dict[str, str] = field(default_factory=dict)
    right: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Issued:
    """A turn, and the runs that were published for it."""

    turn: ScheduledRunRecord
    runs: Sequence[Run]


@dataclass(frozen=True)
class _Page:
    """A published report that a turn of a job issued: of the whole, or of one unit."""

    published: Published
    period: Period
    parameters: Mapping[str, Value]
    scheduled_at: dt.datetime

    def request(self, report: str, to: Address) -> DeliveryRequest:
        run_id = str(self.published.manifest["run_id"])
        return DeliveryRequest(
            kind="report",
            subject=report,
            period=self.period.text,
            parameters=self.parameters,
            version=self.published.version,
            channel=to.channel,
            recipient=to.to,
            run_id=run_id,
            scheduled_at=self.scheduled_at,
        )


def deliver(
    settings: Settings,
    jobs: Mapping[str, Job],
    ledger: Ledger,
    *,
    now: dt.datetime | None = None,
    notebooks: Path | None = None,
) -> DeliveryRun:
    """Deliver what the jobs issued and what was not delivered yet, and tell the operators what is not in order.

    A recipient whom the ledger does not know gets the latest alone; one who got an earlier version gets the later one
    with what changed. What surely did not arrive and may pass is tried again until it is older than the job's
    ``max_age_days``; what may have arrived is not repeated.

    Args:
        settings: the site.
        jobs: its jobs by name.
        ledger: the site's.
        now: the moment (aware); the machine's by default.
        notebooks: the folder of the reports.

    Raises:
        LakeError: the ledger cannot be used; nothing can be sent once without it.
    """
    from ntanalytics.delivery.session import DeliverySession, break_off

    moment = now or dt.datetime.now(dt.UTC)
    done = DeliveryRun(broken=break_off(ledger))
    sending = DeliverySession.of(settings, ledger)
    for name, job in jobs.items():
        if not job.recipients and not job.unit_recipients:
            continue
        try:
            to = job.sent_to(settings.channels, where=name)
            turns = list(_issued(ledger, name, job, moment))
            known = {(each.scheduled_at, each.period) for each in ledger.scheduled_runs.for_job(name)}
            got = _got(ledger, job, moment)
            for unit, addresses in to.items():
                done.done += _of_unit(sending, job, turns, known, got, unit, addresses, moment, notebooks)
            if unknown := _unknown_units(job, turns):
                done.wrong[name] = unknown
            else:
                done.right.append(name)
        except (NtaError, OSError, KeyError, TypeError, ValueError) as error:  # one job's trouble is not the others'
            done.wrong[name] = str(error)
    from ntanalytics.scheduling.alerts import alert_deliveries

    alert_deliveries(settings, ledger, done, sending.down)
    return done


def deliver_again(settings: Settings, ledger: Ledger, beginning: str, *, notebooks: Path | None = None) -> Delivery:
    """Send again what was sent, or may have been: a person has decided so.

    Args:
        settings: the site.
        ledger: the site's.
        beginning: how the id of the delivery begins.
        notebooks: the folder of the reports.

    Raises:
        UnknownName: no delivery's id begins so.
        UsageError: several do, it is being sent right now, or a later version has taken the report's place.
    """
    from ntanalytics.delivery.notices import message_of
    from ntanalytics.delivery.session import DeliverySession

    found = ledger.deliveries.with_id_prefix(beginning)
    if not found:
        raise UnknownName("delivery", beginning, [each.id[:12] for each in _recent(ledger)])
    if len(found) > 1:
        raise UsageError(f"{len(found)} deliveries begin so", where=beginning, todo="write more of it")
    [delivery] = found
    request, sending = delivery.request, DeliverySession.of(settings, ledger)
    if request.kind == "notice":
        done = sending.post(request, partial(message_of, settings, ledger, request), again=True)
    else:
        period = parse_period(request.period, dt.date(2026, 1, 1))
        published = _published(settings, request.subject, period, request.parameters, notebooks)
        if published is None or published.version != request.version:
            raise UsageError(
                f"version {request.version} is not there any more",
                where=f"{request.subject} {request.period}",
                todo="a later version is delivered by itself: ntanalytics deliver",
            )
        changes = published.changes_since(_version_before(ledger, request))
        make = partial(published.message, request.id, settings.site.name, changes)
        done = sending.post(request, make, again=True)
    if done is None:
        raise UsageError("it is being sent right now", where=beginning, todo="wait for it to end")
    return done


def _of_unit(
    sending: DeliverySession,
    job: Job,
    turns: Sequence[_Issued],
    known: AbstractSet[tuple[dt.datetime | None, str]],
    got: Mapping[_Whose, Sequence[Delivery]],
    unit: str,
    addresses: Sequence[Address],
    moment: dt.datetime,
    notebooks: Path | None,
) -> Iterator[Delivery]:
    """Send to the recipients of a report, or of a unit's page, what they have not got."""
    ledger, settings = sending.ledger, sending.settings
    oldest = moment - dt.timedelta(days=job.max_age_days)
    pages = [page for turn in turns if (page := _page(settings, job, turn, unit, notebooks)) is not None]
    if not pages:
        return
    for to in addresses:
        before = got.get((to, _text(pages[0].parameters)), ())
        # another job of the same report has turns of its own: of this job's he may know nothing yet
        mine = [
            each.request.scheduled_at for each in before if (each.request.scheduled_at, each.request.period) in known
        ]
        first = min((at for at in mine if at), default=pages[-1].scheduled_at)
        for page in pages:
            request = page.request(job.report, to)
            same = [each for each in before if each.request.period == request.period]
            if page.scheduled_at < first or any(each.id == request.id and each.status != "retry" for each in same):
                continue
            _supersede(ledger, same, request)
            changes = page.published.changes_since(_latest_version(same, request))
            make = partial(page.published.message, request.id, settings.site.name, changes)
            if sent := sending.post(request, make):
                yield sent
        _give_up(ledger, before, oldest, job.max_age_days)


#: A recipient, and the parameters of what he got, as a text.
_Whose = tuple[Address, str]


def _got(ledger: Ledger, job: Job, moment: dt.datetime) -> Mapping[_Whose, Sequence[Delivery]]:
    """What each recipient of a job's report got, or should have got, of late; asked once for all units."""
    found: dict[_Whose, list[Delivery]] = {}
    since = moment - 2 * dt.timedelta(days=job.max_age_days)
    for each in ledger.deliveries.for_subject("report", job.report, since):
        whose = Address(each.request.channel, each.request.recipient), _text(each.request.parameters)
        found.setdefault(whose, []).append(each)
    return found


def _text(parameters: Mapping[str, Any]) -> str:
    return json.dumps(dict(parameters), ensure_ascii=False, sort_keys=True)


def _unknown_units(job: Job, turns: Sequence[_Issued]) -> str:
    """The units that have recipients and no page, though the latest turn made one for each: their names are none."""
    if not job.unit_recipients or not turns or turns[-1].turn.status != "issued":
        return ""
    there = {str(run.parameters.get(UNIT, "")) for run in turns[-1].runs}
    said = []
    for unit in sorted(set(job.unit_recipients) - there):
        near = difflib.get_close_matches(unit, there, n=1)
        said.append(f"no unit {unit!r} has a page" + (f"; did you mean {near[0]!r}?" if near else ""))
    return f"unit_recipients: {'; '.join(said)}" if said else ""


def _issued(ledger: Ledger, name: str, job: Job, moment: dt.datetime) -> Iterator[_Issued]:
    """The turns that have something to deliver; of pages of units some are out though others failed."""
    oldest = moment - dt.timedelta(days=job.max_age_days)
    for turn in ledger.scheduled_runs.for_job(name):
        is_out = turn.status == "issued" or (job.each is not None and turn.status in ("failed", "retry"))
        if is_out and turn.scheduled_at >= oldest:
            yield _Issued(turn, ledger.scheduled_runs.published_runs(name, turn.scheduled_at))


def _page(settings: Settings, job: Job, issued: _Issued, unit: str, notebooks: Path | None) -> _Page | None:
    """What a turn issued for a unit; None when it issued nothing for it."""
    turn = issued.turn
    period = parse_period(turn.period, turn.scheduled_at.date())
    given = {**job.parameters, **({UNIT: unit} if unit else {})}
    published = _published(settings, job.report, period, given, notebooks)
    if published is None:
        return None
    own = _own(job.report, given, notebooks)
    versions = [run.version or 0 for run in issued.runs if dict(run.parameters) == own]
    if not versions or published.version < min(versions):
        return None  # the turn issued none, and what stands there was run by hand
    return _Page(published, period, own, turn.scheduled_at)


def _published(
    settings: Settings, report: str, period: Period, given: Mapping[str, Any], notebooks: Path | None
) -> Published | None:
    """The report of a period and parameters that stands in the outputs, if it is just that."""
    from ntanalytics.delivery.report_message import Published

    plan = load_report(report, notebooks)
    values = {**_values(report, given, notebooks), "period": period.text}
    defaults = {parameter.name: parameter.default for parameter in plan.parameters}
    folder = settings.outputs / report / folder_name(period, values, defaults)
    manifest = read_manifest(folder)
    if manifest is None or manifest["report"] != report or manifest["parameters"] != values:
        return None
    return Published(folder, manifest)


def _values(report: str, given: Mapping[str, Any], notebooks: Path | None) -> dict[str, Value]:
    texts = {name: str(value) for name, value in given.items()}
    return {**resolve(load_report(report, notebooks).parameters, texts, where=report)}


def _own(report: str, given: Mapping[str, Any], notebooks: Path | None) -> dict[str, Value]:
    """The parameters that are not their defaults."""
    defaults = {each.name: each.default for each in load_report(report, notebooks).parameters}
    return {
        name: value
        for name, value in _values(report, given, notebooks).items()
        if name != "period" and value != defaults[name]
    }


def _latest_version(same: Sequence[Delivery], request: DeliveryRequest) -> int:
    """The latest earlier version that a recipient got, or may have got; the parcel's own where there is none."""
    versions = [
        each.request.version
        for each in same
        if each.status in ("sent", "ambiguous") and each.request.version < request.version
    ]
    return max(versions, default=request.version)


def _version_before(ledger: Ledger, request: DeliveryRequest) -> int:
    same = [
        each
        for each in ledger.deliveries.for_subject("report", request.subject)
        if (each.request.period, each.request.channel, each.request.recipient)
        == (request.period, request.channel, request.recipient)
        and dict(each.request.parameters) == dict(request.parameters)
    ]
    return _latest_version(same, request)


def _supersede(ledger: Ledger, same: Sequence[Delivery], request: DeliveryRequest) -> None:
    for each in same:
        if each.status == "retry" and each.request.version < request.version:
            ledger.deliveries.end(each.id, "failed", f"version {request.version} stands for it")


def _give_up(ledger: Ledger, before: Sequence[Delivery], oldest: dt.datetime, days: int) -> None:
    for each in before:
        if each.status == "retry" and each.request.scheduled_at is not None and each.request.scheduled_at < oldest:
            ledger.deliveries.end(each.id, "failed", f"given up after {days} days: {each.why}")


def undelivered(ledger: Ledger, days: int = 10) -> Sequence[Delivery]:
    """What did not arrive, or may not have, of the last days, the oldest first."""
    since = dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
    return ledger.deliveries.with_status("retry", "failed", "ambiguous", since=since)


def _recent(ledger: Ledger) -> Sequence[Delivery]:
    since = dt.datetime.now(dt.UTC) - dt.timedelta(days=10)
    return ledger.deliveries.with_status("sent", "failed", "ambiguous", "retry", since=since)[-10:]
