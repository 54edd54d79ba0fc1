"""Summary of a published report: one line, a few lines, and plain text, from its record and manifest alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ntanalytics.delivery.index import PARAMETER_LABELS, parameters_text
from ntanalytics.delivery.manifest import Manifest
from ntanalytics.findings.threshold import STATUSES
from ntanalytics.reports import labels
from ntanalytics.reports.correction import own_blocks
from ntanalytics.reports.data import clean_text
from ntanalytics.reports.record import Record

#: Most sentences and figures in a robot's message.
_SENTENCES, _FIGURES = 4, 6

#: Marks beside which no blank stands between a subject and its sentence, as on the page.
_TIGHT = ("，", "。", "；", "：", "、")

#: Characters that a chat client takes for a mention, a mark or a link → full-width characters that look the same.
_MARKS = str.maketrans({mark: chr(ord(mark) + 0xFEE0) for mark in "@<>[]`*_~#|\\"})
_LINK = re.compile(r"(?<=[A-Za-z0-9])\.(?=[A-Za-z])|://", re.ASCII)


@dataclass(frozen=True)
class Summary:
    """Summary of a report.

    Attributes:
        subject: one line with its state, title, period, unit, and whether it is a correction.
        status: the remarks of its status line.
        changes: the changes since the version of the reader; empty for a first version.
        sentences: its sentences.
        figures: its headline figures as texts.
    """

    subject: str
    status: tuple[str, ...]
    changes: tuple[str, ...]
    sentences: tuple[str, ...]
    figures: tuple[str, ...]

    def text(self) -> str:
        """Return the summary as plain text."""
        parts = [self.subject, "\n".join(self.status)]
        if self.changes:
            parts.append("本期为更正，变化如下：\n" + _numbered(self.changes))
        if self.sentences:
            parts.append(_numbered(self.sentences))
        if self.figures:
            parts.append("\n".join(self.figures))
        return "\n\n".join(parts)

    def brief(self) -> str:
        """Return a few lines for a robot, without mentions and links."""
        lines = [self.subject, *self.status]
        if self.changes:
            lines += ["更正：", *(f"· {change}" for change in self.changes)]
        lines += [f"· {sentence}" for sentence in self.sentences[:_SENTENCES]]
        if self.figures:
            lines.append("；".join(self.figures[:_FIGURES]))
        return "\n".join(plain(text) for text in lines)


def summary(
    record: Record, manifest: Manifest, own_parameters: Mapping[str, object], changes: Sequence[str] = ()
) -> Summary:
    """Return the summary of a published report.

    Args:
        record: its record.
        manifest: its manifest.
        own_parameters: its parameters that differ from their defaults.
        changes: sentences on the changes since the version of the reader.
    """
    blocks = own_blocks(record)  # the changes are given for the version of the reader
    sentences = [
        item["subject"] + blank_after(item["subject"], item["text"]) + item["text"]
        for block in blocks
        if block.kind == "sentences"
        for item in block.body["items"]
    ]
    figures = [figure_text(item, record) for block in blocks if block.kind == "kpis" for item in block.body["items"]]
    return Summary(
        subject(manifest, own_parameters),
        *(tuple(map(line, texts)) for texts in (manifest["status"], changes, sentences, figures)),
    )


def subject(manifest: Manifest, own_parameters: Mapping[str, object]) -> str:
    """Return one line such as ``【异常】日常巡检 2026年11月20日（周五）``, with unit and version."""
    state = STATUSES[manifest["state"]].partition(" ")[2]
    text = f"【{state}】{manifest['title']} {manifest['period']['label']}"
    shown = {name: value for name, value in own_parameters.items() if name in PARAMETER_LABELS}
    if shown:
        text += f" {parameters_text(shown)}"
    if manifest["version"] > 1:
        text += f"（更正，第{manifest['version']}版）"
    return line(text)


def figure_text(item: Mapping[str, Any], record: Record) -> str:
    """Return a headline figure such as ``送达率 97.6%（▼ 1.1 个百分点，上周 98.7%）``, or with why it has no change."""
    value, change, before = labels.kpi_texts(item, record.zone)
    note = "；".join(filter(None, ("，".join(filter(None, (change, before))), item["note"])))
    return f"{item['label']} {value}" + (f"（{note}）" if note else "")


def line(text: str) -> str:
    """Return a text of a record as one line, without control characters."""
    return " ".join(clean_text(text).split())


def plain(text: str) -> str:
    """Return a text that looks the same, and in which no chat client sees a mention, a mark or a link."""
    return unlinked(text.translate(_MARKS))


def unlinked(text: str) -> str:
    """Return a text that looks the same, and in which no client sees a link."""
    return _LINK.sub(lambda match: "．" if match[0] == "." else "：//", text)


def blank_after(subject: str, text: str) -> str:
    """Return what stands between a subject and its sentence: a blank, unless a mark is beside it."""
    return "" if not subject or subject.endswith(_TIGHT) or text.startswith(_TIGHT) else " "


def _numbered(texts: Iterable[str]) -> str:
    return "\n".join(f"{number}. {text}" for number, text in enumerate(texts, 1))
