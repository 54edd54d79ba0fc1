"""Proof by the ledger that a folder holds what was published: the manifest's digest is the one in the chain.

Whoever may write the outputs can exchange a report together with its record and its manifest, and the files agree with
each other. The ledger stands elsewhere, and its chain of publications is append-only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ntanalytics.delivery.manifest import Manifest, read_manifest
from ntanalytics.errors import VerificationFailed
from ntanalytics.language import tr
from ntanalytics.report_files import MANIFEST, load_manifest

if TYPE_CHECKING:
    from ntanalytics.ledger import Anchor, Ledger, Run

_TODO = "do not use these files; restore them from a backup, or run the report again"


@dataclass
class _Comparison:
    """Differences of a report from the ledger, and sentences on what was proven and what was not."""

    differences: list[str] = field(default_factory=list)
    proven: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)


def prove_by_ledger(ledger: Ledger, directory: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Compare a published report with the ledger.

    Returns:
        Sentences on what was proven, and on what could not be compared.

    Raises:
        VerificationFailed: the ledger has no such run, another digest or version, or a broken chain.
        LakeError: the ledger cannot be read.
    """
    try:
        manifest = load_manifest(directory)
    except FileNotFoundError:
        return (), (tr("no manifest names a run: the ledger was not asked"),)
    comparison = _Comparison()
    run_id = manifest.get("run_id", "")
    run = ledger.runs.get(run_id)
    if run is None or run.status != "published":
        comparison.differences.append(
            tr("the ledger knows no published run {run_id!r}: it was not published here", run_id=run_id)
        )
    else:
        _compare_run(ledger, run, manifest, comparison)
        _compare_versions(ledger, run, directory, comparison)
        _compare_anchor(ledger, manifest, comparison)
    if broken := ledger.publications.broken_link():
        comparison.differences.append(
            tr(
                "the chain of publications is broken at entry {id}, run {run_id}: the ledger was changed",
                id=broken.id,
                run_id=broken.run_id,
            )
        )
    if comparison.differences:
        listed = "\n  ".join(comparison.differences)
        raise VerificationFailed(
            tr("the ledger says otherwise:\n  {listed}", listed=listed), where=str(directory), todo=tr(_TODO)
        )
    return tuple(comparison.proven), tuple(comparison.open)


def _compare_run(ledger: Ledger, run: Run, manifest: Manifest, comparison: _Comparison) -> None:
    """Compare the manifest with the run's row and with its entry in the chain."""
    values = {"report": run.report, "version": run.version}
    comparison.differences += [
        tr("{name} is {manifest!r}, and {value!r} in the ledger", name=name, manifest=manifest.get(name), value=value)
        for name, value in values.items()
        if manifest.get(name) != value
    ]
    if (period := manifest["period"]["text"]) != run.period:
        comparison.differences.append(
            tr("period is {period!r}, and {period2!r} in the ledger", period=period, period2=run.period)
        )
    entry, first = ledger.publications.of_run(run.id), ledger.publications.first()
    given = manifest.get("manifest_sha256")
    if entry is not None and entry.manifest_sha256 != given:
        comparison.differences.append(
            tr(
                "the manifest has the digest {given}, and {manifest_sha256} was published",
                given=given,
                manifest_sha256=entry.manifest_sha256,
            )
        )
    elif entry is not None:
        comparison.proven.append(
            tr("this manifest was published on {at:%Y-%m-%d %H:%M} UTC (entry {id})", at=entry.at, id=entry.id)
        )
    elif first is not None and run.ended_at is not None and run.ended_at > first.at:
        comparison.differences.append(tr("the chain of publications has no entry of this run, and has earlier ones"))
    else:
        comparison.open.append(
            tr("it was published before the ledger kept digests: its run is known, its files are not")
        )


def verify_history(ledger: Ledger, outputs: Path) -> tuple[int, int, list[str]]:
    """Compare the ledger's chain with its rows, and with the anchor in each published manifest.

    Returns:
        The number of entries, the number of anchors that agree, and a sentence on each change of the ledger.

    Raises:
        LakeError: the ledger cannot be read.
    """
    entries, problems = ledger.chain.verify()
    anchors = 0
    for path in sorted(outputs.glob(f"*/*/{MANIFEST}")):
        anchor = _anchor_of(read_manifest(path.parent))
        if anchor is None:  # of a version before the anchors, or no manifest of the suite
            continue
        if difference := ledger.chain.differs_from(anchor):
            problems.append(f"{path}: {difference}")
        else:
            anchors += 1
    return entries, anchors, problems


def _anchor_of(manifest: Manifest | None) -> Anchor | None:
    from ntanalytics.ledger import Anchor

    stated = manifest.get("ledger_anchor") if manifest else None
    return Anchor(int(stated["entry"]), str(stated["sha256"])) if stated else None


def _compare_anchor(ledger: Ledger, manifest: Manifest, comparison: _Comparison) -> None:
    """Compare the anchor in a manifest with the ledger's chain."""
    anchor = _anchor_of(manifest)
    if anchor is None:
        return
    if difference := ledger.chain.differs_from(anchor):
        comparison.differences.append(difference)
    else:
        comparison.proven.append(
            tr("the ledger up to entry {entry} of its chain is the one of that day", entry=anchor.entry)
        )


def _compare_versions(ledger: Ledger, run: Run, directory: Path, comparison: _Comparison) -> None:
    """Say that a later version was published; in that version's folder an earlier one is a difference."""
    versions = ledger.runs.of_report(run.report, run.period, run.parameters)
    latest = max(versions, key=lambda published: published.version or 0)
    if latest.id == run.id:
        return
    text = tr(
        "version {version} was published later; this is version {version2}",
        version=latest.version,
        version2=run.version,
    )
    if Path(latest.path).resolve() == directory.resolve():
        comparison.differences.append(tr("{text}, put in its place", text=text))
    else:
        comparison.open.append(text)
