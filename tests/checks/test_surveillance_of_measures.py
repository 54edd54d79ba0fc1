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


def _without(table: pa.Table, column: str) -> pa.Table:
    """Return the rows of the judged day without a column."""
    kept = [
        None if day == ON else value
        for day, value in zip(table["day"].to_pylist(), table[column].to_pylist(), strict=True)
    ]
    place = table.schema.get_field_index(column)
    return table.set_column(place, table.schema.field(place), pa.array(kept, table[column].type))


def test_deadlines_that_nobody_gives_any_more_are_told() -> None:
    (finding,) = _found(_without(_deliveries(), "due_at"))
    # thirty documents to three units
    assert "当日公文送达记录 0 条，通常约 90 条，少 100%" in word(finding).evidence
    assert finding.entity.label == "签收期限 有值"


def test_documents_that_arrive_nowhere_are_told_by_how_many_were_sent() -> None:
    found = _found(_without(_without(_deliveries(), "delivered_at"), "delivery_s"))
    assert ["公文送达（已送达）" in word(finding).evidence for finding in found] == [True]


def test_documents_that_reach_a_third_of_their_units_are_told_by_the_number_of_each() -> None:
    table = _deliveries(documents=60)
    kept = [
        day != ON or unit == UNITS[0]
        for day, unit in zip(table["day"].to_pylist(), table["receiver_unit"].to_pylist(), strict=True)
    ]
    told = [word(finding).evidence for finding in _found(table.filter(pa.array(kept)))]
    assert any("每件公文记录数" in evidence and "典型值 1，" in evidence for evidence in told)


def test_certificates_of_another_term_are_told_with_their_kind() -> None:
    def certificates(new: int, term: int) -> pa.Table:
        rows: list[Row] = []
        for number in range(200 + new):
            begin = at(ON, 9) if number >= 200 else at(ON - dt.timedelta(days=1 + number % 50), 9)
            end = begin + dt.timedelta(days=term if number >= 200 else 730)
            unit = f"u{number}"
            rows.append({
                "certificate_id": f"c{number}", "kind": "unit", "unit": unit, "state": "active",
                "issued_at": begin, "expires_at": end,
            })  # fmt: skip
        return table_of("ca.certificates", rows)

    def told(new: int, term: int) -> list[str]:
        data, former = ({"ca.certificates": certificates(count, term)} for count in (new, 0))
        made = evaluation(subsystem("ca"), {"ca.surveillance"}, data, former=former)
        return [word(finding).evidence for finding in made.findings if finding.is_violation]

    assert told(5, 365) == ["当日证书的有效期典型值 365 天，通常约 730 天，低 50%。"]
    assert told(5, 730) == []
