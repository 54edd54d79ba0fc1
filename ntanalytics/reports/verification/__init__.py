"""Proof that a report's renderings agree with its record: every figure is there, unaltered, and none was added.

The readers of each form are imported when they are needed: a report that lists published files reads manifests alone.

Two proofs stand beside each other. The first reads: the expected texts of a page, a sheet and a document are worked out
here anew, from the record and through ``formats.display`` alone, without the renderers. The second renders again: each
file must be the one that the record gives, so that nothing in it is hidden, coloured or added.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ntanalytics.errors import ReportIncomplete, VerificationFailed
from ntanalytics.language import tr
from ntanalytics.report_files import DOCUMENT, HTML, MANIFEST, OFD, PDF, RECORD, WORKBOOK, load_manifest
from ntanalytics.reports.findings_json import findings_differences
from ntanalytics.reports.record import Record, load_record
from ntanalytics.reports.renderer import renderer_id
from ntanalytics.reports.verification.manifest import manifest_differences

#: The renderings whose figures are read and compared with the record.
_READ = (HTML, WORKBOOK, DOCUMENT, OFD)

#: Differences that a failure lists, at most.
MOST_LISTED = 20


@dataclass(frozen=True)
class Verdict:
    """Result of a verification without a difference.

    Attributes:
        proven: sentences on what was proven.
        open: sentences on what could not be compared, and why.
    """

    proven: tuple[str, ...]
    open: tuple[str, ...]


def verify(directory: Path) -> Verdict:
    """Prove that the files in a folder show exactly the record in ``report.ipynb``.

    Compared are ``report.html``, ``report.xlsx``, ``report.docx`` and ``report.ofd`` where the report has them, and
    ``findings.json``, which a report with findings has. The renderings are read, and made again. The manifest must have
    its own digest, the fields of the record, and the hash and size of each file.

    Raises:
        VerificationFailed: a text, figure, cell, style or hash differs, is missing or was added; it lists up to 20.
        ReportIncomplete: the folder holds no published report, or the notebook no record.
    """
    record = _record_of(directory)
    try:
        manifest: Mapping[str, Any] | None = load_manifest(directory)
    except FileNotFoundError:
        manifest = None
    except (ValueError, TypeError, RecursionError) as error:
        raise VerificationFailed(
            tr("manifest.json: {error}", error=error), where=str(directory), todo=tr(_TODO)
        ) from error
    differences = manifest_differences(manifest, record, directory)
    differences += _reading_differences(record, directory)
    differences += findings_differences(record, directory, manifest)
    differences += _ofd_differences(record, manifest, directory)
    again, remarks = _rendered_again(record, manifest, directory)
    _require_none([*differences, *again], directory)
    files = ", ".join(name for name in _READ if (directory / name).is_file())
    proven = [tr("every figure in {files} is the record's", files=files)]
    proven += [] if remarks else [tr("rendered again, each of them is the same")]
    if manifest is None:
        remarks.append(tr("no manifest is there: nothing says which run made these files"))
    elif (directory / PDF).is_file():
        remarks.append(tr("report.pdf is compared by its hash in the manifest only: a browser cannot print it again"))
    return Verdict(tuple(proven), tuple(remarks))


def verify_ofd_file(record: Record, path: Path) -> None:
    """Prove that an OFD file that was just made says what the record says.

    Raises:
        VerificationFailed: a text, a figure or a digest differs, is missing or was added.
    """
    from ntanalytics.reports.verification.ofd import ofd_differences

    differences = [f"{path.name}: {difference}" for difference in ofd_differences(record, path.read_bytes())]
    _require_none(differences, path.parent)


def verify_renderings(rendered: Record, directory: Path) -> None:
    """Prove that a record and its renderings that were just written agree; they have no manifest yet.

    Args:
        rendered: the record that was rendered: the one in the file must be the same.
        directory: the folder with the files.

    Raises:
        VerificationFailed: a text, figure or cell differs, is missing or was added.
        ReportIncomplete: the notebook holds no record.
    """
    record = _record_of(directory)
    if record != rendered:
        _require_none([tr("report.ipynb is not the record that was rendered")], directory)
    _require_none([*_reading_differences(record, directory), *findings_differences(record, directory)], directory)


_TODO = "do not use these files; ntanalytics reproduce makes the record again from the lake"


def _record_of(directory: Path) -> Record:
    names = (RECORD, HTML, WORKBOOK)
    missing = [name for name in names if not (directory / name).is_file()]
    if len(missing) == len(names) and not (directory / MANIFEST).is_file():
        raise ReportIncomplete(
            tr("no published report: its manifest cannot be read"),
            where=str(directory),
            todo=tr("name a folder such as outputs/sms_volume/2026-W47"),
        )
    if missing:
        raise VerificationFailed(
            tr("{missing} is not there", missing=", ".join(missing)),
            where=str(directory),
            todo=tr("run the report again"),
        )
    return load_record(directory / RECORD)


def _reading_differences(record: Record, directory: Path) -> list[str]:
    from ntanalytics.reports.verification.document import document_differences
    from ntanalytics.reports.verification.html import page_differences
    from ntanalytics.reports.verification.workbook import workbook_differences

    page, workbook = (directory / f"report.{ending}" for ending in ("html", "xlsx"))
    differences = [f"report.html: {difference}" for difference in page_differences(record, page.read_bytes())]
    differences += [f"report.xlsx: {difference}" for difference in workbook_differences(record, workbook.read_bytes())]
    document = directory / DOCUMENT
    if document.is_file():
        differences += [
            f"report.docx: {difference}" for difference in document_differences(record, document.read_bytes())
        ]
    elif record.has_document:
        differences.append(tr("report.docx is not there"))
    return differences


def _ofd_differences(record: Record, manifest: Mapping[str, Any] | None, directory: Path) -> list[str]:
    """Return the differences of the OFD file; it may be missing where the manifest says why it could not be made."""
    from ntanalytics.reports.verification.ofd import ofd_differences

    path = directory / OFD
    if path.is_file():
        unasked = [] if record.has_ofd else [tr("the record has no OFD")]
        return [f"{OFD}: {difference}" for difference in [*unasked, *ofd_differences(record, path.read_bytes())]]
    is_excused = manifest is None or OFD in manifest.get("left_out", {})
    return [] if is_excused or not record.has_ofd else [tr("{ofd} is not there", ofd=OFD)]


def _rendered_again(record: Record, manifest: Mapping[str, Any] | None, directory: Path) -> tuple[list[str], list[str]]:
    """Return the differences from new renderings, and remarks where another program made the files.

    Another version of the suite draws the same record in another way: then only the reading proves something.
    """
    # the exporters import the libraries that write the files, and a run has imported them
    from ntanalytics.reports.verification.ofd import ofd_rendered_again
    from ntanalytics.reports.verification.rendered_again import MOST_PLACES, rendering_differences

    differences, remarks = rendering_differences(record, directory), []
    if record.has_ofd and (path := directory / OFD).is_file():
        places, remark = ofd_rendered_again(record, path.read_bytes())
        differences += [f"{OFD}: {place}" for place in places[:MOST_PLACES]]
        remarks += [remark] if remark else []
    maker = str((manifest or {}).get("renderer", "")) or str((manifest or {}).get("code_version", ""))
    if not differences or manifest is None or maker == renderer_id():
        return differences, remarks
    remark = tr(
        "the files were made by another version of the suite ({maker}) and are not those that this "
        "one renders: they were read and compared, and what a style hides was not",
        maker=maker or "unknown",
    )
    return [], [*remarks, remark]


def _require_none(differences: list[str], directory: Path) -> None:
    if not differences:
        return
    listed = "\n  ".join(differences[:MOST_LISTED])
    more = f"\n  and {len(differences) - MOST_LISTED} more" if len(differences) > MOST_LISTED else ""
    raise VerificationFailed(
        tr("{count} differences from the record:\n  {listed}{more}", count=len(differences), listed=listed, more=more),
        where=str(directory),
        todo=tr(_TODO),
    )
