"""Records of reports without kernels and renderings: the cells of a notebook run here, and the blocks are kept."""

from __future__ import annotations

import ast
import json
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from ntanalytics.checks import engine
from ntanalytics.checks.check import Span
from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.engine import Evaluation
from ntanalytics.checks.subsystem import Subsystem
from ntanalytics.findings import lifecycle_text
from ntanalytics.findings.finding import Finding
from ntanalytics.recommendations import text as recommendations_text
from ntanalytics.report_content import overview, sms_volume, weekly_text
from ntanalytics.report_content.incidents import DeskIncident
from ntanalytics.reports.blocks import block as blocks_module
from ntanalytics.reports.blocks.block import Block, to_json
from ntanalytics.settings import project_dir
from tests.gaps.site import GapSite

#: More sentences than any list has.
_ALL = 1000

#: What was evaluated of complete sites, with the subsystem, whose number no other one has as long as it is kept.
_pieces: dict[Hashable, tuple[Any, Subsystem]] = {}

#: Block id → its content, with its rows under ``rows`` and its findings under ``findings``.
RecordedBlocks = Mapping[str, Mapping[str, Any]]


def whole_record(site: GapSite, report: str, period: str) -> RecordedBlocks:
    """Return the blocks of a report whose lists of sentences are not cut.

    No finding hides another, and none stands behind an incident of the desk.
    """
    with (
        mock.patch.object(engine, "suppress", lambda findings, checks, spans: (list(findings), [])),
        mock.patch.object(weekly_text, "MAX_DECISIONS", _ALL),
        mock.patch.multiple(overview, MAX_INCIDENTS=_ALL, MAX_EXCEPTIONS=_ALL, _worst_of_each=list, incidents_of=_none),
        mock.patch.object(sms_volume, "MAX_EXCEPTIONS", _ALL),
        mock.patch.object(recommendations_text, "MOST", _ALL),
        mock.patch.dict(lifecycle_text.opening.__kwdefaults__, limit=_ALL),
    ):
        return record(site, report, period)


@contextmanager
def pieces_once(folder: Path, report: str) -> Iterator[None]:
    """Evaluate each subsystem of a report once for all its records of a site that nobody changes.

    What is left out of lists, and which finding hides another, is decided behind it.
    """
    evaluate_piece = engine.evaluate_piece

    def evaluated(context: CheckContext, name: str, subsystems: Any, spans: Sequence[Span], ahead: Any) -> Any:
        if name in ahead:
            return evaluate_piece(context, name, subsystems, spans, ahead)
        key = (folder, report, context.period, tuple(spans), name, id(subsystems[name]))
        if key not in _pieces:
            _pieces[key] = evaluate_piece(context, name, subsystems, spans, ahead), subsystems[name]
        return _pieces[key][0]

    with mock.patch.object(engine, "evaluate_piece", evaluated):
        yield


def _none(evaluation: Evaluation, _places: object) -> tuple[list[DeskIncident], Sequence[Finding]]:
    """Return that the desk knows of no incident, so that each finding stands by itself."""
    return [], evaluation.findings


def record(site: GapSite, report: str, period: str) -> RecordedBlocks:
    """Return the blocks of a report of a site, in the order in which its notebook displays them."""
    displayed: list[Block] = []
    with mock.patch.object(blocks_module, "display", lambda *items: displayed.extend(items)), site.opened():
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
    end = tree.body[-1] if tree.body else None
    last = end if isinstance(end, ast.Expr) else None
    if last is not None:
        tree.body.pop()
    exec(compile(tree, "cell", "exec"), namespace)
    if "period" in namespace and isinstance(namespace["period"], str):
        namespace["period"] = period
    if last is None:
        return []
    value = eval(compile(ast.Expression(last.value), "cell", "eval"), namespace)
    return [value] if isinstance(value, Block) else []


def _content(block: Block) -> Mapping[str, Any]:
    content: dict[str, Any] = {"block": block.kind, "title": block.title, **block.body()}
    if (data := block.data()) is not None:
        content |= {"rows": data["data"], "schema": data["schema"]}
    if (findings := block.findings_json()) is not None:
        content["findings"] = findings["findings"]
    recorded: Mapping[str, Any] = to_json(content)
    return recorded
