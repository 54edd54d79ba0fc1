"""References: whether what events name by an identifier is in the dataset that describes it."""

from __future__ import annotations

from collections.abc import Iterable

from ntanalytics.contract import dataset as dataset_named
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.judgement import judge_value
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics.rows import Rows, rows
from ntanalytics.subsystems.data.entities import dataset_details, dataset_entity

#: Dataset of events → its identifiers → the dataset of what each refers to. The account of an instant message is none
#: of the identity platform.
REFERENCES = {
    "identity.logins": {"account_id": "identity.accounts"},
    "sso.accesses": {"account_id": "identity.accounts", "app_id": "sso.apps"},
    "oa.activities": {"account_id": "oa.members"},
    "ca.logins": {"certificate_id": "ca.certificates"},
    "seal.signings": {"seal_id": "seal.seals"},
    "infra.metrics": {"host": "infra.hosts"},
}


def reference_findings(rule: Rule, dataset: str, unmatched: Iterable[tuple[str, Rows]]) -> list[Finding]:
    """Return the sources of a dataset that name too many identifiers of nothing known; of several columns the worst.

    Args:
        rule: its limits hold for the share that is not; few identifiers say nothing.
        dataset: a dataset of ``REFERENCES``.
        unmatched: each of its identifiers with ``metrics.references.unmatched_ids`` of it.
    """
    contract, by_source = dataset_named(dataset), dict[str, Finding]()
    for column, table in unmatched:
        for row in rows(table):
            if row["ids"] < rule.min_count:
                continue
            entity = dataset_entity(row["source"], dataset, contract.label)
            finding = judge_value(rule, row["unmatched_share"], [], entity)
            if not finding.is_violation:
                continue
            finding = finding.with_figures(ids=float(row["ids"]), unmatched=float(row["unmatched"]))
            register = REFERENCES[dataset][column]
            labels = {"column": contract.column(column).label, "register": dataset_named(register).label}
            finding = finding.with_details(**dataset_details(dataset), **labels, described_in=register)
            known = by_source.setdefault(row["source"], finding)
            by_source[row["source"]] = max(known, finding, key=lambda item: item.value or 0.0)
    return list(by_source.values())
