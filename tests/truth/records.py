"""Records of reports without kernels and renderings: the cells of a notebook run here, and its figures are kept."""

from __future__ import annotations
import __future__

import ast
import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from unittest.mock import patch

from ntanalytics.reports.blocks import block as blocks_module
from ntanalytics.reports.blocks.block import Block, to_json
from ntanalytics.settings import project_dir

Content = Mapping[str, Any]

#: Columns that name a row of a table or chart.
KEYS: dict[str, tuple[str, ...]] = {
    "accounts": ("edition",),
    "adoption": ("edition",),
    "availability": ("subsystem",),
    "backups": ("plan",),
    "best": ("unit", "edition"),
    "burden": ("burden_cause", "burden_subject"),
    "by-application": ("application",),
    "by-carrier": ("carrier",),
    "by-edition": ("edition",),
    "by-hour": ("hour",),
    "by-unit": ("unit",),
    "callers": ("caller",),
    "certificates": ("kind",),
    "changes": ("kind",),
    "clocks": ("began_at",),
    "cohorts": ("cohort_on",),
    "disks": ("host", "part"),
    "error-rate-by-hour": ("hour",),
    "evidence-handling": ("subject",),
    "evidence-returns": ("subject",),
    "failure-codes": ("carrier", "failure_code"),
    "flow": (),
    "handling": ("module",),
    "hosts": ("host",),
    "incidents": ("at", "subject"),
    "last": ("unit", "edition"),
    "locked-out": ("reason", "first_on"),
    "low-use": ("low_use_kind", "low_use_name"),
    "manual-checks": ("item",),
    "modules": ("module",),
    "moved": ("unit", "edition"),
    "open-items": ("item",),
    "outages": ("target", "down_from_at"),
    "overdue": ("receiver_unit",),
    "recommendations": ("problem",),
    "reconciliation": ("carrier",),
    "renewals": ("renewal_month",),
    "requests-by-service": ("service",),
    "seals": ("state",),
    "services": ("service",),
    "sms": ("carrier",),
    "sms-by-carrier": ("carrier",),
    "suspects": (),
    "systems": ("subsystem",),
    "terminals": ("week_name",),
    "tickets-by-category": ("category",),
    "tls": ("target",),
    "tracking": ("problem",),
    "units": ("unit", "edition"),
    "year-volumes": ("volume",),
    "unusual": ("at", "subject"),
}

#: Words of a change within noise, which tell no number.
STEADY = "基本持平"

#: Blocks whose rows are findings, each with its value and the figures behind it.
FINDINGS = ("board", "basis")


def record(report: str, period: str) -> dict[str, Content]:
    """Return the blocks of a report of the site that is set, in the order in which its notebook displays them."""
    displayed: list[Block] = []
    with patch.object(blocks_module, "display", lambda *items: displayed.extend(items)):
        namespace: dict[str, Any] = {"__name__": "notebook"}
        for source in _cells(report):
            displayed += _run(source, namespace, period)
    return {item.id: _content(item) for item in displayed}


def _cells(report: str) -> list[str]:
    notebook = json.loads((project_dir("notebooks") / f"{report}.ipynb").read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def _run(source: str, namespace: dict[str, Any], period: str) -> list[Block]:
    """Run a cell; return the block that its last expression makes."""
    tree = ast.parse(source)
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Expr):
        tree.body.pop()
    # the types of the parameters are read and never run
    exec(compile(tree, "cell", "exec", flags=__future__.annotations.compiler_flag), namespace)
    if isinstance(namespace.get("period"), str):
        namespace["period"] = period
    if not isinstance(last, ast.Expr):
        return []
    value = eval(compile(ast.Expression(last.value), "cell", "eval"), namespace)
    return [value] if isinstance(value, Block) else []


def _content(block: Block) -> Content:
    content: dict[str, Any] = {"kind": block.kind, "title": block.title, **block.body()}
    if (data := block.data()) is not None:
        content |= {"rows": data["data"], "schema": data["schema"]}
    if (findings := block.findings_json()) is not None:
        content["findings"] = findings["findings"]
    kept: Content = json.loads(json.dumps(to_json(content), default=str))
    return kept


def figures_of(blocks: Mapping[str, Content]) -> dict[tuple[str, str, str], float | None]:
    """Return every number and moment of a record by block, row and column."""
    figures: dict[tuple[str, str, str], float | None] = {}
    for name, block in blocks.items():
        for row, column, value in _figures(name, block):
            assert (name, row, column) not in figures, (name, row, column)
            figures[name, row, column] = value
    return figures


def _figures(name: str, block: Content) -> Iterator[tuple[str, str, float | None]]:
    if block["kind"] == "kpis":
        for item in block["items"]:
            for column in ("value", "before", "change"):
                yield item["name"], column, item[column]
            for place, value in enumerate(reversed(item["spark"] or [])):
                yield item["name"], f"spark-{place}", value
    elif name in FINDINGS:
        for finding in block["findings"]:
            for column, value in _of_finding(finding):
                yield f"{finding['code']}:{finding['entity']['kind']}/{finding['entity']['key']}", column, value
    elif "rows" in block:
        yield from _of_rows(name, block)


def _of_finding(finding: Content) -> Iterator[tuple[str, float | None]]:
    yield "value", finding["value"]
    for column, value in finding["figures"].items():
        yield column, value
    for column, value in (finding["comparison"] or {}).items():
        if column != "kind":
            yield f"comparison-{column}", value


def _of_rows(name: str, block: Content) -> Iterator[tuple[str, str, float | None]]:
    fields = block["schema"]["fields"]
    keys = KEYS.get(name, (fields[0]["name"],))
    is_chart = block["kind"] != "table"
    titles = {field["name"]: _column(field, is_chart=is_chart) for field in fields if field["name"] not in keys}
    if name == "systems" and "drawn" in block:
        yield from _of_systems(block)
    for row in block["rows"]:
        for column, title in titles.items():
            value = row[column]
            if isinstance(value, str) and column.endswith("_at"):
                value = dt.datetime.fromisoformat(value).timestamp()
            if value is None or (isinstance(value, (int, float)) and not isinstance(value, bool)):
                yield "|".join(str(row[key]) for key in keys), title, value


def _of_systems(block: Content) -> Iterator[tuple[str, str, float | None]]:
    """Yield the changes in words of the subsystems, and the last weeks drawn beside them."""
    for row, values in zip(block["rows"], block["drawn"]["values"], strict=True):
        if not row["change"].endswith(STEADY):  # perhaps after the name of its figure
            yield row["subsystem"], "change-words", _in_words(row["change"])
        for place, value in enumerate(reversed(values)):
            yield row["subsystem"], f"drawn-{place}", value


def _in_words(change: str) -> float | None:
    """Return the change that a line tells in words, None for an unknown one."""
    found = re.fullmatch(r"\w*([▲▼]) ([\d,.]+)(?:%| ?个百分点)", change)  # perhaps after the name of its figure
    if found is None:
        return 0.0 if change == "持平" else None
    return float(found[2].replace(",", "")) / (100 if found[1] == "▲" else -100)


def _column(field: Content, *, is_chart: bool) -> str:
    """Return the name of a column: that of its series where a chart has several."""
    stem, _, number = str(field["name"]).rpartition("_")
    return str(field["title"]) if is_chart and stem and number.isdigit() else str(field["name"])
