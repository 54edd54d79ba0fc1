"""A published report in a line, in a few lines, and as plain text: made from its record and its manifest alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ntanalytics.delivery.index import parameter_words
from ntanalytics.findings.threshold import STATUSES
from ntanalytics.reports import labels
from ntanalytics.reports.data import clean_text
from ntanalytics.reports.record import Record

#: So many sentences and figures stand in a robot's message.
_SENTENCES, _FIGURES = 4, 6

#: Characters that a chat client takes for a mention, a mark or a link, and what looks the same and is none.
_MARKS = str.maketrans({mark: chr(ord(mark) + 0xFEE0) for mark in "@<>[]`*_~#|\\"})
_LINK = re.compile(r"(?<=[A-Za-z0-9])\.(?=[A-Za-z])|://", re.ASCII)


@dataclass(frozen=True)
class Summary:
    """What is said of a report.

    Attributes:
        subject: its state, title, period, own parameters and whether it is a correction, in one line.
        status: the parts of its status line.
        changes: what changed since the version that the reader has; empty for a first one.
        sentences: its sentences.
        figures: its headline figures, each in words.
    """

    subject: str
    status: tuple[str, ...]
    changes: tuple[str, ...]
    sentences: tuple[str, ...]
    figures: tuple[str, ...]

    def text(self) -> str:
        """The whole as plain text."""
        parts = [self.subject, "\n".join(self.status)]
        if self.changes:
            parts.append("本期为更正，变化如下：\n" + _numbered(self.changes))
        if self.sentences:
            parts.append(_numbered(self.sentences))
        if self.figures:
            parts.append("\n".join(self.figures))
        return "\n\n".join(parts)

    def brief(self) -> str:
        """A few lines for a robot; nothing in them mentions anybody or is a link."""
        lines = [self.subject, *self.status]
        if self.changes:
            lines += ["更正：", *(f"· {each}" for each in self.changes)]
        lines += [f"· {each}" for each in self.sentences[:_SENTENCES]]
        if self.figures:
            lines.append("；".join(self.figures[:_FIGURES]))
        return "\n".join(plain(each) for each in lines)


def summary(record: Record, manifest: Mapping[str, Any], changes: Sequence[str] = ()) -> Summary:
    """What is said of a published report.

    Args:
        record: its record.
        manifest: its manifest.
        changes: what changed since the version that the reader has, a sentence each.
    """
    blocks = record.blocks
    sentences = [
        f"{item['subject']} {item['text']}".strip()
        for block in blocks
        if block.kind == "sentences"
        for item in block.body["items"]
    ]
    figures = [figure_words(item, record) for block in blocks if block.kind == "kpis" for item in block.body["items"]]
    return Summary(
        subject(manifest),
        tuple(line(each) for each in manifest["status"]),
        tuple(line(each) for each in changes),
        tuple(line(each) for each in sentences),
        tuple(line(each) for each in figures),
    )


def subject(manifest: Mapping[str, Any]) -> str:
    """A report in one line: ``【异常】日常巡检 2026年11月20日（周五）``, its own parameters, whether it corrects."""
    state = STATUSES[manifest["state"]].partition(" ")[2]
    said = f"【{state}】{manifest['title']} {manifest['period']['label']}"
    own = {name: value for name, value in manifest["parameters"].items() if name in ("unit", "edition") and value}
    if own:
        said += f" {parameter_words(own)}"
    if manifest["version"] > 1:
        said += f"（更正，第 {manifest['version']} 版）"
    return line(said)


def figure_words(item: Mapping[str, Any], record: Record) -> str:
    """A headline figure in words: ``送达率 97.6%（▼ 1.1 个百分点，上期 98.7%）``."""
    value, change, before = labels.kpi_texts(item, record.zone)
    beside = "，".join(each for each in (change, before) if each)
    return f"{item['label']} {value}" + (f"（{beside}）" if beside else "")


def line(text: str) -> str:
    """A text from a record as one line, without what turns or ends it."""
    return " ".join(clean_text(text).split())


def plain(text: str) -> str:
    """A text of which no chat client makes a mention, a mark or a link; it looks the same."""
    return unlinked(text.translate(_MARKS))


def unlinked(text: str) -> str:
    """A text of which no client makes a link by itself; it looks the same."""
    return _LINK.sub(lambda found: "．" if found[0] == "." else "：//", text)


def _numbered(texts: Iterable[str]) -> str:
    return "\n".join(f"{number}. {text}" for number, text in enumerate(texts, 1))
