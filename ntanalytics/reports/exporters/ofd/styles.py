"""Page and faces of the OFD file after GB/T 9704-2012: A4, its type area, and its sizes (号)."""

from __future__ import annotations

from dataclasses import dataclass

from ntanalytics.reports.exporters.ofd.fonts import Face
from ntanalytics.reports.palette import INK

POINT = 25.4 / 72  #: a point in millimetres

#: A4; the type area of 156 × 225 mm stands 37 mm below the top (天头) and 28 mm from the left edge (订口).
PAGE_WIDTH, PAGE_HEIGHT = 210.0, 297.0
LEFT, TOP, WIDTH, HEIGHT = 28.0, 37.0, 156.0, 225.0
RIGHT, BOTTOM = LEFT + WIDTH, TOP + HEIGHT

#: Grey of the rules of tables, and of the corners of the seal's place.
RULE = "#7f7f7f"


@dataclass(frozen=True, kw_only=True)
class TextStyle:
    """Look of a paragraph; lengths in millimetres.

    Attributes:
        face: the face of its characters.
        points: their size in points.
        line: the distance of its baselines in points.
        before, after: space above and below, in points.
        indent: space before its first line, in characters.
        is_centered, is_justified: alignment; else left.
        keeps: millimetres that must be free below it on the same page, for a heading.
    """

    face: Face
    points: float
    line: float
    before: float = 0.0
    after: float = 0.0
    indent: int = 0
    is_centered: bool = False
    is_justified: bool = False
    keeps: float = 0.0
    color: str = INK

    @property
    def size(self) -> float:
        """Size of a character in millimetres."""
        return self.points * POINT


TITLE = TextStyle(face=Face.SONG_BOLD, points=22, line=34, after=6, is_centered=True)
LONG_TITLE = TextStyle(face=Face.SONG_BOLD, points=18, line=30, after=6, is_centered=True)
META = TextStyle(face=Face.SONG, points=14, line=22, after=2, is_centered=True)
STATUS = TextStyle(face=Face.HEI, points=14, line=22)
BODY = TextStyle(face=Face.SONG, points=16, line=28, indent=2, is_justified=True)
SECTION = TextStyle(face=Face.HEI, points=16, line=28, before=10, indent=2, keeps=30)
SUBSECTION = TextStyle(face=Face.SONG_BOLD, points=16, line=28, before=8, indent=2, keeps=25)
NOTE = TextStyle(face=Face.SONG, points=12, line=18, before=2, after=2)
SIGNATURE = TextStyle(face=Face.SONG, points=16, line=34)
CELL = TextStyle(face=Face.SONG, points=10.5, line=14.5)
CELL_HEADING = TextStyle(face=Face.HEI, points=10.5, line=14.5)
SMALL_CELL = TextStyle(face=Face.SONG, points=9, line=13)
SMALL_HEADING = TextStyle(face=Face.HEI, points=9, line=13)
CHART_TEXT = TextStyle(face=Face.SONG, points=8, line=10)
PAGE_NUMBER = TextStyle(face=Face.SONG, points=14, line=14)
