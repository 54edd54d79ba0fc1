"""Entities of the data: a source, and what it gives of a dataset."""

from __future__ import annotations

from ntanalytics.findings.finding import Entity
from ntanalytics.subsystems.data.text import dataset_label, source_label


def source_entity(source: str) -> Entity:
    """Return a source of data."""
    return Entity("source", source, source_label(source))


def dataset_entity(source: str, dataset: str, label: str) -> Entity:
    """Return what a source gives of a dataset; its key is a part of the key of the source."""
    return Entity("dataset", f"{source}/{dataset}", dataset_label(label, source))


def dataset_details(dataset: str) -> dict[str, str]:
    """Return the dataset that a finding is about, and its subsystem, as details."""
    return {"dataset": dataset, "subsystem": dataset.partition(".")[0]}
