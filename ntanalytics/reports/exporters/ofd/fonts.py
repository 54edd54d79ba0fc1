"""Faces of the OFD file: Noto CJK of this machine, its advances, and a subset of it that is embedded.

GB/T 9704 names 小标宋, 仿宋, 黑体 and 楷体, which are not free. Noto Serif CJK stands for the first, second and last,
Noto Sans CJK for 黑体; their licence (SIL OFL 1.1) permits a subset in a document.
"""

from __future__ import annotations

import base64
import hashlib
import io
import math
import struct
import zipfile
from bisect import bisect_right
from collections.abc import Iterable
from enum import StrEnum
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import fontTools
from fontTools.fontBuilder import FontBuilder
from fontTools.misc.psCharStrings import T2CharString
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph

from ntanalytics.errors import FontMissing
from ntanalytics.file_cache import FileCache
from ntanalytics.language import tr


class Face(StrEnum):
    """A face of the file; its value is the name of the font's file without its ending."""

    SONG = "NotoSerifCJK-Regular"
    SONG_BOLD = "NotoSerifCJK-Bold"
    HEI = "NotoSansCJK-Bold"

    @property
    def official(self) -> str:
        """Name of the face that GB/T 9704 asks for, which a reader takes where it cannot read the embedded font."""
        return {"SONG": "仿宋", "SONG_BOLD": "方正小标宋简体", "HEI": "黑体"}[self.name]


#: Folders of fonts on Debian, openKylin, UOS and Fedora.
FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))

#: Name of a file of outlines that were drawn.
KEPT = "drawn-letters.jsonl"

UNITS_PER_EM = 1000
EMPTY_BOX = 0  #: number of the glyph of an unknown character

_ENDINGS = (".ttc", ".otc")
_SIMPLIFIED = " SC"  #: the face of a collection with the shapes of the mainland
_IDEOGRAPHS = range(0x3400, 0xA000)  #: the characters whose outlines are kept
_FORM = "1"  #: of the outlines that are kept: those of another one are drawn again
_TOLERANCE = 1.0  #: deviation of a TrueType outline from the original, in units of the em


class _CompiledGlyph(Glyph):  # type: ignore[misc]
    """Glyph with its bytes, of which a font's tables need the beginning: to read and make all takes half of a file.

    Raises:
        ValueError, struct.error: the bytes are no simple glyph.
    """

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self._compiled, self._points = data, 0
        self.flags = ()  # the library looks in them for cubic curves, which the pen has replaced
        if not data:
            return
        self.numberOfContours, self.xMin, self.yMin, self.xMax, self.yMax = struct.unpack_from(">5h", data)
        ends = struct.unpack_from(f">{self.numberOfContours}H", data, 10)
        if not ends or list(ends) != sorted(set(ends)):
            raise ValueError(f"{len(data)} bytes of no simple glyph")
        self._points = ends[-1] + 1

    def compile(self, *_: object, **__: object) -> bytes:
        """Return the bytes."""
        return self._compiled

    def getMaxpValues(self) -> tuple[int, int]:  # noqa: N802 — the library's name
        """Return the number of points and of contours."""
        return self._points, self.numberOfContours


def _glyph_of(text: str | None) -> _CompiledGlyph | None:
    """Return a glyph as it was kept; None without one, or of a text that is none."""
    if text is None:
        return None
    try:
        return _CompiledGlyph(base64.b64decode(text, validate=True))
    except (ValueError, struct.error):
        return None


class _CharStrings:
    """Glyphs of a CFF table by number; the library's own index reads name and place of all 65,000 first.

    Source: Adobe Technical Note 5176, INDEX Data.
    """

    def __init__(self, font: Any) -> None:
        content: bytes = font.file.getvalue()
        start: int = font.rawDict["CharStrings"]
        count, size = struct.unpack_from(">HB", content, start)
        self._font, self._content, self._size = font, content, int(size)
        self._places = start + 3
        self._before_first = self._places + (int(count) + 1) * self._size - 1

    def __getitem__(self, number: int) -> T2CharString:
        begin, end = map(self._place, (number, number + 1))
        has_parts = hasattr(self._font, "FDSelect")
        private = (self._font.FDArray[self._font.FDSelect[number]] if has_parts else self._font).Private
        return T2CharString(self._content[begin:end], private=private, globalSubrs=self._font.GlobalSubrs)

    def _place(self, number: int) -> int:
        at = self._places + number * self._size
        return self._before_first + int.from_bytes(self._content[at : at + self._size])


class Typeface:
    """One face: glyphs by character, their advances, and the font of those that a document uses."""

    def __init__(self, face: Face, path: Path) -> None:
        self.face = face
        self._font = _simplified(path)
        self._code_ranges = _code_ranges(self._font)
        self._outlines: dict[int, _CompiledGlyph] = {}
        names = self._font["name"]
        self.name: str = names.getDebugName(4)
        self.family: str = names.getDebugName(1)
        head = self._font["head"]
        #: version of the font, which a verification compares before it expects the same bytes
        self.version = f"{self.name} {head.fontRevision:.3f} {head.checkSumAdjustment:08x}"

    def glyph(self, character: str) -> int:
        """Return the number of a character's glyph; that of the empty box if the face has none."""
        code = ord(character)
        first, last, glyph = self._code_ranges[max(0, bisect_right(self._code_ranges, (code, math.inf)) - 1)]
        return glyph + code - first if first <= code <= last else EMPTY_BOX

    @cache  # noqa: B019 — a face lives as long as the process
    def advance(self, character: str) -> float:
        """Return the advance of a character, in ems."""
        return self._metrics(self.glyph(character))[0] / UNITS_PER_EM

    def draw(self, characters: Iterable[str], kept: FileCache) -> None:
        """Have the glyphs of some characters before a subset is asked for, of which they take most of the time.

        What figures are written with is always drawn from the font: no file may give a digit the shape of another one.

        Args:
            characters: the characters.
            kept: outlines of ideographs that were drawn before, and these from now on.
        """
        drawn = {}
        glyphs = {self.glyph(character): ord(character) in _IDEOGRAPHS for character in characters}
        for number in glyphs.keys() - self._outlines.keys():
            if not glyphs[number]:
                self._outline(number)
                continue
            words = f"{_FORM} {fontTools.version} {_TOLERANCE} {self.version} {number}"
            key = hashlib.sha256(words.encode()).hexdigest()
            if (glyph := _glyph_of(kept.get(key))) is not None:
                self._outlines[number] = glyph
            else:
                drawn[key] = base64.b64encode(self._outline(number).compile()).decode()
        kept.put(drawn)

    def subset(self, characters: Iterable[str]) -> bytes:
        """Return a TrueType font with the glyphs of some characters; the same ones give the same bytes."""
        wanted = {ord(character): self.glyph(character) for character in sorted(set(characters))}
        known = {code: number for code, number in wanted.items() if number != EMPTY_BOX}
        names = {EMPTY_BOX: ".notdef"} | {number: f"glyph{number:05d}" for number in sorted(set(known.values()))}
        builder = FontBuilder(UNITS_PER_EM, isTTF=True)
        builder.setupGlyphOrder(list(names.values()))
        builder.setupCharacterMap({code: names[number] for code, number in known.items()})
        builder.setupGlyf({name: self._outline(number) for number, name in names.items()}, calcGlyphBounds=False)
        builder.setupHorizontalMetrics({name: self._metrics(number) for number, name in names.items()})
        heights = self._font["hhea"]
        builder.setupHorizontalHeader(ascent=heights.ascent, descent=heights.descent)
        digest = hashlib.sha256("".join(map(chr, known)).encode()).hexdigest()[:6].upper()
        builder.setupNameTable(
            {"familyName": f"{digest}+{self.family}", "styleName": self.name[len(self.family) + 1 :]}
        )
        typographic = {"sTypoAscender": heights.ascent, "sTypoDescender": heights.descent}
        builder.setupOS2(**typographic, usWinAscent=heights.ascent, usWinDescent=-heights.descent, fsType=0)
        builder.setupPost(keepGlyphNames=False)
        for name in ("created", "modified"):  # else the present moment
            setattr(builder.font["head"], name, getattr(self._font["head"], name))
        builder.font.recalcTimestamp = False
        file = io.BytesIO()
        builder.save(file)
        return file.getvalue()

    def _metrics(self, number: int) -> tuple[int, int]:
        """Return advance and left side bearing of a glyph; the library's own reader reads those of 65,000 glyphs."""
        table, count = self._font.reader["hmtx"], self._font["hhea"].numberOfHMetrics
        if number < count:
            return struct.unpack_from(">Hh", table, 4 * number)
        (advance,) = struct.unpack_from(">H", table, 4 * (count - 1))  # that of all further ones
        (bearing,) = struct.unpack_from(">h", table, 4 * count + 2 * (number - count))
        return advance, bearing

    @cached_property
    def _shapes(self) -> Any:
        """Glyphs that can be drawn, by number; the library's own set of them reads the advances of all glyphs, too."""
        if "CFF " not in self._font:
            glyphs = self._font.getGlyphSet()
            return [glyphs[name] for name in self._font.getGlyphOrder()]
        return _CharStrings(self._font["CFF "].cff.topDictIndex[0])

    def _outline(self, number: int) -> _CompiledGlyph:
        if number not in self._outlines:
            pen = TTGlyphPen(None)
            self._shapes[number].draw(Cu2QuPen(pen, _TOLERANCE, reverse_direction=True))
            self._outlines[number] = _CompiledGlyph(pen.glyph().compile(None))
        return self._outlines[number]


@cache
def typeface(face: Face) -> Typeface:
    """Return a face of this machine.

    Raises:
        FontMissing: its font is not installed; the message names the package.
    """
    paths = (path for folder in FOLDERS for path in sorted(folder.rglob(f"{face}.*")) if path.suffix in _ENDINGS)
    path = next(paths, None)
    if path is None:
        raise FontMissing(tr("the font {face} is not installed", face=face), where=", ".join(map(str, FOLDERS)))
    return Typeface(face, path)


def draw_letters_of(file: Path, kept: FileCache) -> None:
    """Draw the letters that an OFD file embeds, each in its face: the next file of the report has most of them.

    Args:
        file: the file.
        kept: outlines that were drawn before, and these from now on.

    Raises:
        FontMissing: a font is not installed on this machine.
        OSError, BadZipFile, TTLibError: the file cannot be read.
    """
    with zipfile.ZipFile(file) as package:
        embedded = [package.read(name) for name in package.namelist() if name.endswith(".ttf")]
    faces = {typeface(face).name: typeface(face) for face in Face} if embedded else {}
    for content in embedded:
        font = TTFont(io.BytesIO(content), lazy=True)
        family, style = (font["name"].getDebugName(number) for number in (1, 2))
        name = " ".join(filter(None, [str(family).partition("+")[2], style]))
        if name in faces:
            faces[name].draw(map(chr, font.getBestCmap()), kept)


def _simplified(path: Path) -> TTFont:
    """Return the face of a collection for Simplified Chinese."""
    with path.open("rb") as file:
        (number,) = struct.unpack(">8xI", file.read(12))
    for index in range(number):
        font = TTFont(path, fontNumber=index, lazy=True)
        if str(font["name"].getDebugName(1)).endswith(_SIMPLIFIED):
            return font
        font.close()
    raise FontMissing(tr("the font has no face for Simplified Chinese"), where=str(path))


def _code_ranges(font: TTFont) -> list[tuple[int, int, int]]:
    """Return the first and last code and the first glyph of each range of a font's table of all of Unicode, in order.

    The library's own reader makes a name for each of 45,000 glyphs first, which takes longer than the whole document.
    """
    table = font.reader["cmap"]
    (count,) = struct.unpack_from(">2xH", table)
    starts = [struct.unpack_from(">4xI", table, 4 + 8 * index)[0] for index in range(count)]
    start = next(start for start in starts if struct.unpack_from(">H", table, start)[0] == 12)
    (groups,) = struct.unpack_from(">12xI", table, start)
    return list(struct.iter_unpack(">III", table[start + 16 : start + 16 + 12 * groups]))
