"""Document exchange: documents, deliveries, interface calls (docs/domain.md, Document exchange).

Every function takes Ibis tables of ``docexchange.*`` and returns one. The state of a delivery at a moment follows from
its times, so that the figure of a past period does not change.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from ntanalytics.metrics import change
from ntanalytics.metrics.groups import join_groups
from ntanalytics.metrics.histogram import quantiles
from ntanalytics.metrics.measure import Measure, catalogue, count, rate

#: Documents sent (docs/domain.md, Document exchange).
DOCUMENTS = (
    count("documents_sent", "发文", "件", "Documents sent in the period (docs/domain.md, Document exchange: sent)."),
    rate("ofd_share", "OFD 占比", "OFD documents / documents of which it is known.", good="up"),
    rate("sealed_share", "盖章占比", "Sealed documents / documents of which it is known.", good="up"),
    rate(
        "xinchuang_document_share",
        "信创发文占比",
        "Documents sent from a domestic terminal / documents whose terminal is known.",
        good="up",
    ),
)

#: Deliveries by state (docs/domain.md, Document exchange).
DELIVERIES = (
    count(
        "deliveries",
        "送达件次",
        "件次",
        "Deliveries of the period's documents, one per receiving unit, without recalled ones: "
        "signed + pending + returned + refused.",
    ),
    count(
        "signed_deliveries",
        "已签收",
        "件次",
        "Deliveries signed for by the moment, and not given back since.",
        good="up",
    ),
    count(
        "pending_deliveries",
        "待签收",
        "件次",
        "Deliveries neither signed for nor given back by the moment. A missing day hides both deliveries and "
        "signatures.",
        good="down",
        over_gap="unknown",
    ),
    count("returned_deliveries", "退文", "件次", "Deliveries that the receiving unit returned (退文).", good="down"),
    count("refused_deliveries", "拒收", "件次", "Deliveries that the receiving unit refused.", good="down"),
    count("recalled_deliveries", "撤回", "件次", "Deliveries that the sender recalled."),
    rate(
        "returned_share",
        "退文率",
        "(returned_deliveries + refused_deliveries) / deliveries; null when there were none.",
        good="down",
    ),
    rate(
        "signed_in_time_rate",
        "按时签收率",
        "Deliveries signed for within one working day of sending / deliveries whose working day is over, without those "
        "given back (docs/domain.md, Document exchange: sign-for rate within 1 working day).",
        good="up",
    ),
    Measure(
        "signing_p50_s",
        "签收用时中位数",
        "Median of signed_at − sent_at of the signed deliveries, in clock time.",
        format="seconds",
        good="down",
    ),
    count(
        "overdue_deliveries",
        "逾期未签收",
        "件次",
        "Pending deliveries whose deadline is before the moment (docs/domain.md, Document exchange: overdue). Over a "
        "gap unknown, as pending_deliveries is.",
        good="down",
        over_gap="unknown",
    ),
    Measure(
        "oldest_overdue_at",
        "最早逾期",
        "The earliest deadline of the overdue deliveries; null where none is overdue.",
        format="datetime",
    ),
    rate(
        "xinchuang_signing_share",
        "信创签收占比",
        "Deliveries signed on a domestic terminal / signed ones whose terminal is known.",
        good="up",
    ),
)

#: Interface calls (docs/domain.md, Document exchange).
CALLS = (
    count("calls", "接口调用", "次", "Interface calls."),
    count("failed_calls", "接口失败", "次", "Interface calls that failed.", good="down"),
    rate("call_failure_rate", "接口失败率", "failed_calls / calls; null when there were none.", good="down", digits=2),
    count("timed_calls", "有时长的调用", "次", "Calls that have a duration."),
    Measure(
        "call_p95_ms",
        "接口耗时（95%以内）",
        "95th percentile of the duration of a call in ms, within 5 %.",
        format="ms",
        good="down",
    ),
)

MEASURES = catalogue(change.with_changes((*DOCUMENTS, *DELIVERIES, *CALLS)))


def documents(documents: ir.Table, by: Sequence[str] = ()) -> ir.Table:
    """Return the documents sent, with the shares of OFD, sealed and xinchuang ones (docs/domain.md, Document exchange).

    Args:
        documents: rows of ``docexchange.documents`` of the period.
        by: columns of ``documents`` that name a group: ``sender_unit``, ``day``.

    Returns:
        ``by`` and the measures of ``DOCUMENTS``, most first; one row when ``by`` is empty.
    """
    known = documents.platform.notnull()
    counted = documents.aggregate(
        by=list(by),
        documents_sent=documents.count(),
        ofd_share=documents.is_ofd.cast("float64").mean(),
        sealed_share=documents.is_sealed.cast("float64").mean(),
        xinchuang_document_share=(documents.platform == "xinchuang").cast("float64").mean(where=known),
    )
    return counted.order_by(ibis.desc("documents_sent"), *by)


def deliveries(
    deliveries: ir.Table, working_days: Sequence[date], at: datetime, utc_offset_h: int, by: Sequence[str] = ()
) -> ir.Table:
    """Return deliveries by state, and the time to sign for them (docs/domain.md, Document exchange).

    One working day ends at the clock time of sending on the next working day; for a document sent on a day off, with
    the end of the next working day.

    Args:
        deliveries: rows of ``docexchange.deliveries`` sent in the period.
        working_days: the working days up to ``at``, or more; a delivery that is due after the last of them is not part
            of the rate.
        at: the moment (aware) of the states.
        utc_offset_h: hours by which local time is ahead of UTC.
        by: columns of ``deliveries`` that name a group: ``receiver_unit``, ``day``.

    Returns:
        ``by`` and the measures of ``DELIVERIES``, most overdue first; one row when ``by`` is empty.
    """
    moment = ibis.literal(at)
    dated = with_deadline(deliveries, working_days, utc_offset_h)
    is_back = dated.state.isin(["returned", "refused", "recalled"]) & (dated.returned_at <= moment).fill_null(True)
    dated = dated.mutate(
        _state=is_back.ifelse(dated.state, ((dated.signed_at <= moment).fill_null(False)).ifelse("signed", "pending"))
    )
    state = dated["_state"]
    is_kept = state.isin(["signed", "pending"])
    # a receipt before its sending has no time that tells whether it came in time
    is_dated = (dated.signed_at >= dated.sent_at).fill_null(True)
    is_over = is_kept & is_dated & (dated["_ends_at"] <= moment)
    is_overdue = (state == "pending") & (dated.due_at < moment)
    has_platform = (state == "signed") & dated.platform.notnull()
    counted = dated.aggregate(
        by=list(by),
        deliveries=dated.count(where=state != "recalled"),
        signed_deliveries=dated.count(where=state == "signed"),
        pending_deliveries=dated.count(where=state == "pending"),
        returned_deliveries=dated.count(where=state == "returned"),
        refused_deliveries=dated.count(where=state == "refused"),
        recalled_deliveries=dated.count(where=state == "recalled"),
        signed_in_time_rate=(dated.signed_at <= dated["_ends_at"]).fill_null(False).cast("float64").mean(where=is_over),
        signing_p50_s=dated.signing_s.quantile(0.5, where=state == "signed"),
        overdue_deliveries=dated.count(where=is_overdue),
        oldest_overdue_at=dated.due_at.min(where=is_overdue),
        xinchuang_signing_share=(dated.platform == "xinchuang").cast("float64").mean(where=has_platform),
    )
    given_back = counted.returned_deliveries + counted.refused_deliveries
    rated = counted.mutate(returned_share=given_back / counted.deliveries.nullif(0))
    shown = rated.select(*by, *(measure.name for measure in DELIVERIES))
    return shown.order_by(ibis.desc("overdue_deliveries"), ibis.desc("deliveries"), *by)


def with_sender(deliveries: ir.Table, documents: ir.Table) -> ir.Table:
    """Return the deliveries with the ``sender_unit`` of their documents; null where it is not known.

    Args:
        deliveries: rows of ``docexchange.deliveries``.
        documents: rows of ``docexchange.documents``, of the same period at least.
    """
    senders = documents.select(_source="source", _document_id="document_id", sender_unit="sender_unit").distinct()
    on = [deliveries.source == senders["_source"], deliveries.document_id == senders["_document_id"]]
    return deliveries.left_join(senders, on).drop("_source", "_document_id")


def with_deadline(deliveries: ir.Table, working_days: Sequence[date], utc_offset_h: int) -> ir.Table:
    """Return the deliveries with ``_ends_at``, the end of one working day after sending.

    Defined in docs/domain.md, Document exchange. Null where the calendar ends before. The arguments are those of
    ``deliveries``.
    """
    worked = sorted(set(working_days))
    span = [worked[0] + timedelta(days=n) for n in range(-31, (worked[-1] - worked[0]).days)] if worked else []
    calendar = ibis.memtable(
        pa.table(
            {
                "_on": pa.array(span, pa.date32()),
                "_next": pa.array([worked[bisect_right(worked, day)] for day in span], pa.date32()),
                "_is_worked": pa.array([day in set(worked) for day in span], pa.bool_()),
            }
        )
    )
    offset = ibis.interval(hours=utc_offset_h)
    local = deliveries.mutate(_local=deliveries.sent_at + offset)
    joined = local.left_join(calendar, local["_local"].date() == calendar["_on"])
    waited = joined["_next"].delta(joined["_on"], unit="day")
    sent, midnight = joined["_local"], joined["_local"].truncate("D")
    ends = joined["_is_worked"].ifelse(sent + waited.as_interval("D"), midnight + (waited + 1).as_interval("D"))
    return joined.mutate(_ends_at=ends - offset).drop("_local", "_on", "_next", "_is_worked")


def calls(calls: ir.Table, by: Sequence[str] = ()) -> ir.Table:
    """Return the interface calls, their failures and durations (docs/domain.md, Document exchange).

    Args:
        calls: rows of ``docexchange.interface_calls`` of the period.
        by: columns of ``calls`` that name a group: ``caller``, ``interface``, ``day``.

    Returns:
        ``by`` and the measures of ``CALLS``, most first; one row when ``by`` is empty.
    """
    counted = calls.aggregate(
        by=list(by),
        calls=calls.calls.sum().fill_null(0).cast("int64"),
        failed_calls=calls.calls.sum(where=calls.outcome == "failure").fill_null(0).cast("int64"),
    )
    joined = join_groups(counted, quantiles(calls, "calls", by, "timed_calls", {"call_p95_ms": 95}), by)
    rated = joined.mutate(
        call_failure_rate=joined.failed_calls / joined.calls.nullif(0), timed_calls=joined.timed_calls.fill_null(0)
    )
    return rated.select(*by, *(measure.name for measure in CALLS)).order_by(ibis.desc("calls"), *by)
