"""Check OFD reports of ntanalytics with Python's standard library alone: ``python3 verify_ofd.py report.ofd``.

Is the content the one that was issued? The part content.txt lists the SM3 digest of every part; its own digest is the
root, which stands on the first page in figures and as a QR code. Compare it with the manifest or with an older copy.
Is every printed digit the recorded one? Each text on a page is compared with figures.json, its value and its tag.
What does a seal cover? The digests in each signature are checked, and what they leave out is named. The signature's
own value (SM2) and its certificates are for a reader of the seal's issuer, and are not checked here.
The exit code is 0 if nothing differs, 1 for a difference, 2 for a file that is no such report.
"""

import base64
import contextlib
import hashlib
import json
import re
import sys
import xml.etree.ElementTree as ET
import zipfile
import zlib
from typing import Any

LISTING, FIGURES = "Doc_0/Attachs/content.txt", "Doc_0/Attachs/figures.json"
CODE_PAGE, TAGS = "Doc_0/Tpls/Tpl_0/Content.xml", "Doc_0/Tags/figures.xml"
OFD = "{http://www.ofdspec.org/2016}"
UNREADABLE = (ValueError, KeyError, TypeError, IndexError, AttributeError, StopIteration, ET.ParseError, RecursionError)
Parts = dict[str, bytes]


class NoReport(Exception):
    """The file is no OFD report of ntanalytics."""


def sm3(data: bytes) -> str:
    """Return the SM3 digest (GB/T 32905-2016): by OpenSSL where Python has it, else worked out here."""
    return hashlib.new("sm3", data).hexdigest() if "sm3" in hashlib.algorithms_available else sm3_in_python(data)


def sm3_in_python(data: bytes) -> str:
    """Return the SM3 digest, worked out step by step."""

    def rot(x: int, n: int) -> int:
        return ((x << n % 32) | ((x & 0xFFFFFFFF) >> (32 - n % 32))) & 0xFFFFFFFF

    padded = data + b"\x80" + b"\0" * ((55 - len(data)) % 64) + (8 * len(data)).to_bytes(8, "big")
    v = [0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E]
    for start in range(0, len(padded), 64):
        w = [int.from_bytes(padded[start + i : start + i + 4], "big") for i in range(0, 64, 4)]
        for j in range(16, 68):
            x = w[j - 16] ^ w[j - 9] ^ rot(w[j - 3], 15)
            w.append(x ^ rot(x, 15) ^ rot(x, 23) ^ rot(w[j - 13], 7) ^ w[j - 6])
        a, b, c, d, e, f, g, h = v
        for j in range(64):
            s1 = rot(rot(a, 12) + e + rot(0x79CC4519 if j < 16 else 0x7A879D8A, j), 7)
            ff, gg = (a ^ b ^ c, e ^ f ^ g) if j < 16 else ((a & b) | (a & c) | (b & c), (e & f) | (~e & g))
            t2 = (gg + h + s1 + w[j]) & 0xFFFFFFFF
            t1 = (ff + d + (s1 ^ rot(a, 12)) + (w[j] ^ w[j + 4])) & 0xFFFFFFFF
            a, b, c, d, e, f, g, h = t1, a, rot(b, 9), c, t2 ^ rot(t2, 9) ^ rot(t2, 17), e, rot(f, 19), g
        v = [old ^ new for old, new in zip(v, (a, b, c, d, e, f, g, h), strict=True)]
    return "".join(f"{word:08x}" for word in v)


def read_parts(data: Any) -> Parts:
    """Return path → content of an archive; refuse what two readers could understand in two ways."""
    try:
        with zipfile.ZipFile(data) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len({entry.filename.lstrip("/") for entry in entries}) < len(entries):
                raise NoReport("a part is there twice")
            if sum(entry.file_size for entry in entries) > 256 * 2**20:  # a report of 60 pages has a fortieth
                raise NoReport("it is too large for a report")
            return {entry.filename.lstrip("/"): archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise NoReport(f"it is no archive: {error}") from error


def parse(content: bytes) -> ET.Element:
    """Return the root element of a part; ours have no document type, and no comment."""
    if b"<!" in content:
        raise ET.ParseError("a document type or a comment is in it")
    return ET.fromstring(content)


def digested(path: str, content: bytes) -> bytes:
    """Return what of a part is digested: of OFD.xml its meaning without a seal, of the code's page all but the code."""
    if path == "OFD.xml":
        meaning = [[node.tag, sorted(node.attrib.items()), (node.text or "").strip()] for node in parse(content).iter()]
        return json.dumps([node for node in meaning if node[0] != f"{OFD}Signatures"]).encode()
    if path == CODE_PAGE:
        return re.sub(rb"(<ofd:(?:AbbreviatedData|TextCode)\b[^>]*>)[^<]*", rb"\1", content)
    return content


def names_of(parts: Parts) -> dict[str, str]:
    """Return object id → words that name it, from its entry, its tag and the page: two of them if one was altered."""
    known: dict[str, dict[str, object]] = {}
    texts = {path: content.decode(errors="replace") for path, content in parts.items()}
    for path, page in pages_of(parts):
        for object_id, text in re.findall(r'<ofd:TextObject ID="(\d+)".*?>([^<>]*)</ofd:TextCode>', texts[path]):
            known[object_id] = {"page": page, "text": text}
    for label, object_id in re.findall(r' (?:label|name)="([^"]*)"[^\n]*>(\d+)</ofd:ObjectRef>', texts[TAGS]):
        known.setdefault(object_id, {})["label"] = label
    for line in re.findall(r'^\{"object":.*(?=\}).', texts[FIGURES], re.MULTILINE):
        with contextlib.suppress(ValueError):
            entry = json.loads(line)
            known[str(entry.get("object"))] = known.get(str(entry.get("object")), {}) | entry
    for key, entry in known.items():
        known[key] = {"page": None, "label": entry.get("block", "text"), "text": "a series"} | entry
    return {key: "page {page}, {label}: {text!r}".format(**entry) for key, entry in known.items()}


def pages_of(parts: Parts) -> list[tuple[str, int]]:
    """Return the path of each page, and its number."""
    matches = (re.fullmatch(r"Doc_0/Pages/Page_(\d+)/Content\.xml", path) for path in parts)
    return [(match[0], int(match[1]) + 1) for match in matches if match]


def content_differences(parts: Parts, names: dict[str, str]) -> list[str]:
    """Return the parts and pieces that do not have the digest listed, and parts that are not listed."""
    listed, differences = {LISTING}, list[str]()
    for line in parts[LISTING].decode(errors="replace").rstrip("\n").split("\n"):
        digest, path, *rest = f"{line}  ".split(" ")
        pieces = [piece.partition(":") for piece in rest if piece]
        listed.add(path)
        try:
            content = digested(path, parts[path])
        except UNREADABLE as error:
            differences.append(f"{path!r} is missing or cannot be read: {error}")
            continue
        shown, altered = re.split(rb"\n(?=<|\{|  \{)", content) if pieces else [], []
        for number, (short, _, label) in enumerate(pieces):
            shown += [b""] * (number >= len(shown))
            if len(short) != 6 or not sm3(shown[number]).startswith(short):
                match = re.search(rb'"(?:identity|block)": ?"([^"\n]*)', shown[number])
                what = f"piece {number}" + (f", {match[1].decode(errors='replace')}" if match else "")
                altered.append(names.get(label, f"object {label}") if label else what)
        if not altered and (sm3(content) != digest or len(shown) > len(pieces) > 0):
            altered = ["its digest"]
        differences += [f"{path}: {what} is not the one that was issued" for what in altered[:5]]
    extra = sorted(path for path in parts if path not in listed and not path.startswith(seal_folders(parts)))
    return differences + [f"{path} is not listed: it was added" for path in extra]


def text_differences(parts: Parts, names: dict[str, str]) -> list[str]:
    """Return the texts on the pages that are not those recorded, and the figures that are not their values."""
    try:
        entries = {str(entry["object"]): entry for entry in json.loads(parts[FIGURES])["objects"]}
        tagged = {node.text for node in parse(parts[TAGS]).iter(f"{OFD}ObjectRef")}
    except UNREADABLE as error:
        return [f"figures.json or the tags cannot be read: {error}"]
    differences, printed = [], set()
    for path, page in pages_of(parts):
        try:
            objects = list(parse(parts[path]).iter(f"{OFD}TextObject"))
        except UNREADABLE as error:
            differences.append(f"{path} cannot be read: {error}")
            continue
        for node in objects:
            object_id, text = node.get("ID", ""), "".join(code.text or "" for code in node.iter(f"{OFD}TextCode"))
            entry = entries.get(object_id, {})
            printed.add(object_id)
            if (entry.get("page"), entry.get("text")) != (page, text):
                differences.append(f"page {page} prints {text!r}, recorded is {names.get(object_id, 'nothing')}")
            elif not is_written_as(text, entry.get("value"), str(entry.get("format", ""))):
                differences.append(f"{names.get(object_id)} is not its recorded value {entry['value']}")
    for key, entry in entries.items():
        differences += [f"{names.get(key, key)} is not printed"] if "text" in entry and key not in printed else []
        differences += [f"{names.get(key, key)} has no tag"] if entry.get("metric") and key not in tagged else []
    return differences


def is_written_as(text: str, value: Any, form: str) -> bool:
    """Return whether a printed number is its value, rounded; other formats are not judged."""
    kind = form.lstrip("+").partition(":")[0]
    match = re.search(r"([−-]?)([\d,]+(?:\.\d+)?)", text)
    if kind not in ("integer", "number", "rate", "points", "yuan") or value is None or match is None:
        return True
    shown = float(match[2].replace(",", "")) * (-1 if match[1] else 1)
    digits = len(match[2].partition(".")[2])
    return abs(shown - float(value) * (100 if kind in ("rate", "points") else 1)) <= 0.50005 * 10.0**-digits


def code_differences(parts: Parts, root: str) -> list[str]:
    """Return the differences of the printed digest and of the QR code from the content."""
    try:
        about, page = json.loads(parts[FIGURES]), parse(parts[CODE_PAGE])
        printed = "".join(node.text or "" for node in page.iter(f"{OFD}TextCode"))
        path = "".join(node.text or "" for node in page.iter(f"{OFD}AbbreviatedData"))
        shown = read_code(path, float(next(page.iter(f"{OFD}PathObject")).get("Boundary", "").split()[2]) / SIZE)
        expected = f"ntofd1 report={about['report']} period={about['period']} version={about['version']} sm3={root}"
    except UNREADABLE as error:
        return [f"the code on the first page cannot be read: {error}"]
    wrong = [] if printed == f"内容摘要（SM3）{root}" else [f"the first page prints {printed!r}, not {root}"]
    return wrong + ([] if shown == expected else [f"the QR code says {shown!r}, not {expected!r}"])


SIZE = 49  # of a QR code of version 8, which has 154 words of data and 88 of correction at level M


def read_code(path: str, step: float) -> str:
    """Return the text of a QR code that was drawn module by module, without any error."""
    dark = set()
    for square in re.findall(r"M (\S+ \S+) L (\S+ \S+) L (\S+ \S+) L (\S+ \S+) C", path):
        places = [float(number) / step for corner in square for number in corner.split()]
        x, y = round(places[0]), round(places[1])
        wanted = (x, y, x + 1, y, x + 1, y + 1, x, y + 1)
        if all(abs(a - b) < 0.02 for a, b in zip(places, wanted, strict=True)) and 0 <= min(x, y) <= max(x, y) < SIZE:
            dark.add((x, y))
    is_mask_0 = [(x, 8) in dark for x in (2, 3, 4)] == [True, False, True]
    if path.count("M") != len(dark) or path.count("L") != 3 * len(dark) or not is_mask_0:
        raise ValueError("it is not made of squares alone, or has another mask")
    bits = []
    for number, right in enumerate((*range(SIZE - 1, 6, -2), 5, 3, 1)):
        for y in range(SIZE) if number % 2 else range(SIZE - 1, -1, -1):
            bits += [((x, y) in dark) != ((x + y) % 2 == 0) for x in (right, right - 1) if is_data(x, y)]
    words = [sum(bit << (7 - place) for place, bit in enumerate(bits[i : i + 8])) for i in range(0, len(bits) - 7, 8)]
    # they stand in turns of four blocks, the last two of which have one word of data more
    blocks = [words[n:152:4] + words[150 + n : 151 + n] * (n > 1) for n in range(4)]
    checked = [block + words[154 + n :: 4] for n, block in enumerate(blocks)]
    if any(syndrome(block, power) for block in checked for power in range(22)):
        raise ValueError("its words of correction belong to another text")
    text = b"".join(map(bytes, blocks)).hex()  # "4" for bytes, their number, the bytes
    return bytes.fromhex(text[3 : 3 + 2 * int(text[1:3], 16)]).decode()


def is_data(x: int, y: int) -> bool:
    """Return whether a module holds data: it is none of the patterns, nor of the format, nor of the version."""
    corner = (x < 9 and (y < 9 or y > SIZE - 9)) or (x > SIZE - 9 and y < 9) or 6 in (x, y)
    version = (x < 6 and y > SIZE - 12) or (y < 6 and x > SIZE - 12)
    near = {(a, b) for a in (6, 24, 42) for b in (6, 24, 42) if abs(x - a) < 3 and abs(y - b) < 3}
    return not corner and not version and not near - {(6, 6), (6, 42), (42, 6)}


def syndrome(block: list[int], power: int) -> int:
    """Return the value of a block's polynomial at a power of 2 in GF(256): zero for each power if it has no error."""
    value = 0
    for word in block:
        for _ in range(power):
            value = value << 1 ^ (0x11D if value & 128 else 0)
        value ^= word
    return value


def seal_folders(parts: Parts) -> tuple[str, ...]:
    """Return the folders of the signatures that OFD.xml names."""
    named = re.findall(r"<(?:\w+:)?Signatures>\s*/?([^<\s]+)/[^</]*<", parts["OFD.xml"].decode(errors="replace"))
    return tuple(f"{folder}/" for folder in named if folder != "Doc_0")


def seal_report(parts: Parts) -> tuple[list[str], list[str]]:
    """Return what each seal covers, and what is wrong with it."""
    facts, wrong = [], []
    folders = seal_folders(parts)
    for path in sorted(path for path in parts if path.startswith(folders) and path.endswith("/Signature.xml")):
        try:
            info = parse(parts[path])
            method = next(info.iter(f"{OFD}References")).get("CheckMethod")
            covered = {node.get("FileRef", "").lstrip("/"): node for node in info.iter(f"{OFD}Reference")}
            named = "".join(node.text or "" for node in info.iter(f"{OFD}SignedValue")).strip()
            value = parts[named.lstrip("/") if named.startswith("/") else f"{path.rpartition('/')[0]}/{named}"]
        except UNREADABLE as error:
            wrong.append(f"{path} cannot be read: {error}")
            continue
        wrong += [] if method in ("1.2.156.10197.1.401", "SM3") else [f"{path}: its digests are {method}, not SM3"]
        for name, node in covered.items():
            if base64.b64encode(bytes.fromhex(sm3(parts.get(name, b"")))).decode() != "".join(node.itertext()).strip():
                wrong.append(f"{path}: {name} was changed after it, or is missing")
        wrong += [] if bytes.fromhex(sm3(parts[path])) in value else [f"{path}: its signed value lacks its digest"]
        left = sorted(name for name in parts if name not in covered and not name.startswith(folders))
        facts.append(f"{path}: a seal covers {len(covered)} parts, and leaves out {', '.join(left) or 'none'}")
    return facts or ["no seal is on it"], wrong


def check(data: Any, *, is_named: bool = True) -> tuple[list[str], list[str]]:
    """Return facts on a report (a file or its parts), and its differences; raise NoReport for another file."""
    parts = data if isinstance(data, dict) else read_parts(data)
    if lacking := [path for path in ("OFD.xml", LISTING, FIGURES, TAGS, CODE_PAGE) if path not in parts]:
        raise NoReport(f"it has no {', '.join(lacking)}")
    root, names = sm3(parts[LISTING]), names_of(parts) if is_named else {}
    differences = content_differences(parts, names) + text_differences(parts, names) + code_differences(parts, root)
    seals, wrong = seal_report(parts)
    return [f"SM3 of its content: {root}", f"{len(names)} texts and series are bound", *seals], differences + wrong


def main() -> int:
    """Check the files that the command names; return the exit code."""
    worst = 0 if sys.argv[1:] else 2
    for path in sys.argv[1:]:
        try:
            facts, differences = check(path)
            facts.append("it is NOT the report that was issued" if differences else "nothing differs")
            worst = max(worst, int(bool(differences)))
        except NoReport as error:
            facts, differences, worst = [f"this is no report: {error}"], [], 2
        for text in (*(f"DIFFERS: {difference}" for difference in differences), *facts):
            print(f"{path}: {text}")
    return worst


if __name__ == "__main__":
    sys.exit(main())
