"""Records of reports without kernels and renderings: the cells of a notebook run here, and its figures are kept."""

from __future__ import annotations

import __future__

import ast
import datetime as dt
import json
from collections.abc import Iterator, Mapping
from typing import Any

from ntanalytics.reports.blocks import block as blocks_module
from ntanalytics.reports.blocks.block import Block, to_json
from ntanalytics.settings import project_dir

Content = Mapping[str, Any]

#: Columns that name a row of a table or chart.
KEYS = {
    "accounts": ("edition",), "adoption": ("edition",), "backups": ("plan",), "best": ("unit", "edition"),
    "by-application": ("application",), "by-carrier": ("carrier",), "by-edition": ("edition",), "by-hour": ("hour",),
    "by-unit": ("unit",), "certificates": ("kind",), "changes": ("planned_at",), "clocks": ("began_at",),
    "cohorts": ("cohort_on",), "disks": ("host", "part"), "error-rate-by-hour": ("hour",),
    "evidence-handling": ("subject",), "evidence-returns": ("subject",), "failure-codes": ("carrier", "failure_code"),
    "fallen": ("unit",), "flow": (), "handling": ("module",), "hosts": ("host",),
    "incidents": ("at", "subject"), "last": ("unit", "edition"), "manual-checks": ("item",), "modules": ("module",),
    "outages": ("target", "down_from_at"), "overdue": ("receiver_unit",), "recommendations": ("problem",),
    "renewals": ("renewal_month",), "requests-by-service": ("service",), "risen": ("unit",), "seals": ("state",),
    "services": ("service",), "sms": ("carrier",), "sms-by-carrier": ("carrier",), "suspects": (),
    "systems": ("subsystem",), "terminals": ("week_name",), "tickets-by-category": ("category",),
    "tls": ("target",), "tracking": ("problem",), "units": ("unit", "edition"), "unusual": ("at", "subject"),
}  # fmt: skip

#: Blocks whose rows are findings, each with its value and the figures behind it.
FINDINGS = ("board", "basis")


def record(report: str, period: str) -> dict[str, Content]:
    """Return the blocks of a report of the site that is set, in the order in which its notebook displays them."""
    displayed: list[Block] = []
    keep, blocks_module.display = blocks_module.display, lambda *items: displayed.extend(items)
    try:
        namespace: dict[str, Any] = {"__name__": "notebook"}
        for source in _cells(report):
            displayed += _run(source, namespace, period)
    finally:
        blocks_module.display = keep
    return {item.id: _content(item) for item in displayed}


def _cells(report: str) -> list[str]:
    notebook = json.loads((project_dir("notebooks") / f"{report}.ipynb").read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def _run(source: str, namespace: dict[str, Any], period: str) -> list[Block]:
    """Run a cell; return the block that its last expression makes."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    # the types of the parameters are read and never run
    exec(compile(tree, "cell", "exec", flags=__future__.annotations.compiler_flag), namespace)
    if isinstance(namespace.get("period"), str):
        namespace["period"] = period
    if last is None:
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
    titles = {field["name"]: _column(field) for field in fields if field["name"] not in keys}
    for row in block["rows"]:
        for column, title in titles.items():
            value = row[column]
            if isinstance(value, bool) or not isinstance(value, (int, float, str, type(None))):
                continue
            if isinstance(value, str):
                if not column.endswith("_at"):
                    continue
                value = dt.datetime.fromisoformat(value).timestamp()
            yield "|".join(str(row[key]) for key in keys), title, value


def _column(field: Content) -> str:
    """Return the name of a column: that of its series where a chart has several."""
    stem, _, number = str(field["name"]).rpartition("_")
    return str(field["title"]) if stem and number.isdigit() and field["title"] else str(field["name"])
