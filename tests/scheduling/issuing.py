"""Reports as a job issues them, written by hand in a moment: a real record, its manifest, its turn in the ledger."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_output

from ntanalytics.delivery.report_folder import folder_name
from ntanalytics.metrics import MEASURES
from ntanalytics.metrics.quantity import quantity
from ntanalytics.periods import parse_period
from ntanalytics.reports import Head, Sentence, kpi, kpis, sentences
from ntanalytics.reports.blocks.block import Block
from tests.desk import TODAY, Desk

#: The Monday of the turn, 08:00 in Shanghai, and an hour later.
TURN = dt.datetime(2026, 11, 23, 0, tzinfo=dt.UTC)
NOW = TURN + dt.timedelta(hours=1)


def issue(
    desk: Desk,
    *,
    report: str = "probe",
    job: str = "weekly",
    period: str = "2026-W47",
    scheduled_at: dt.datetime = TURN,
    version: int = 1,
    parameters: Mapping[str, str] | None = None,
    said: str = "一切正常。",
    corrects: Sequence[Mapping[str, Any]] = (),
    by_hand: bool = False,
    defaults: Mapping[str, Any] | None = None,
) -> Path:
    """Publish a report as a turn of a job, or by hand while that turn failed to; returns its folder."""
    own = dict(parameters or {})
    if defaults is None:
        defaults = {"top": 10, "code": "", **({"unit": ""} if "unit" in own else {})}
    values = {**defaults, **own}
    when = parse_period(period, TODAY)
    desk.ledger.scheduled_runs.begin(job, scheduled_at, period, "host")
    run_id = desk.ledger.runs.start(report, period, own)
    if not by_hand:
        desk.ledger.scheduled_runs.record_publication(job, scheduled_at, run_id)
    folder = (
        desk.outputs
        / report
        / folder_name(period, {name: value for name, value in values.items() if value != defaults.get(name)})
    )
    folder.mkdir(parents=True, exist_ok=True)
    blocks: list[Block] = [
        Head(title="试报表", period=when, generated_at=NOW, gaps=("短信平台缺 11月18日。",)),
        sentences([Sentence(said, "结论")], "要点"),
        kpis([kpi(*(quantity(MEASURES["submitted"], sent) for sent in (12345, 12000)))]),
    ]
    outputs = [new_output("display_data", data=block._repr_mimebundle_()) for block in blocks]
    nbformat.write(new_notebook(cells=[new_code_cell("", outputs=outputs)]), folder / "report.ipynb")
    (folder / "report.html").write_text(f"<p>{said}</p>", encoding="utf-8")
    (folder / "report.xlsx").write_bytes(b"PK" + said.encode())
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "manifest.json"}
    manifest = {
        "report": report,
        "title": "试报表",
        "period": {"kind": str(when.kind), "text": when.text, "label": when.label},
        "run_id": run_id,
        "version": version,
        "created_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "parameters": {**values, "period": period},
        "artefacts": {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "size_bytes": len(content)}
            for name, content in files.items()
        },
        "state": "unknown",
        "status": ["○ 数据不完整：短信平台缺 11月18日"],
        "gaps": ["短信平台缺 11月18日。"],
        "corrects": list(corrects),
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
    desk.ledger.runs.finish(run_id, "published", version=version, path=str(folder))
    desk.ledger.scheduled_runs.end(job, scheduled_at, "issued", str(folder))
    return folder
