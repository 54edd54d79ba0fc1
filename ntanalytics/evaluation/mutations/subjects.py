"""Subjects: what a finding is about, in the dimensions of the damaged dataset.

:func:`subject_of` is the one place that reads a finding. A finding of surveillance is taken at its word; of any other,
the key of its entity is compared with the names of the damaged members.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import permutations, product

import ibis.expr.types as ir
import pyarrow as pa

from ntanalytics.contract import DATASETS
from ntanalytics.contract.dimensions import state_of
from ntanalytics.evaluation.mutations.damaged_workspace import DamagedWorkspace
from ntanalytics.evaluation.mutations.mutation import Mutation
from ntanalytics.evaluation.mutations.series import rows_of_first_day
from ntanalytics.evaluation.mutations.shape import DatasetShape, shape_of
from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.subjects import dataset_of, members_of, named_part
from ntanalytics.findings.subjects import subject_members as members_named
from ntanalytics.subsystems import SUBSYSTEMS
from ntanalytics.workspace.units import unit_columns

#: Rule code → datasets that its check reads; none where the check reads what it finds.
READS: Mapping[str, frozenset[str]] = {
    check.rule: frozenset(check.reads) for subsystem in SUBSYSTEMS for check in subsystem.checks
}


@dataclass(frozen=True)
class Subject:
    """Subject of a finding.

    Attributes:
        datasets: datasets whose rows it may be about.
        entity: its entity.
        members: dimension → member; None where only the entity's key tells them.
    """

    datasets: frozenset[str]
    entity: Entity
    members: Mapping[str, str] | None


@dataclass(frozen=True)
class MemberNames:
    """Damaged members as findings may write them.

    Attributes:
        members: dimension → member: the damaged ones, and those that they imply, such as the subsystem of a target.
        names: dimension → names of the member.
    """

    members: Mapping[str, str]
    names: Mapping[str, frozenset[str]]


def subject_of(finding: Finding) -> Subject:
    """Return what a finding is about."""
    entity = finding.entity
    if dataset := dataset_of(finding):
        return Subject(frozenset({dataset}), entity, members_of(finding))
    if entity.kind == "dataset" and entity.key.rpartition("/")[2] in DATASETS:
        source, _, dataset = entity.key.rpartition("/")
        return Subject(frozenset({dataset}), entity, {"source": source} if source else {})
    if entity.kind == "source":
        return Subject(frozenset(DATASETS), entity, {"source": entity.key})
    return Subject(READS.get(finding.code, frozenset()), entity, None)


def part_of(finding: Finding) -> Subject | None:
    """Return the part of its subject that a finding names in its sentence; None where it names none."""
    entity = named_part(finding)
    if entity is None:
        return None
    return Subject(frozenset({entity.key.partition("/")[0]}), entity, members_named(entity))


def subject_members(subject: Subject, dataset: str, known: MemberNames) -> Mapping[str, str] | None:
    """Return the members of the damaged dataset that a finding is about; none for the whole dataset.

    None where it is about another dataset, or about something that the damaged members do not name. What is measured
    is no part of a subject: a finding on a host's load is about the host's series of the damaged metric.

    Args:
        subject: what the finding is about.
        dataset: the damaged dataset.
        known: the damaged members.
    """
    if dataset not in subject.datasets:
        return None
    if subject.members is not None:
        if not set(subject.members) <= {"source", *(column.name for column in DATASETS[dataset].columns)}:
            return None  # the unit above those of the events is no column of theirs
        return {
            name: known.members[name] if member in known.names.get(name, ()) else member
            for name, member in subject.members.items()
        }
    shape, key = shape_of(dataset), subject.entity.key
    measured = {name: known.members[name] for name in shape.metrics if name in known.members}
    for count in range(1, len(known.names) + 1):
        for chosen in permutations(sorted(known.names), count):
            if any("/".join(parts) == key for parts in product(*(known.names[name] for name in chosen))):
                return {**measured, **{name: known.members[name] for name in sorted(chosen)}}
    is_whole = key == "all" or (subject.entity.kind == "subsystem" and key == shape.contract.subsystem)
    return measured if is_whole else None


def member_names(workspace: DamagedWorkspace, mutation: Mutation) -> MemberNames:
    """Return the damaged members and those that they imply, with their names.

    A unit has our name, an id that of what it stands for, and a target the name of its host.
    """
    rows = rows_of_first_day(workspace.untouched[mutation.dataset], mutation, workspace.offset_h)
    members = implied(rows, shape_of(mutation.dataset), mutation.members)
    return MemberNames(members, {name: _names(workspace, mutation, name, member) for name, member in members.items()})


def implied(rows: ir.Table, shape: DatasetShape, members: Mapping[str, str]) -> dict[str, str]:
    """Return some members, with the one value that their rows have in a further dimension."""
    own = rows.filter(shape.members(rows, dict(members)))
    others = [name for name in shape.dimensions if name not in members]
    if not others:
        return dict(members)
    # a row without a value is another value
    values = {name: own[name].fill_null("") for name in others}
    figures = {name: value.max() for name, value in values.items()}
    figures |= {f"{name}_": value.nunique() for name, value in values.items()}
    (figure,) = own.aggregate(**figures).to_pyarrow().to_pylist()
    return dict(members) | {name: figure[name] for name in others if figure[name] and figure[f"{name}_"] == 1}


def _names(workspace: DamagedWorkspace, mutation: Mutation, dimension: str, member: str) -> frozenset[str]:
    names = {member, member.strip("/"), _host(member)}
    if dimension in unit_columns(shape_of(mutation.dataset).contract):
        given = workspace.reader.from_arrow(pa.table({"unit": [member]}))
        names |= {str(row["canonical"]) for row in workspace.units().canonical_names(given).to_pylist()}
    naming = state_of(dimension)
    if naming is not None and naming[0].name in workspace.untouched:
        state = workspace.untouched[naming[0].name]
        rows = state.filter(state[dimension] == member).select(name=naming[1] or dimension).distinct()
        names |= {str(row["name"]) for row in rows.to_pyarrow().to_pylist()}
    return frozenset(names)


def _host(target: str) -> str:
    """Return the host of an address such as ``https://portal:443/login``; any other text as it is."""
    return target.partition("://")[2].partition("/")[0].partition(":")[0] or target
