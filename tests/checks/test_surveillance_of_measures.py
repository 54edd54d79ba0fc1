"""Surveillance of values by the engine: deadlines that are given otherwise, and what is measured no longer."""

from __future__ import annotations

import datetime as dt
import random

import pyarrow as pa

from ntanalytics.findings.finding import Finding
from ntanalytics.findings.subjects import members_of
from ntanalytics.subsystems import subsystem, word
from tests.subsystems.made import ON, Row, at, days, evaluation, table_of

UNITS = ("市科技局", "市财政局", "市交通局")


def _deliveries(
    term_h: float | None = None, took_s: float | None = None, units: tuple[str, ...] = UNITS, documents: int = 30
) -> pa.Table:
    """Return seven weeks of some documents a day to three units each, some otherwise today.

    A document is due one or three worked days after it was sent, and arrives within ten seconds.
    """
    draw, rows = random.Random(11), list[Row]()
    for row in days(49):
        day = row["day"]
        for number in range(documents):
            sent, worked = at(day, 8 + draw.uniform(0, 9)), draw.choice((1, 3))
            due = sent + dt.timedelta(days=worked + (2 if day.weekday() + worked > 4 else 0))
            took = dt.timedelta(seconds=draw.uniform(3, 10))
            for unit in UNITS:
                is_other = day == ON and unit in units
                rows.append({
                    "delivery_id": f"{day}-{number}-{unit}", "document_id": f"{day}-{number}", "receiver_unit": unit,
                    "sent_at": sent, "day": day, "changed_at": sent, "state": "delivered",
                    "due_at": sent + dt.timedelta(hours=term_h * worked) if is_other and term_h else due,
                    "delivery_s": took_s if is_other and took_s else took.total_seconds(),
                    "delivered_at": sent + (dt.timedelta(seconds=took_s) if is_other and took_s else took),
                })  # fmt: skip
    return table_of("docexchange.deliveries", rows)


def _found(table: pa.Table) -> list[Finding]:
    made = evaluation(subsystem("docexchange"), {"docexchange.surveillance"}, {"docexchange.deliveries": table})
    return [finding for finding in made.findings if finding.is_violation]


def test_documents_that_are_due_much_sooner_are_told_with_their_terms() -> None:
    (finding,) = _found(_deliveries(term_h=2))
    assert members_of(finding) == {}
    assert finding.details["value"] == "签收期限"
    # 2 or 6 hours in place of 24 or 72: a twelfth
    ratio = float(finding.figures["seen"] or 0) / float(finding.figures["expected"] or 0)
    assert abs(ratio - 1 / 12) < 0.02
    assert "签收期限的设置" in word(finding).advice


def test_documents_of_one_receiver_that_are_due_later_are_told_of_it_and_fridays_are_not() -> None:
    (finding,) = _found(_deliveries(term_h=24 * 20, units=UNITS[:1]))
    assert members_of(finding) == {"receiver_unit": UNITS[0]}
    # the judged day is a Friday: the weekend before the deadline is no longer term
    assert _found(_deliveries()) == []


def test_documents_that_all_have_one_term_are_told_so_and_ask_for_its_setting() -> None:
    table = _deliveries(documents=70)
    is_today = [day == ON for day in table["day"].to_pylist()]
    sent, due = (table[name].to_pylist() for name in ("sent_at", "due_at"))
    moments = [
        start + dt.timedelta(hours=1) if own else end for own, start, end in zip(is_today, sent, due, strict=True)
    ]
    place = table.schema.get_field_index("due_at")
    (finding,) = _found(table.set_column(place, table.schema.field(place), pa.array(moments, table["due_at"].type)))
    assert "签收期限全部为 1 小时" in word(finding).evidence
    assert "签收期限的设置" in word(finding).advice


def test_a_time_of_arrival_that_is_the_same_for_all_is_told_at_its_usual_level() -> None:
    (finding,) = _found(_deliveries(took_s=6.5))
    assert members_of(finding) == {}
    said = word(finding)
    assert "送达用时全部为 6.5 秒，通常各不相同" in said.evidence
    assert "实际计量" in said.advice
    assert "送达用时全部为 6.5 秒" in said.sentence
