"""PageFlow of a document over its pages: a cursor, paragraphs, headings with their outline, and the pages' numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from ntanalytics.reports.exporters.ofd import styles
from ntanalytics.reports.exporters.ofd.elements import NOTHING, Binding, Page, SealArea, Text, widths
from ntanalytics.reports.exporters.ofd.fonts import Face
from ntanalytics.reports.exporters.ofd.line_breaking import break_lines
from ntanalytics.reports.exporters.ofd.styles import POINT, TextStyle

#: Widest space between two characters of a justified line, in parts of their size.
_WIDEST_SPREAD = 0.25


@dataclass(frozen=True)
class OutlineEntry:
    """A heading of the outline: its text, its level from 1, the index of its page, and its place from the top."""

    title: str
    level: int
    page: int
    top: float


@dataclass
class PageFlow:
    """A document that is being set.

    Attributes:
        pages: its pages; the last one is being filled.
        outline: its headings.
        seal_area: the place of the seal, once there is one.
        top: the cursor: where the next line begins, in millimetres from the top of the page.
    """

    pages: list[Page] = field(default_factory=lambda: [Page()])
    outline: list[OutlineEntry] = field(default_factory=list)
    seal_area: SealArea | None = None
    top: float = styles.TOP

    @property
    def page(self) -> Page:
        """The page that is being filled."""
        return self.pages[-1]

    @property
    def is_at_top(self) -> bool:
        """State of the page: nothing stands on it yet."""
        return self.top <= styles.TOP

    def need(self, height: float) -> None:
        """Begin a new page unless so many millimetres are free on this one."""
        if self.top + height > styles.BOTTOM + 1e-6 and not self.is_at_top:
            self.pages.append(Page())
            self.top = styles.TOP

    def paragraph(self, text: str, style: TextStyle, binding: Binding = NOTHING, bold: int = 0, level: int = 0) -> None:
        """Write a paragraph.

        Args:
            text: it may not be empty.
            style: its look.
            binding: what it is in the record.
            bold: the number of its first characters that are set in 黑体.
            level: the level of a heading in the outline; 0 for none.
        """
        if not self.is_at_top:
            self.top += style.before * POINT
        faces = [Face.HEI if index < bold else style.face for index in range(len(text))]
        advances = [widths(character, face, style.size)[0] for character, face in zip(text, faces, strict=True)]
        indent = style.indent * style.size
        lines = break_lines(text, advances, styles.WIDTH, indent)
        self.need(style.line * POINT + style.keeps)
        if level:
            self.outline.append(OutlineEntry(text, level, len(self.pages) - 1, self.top))
        for start, end in lines:
            self.need(style.line * POINT)
            free = styles.WIDTH - (0 if start else indent) - sum(advances[start:end])
            left = styles.LEFT + (0 if start else indent) + (free / 2 if style.is_centered else 0)
            spread = free / (end - start - 1) if style.is_justified and end < len(text) and end - start > 1 else 0.0
            spread = spread if 0 <= spread <= _WIDEST_SPREAD * style.size else 0.0
            self._line(text[start:end], faces[start:end], left, style, spread, binding)
            self.top += style.line * POINT
        self.top += style.after * POINT

    def _line(
        self, text: str, faces: Sequence[Face], left: float, style: TextStyle, spread: float, binding: Binding
    ) -> None:
        baseline = self.top + baseline_in_line(style)
        for face, group in groupby(zip(text, faces, strict=True), key=lambda pair: pair[1]):
            part = "".join(character for character, _ in group)
            place = {"x": left, "baseline": baseline, "size": style.size, "spread": spread}
            piece = Text(text=part, face=face, color=style.color, binding=binding, **place)
            self.page.body.append(piece)
            left += piece.width + spread

    def number_pages(self) -> None:
        """Write each page's number below the type area: one character from the outer edge, as GB/T 9704 asks."""
        style = styles.PAGE_NUMBER
        for index, page in enumerate(self.pages, 1):
            text = f"— {index} —"
            width = sum(widths(text, style.face, style.size))
            left = styles.RIGHT - style.size - width if index % 2 else styles.LEFT + style.size
            page.furniture.append(
                Text(text=text, x=left, baseline=styles.BOTTOM + 7 + style.size / 2, face=style.face, size=style.size)
            )


def baseline_in_line(style: TextStyle) -> float:
    """Return the distance of the baseline from the top of its line, in millimetres."""
    return (style.line * POINT - style.size) / 2 + style.size * 0.86
