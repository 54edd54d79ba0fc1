"""Proof that silence meant in order: each week a list of the reports that a recipient of exceptions did not get.

A recipient may ask for exceptions only. Silence could then mean that all is in order, or that nothing ran. So each week
the recipient gets one message with every report that was due in the week before: in order and withheld, sent, or not
issued.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from ntanalytics.delivery.message import Message
from ntanalytics.delivery.session import DeliverySession
from ntanalytics.ledger import Delivery, DeliveryRequest
from ntanalytics.periods import Period
from ntanalytics.runner.run_context import RunContext
from ntanalytics.scheduling.due import scheduled_run_of
from ntanalytics.scheduling.issued_reports import IssuedPage, IssuedRun, issued_page
from ntanalytics.scheduling.jobs import Job
from ntanalytics.settings.channels import Address

#: Beginning of the subject of such a delivery in the ledger.
SUBJECT = "silence "


@dataclass(frozen=True)
class WeekOfRuns:
    """Reports of a job that were due in a week.

    Attributes:
        job: the job's name.
        week: the week.
        due: moment of each report that was due → its period.
        issued: moment → its page in the outputs, for those that were issued.
    """

    job: str
    week: Period
    due: Mapping[dt.datetime, Period]
    issued: Mapping[dt.datetime, IssuedPage]


def is_in_order(page: IssuedPage) -> bool:
    """Return whether a report has neither an exception nor a gap."""
    return page.published.manifest["state"] == "ok"


def week_of_runs(context: RunContext, name: str, job: Job, unit: str = "") -> WeekOfRuns:
    """Return what was due of a job in the week before the present one, and what was issued of it.

    The ledger is asked whatever the job's ``max_age_days``: what is too old to be delivered was issued all the same.

    Args:
        context: the site and the clock.
        name: the job's name.
        job: the job.
        unit: the unit whose pages are meant; empty for a report of the whole site.

    Raises:
        CalendarMissing: a year is not known, and it matters.
    """
    zone, calendar = context.settings.zone, context.settings.calendar()
    week = Period.week(context.today - dt.timedelta(days=7))
    begin, end = week.window(zone)
    instant = dt.timedelta(microseconds=1)
    moments = job.when.between(begin - instant, end - instant, calendar, zone)
    due = {at.astimezone(dt.UTC): scheduled_run_of(name, job, at, calendar).period for at in moments}
    runs, issued = context.ledger.scheduled_runs, {}
    for record in runs.for_job(name):
        at = record.scheduled_at.astimezone(dt.UTC)
        run = IssuedRun(record, runs.published_runs(name, record.scheduled_at))
        if at in due and (page := issued_page(context, job, run, unit)) is not None:
            issued[at] = page
    return WeekOfRuns(name, week, due, issued)


def silence_text(runs: WeekOfRuns, title: str) -> str:
    """Return the message: a line for each report that was due, and what its silence meant.

    Args:
        runs: the reports.
        title: the Chinese title of the report.
    """
    lines = []
    for at, period in sorted(runs.due.items()):
        page = runs.issued.get(at)
        if page is None:
            lines.append(f"{period.label}：未出具")
            continue
        manifest = page.published.manifest
        meaning = "正常，未发送" if is_in_order(page) else "有异常、关注或数据缺失，已另行发送"
        digest = manifest.get("manifest_sha256", "")[:12]
        lines.append(f"{period.label}：{meaning}（第{manifest['version']}版，清单摘要 {digest}）")
    missing = sum(at not in runs.issued for at in runs.due)
    quiet = sum(is_in_order(page) for page in runs.issued.values())
    head = f"{title}：{runs.week.label}应出具 {len(runs.due)} 份，其中正常未发送 {quiet} 份"
    head += f"，未出具 {missing} 份，请核实。" if missing else "，没有缺漏。"
    return "\n".join([head, *lines])


def prove_silence(
    context: RunContext, session: DeliverySession, runs: WeekOfRuns, recipients: Sequence[Address], title: str
) -> list[Delivery]:
    """Send the proof of a week to the recipients of exceptions, once; return the attempts.

    Args:
        context: the site.
        session: the session of sendings.
        runs: what was due, and what was issued.
        recipients: those who get exceptions only.
        title: the Chinese title of the report.
    """
    attempts = []
    for address in recipients if runs.due else ():
        request = DeliveryRequest(
            kind="notice",
            subject=f"{SUBJECT}{runs.job}",
            period=runs.week.text,
            version=1,
            channel=address.channel,
            recipient=address.to,
        )
        if delivery := session.send(request, partial(_message, context, request, runs, title)):
            attempts.append(delivery)
    return attempts


def _message(context: RunContext, request: DeliveryRequest, runs: WeekOfRuns, title: str) -> Message:
    subject = f"【报送说明】{title} {runs.week.label}"
    text = f"{silence_text(runs, title)}\n\n{context.settings.site.name}"
    return Message(id=request.id, subject=subject, text=text, brief=f"{subject}\n{text}", place=("notices",))
