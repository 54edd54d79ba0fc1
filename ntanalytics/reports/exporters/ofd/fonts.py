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
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, TTLibError
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
NOTDEF = ".notdef"

_ENDINGS = (".ttc", ".otc")
_SIMPLIFIED = " SC"  #: the face of a collection with the shapes of the mainland
_IDEOGRAPHS = range(0x3400, 0xA000)  #: the characters whose outlines are kept
_FORM = "1"  #: of the outlines that are kept: those of another one are drawn again
_TOLERANCE = 1.0  #: deviation of a TrueType outline from the original, in units of the em


class _CompiledGlyph(Glyph):  # type: ignore[misc]
    """Glyph with its bytes, to make which takes a quarter of the time of a file.

    Raises:
        ValueError, struct.error, IndexError, AssertionError, TTLibError: the bytes are no glyph.
    """

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.expand(None)
        self._compiled = data

    def compile(self, *_: object, **__: object) -> bytes:
        """Return the bytes."""
        return self._compiled


def _glyph_of(text: str | None) -> _CompiledGlyph | None:
    """Return a glyph as it was kept; None without one, or of a text that is none."""
    if text is None:
        return None
    try:
        return _CompiledGlyph(base64.b64decode(text, validate=True))
    except (ValueError, struct.error, IndexError, AssertionError, TTLibError):
        return None


class Typeface:
    """One face: glyphs by character, their advances, and the font of those that a document uses."""

    def __init__(self, face: Face, path: Path) -> None:
        self.face = face
        self._font = _simplified(path)
        self._code_ranges = _code_ranges(self._font)
        self._numbers = {NOTDEF: 0}
        self._outlines: dict[str, _CompiledGlyph] = {}
        names = self._font["name"]
        self.name: str = names.getDebugName(4)
        self.family: str = names.getDebugName(1)
        head = self._font["head"]
        #: version of the font, which a verification compares before it expects the same bytes
        self.version = f"{self.name} {head.fontRevision:.3f} {head.checkSumAdjustment:08x}"

    def glyph(self, character: str) -> str:
        """Return the name of a character's glyph; that of the empty box if the face has none."""
        code = ord(character)
        first, last, glyph = self._code_ranges[max(0, bisect_right(self._code_ranges, (code, math.inf)) - 1)]
        if not first <= code <= last:
            return NOTDEF
        number = glyph + code - first
        name = str(self._font.getGlyphName(number))
        self._numbers[name] = number
        return name

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
        for name in glyphs.keys() - self._outlines.keys():
            if not glyphs[name]:
                self._outline(name)
                continue
            words = f"{_FORM} {fontTools.version} {_TOLERANCE} {self.version} {name}"
            key = hashlib.sha256(words.encode()).hexdigest()
            if (glyph := _glyph_of(kept.get(key))) is not None:
                self._outlines[name] = glyph
            else:
                drawn[key] = base64.b64encode(self._outline(name).compile(None)).decode()
        kept.put(drawn)

    def subset(self, characters: Iterable[str]) -> bytes:
        """Return a TrueType font with the glyphs of some characters; the same ones give the same bytes."""
        wanted = {ord(character): self.glyph(character) for character in sorted(set(characters))}
        known = {code: name for code, name in wanted.items() if name != NOTDEF}
        order = [NOTDEF, *sorted(set(known.values()))]
        builder = FontBuilder(UNITS_PER_EM, isTTF=True)
        builder.setupGlyphOrder(order)
        builder.setupCharacterMap(known)
        builder.setupGlyf({name: self._outline(name) for name in order})
        builder.setupHorizontalMetrics({name: self._metrics(name) for name in order})
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

    def _metrics(self, name: str) -> tuple[int, int]:
        """Return advance and left side bearing of a glyph; the library's own reader reads those of 65,000 glyphs."""
        table, count, number = self._font.reader["hmtx"], self._font["hhea"].numberOfHMetrics, self._numbers[name]
        if number < count:
            return struct.unpack_from(">Hh", table, 4 * number)
        (advance,) = struct.unpack_from(">H", table, 4 * (count - 1))  # that of all further ones
        (bearing,) = struct.unpack_from(">h", table, 4 * count + 2 * (number - count))
        return advance, bearing

    @cached_property
    def _shapes(self) -> Any:
        """Glyphs that can be drawn, by name; the library's own set of them reads the advances of all glyphs, too."""
        has_postscript = "CFF " in self._font
        return self._font["CFF "].cff.topDictIndex[0].CharStrings if has_postscript else self._font.getGlyphSet()

    def _outline(self, name: str) -> _CompiledGlyph:
        if name not in self._outlines:
            pen = TTGlyphPen(None)
            self._shapes[name].draw(Cu2QuPen(pen, _TOLERANCE, reverse_direction=True))
            self._outlines[name] = _CompiledGlyph(pen.glyph().compile(None))
        return self._outlines[name]


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
