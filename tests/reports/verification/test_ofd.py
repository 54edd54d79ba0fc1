"""An OFD file that says something else than the record is found, by the suite and by the stand-alone program."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import zipfile
from functools import cache
from itertools import islice
from pathlib import Path
from types import ModuleType

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ntanalytics.errors import VerificationFailed
from ntanalytics.report_files import OFD
from ntanalytics.reports.exporters import write_ofd
from ntanalytics.reports.exporters.ofd import fonts
from ntanalytics.reports.exporters.ofd.exporter import ofd_bytes
from ntanalytics.reports.record import Publication, load_record
from ntanalytics.reports.sm3 import sm3
from ntanalytics.reports.verification import verify, verify_ofd
from ntanalytics.reports.verification.ofd import content_sm3, ofd_differences, ofd_rendered_again
from tests.reports.ofd_fonts import needs_fonts
from tests.reports.ofd_mutations import apply, changed, changes, is_named, text_parts
from tests.reports.ofd_seal import FOLDER, seal, sm2_sign
from tests.reports.rendered import render

pytestmark = needs_fonts

PAGE = "Doc_0/Pages/Page_0/Content.xml"


@pytest.fixture(scope="module")
def made(sample: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample's record and its renderings, OFD among them; do not change it."""
    folder = tmp_path_factory.mktemp("ofd")
    notebook = sample.notebook()
    notebook.metadata["ntanalytics"] = {"ofd": True}
    nbformat.write(notebook, folder / "report.ipynb")
    render(folder / "report.ipynb", folder)
    write_ofd(load_record(folder / "report.ipynb"), folder)
    return folder


@pytest.fixture(scope="module")
def file(made: Path) -> bytes:
    return (made / OFD).read_bytes()


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "report"))


def differences(file: bytes) -> list[str]:
    return verify_ofd.check(io.BytesIO(file))[1]


def replaced(file: bytes, path: str, old: str, new: str) -> bytes:
    content = text_parts(file)[path]
    assert old in content
    return changed(file, path, content.replace(old, new, 1).encode())


def test_what_was_made_is_the_record(folder: Path) -> None:
    assert any("report.ofd" in text for text in verify(folder).proven)
    assert differences((folder / OFD).read_bytes()) == []


def test_a_stranger_runs_one_file_of_the_standard_library(made: Path, tmp_path: Path) -> None:
    program = shutil.copy(verify_ofd.__file__, tmp_path)
    assert len(Path(program).read_text(encoding="utf-8").splitlines()) <= 300
    command = [sys.executable, "-I", "-S", program]
    good = subprocess.run([*command, str(made / OFD)], capture_output=True, text=True, check=False)
    assert (good.returncode, "nothing differs" in good.stdout) == (0, True)
    bad = tmp_path / "bad.ofd"
    bad.write_bytes(replaced((made / OFD).read_bytes(), PAGE, ">97.6%<", ">99.6%<"))
    found = subprocess.run([*command, str(bad)], capture_output=True, text=True, check=False)
    assert found.returncode == 1
    assert "page 1 prints '99.6%', recorded is page 1, 送达率: '97.6%'" in found.stdout
    (tmp_path / "no.ofd").write_bytes(b"x")
    none = subprocess.run([*command, str(tmp_path / "no.ofd")], capture_output=True, text=True, check=False)
    assert (none.returncode, "no report" in none.stdout) == (2, True)


def test_a_difference_from_the_record_names_the_figure(file: bytes, made: Path) -> None:
    altered = replaced(file, PAGE, ">97.6%<", ">99.6%<")
    found = ofd_differences(load_record(made / "report.ipynb"), altered)
    assert "page 1 prints '99.6%', recorded is page 1, 送达率: '97.6%'" in found
    assert set(differences(altered)) < set(found)


def test_each_of_some_hundred_changes_of_a_character_is_found_and_nearly_each_names_the_figure(
    file: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify_ofd, "read_code", cache(verify_ofd.read_code))  # the code is always the same
    parts = text_parts(file)
    found = [differences(apply(file, parts, change)) for change in islice(changes(parts, seed=1), 200)]
    assert all(found)
    assert sum(map(is_named, found)) >= 193


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        ("Doc_0/Attachs/figures.json", '"value":0.9763', '"value":0.9663', "送达率: '97.6%' is not its recorded value"),
        ("Doc_0/Tags/figures.xml", 'metric="delivery_rate"', 'metric="rate"', "figures.xml: page 1, 送达率"),
        ("Doc_0/Attachs/findings.json", '"value": 0.7102', '"value": 0.9902', "findings.json: piece 1, sms.delivery"),
        ("Doc_0/Document.xml", "盖章处", "此处", "Doc_0/Document.xml: piece"),
        ("Doc_0/PublicRes.xml", 'FontName="', 'FontName="x', "PublicRes.xml: piece"),
        ("OFD.xml", "短信统计", "短信", "OFD.xml"),
        ("Doc_0/Tpls/Tpl_0/Content.xml", 'Boundary="159', 'Boundary="259', "Tpl_0/Content.xml"),
        (PAGE, 'Boundary="', 'Visible="false" Boundary="', "Page_0/Content.xml"),
    ],
)  # fmt: skip
def test_a_change_of_any_part_is_named(file: bytes, path: str, old: str, new: str, said: str) -> None:
    found = differences(replaced(file, path, old, new))
    assert any(said in difference for difference in found), found


def test_a_part_that_was_added_or_removed_is_named(file: bytes) -> None:
    added = changed(file, "Doc_0/Pages/Page_9/Content.xml", text_parts(file)[PAGE].encode())
    assert any("Page_9/Content.xml is not listed" in difference for difference in differences(added))
    parts = verify_ofd.read_parts(io.BytesIO(file))
    del parts["Doc_0/Attachs/findings.json"]
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert any("findings.json' is missing" in difference for difference in differences(result.getvalue()))


@pytest.mark.parametrize("content", [b"x", b"PK\x05\x06" + b"\0" * 18], ids=["no archive", "an empty one"])
def test_what_is_no_report_is_refused(made: Path, content: bytes) -> None:
    (difference,) = ofd_differences(load_record(made / "report.ipynb"), content)
    assert difference.startswith("it is no OFD report")


def test_two_parts_of_one_name_are_refused(file: bytes) -> None:
    twice = io.BytesIO(file)
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(twice, "a") as archive:
        archive.writestr(PAGE, b"<x/>")
    with pytest.raises(verify_ofd.NoReport, match="twice"):
        differences(twice.getvalue())


def test_a_part_that_grows_in_memory_is_not_parsed(file: bytes) -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "c">]>' + text_parts(file)[PAGE].removeprefix(
        '<?xml version="1.0" encoding="UTF-8"?>'
    )
    assert any("document type" in difference for difference in differences(changed(file, PAGE, bomb.encode())))


def test_a_code_with_another_text_is_found(file: bytes, made: Path) -> None:
    record = load_record(made / "report.ipynb")
    other = ofd_bytes(
        type(record)(record.head, record.items, publication=Publication("sms_volume", "r1", 2), has_ofd=True)
    )
    path = "Doc_0/Tpls/Tpl_0/Content.xml"
    found = differences(changed(file, path, text_parts(other)[path].encode()))
    assert any("the QR code says 'ntofd1 report=sms_volume period=2026-W47 version=2" in each for each in found)
    assert any("the first page prints" in difference for difference in found)


def test_a_code_whose_words_of_correction_belong_to_another_text_is_found(file: bytes) -> None:
    """A telephone would correct the words that it reads to the other text."""
    path = "Doc_0/Tpls/Tpl_0/Content.xml"
    modules = text_parts(file)[path]
    # the modules of the first column between its patterns belong to words of correction; a module is half a millimetre
    squares = modules.split("<ofd:AbbreviatedData>")[1].partition("</ofd:AbbreviatedData>")[0]
    places = [(square, [float(number) for number in square.split()[1:3]]) for square in squares.split(" C") if square]
    dropped = next(square for square, (x, y) in places if x == 0 and 4.5 <= y <= 18)
    found = differences(changed(file, path, modules.replace(f"{dropped} C", "", 1).encode()))
    assert any("words of correction" in difference for difference in found), found


def test_an_ofd_of_another_record_is_found(folder: Path, sample: ModuleType) -> None:
    """The whole file agrees with itself, and only the record tells."""
    other = sample.blocks()
    other[1] = sample.sentences([sample.Sentence("提交165,154条。", "总量")])
    notebook = sample.notebook(other)
    notebook.metadata["ntanalytics"] = {"ofd": True}
    nbformat.write(notebook, folder / "other.ipynb")
    forged = ofd_bytes(load_record(folder / "other.ipynb"))
    assert differences(forged) == []
    (folder / "other.ipynb").unlink()
    (folder / OFD).write_bytes(forged)
    with pytest.raises(VerificationFailed, match="report.ofd: .* instead of "):
        verify(folder)


def test_a_style_that_hides_a_figure_in_a_file_that_agrees_with_itself_is_found_by_rendering_again(made: Path) -> None:
    record = load_record(made / "report.ipynb")
    places, remark = ofd_rendered_again(
        record, replaced((made / OFD).read_bytes(), PAGE, 'Value="31 41 51"', 'Value="255 255 255"')
    )
    assert remark == ""
    assert any("Page_0/Content.xml differs" in place for place in places)


def test_a_machine_with_other_fonts_reads_and_says_so(
    made: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    record, file = load_record(made / "report.ipynb"), (made / OFD).read_bytes()
    places, remark = ofd_rendered_again(record, replaced(file, "OFD.xml", 'Name="fonts">Noto', 'Name="fonts">Other'))
    assert (places, "its fonts are Other" in remark) == ([], True)
    monkeypatch.setattr(fonts, "FOLDERS", (tmp_path,))
    fonts.typeface.cache_clear()
    try:
        places, remark = ofd_rendered_again(record, file)
        assert ofd_differences(record, file) == []
    finally:
        fonts.typeface.cache_clear()
    assert (places, "is not installed" in remark) == ([], True)


def test_an_ofd_that_nobody_asked_for_is_a_difference(folder: Path) -> None:
    notebook = nbformat.read(folder / "report.ipynb", as_version=4)
    notebook.metadata["ntanalytics"] = {}
    nbformat.write(notebook, folder / "report.ipynb")
    with pytest.raises(VerificationFailed, match="report.ofd: the record has no OFD"):
        verify(folder)


def test_a_seal_leaves_the_content_as_it_was(file: bytes, made: Path) -> None:
    sealed = seal(file)
    facts, found = verify_ofd.check(io.BytesIO(sealed))
    assert found == []
    assert content_sm3(sealed) == content_sm3(file) != ""
    count = len(verify_ofd.read_parts(io.BytesIO(file))) + 1  # and the list of signatures
    assert facts[-1] == f"{FOLDER}/Sign_0/Signature.xml: a seal covers {count} parts, and leaves out none"
    assert ofd_differences(load_record(made / "report.ipynb"), sealed) == []


def test_what_a_seal_leaves_out_is_named_and_what_changed_after_it_is_found(file: bytes) -> None:
    facts, found = verify_ofd.check(io.BytesIO(seal(file, left_out={PAGE})))
    assert (found, facts[-1].endswith(f"leaves out {PAGE}")) == ([], True)
    sealed = seal(file)
    altered = differences(replaced(sealed, "OFD.xml", "2026-11-23", "2026-11-24"))
    assert any("OFD.xml was changed after it" in difference for difference in altered)
    value = f"{FOLDER}/Sign_0/SignedValue.dat"
    assert differences(changed(sealed, value, b"x")) == [
        f"{FOLDER}/Sign_0/Signature.xml: its signed value lacks its digest"
    ]


def test_the_signer_of_the_tests_gives_the_signature_of_the_standards_example() -> None:
    r, s = sm2_sign(b"message digest")
    assert f"{r:064X}" == "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
    assert f"{s:064X}" == "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"


@given(st.binary(max_size=200))
@settings(max_examples=40, deadline=None)
def test_sm3_worked_out_in_python_is_that_of_the_library(content: bytes) -> None:
    assert verify_ofd.sm3_in_python(content) == verify_ofd.sm3(content) == sm3(content)


def test_sm3_of_the_standards_example() -> None:
    assert sm3(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


@pytest.mark.parametrize(
    ("text", "value", "form", "is_right"),
    [
        ("97.6%", 0.9763, "rate:1", True),
        ("97.6%", 0.97651, "rate:1", False),
        ("≥12件", 12, "integer", True),
        ("−0.8%", -0.0077, "+rate:1", True),
        ("+0.8%", -0.0077, "+rate:1", False),
        ("1,234.50", 1234.5, "yuan", True),
        ("—", None, "integer", True),
        ("2分5秒", 125, "seconds", True),
    ],
)
def test_a_number_is_its_value_rounded(text: str, value: float | None, form: str, is_right: bool) -> None:
    assert verify_ofd.is_written_as(text, value, form) is is_right
