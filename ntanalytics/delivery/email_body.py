"""First page of a report as the body of a mail: inline styles, no script, no picture, nothing loaded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import jinja2

from ntanalytics.delivery.manifest import Manifest
from ntanalytics.delivery.summary import Summary, blank_after, unlinked
from ntanalytics.findings.threshold import ORDER, STATUSES
from ntanalytics.reports import labels, palette
from ntanalytics.reports.correction import own_blocks, own_subtitle
from ntanalytics.reports.fragments import HtmlCell, column_headings, html_cells, template_environment
from ntanalytics.reports.record import Record, RecordedBlock
from ntanalytics.reports.status_line import status_line

THEME = Path(__file__).with_name("theme")

#: Most checks with a finding, most tables, and most rows and columns of a table.
_CHECKS, _TABLES, _ROWS, _COLUMNS = 12, 2, 12, 8

#: Columns of a board in a mail.
_BOARD = ("state", "subject", "check", "value", "since")

_COLOURS = {**palette.STATUS_COLORS, **palette.TONE_COLORS, "": palette.INK}


def email_body(record: Record, manifest: Manifest, summary: Summary, site: str) -> str:
    """Return the body of a mail.

    Args:
        record: the report's record.
        manifest: its manifest.
        summary: its summary.
        site: the platform's name.

    Returns:
        HTML for mail clients; every text from outside is escaped, and none of them is a link.
    """
    blocks = list(_first_page(record))
    texts = [block for block in blocks if block.kind in ("sentences", "kpis")]
    small = [block for block in blocks if block.kind == "table" and _is_small(block)]
    template = _templates().get_template("mail.html.j2")
    return template.render(
        head=record.head,
        subtitle=own_subtitle(record),
        manifest=manifest,
        summary=summary,
        site=site,
        remarks=status_line(record),
        as_of=labels.as_of_line(record.head.body, record.zone),
        blocks=[*texts, *small[:_TABLES]],
        checks=_checks(record),
        zone=record.zone,
    )


def _first_page(record: Record) -> Iterator[RecordedBlock]:
    """Yield the blocks before the signatures, which end the first page; all blocks if there are none."""
    for block in own_blocks(record):
        if block.kind == "signatures":
            return
        yield block


def _is_small(block: RecordedBlock) -> bool:
    return 0 < len(block.rows) <= _ROWS and len(block.fields) <= _COLUMNS


def _checks(record: Record) -> tuple[list[str], list[str], list[list[HtmlCell]], int]:
    """Return the first checks with a finding: heads, their styles, cells, and the number of further checks."""
    for block in record.blocks:
        rows = tuple(row for row in block.rows if block.kind == "board" and row["state"] in ORDER[:-1])
        if rows:
            fields = tuple(
                field
                for field in block.fields
                if field.name in _BOARD and any(row[field.name] is not None for row in rows)
            )
            part = replace(block, fields=fields, rows=rows)
            heads = column_headings(part)
            titles, styles = [head[0] for head in heads], [head[2] for head in heads]
            return titles, styles, html_cells(part, record.zone, _CHECKS), max(0, len(rows) - _CHECKS)
    return [], [], [], 0


@cache
def _templates() -> jinja2.Environment:
    environment = template_environment(THEME)
    environment.finalize = _unlinked
    environment.globals.update(
        blank_after=blank_after,
        kpi_words=labels.kpi_texts,
        cells=html_cells,
        columns=column_headings,
        colours=_COLOURS,
        marks={state: words.partition(" ")[0] for state, words in STATUSES.items()},
    )
    return environment


def _unlinked(value: object) -> object:
    """Return a value of a template without an address that a mail client would show as a link."""
    return unlinked(value) if type(value) is str else value
