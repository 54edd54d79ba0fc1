"""Tables of duties: verdicts, shortfalls, what is still to be proven, and the evidence, a sheet for each duty."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from ntanalytics.findings.phrases import sentence
from ntanalytics.metrics.desk.duties import RESULTS, VERDICTS
from ntanalytics.metrics.number_format import close_up
from ntanalytics.report_content.duties.duty import DutyRecord, Fact
from ntanalytics.report_content.duties.listing import ObligationRecord
from ntanalytics.reports import Table
from ntanalytics.reports.data import plain_row
from ntanalytics.reports.record import Field

_DUTIES = (
    Field("duty", "string", "服务项目"),
    Field("target", "string", "要求"),
    Field("facts", "integer", "应证", unit="项", format="integer"),
    Field("kept", "integer", "符合", unit="项", format="integer"),
    Field("short", "integer", "不符合", unit="项", format="integer"),
    Field("unproven", "integer", "缺证据", unit="项", format="integer"),
    Field("rate", "number", "达成率", format="rate:1"),
    Field("verdict", "string", "结论"),
)

_OBLIGATIONS = (
    Field("id", "string", "编号"),
    Field("obligation", "string", "合同义务"),
    Field("verdict", "string", "结论"),
    Field("kept", "integer", "符合", unit="项", format="integer"),
    Field("short", "integer", "不符合", unit="项", format="integer"),
    Field("said", "string", "说明"),
)

_FACTS = (
    Field("on", "date", "日期", format="date"),
    Field("subject", "string", "对象"),
    Field("description", "string", "事实"),
    Field("result", "string", "判定"),
    Field("reason", "string", "说明"),
)

_SHORT = (Field("duty", "string", "服务项目"), *(field for field in _FACTS if field.name != "result"))

#: Duties without the numbers of their obligations.
_NO_NUMBERS: Mapping[str, str] = MappingProxyType({})

_NEEDED = (Field("duty", "string", "服务项目"), Field("needed", "string", "尚需补充"))


def duty_table(records: Iterable[DutyRecord], title: str, *, id: str) -> Table:
    """Return a line for each duty: what is owed, the counted facts and the verdict."""
    rows = tuple(
        plain_row(
            {
                "duty": record.duty.label,
                "target": record.target,
                **{
                    name: record.row.quantity(f"duty_{name}") for name in ("facts", "kept", "short", "unproven", "rate")
                },
                "verdict": record.verdict_words,
            }
        )
        for record in records
    )
    return Table(id, title, fields=_DUTIES, rows=rows)


def obligation_table(records: Iterable[ObligationRecord], title: str, *, id: str) -> Table:
    """Return a line for each obligation of the contract: the verdict, and what broke it or is still to be proven."""
    rows = tuple(
        plain_row(
            {
                "id": record.obligation.id,
                "obligation": record.obligation.label,
                "verdict": VERDICTS[record.verdict],
                "kept": record.row.quantity("duty_kept"),
                "short": record.row.quantity("duty_short"),
                "said": explanation(record),
            }
        )
        for record in records
    )
    return Table(id, title, fields=_OBLIGATIONS, rows=rows)


def explanation(record: ObligationRecord) -> str:
    """Return why an obligation is not met or cannot be shown; of a met one what proves it."""
    if record.verdict == "met":
        return "；".join(_kept(duty) for duty in record.duties)
    if record.verdict == "not_met":
        return "；".join(f"{duty.duty.label}：{_named(duty)}" for duty in record.duties if duty.shortfalls)
    first, *more = record.needed
    return f"缺{len(record.needed)}项证据：{first}" if more else first


def _kept(record: DutyRecord) -> str:
    kept = record.row["duty_kept"]
    return f"{record.duty.label}{kept}项" if kept else record.none_words


def _named(record: DutyRecord) -> str:
    """Return the first shortfall by subject and reason, and how many there are; over a gap at least."""
    facts = record.shortfalls
    reason = f"（{close_up(facts[0].reason)}）" if facts[0].reason else ""
    first = f"{facts[0].name}{reason}"
    return f"{first}等{shortfall_count(record)}" if len(facts) > 1 else first


def shortfall_count(record: DutyRecord) -> str:
    """Return how many facts break a duty: ``5项``, where some are not known or lack proof ``至少2项``."""
    return f"{'' if record.is_complete else '至少'}{len(record.shortfalls)}项"


def shortfall_table(
    records: Iterable[DutyRecord], *, id: str = "shortfalls", numbers: Mapping[str, str] = _NO_NUMBERS
) -> Table:
    """Return every fact that breaks a duty, as far as known."""
    listed = list(records)
    rows = tuple(
        plain_row({"duty": _label(record, numbers), **fact_cells(fact)})
        for record in listed
        for fact in record.shortfalls
    )
    note = ""
    if any(record.gaps for record in listed):
        note = "部分数据缺失，所列为已知部分。"
    elif not all(record.is_complete for record in listed):
        note = "部分事项缺证据，所列为已知部分。"
    elif not rows:
        note = "没有不符合事项。"
    return Table(id, "不符合事项", fields=_SHORT, rows=rows, note=note)


def needed_table(
    records: Iterable[DutyRecord], *, id: str = "needed", numbers: Mapping[str, str] = _NO_NUMBERS
) -> Table:
    """Return what would still be needed to prove what cannot be shown: a line for each gap with its duties."""
    held: dict[str, list[str]] = {}
    for record in records:
        for words in record.needed:
            held.setdefault(words, []).append(_label(record, numbers))
    rows = tuple(plain_row({"duty": "、".join(names), "needed": close_up(words)}) for words, names in held.items())
    return Table(id, "尚需补充的证据", fields=_NEEDED, rows=rows, note="" if rows else "没有需要补充的证据。")


def evidence_tables(records: Iterable[DutyRecord], numbers: Mapping[str, str] = _NO_NUMBERS) -> Iterator[Table]:
    """Yield the facts of each duty as a table, which is a sheet of the workbook."""
    for record in records:
        rows = tuple(plain_row({**fact_cells(fact), "result": RESULTS[fact.result]}) for fact in record.facts)
        note = sentence(record.gaps) or ("" if rows else f"{record.duty.none_words}。")
        slug = f"facts-{record.duty.id.replace('_', '-')}"
        yield Table(slug, _label(record, numbers), fields=_FACTS, rows=rows, note=note)


def _label(record: DutyRecord, numbers: Mapping[str, str]) -> str:
    """Return a duty behind the number of its obligation: ``O2 现场驻场``."""
    return f"{numbers.get(record.duty.id, '')} {record.duty.label}".strip()


def fact_cells(fact: Fact) -> dict[str, object]:
    """Return the cells of a fact; a day stands in its own column alone."""
    return {
        "on": fact.on,
        "subject": None if fact.is_of_day else fact.name,
        "description": close_up(fact.description),
        "reason": close_up(fact.reason),
    }
