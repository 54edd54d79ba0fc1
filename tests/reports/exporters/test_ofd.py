"""The OFD file: an office's page, real text with an embedded font, every element by the standard, the same bytes."""

from __future__ import annotations

import io
import json
import re
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import lxml.etree
import pandas as pd
import pytest
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph
from hypothesis import given
from hypothesis import strategies as st

from ntanalytics.errors import FontMissing
from ntanalytics.file_cache import FileCache
from ntanalytics.reports import Axes, chart, figures, table
from ntanalytics.reports.exporters.ofd import fonts
from ntanalytics.reports.exporters.ofd.chart_scales import value_ends, value_text
from ntanalytics.reports.exporters.ofd.elements import number
from ntanalytics.reports.exporters.ofd.exporter import ofd_bytes
from ntanalytics.reports.exporters.ofd.fonts import Face, typeface
from ntanalytics.reports.exporters.ofd.line_breaking import break_lines
from ntanalytics.reports.record import read_record
from ntanalytics.reports.verification.ofd import ofd_differences
from ntanalytics.reports.verification.verify_ofd import OFD, check, read_parts
from tests.reports.exporters.registered import exporter
from tests.reports.ofd_fonts import needs_fonts
from tests.reports.ofd_seal import seal

pytestmark = needs_fonts

POINT = 25.4 / 72
SCHEMA = Path(__file__).parent.parent / "ofd.xsd"


@pytest.fixture(scope="module")
def made(sample: ModuleType) -> bytes:
    return ofd_bytes(read_record(sample.notebook()))


@pytest.fixture(scope="module")
def parts(made: bytes) -> dict[str, bytes]:
    return read_parts(io.BytesIO(made))


def root(parts: dict[str, bytes], path: str) -> Any:
    return lxml.etree.fromstring(parts[path])


def pages(parts: dict[str, bytes]) -> list[Any]:
    names = [name for name in parts if "/Pages/" in name]
    return [root(parts, name) for name in sorted(names, key=lambda name: int(re.findall(r"\d+", name)[1]))]


def texts(element: Any) -> list[tuple[str, Any]]:
    """Return the texts of a page with their objects."""
    return [(each.findtext(f"{OFD}TextCode"), each) for each in element.iter(f"{OFD}TextObject")]


def line(parts: dict[str, bytes], start: str) -> Any:
    return next(each for page in pages(parts) for text, each in texts(page) if text.startswith(start))


def deltas(element: Any) -> list[float]:
    words, result = (element.find(f"{OFD}TextCode").get("DeltaX") or "").split(), []
    while words:
        count = 1
        if words[0] == "g":
            _, count, *words = [words[0], int(words[1]), *words[2:]]
        result += [float(words[0])] * count
        words = words[1:]
    return result


def test_the_same_record_gives_the_same_bytes(sample: ModuleType, made: bytes) -> None:
    assert ofd_bytes(read_record(sample.notebook())) == made


def test_nbconvert_knows_it(sample: ModuleType, made: bytes) -> None:
    output, _ = exporter("ntanalytics_ofd")().from_notebook_node(sample.notebook())
    assert output == made


def test_it_agrees_with_the_record_and_with_itself(sample: ModuleType, made: bytes) -> None:
    assert ofd_differences(read_record(sample.notebook()), made) == []


@pytest.mark.parametrize("is_sealed", [False, True])
def test_each_part_is_valid_by_the_schema_of_the_standards_elements(made: bytes, is_sealed: bool) -> None:
    schema = lxml.etree.XMLSchema(lxml.etree.parse(SCHEMA))
    parts = read_parts(io.BytesIO(seal(made) if is_sealed else made))
    checked = [name for name in parts if name.endswith(".xml") and name != "Doc_0/Tags/figures.xml"]
    for name in checked:
        schema.assertValid(root(parts, name))
    assert len(checked) == len(pages(parts)) + 6 + 2 * is_sealed


def test_each_id_is_given_once_each_reference_is_met_and_the_highest_is_named(parts: dict[str, bytes]) -> None:
    roots = [root(parts, name) for name in parts if name.endswith(".xml") and "/Attachs/" not in name]
    ids = [int(each.get("ID")) for tree in roots for each in tree.iter() if each.get("ID")]
    assert len(ids) == len(set(ids))
    document = root(parts, "Doc_0/Document.xml")
    assert int(document.findtext(f".//{OFD}MaxUnitID")) == max(ids)
    named = ("Font", "TemplateID", "PageID", "PageRef")
    references = {int(each.get(name)) for tree in roots for each in tree.iter() for name in named if each.get(name)}
    references |= {int(each.text) for tree in roots for each in tree.iter(f"{OFD}ObjectRef")}
    assert references <= set(ids)
    locations = [f"Doc_0/{each.get('BaseLoc')}" for each in document.iter() if each.get("BaseLoc")]
    fonts = [f"Doc_0/Res/{each.text}" for each in root(parts, "Doc_0/PublicRes.xml").iter(f"{OFD}FontFile")]
    attachments = root(parts, "Doc_0/Attachs/Attachments.xml")
    attached = [f"Doc_0/Attachs/{each.text}" for each in attachments.iter(f"{OFD}FileLoc")]
    assert {*locations, *fonts, *attached} <= set(parts)


def test_it_is_a4_with_the_type_area_of_an_official_document(parts: dict[str, bytes]) -> None:
    document = root(parts, "Doc_0/Document.xml")
    assert document.findtext(f".//{OFD}PhysicalBox") == "0 0 210 297"
    assert document.findtext(f".//{OFD}ContentBox") == "28 37 156 225"
    for page in pages(parts):
        body = next(layer for layer in page.iter(f"{OFD}Layer") if layer.get("Type") == "Body")
        for each in body:
            left, top, width, height = map(float, each.get("Boundary").split())
            assert left >= 27.7
            assert left + width <= 184.3 + float(each.get("Size") or 0) * 0.3  # a space may hang over the edge
            assert top >= 36.5
            assert top + height <= 262.5


@pytest.mark.parametrize(
    ("start", "face", "points"),
    [
        ("南通市电子政务工作平台短信统计", "Noto Serif CJK SC Bold", 22),
        ("1. 联通短信通道", "Noto Sans CJK SC Bold", 16),
        ("11月18日送达率由", "Noto Serif CJK SC", 16),
        ("一、趋势", "Noto Sans CJK SC Bold", 16),
        ("分运营商", "Noto Serif CJK SC Bold", 16),
    ],
)
def test_each_part_has_its_face_and_size(parts: dict[str, bytes], start: str, face: str, points: float) -> None:
    found = line(parts, start)
    named = {each.get("ID"): each.get("FontName") for each in root(parts, "Doc_0/PublicRes.xml").iter(f"{OFD}Font")}
    assert named[found.get("Font")] == face
    assert float(found.get("Size")) == pytest.approx(points * POINT, abs=0.001)


def test_the_embedded_fonts_hold_each_character_with_the_advance_that_the_text_has(parts: dict[str, bytes]) -> None:
    known = {}
    for each in root(parts, "Doc_0/PublicRes.xml").iter(f"{OFD}Font"):
        known[each.get("ID")] = TTFont(io.BytesIO(parts[f"Doc_0/Res/{each.findtext(f'{OFD}FontFile')}"]))
    for page in pages(parts):
        for text, each in texts(page):
            font = known[each.get("Font")]
            glyphs = [font.getBestCmap()[ord(character)] for character in text]
            advances = [font["hmtx"][glyph][0] / 1000 * float(each.get("Size")) for glyph in glyphs]
            there = deltas(each)
            assert len(there) == len(text) - 1
            spread = there[0] - advances[0] if there else 0  # of a line that fills its width
            assert there == pytest.approx([advance + spread for advance in advances[:-1]], abs=0.0021)
            assert 0 <= spread + 0.001 < 0.26 * float(each.get("Size"))


def test_a_sentence_is_found_by_the_text_of_its_lines(parts: dict[str, bytes]) -> None:
    whole = "".join(text for page in pages(parts) for text, _ in texts(page))
    assert "1. 联通短信通道11月18日送达率由98.6%降至71.0%，影响1,887条，已于3小时28分恢复。" in whole


def test_each_page_has_its_number_at_the_outer_edge(parts: dict[str, bytes]) -> None:
    for index, page in enumerate(pages(parts), 1):
        (number,) = [each for text, each in texts(page) if text == f"— {index} —"]
        left, _, width, _ = map(float, number.get("Boundary").split())
        size = 14 * POINT
        assert (left + width if index % 2 else left) == pytest.approx(184 - size if index % 2 else 28 + size, abs=0.01)


def test_a_long_table_repeats_its_heading_and_cuts_no_row(sample: ModuleType) -> None:
    rows = figures(pd.DataFrame({"application": [f"应用{index:03}" for index in range(30)], "submitted": range(30)}))
    blocks = [sample.blocks()[0], *(table(rows, f"第{index}表", id=f"t{index}") for index in range(12))]
    made = ofd_bytes(read_record(sample.notebook(blocks)))
    parts = read_parts(io.BytesIO(made))
    assert len(pages(parts)) > 8
    headings = 0
    for page in pages(parts)[1:-1]:
        layers = list(page.iter(f"{OFD}Layer"))
        headings += sum(text == "应用" for text, _ in texts(layers[1]))
        first = min(texts(page), key=lambda pair: float(pair[1].get("Boundary").split()[1]))[0]
        assert first in ("应用", *(f"第{index}表" for index in range(12)))
    assert headings > 3
    assert ofd_differences(read_record(sample.notebook(blocks)), made) == []


def test_a_row_higher_than_a_page_goes_on_on_the_next(sample: ModuleType) -> None:
    """Of ten columns of 480 characters a cell has more lines than a page."""
    names = ("app", "unit", "application", "client", "service", "route", "host", "part", "target", "plan")
    long = figures(pd.DataFrame({name: ["长" * 480] * 2 for name in names}))
    record = read_record(sample.notebook([sample.blocks()[0], table(long, "表", id="t")]))
    made = ofd_bytes(record)
    assert len(pages(read_parts(io.BytesIO(made)))) > 3
    assert ofd_differences(record, made) == []


def test_the_outline_names_the_sections_and_their_pages(parts: dict[str, bytes]) -> None:
    outline = root(parts, "Doc_0/Document.xml").find(f"{OFD}Outlines")
    top = [each.get("Title") for each in outline]
    sections = ["一、趋势", "二、构成", "数据来源"]
    assert [title for title in top if title in sections] == sections
    section = next(each for each in outline if each.get("Title") == "二、构成")
    below = section.findall(f"{OFD}OutlineElem")
    assert int(section.get("Count")) == len(below)
    assert below[0].get("Title") == "分运营商"
    page_ids = [each.get("ID") for each in root(parts, "Doc_0/Document.xml").iter(f"{OFD}Page")]
    shown = pages(parts)[page_ids.index(below[0].find(f".//{OFD}Dest").get("PageID"))]
    assert "分运营商" in [text for text, _ in texts(shown)]


def test_a_chart_is_drawn_as_paths_bound_to_its_values(parts: dict[str, bytes], sample: ModuleType) -> None:
    entries = json.loads(parts["Doc_0/Attachs/figures.json"])["objects"]
    record = read_record(sample.notebook())
    block = next(block for block in record.blocks if block.id == "rate-by-day")
    lines = [entry for entry in entries if entry.get("block") == block.id and isinstance(entry.get("value"), list)]
    assert {entry["label"] for entry in lines} == {"中国电信", "中国移动", "中国联通"}
    unicom = next(entry for entry in lines if entry["label"] == "中国联通")
    assert unicom["value"] == [row[unicom["metric"]] for row in block.rows]
    page = pages(parts)[unicom["page"] - 1]
    path = next(each for each in page.iter(f"{OFD}PathObject") if int(each.get("ID")) == unicom["object"])
    # two runs, since no line bridges the day without data; its lowest point stands below all others
    commands = path.findtext(f"{OFD}AbbreviatedData")
    assert commands.count("M ") == 2
    heights = [float(y) for _, y in re.findall(r"[ML] (\S+) (\S+)", commands)]
    heights = [height - min(heights) for height in heights]
    known = [value for value in unicom["value"] if value is not None]
    assert heights.index(max(heights)) == known.index(min(known))
    scale = (max(heights) - min(heights)) / (max(known) - min(known))
    assert heights == pytest.approx([(max(known) - value) * scale for value in known], abs=0.01)


@pytest.mark.parametrize("kind", ["line", "bar", "stack", "hbar"])
@pytest.mark.parametrize(
    "rows",
    [
        {"hour": range(24), "submitted": range(24), "failed": [0] * 23 + [None]},
        {"application": ["很长的应用名称" * 9, "<b>", "乙"], "submitted": [-5, 0, 7], "failed": [1, None, 2]},
        {"day": [date(2026, 11, 16)], "submitted": [3], "failed": [3]},
        {"day": [date(2026, 11, 16), date(2026, 11, 18)], "submitted": [0, 0], "failed": [1e9, 2e9]},
    ],
    ids=["hours", "long names", "one day", "a gap"],
)
def test_each_form_of_chart_is_drawn_within_the_type_area(sample: ModuleType, kind: Any, rows: dict[str, Any]) -> None:
    drawn = chart(figures(pd.DataFrame(rows)), kind, Axes(x=next(iter(rows)), y=("submitted", "failed")), id="c")
    record = read_record(sample.notebook([sample.blocks()[0], drawn]))
    made = ofd_bytes(record)
    assert ofd_differences(record, made) == []
    parts = read_parts(io.BytesIO(made))
    series = [entry for entry in json.loads(parts["Doc_0/Attachs/figures.json"])["objects"] if "text" not in entry]
    assert {entry["metric"] for entry in series} == {"submitted", "failed"}
    for page in pages(parts):
        for each in page.iter(f"{OFD}PathObject"):
            left, top, width, height = map(float, each.get("Boundary").split())
            assert 27 <= left <= left + width <= 185
            assert 36 <= top <= top + height <= 263


def test_each_figure_has_a_tag_with_metric_period_unit_and_versions(parts: dict[str, bytes]) -> None:
    tags = root(parts, "Doc_0/Tags/figures.xml")
    value = line(parts, "97.6%").get("ID")
    tag = next(each for each in tags if each.findtext(f"{OFD}ObjectRef") == value)
    assert dict(tag.attrib) == {
        "block": "kpis",
        "label": "送达率",
        "metric": "delivery_rate",
        "period": "2026-W47",
        "unit": "",
        "datasets": "sms.messages:12",
    }
    # every text of the record with a digit has one
    tagged = {each.text for each in tags.iter(f"{OFD}ObjectRef")}
    bodies = (layer for page in pages(parts) for layer in page.iter(f"{OFD}Layer") if layer.get("Type") == "Body")
    figures_ = [(text, each.get("ID")) for body in bodies for text, each in texts(body) if re.search(r"\d", text)]
    assert len(figures_) > 100
    assert [text for text, object_id in figures_ if object_id not in tagged and text != "二、构成"] == []


def test_the_place_of_the_seal_is_named_and_blank(parts: dict[str, bytes]) -> None:
    document = root(parts, "Doc_0/Document.xml")
    mark = document.find(f".//{OFD}Bookmark")
    assert mark.get("Name") == "盖章处"
    area = next(each for each in root(parts, "Doc_0/Tags/figures.xml") if each.tag.endswith("SealArea"))
    left, top, width, height = map(float, area.get("box").split())
    assert (width, height) == (46, 46)
    page_ids = [each.get("ID") for each in document.iter(f"{OFD}Page")]
    page = pages(parts)[page_ids.index(mark.find(f"{OFD}Dest").get("PageID"))]
    for each in (*page.iter(f"{OFD}TextObject"), *page.iter(f"{OFD}PathObject")):
        x, y, w, h = map(float, each.get("Boundary").split())
        is_inside = x < left + width and x + w > left and y < top + height and y + h > top
        assert not is_inside or each.get("ID") == area.findtext(f"{OFD}ObjectRef")
    assert not any("Sign" in name for name in parts)


def test_no_line_is_cut_at_its_boundary(parts: dict[str, bytes]) -> None:
    """A reader clips there: half of a line's width must fit on each side."""
    drawn = [each for page in pages(parts) for each in page.iter(f"{OFD}PathObject") if each.get("LineWidth")]
    assert len(drawn) > 50
    for each in drawn:
        _, _, width, height = map(float, each.get("Boundary").split())
        half = float(each.get("LineWidth")) / 2
        for x, y in re.findall(r"[ML] (\S+) (\S+)", each.findtext(f"{OFD}AbbreviatedData")):
            assert half <= float(x) + 0.001
            assert float(x) <= width - half + 0.001
            assert half <= float(y) + 0.001
            assert float(y) <= height - half + 0.001


def test_hostile_text_stays_text(parts: dict[str, bytes]) -> None:
    whole = "".join(text for page in pages(parts) for text, _ in texts(page))
    assert '<script>alert(1)</script>=HYPERLINK("http://x")' in whole
    assert not {each.tag for page in pages(parts) for each in page.iter()} & {"script", "b"}


def test_a_character_that_no_font_has_is_kept_as_text(sample: ModuleType) -> None:
    blocks = [sample.blocks()[0], sample.sentences(["表情😀与\U000e0041私用\ue000字。"])]
    record = read_record(sample.notebook(blocks))
    made = ofd_bytes(record)
    assert ofd_differences(record, made) == []
    assert check(io.BytesIO(made))[1] == []


def test_a_missing_font_names_the_package(sample: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(fonts, "FOLDERS", (tmp_path,))
    typeface.cache_clear()
    try:
        with pytest.raises(FontMissing, match="package fonts-noto-cjk"):
            ofd_bytes(read_record(sample.notebook()))
    finally:
        typeface.cache_clear()


@needs_fonts
def test_outlines_of_a_file_change_no_byte_of_a_subset_and_nothing_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, letters, others = tmp_path / fonts.KEPT, "电子政务龘", "Å1 ,"
    faces = (typeface(Face.SONG), typeface(Face.SONG_BOLD))
    drawn = []
    for face in faces:
        face._outlines.clear()  # of other tests
        face.draw(letters + others, FileCache(kept))
        drawn.append(face.subset(letters + others))
        face._outlines.clear()
    assert len(kept.read_bytes().splitlines()) == 2 * len(letters)
    monkeypatch.setattr(fonts, "Cu2QuPen", lambda *_, **__: pytest.fail("drawn"))
    for face in faces:
        face.draw(letters, FileCache(kept))
    monkeypatch.undo()
    assert [face.subset(letters + others) for face in faces] == drawn
    for face, subset in zip(faces, drawn, strict=True):  # the library reads each letter, and compiles it again
        face._outlines.update({number: _read_by_the_library(glyph) for number, glyph in face._outlines.items()})
        assert face.subset(letters + others) == subset
        face._outlines.clear()


def _read_by_the_library(glyph: Glyph) -> Glyph:
    whole = Glyph(glyph.compile())
    whole.expand(None)
    return whole


@needs_fonts
def test_a_damaged_outline_is_drawn_again(tmp_path: Path) -> None:
    kept, face = tmp_path / fonts.KEPT, typeface(Face.HEI)
    face._outlines.clear()
    face.draw("三五", FileCache(kept))
    drawn = face.subset("三五")
    first, second = (json.loads(text) for text in kept.read_text(encoding="utf-8").splitlines())
    first[2], second[2] = second[2], first[2]
    kept.write_text(f"{json.dumps(first)}\n{json.dumps(second)}\n", encoding="utf-8")
    face._outlines.clear()
    face.draw("三五", FileCache(kept))
    assert face.subset("三五") == drawn
    # a text that passes the check of its line and is no glyph
    FileCache(kept).put({first[0]: "AAAA", second[0]: "no glyph"})
    face._outlines.clear()
    face.draw("三五", FileCache(kept))
    assert face.subset("三五") == drawn


@needs_fonts
def test_no_file_tells_the_shape_of_a_digit(tmp_path: Path) -> None:
    typeface(Face.HEI).draw("83%,.−８", FileCache(tmp_path / fonts.KEPT))
    assert list(tmp_path.iterdir()) == []


@needs_fonts
def test_letters_that_were_drawn_before_change_no_byte_of_a_subset() -> None:
    face = typeface(Face.SONG)
    before = face.subset("中a政")
    face.draw("电子政务龘\u0378", FileCache(None))  # the last one is no character
    assert face.subset("中a政") == before


def test_a_subset_holds_what_is_asked_for_and_the_empty_box() -> None:
    font = TTFont(io.BytesIO(typeface(Face.SONG).subset("中a")))
    assert sorted(font.getBestCmap()) == [ord("a"), ord("中")]
    assert font.getGlyphOrder()[0] == ".notdef"
    assert len(font.getGlyphOrder()) == 3
    assert font["OS/2"].fsType == 0
    assert font["head"].modified < 3_900_000_000  # years ago: that of the font, not of the subset


WIDTHS = st.integers(1, 40)
WORDS = st.text("中文，。（）a1 .%≥▲", min_size=1, max_size=60)


@given(WORDS, WIDTHS)
def test_lines_together_are_the_text_and_none_is_too_wide(text: str, width: int) -> None:
    advances = [1.0 if character > "\u2e7f" else 0.5 for character in text]
    lines = break_lines(text, advances, width)
    assert "".join(text[start:end] for start, end in lines) == text
    for start, end in lines:
        used = sum(advances[start:end]) - (0.5 if text[end - 1] == " " else 0)
        assert used <= width or end == start + 1


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("提交量一千，比上周多。", ["提交量一", "千，比上", "周多。"]),  # the mark does not begin a line
        ("共计一二三，四", ["共计一二", "三，四"]),
        ("见一二（三四）", ["见一二", "（三四）"]),  # the opening mark does not end one
        ("共增1,234条件", ["共增", "1,234条", "件"]),  # a figure is not broken
    ],
)
def test_lines_break_where_a_typesetter_breaks_them(text: str, lines: list[str]) -> None:
    advances = [1.0 if character > "\u2e7f" else 0.5 for character in text]
    assert [text[start:end] for start, end in break_lines(text, advances, 4)] == lines


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=5), st.booleans())
def test_a_value_axis_holds_all_values_in_few_steps(values: list[float], from_zero: bool) -> None:
    low, high, step = value_ends(values, from_zero=from_zero)
    slack = step * 1e-6
    assert low - slack <= min(values)
    assert high + slack >= max(values)
    assert 1 <= round((high - low) / step) <= 7
    assert not from_zero or low <= slack


@pytest.mark.parametrize(
    ("value", "step", "form", "text"),
    [
        (0.975, 0.005, "rate:1", "97.5%"),
        (0.7, 0.1, "rate:1", "70%"),
        (30000, 10000, "integer", "30,000"),
        (1.5, 0.5, "number:1", "1.5"),
    ],
)
def test_a_mark_of_an_axis_has_the_digits_of_its_step(value: float, step: float, form: str, text: str) -> None:
    assert value_text(value, step, form) == text


@pytest.mark.parametrize(
    ("value", "text"), [(1.0, "1"), (0.12345, "0.123"), (-0.0001, "0"), (10.5, "10.5"), (-2.5, "-2.5")]
)
def test_a_length_is_written_to_a_thousandth(value: float, text: str) -> None:
    assert number(value) == text
