"""Proof by an independent reader: ofd.js of npm, in Chromium, draws an OFD file as it is meant.

``python -m tests.reports.ofd_reader report.ofd`` fetches ofd.js with npm, lets it draw the file, draws the file in
another way (each object as SVG, printed as PDF), and prints for each page the share of the ink that both have, and
whether each text is there. It needs npm, a Chromium and poppler-utils; the suite does not run it.

This version of ofd.js reads no embedded font: the page gives it the fonts of the file under their family names.
"""

from __future__ import annotations

import base64
import html
import io
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import lxml.etree
import numpy as np
from playwright.sync_api import Browser, sync_playwright

from ntanalytics.reports.exporters.pdf import find_browser
from ntanalytics.reports.verification.verify_ofd import CODE_PAGE, OFD, Parts, pages_of, read_parts

#: The last version with its source; later ones ask for a licence.
VERSION = "0.2.6"

#: What it asks for in place of the families of GB/T 9704.
_THEIR_NAMES = {"仿宋": "FangSong", "黑体": "SimHei"}

_DRAW = """async ([data]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  // of this width it makes pages of 4 dots to the millimetre
  const parsed = await new Promise((done, failed) =>
    window.ofd.parseOfdDocument({ofd: new File([bytes], "report.ofd"), success: done, fail: failed}));
  for (const page of window.ofd.renderOfd(850, parsed[0])) {
    page.style.margin = 0;
    Object.assign(page.style, {breakAfter: "page", overflow: "hidden"});
    document.body.appendChild(page);
  }
  await Promise.all([...document.fonts].map((font) => font.load()));
  await new Promise((done) => setTimeout(done, 500));
  return [...document.querySelectorAll("text")].map((text) => text.textContent).join("");
}"""


def fetched(folder: Path) -> str:
    """Return the script of ofd.js, fetched with npm."""
    command = ["npm", "pack", "--silent", f"ofd.js@{VERSION}"]
    name = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()
    with tarfile.open(folder / name) as archive:
        script = archive.extractfile("package/lib/ofd.umd.min.js")
        assert script is not None
        return script.read().decode()


def font_faces(parts: Parts) -> tuple[str, dict[str, str]]:
    """Return a style with the fonts of a file by their family names, and the name of each font by its id."""
    style, names = "", {}
    for font in lxml.etree.fromstring(parts["Doc_0/PublicRes.xml"]).iter(f"{OFD}Font"):
        content = base64.b64encode(parts[f"Doc_0/Res/{font.findtext(f'{OFD}FontFile')}"]).decode()
        names[font.get("ID")] = font.get("FamilyName")
        for name in (font.get("FamilyName"), _THEIR_NAMES.get(font.get("FamilyName"), "")):
            style += f"@font-face{{font-family:'{name}';src:url(data:font/ttf;base64,{content})}}\n"
    return style, names


def svg_pages(parts: Parts) -> str:
    """Return a page of HTML that draws each object of a file by our reading of the standard."""
    style, fonts = font_faces(parts)
    drawn = []
    for path, number in sorted(pages_of(parts), key=lambda page: page[1]):
        names = [path, CODE_PAGE] if number == 1 else [path]
        objects = (element for name in names for element in lxml.etree.fromstring(parts[name]).iter())
        shapes = [_svg(element, fonts) for element in objects if element.get("Boundary")]
        drawn.append(f'<svg viewBox="0 0 210 297" width="840" height="1188">{"".join(shapes)}</svg>')
    head = f"body{{margin:0}}svg{{display:block;break-after:page}}text{{white-space:pre}}{style}"
    return f"<meta charset='utf-8'><style>{head}</style>{''.join(drawn)}"


def _color(element: lxml.etree._Element, name: str) -> str:
    color = element.find(f"{OFD}{name}")
    return "none" if color is None else f"rgb({color.get('Value').replace(' ', ',')})"


def _svg(element: lxml.etree._Element, fonts: dict[str, str]) -> str:
    left, top, _, _ = map(float, element.get("Boundary").split())
    code = element.find(f"{OFD}TextCode")
    if code is None:
        path = element.findtext(f"{OFD}AbbreviatedData").replace("C", "Z")
        stroke = "none" if element.get("Stroke") == "false" else _color(element, "StrokeColor")
        dash = f'stroke-dasharray="{element.get("DashPattern")}"' if element.get("DashPattern") else ""
        return (
            f'<path transform="translate({left} {top})" d="{path}" fill="{_color(element, "FillColor")}" '
            f'stroke="{stroke}" stroke-width="{element.get("LineWidth", "0")}" {dash}/>'
        )
    repeated = re.sub(r"g (\d+) (\S+)", lambda run: " ".join([run[2]] * int(run[1])), code.get("DeltaX") or "")
    places = np.cumsum([left + float(code.get("X")), *map(float, repeated.split())])
    return (
        f'<text x="{" ".join(f"{place:.3f}" for place in places)}" y="{top + float(code.get("Y")):.3f}" '
        f'font-size="{element.get("Size")}" font-family="{fonts[element.get("Font")]}" '
        f'fill="{_color(element, "FillColor")}">{html.escape(code.text)}</text>'
    )


def printed(browser: Browser, content: str, script: str, file: bytes) -> tuple[bytes, str]:
    """Return a page as PDF, and the texts that ofd.js drew on it, where there is a script."""
    page = browser.new_page()
    page.set_content(content)
    text = ""
    if script:
        page.add_script_tag(content=script)
        text = page.evaluate(_DRAW, [base64.b64encode(file).decode()])
    page.evaluate("document.fonts.ready")
    return page.pdf(width="840px", height="1188px", print_background=True), text


def ink(pdf: bytes, folder: Path) -> list[np.ndarray]:
    """Return where each page has ink, at 96 dots to the inch."""
    (folder / "pages.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-r", "96", "-gray", str(folder / "pages.pdf"), str(folder / "page")]
    subprocess.run(command, check=True)
    pages = []
    for path in sorted(folder.glob("page-*.pgm")):
        _, size, _, dots = path.read_bytes().split(b"\n", 3)
        width, height = map(int, size.split())
        pages.append(np.frombuffer(dots, np.uint8).reshape(height, width)[:1188, :840] < 160)
        path.unlink()
    return pages


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    """Return the share of the ink of both pages that has ink of the other one within a dot."""
    near = [
        np.any([np.roll(page, (down, right), (0, 1)) for down in (-1, 0, 1) for right in (-1, 0, 1)], axis=0)
        for page in (one, other)
    ]
    return float((np.sum(one & near[1]) + np.sum(other & near[0])) / max(1, np.sum(one) + np.sum(other)))


def main() -> None:
    """Compare the two drawings of the file that is named, page by page."""
    file = Path(sys.argv[1]).read_bytes()
    parts = read_parts(io.BytesIO(file))
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        style = f"<meta charset='utf-8'><style>body{{margin:0}}{font_faces(parts)[0]}</style>"
        theirs, text = printed(browser, style, fetched(folder), file)
        ours, _ = printed(browser, svg_pages(parts), "", file)
        pairs = list(zip(ink(theirs, folder), ink(ours, folder), strict=True))
        browser.close()
    for number, pair in enumerate(pairs, 1):
        sys.stdout.write(f"page {number}: {overlap(*pair):.4f} of the ink\n")
    trees = (lxml.etree.fromstring(parts[path]) for path, _ in pages_of(parts))
    codes = [code.text for tree in trees for code in tree.iter(f"{OFD}TextCode")]
    lost = [code for code in codes if "".join(code.split()) not in "".join(text.split())]
    sys.stdout.write(f"{len(codes) - len(lost)} of {len(codes)} texts were drawn; not {lost[:5]}\n")


if __name__ == "__main__":
    main()
