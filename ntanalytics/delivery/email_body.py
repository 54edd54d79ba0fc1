"""The first page of a report as the body of a mail: styles in line, no script, no picture, nothing loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from ntanalytics.delivery.summary import Summary, unlinked
from ntanalytics.findings.threshold import STATUSES
from ntanalytics.reports import labels
from ntanalytics.reports.fragments import HtmlCell, column_headings, html_cells, template_environment
from ntanalytics.reports.record import Record, RecordedBlock

THEME = Path(__file__).with_name("theme")

#: So many checks that are not in order are listed, and so many tables of at most so many rows and columns.
_CHECKS, _TABLES, _ROWS, _COLUMNS = 12, 2, 12, 8

#: The columns of a board that stand in a mail: what and how bad, not how it was found.
_BOARD = ("state", "subject", "check", "value", "since")

_COLOURS = {
    "critical": "#b3261e", "worse": "#b3261e", "warning": "#9a6200", "unknown": "#5f6c7b", "ok": "#2a7f62", "good": "#2a7f62", "flat": "#5f6c7b",
    "": "#1f2933",
}  # fmt: skip


def email_body(record: Record, manifest: Mapping[str, Any], said: Summary, site: str) -> str:
    """The body of a mail.

    Args:
        record: the report's record.
        manifest: its manifest.
        said: its summary.
        site: the platform's name.

    Returns:
        HTML that mail clients show; every text from outside is escaped, and none of them is a link.
    """
    blocks = list(_of_first_page(record))
    shown = [block for block in blocks if block.kind in ("sentences", "kpis")]
    small = [block for block in blocks if block.kind == "table" and _is_small(block)]
    template = _templates().get_template("mail.html.j2")
    return template.render(
        head=record.head,
        manifest=manifest,
        said=said,
        site=site,
        remarks=labels.status(record),
        as_of=labels.as_of_line(record.head.body, record.zone),
        blocks=[*shown, *small[:_TABLES]],
        checks=_checks(record),
        zone=record.zone,
    )


def _of_first_page(record: Record) -> Iterator[RecordedBlock]:
    """The blocks before the signatures, which end the first page; all where there are none."""
    for block in record.blocks:
        if block.kind == "signatures":
            return
        yield block


def _is_small(block: RecordedBlock) -> bool:
    return 0 < len(block.rows) <= _ROWS and len(block.fields) <= _COLUMNS


def _checks(record: Record) -> tuple[list[str], list[str], list[list[HtmlCell]], int]:
    """The checks that are not in order, the first of them: heads, their styles, cells, and how many more there are."""
    for block in record.blocks:
        rows = tuple(row for row in block.rows if block.kind == "board" and row["state"] != "ok")
        if rows:
            kept = [
                field
                for field in block.fields
                if field.name in _BOARD and any(row[field.name] is not None for row in rows)
            ]
            part = replace(block, fields=tuple(kept), rows=rows)
            named = column_headings(part)
            return (
                [each[0] for each in named],
                [each[2] for each in named],
                html_cells(part, record.zone, _CHECKS),
                max(0, len(rows) - _CHECKS),
            )
    return [], [], [], 0


@cache
def _templates() -> jinja2.Environment:
    environment = template_environment(THEME)
    environment.finalize = _unlinked
    environment.globals.update(
        kpi_words=labels.kpi_texts,
        cells=html_cells,
        columns=column_headings,
        colours=_COLOURS,
        marks={state: words.partition(" ")[0] for state, words in STATUSES.items()},
    )
    return environment


def _unlinked(value: object) -> object:
    """What a template writes, with no address in it that a mail client would make a link of."""
    return unlinked(value) if type(value) is str else value
