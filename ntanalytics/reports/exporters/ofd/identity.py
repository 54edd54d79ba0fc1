"""Identity of the OFD file: its report, period, version and run, and the code that a telephone reads."""

from __future__ import annotations

from dataclasses import dataclass

import segno
from segno.encoder import DataOverflowError

from ntanalytics.errors import PublishError
from ntanalytics.language import tr
from ntanalytics.reports.exporters.ofd import styles
from ntanalytics.reports.exporters.ofd.elements import Shape, Text, number
from ntanalytics.reports.record import Record

#: Version, level and mask of the code, which are fixed, so that a small program can read it: 49 modules, 152 bytes.
QR_VERSION, QR_LEVEL, QR_MASK = 8, "m", 0

#: Elements of the code's page.
ELEMENTS = 6

_SIDE = 24.5  #: of the code, in millimetres: two modules to a millimetre
_LEFT, _TOP = styles.RIGHT - _SIDE, 9.0
_LEAD = "内容摘要（SM3）"
_LINES, _GROUP = 4, 16  #: lines of the digest, and its digits on each
_GROUPS = range(0, _LINES * _GROUP, _GROUP)
_DIGIT = 0.62  #: distance of two digits, in parts of their size
_STYLE = styles.TextStyle(face=styles.CHART_TEXT.face, points=7, line=10)


@dataclass(frozen=True)
class Identity:
    """Identity of a report: empty, and version 0, where it was never published."""

    report: str
    period: str
    version: int
    run: str

    @classmethod
    def of(cls, record: Record) -> Identity:
        """Return the identity of a record."""
        known = record.publication
        period = str(record.head.body["period"]["text"])
        return cls(known.report, period, known.version, known.run_id) if known else cls("", period, 0, "")

    def payload(self, root: str) -> str:
        """Return the text of the code, with the digest of the content."""
        return f"ntofd1 report={self.report} period={self.period} version={self.version} sm3={root}"


def code_elements(payload: str, root: str) -> list[Text | Shape]:
    """Return the code in the top margin of the first page, and the digest beside it in figures.

    Raises:
        PublishError: the report's name or period is too long for the code.
    """
    try:
        code = segno.make(payload, version=QR_VERSION, error=QR_LEVEL, mask=QR_MASK, mode="byte", boost_error=False)
    except DataOverflowError as error:
        raise PublishError(
            tr("the name of the report is too long for its code"), where=payload.partition(" sm3=")[0]
        ) from error
    modules = [list(row) for row in code.matrix]
    step = _SIDE / len(modules)
    path = [
        f"M {number(x * step)} {number(y * step)} L {number((x + 1) * step)} {number(y * step)} "
        f"L {number((x + 1) * step)} {number((y + 1) * step)} L {number(x * step)} {number((y + 1) * step)} C"
        for y, row in enumerate(modules)
        for x, is_dark in enumerate(row)
        if is_dark
    ]
    shape = Shape(box=(_LEFT, _TOP, _SIDE, _SIDE), path=" ".join(path), fill="#000000")
    return [shape, *map(_line, range(_LINES + 1), [_LEAD, *(root[start : start + _GROUP] for start in _GROUPS)])]


def _line(index: int, text: str) -> Text:
    """Return a line beside the code; its place does not depend on its digits, so that they alone differ."""
    pitch = _STYLE.size if index == 0 else _STYLE.size * _DIGIT
    left = _LEFT - 2.0 - _GROUP * _STYLE.size * _DIGIT
    baseline = _TOP + _SIDE - (_LINES - index) * _STYLE.line * styles.POINT - 0.5
    return Text(text=text, x=left, baseline=baseline, face=_STYLE.face, size=_STYLE.size, pitch=pitch)
