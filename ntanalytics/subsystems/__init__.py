"""Subsystems: the rules, checks, summary and sentences of each, in one folder per subsystem."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.section import SubsystemSummary
from ntanalytics.checks.site_rules import site_rules
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rule import Rule
from ntanalytics.subsystems.ca import checks as ca_checks
from ntanalytics.subsystems.ca import rules as ca_rules
from ntanalytics.subsystems.ca import section as ca_section
from ntanalytics.subsystems.data import rules as data_rules
from ntanalytics.subsystems.desk import checks as desk_checks
from ntanalytics.subsystems.desk import rules as desk_rules
from ntanalytics.subsystems.desk import section as desk_section
from ntanalytics.subsystems.docexchange import checks as docexchange_checks
from ntanalytics.subsystems.docexchange import rules as docexchange_rules
from ntanalytics.subsystems.docexchange import section as docexchange_section
from ntanalytics.subsystems.identity import checks as identity_checks
from ntanalytics.subsystems.identity import rules as identity_rules
from ntanalytics.subsystems.identity import section as identity_section
from ntanalytics.subsystems.im import checks as im_checks
from ntanalytics.subsystems.im import rules as im_rules
from ntanalytics.subsystems.im import section as im_section
from ntanalytics.subsystems.infra import checks as infra_checks
from ntanalytics.subsystems.infra import rules as infra_rules
from ntanalytics.subsystems.infra import section as infra_section
from ntanalytics.subsystems.oa import checks as oa_checks
from ntanalytics.subsystems.oa import rules as oa_rules
from ntanalytics.subsystems.oa import section as oa_section
from ntanalytics.subsystems.seal import checks as seal_checks
from ntanalytics.subsystems.seal import rules as seal_rules
from ntanalytics.subsystems.seal import section as seal_section
from ntanalytics.subsystems.sms import checks as sms_checks
from ntanalytics.subsystems.sms import rules as sms_rules
from ntanalytics.subsystems.sms import section as sms_section
from ntanalytics.subsystems.sso import checks as sso_checks
from ntanalytics.subsystems.sso import rules as sso_rules
from ntanalytics.subsystems.sso import section as sso_section
from ntanalytics.workspace.report import Report

#: Every rule by code, in the order of the subsystems.
RULES: Mapping[str, Rule] = MappingProxyType({
    rule.code: rule
    for module in (
        identity_rules, sso_rules, docexchange_rules, oa_rules, im_rules, sms_rules, ca_rules, seal_rules,
        infra_rules, desk_rules, data_rules,
    )
    for rule in module.RULES
})  # fmt: skip

#: Subsystem → its checks of a day.
INSPECTIONS: Mapping[str, Callable[[CheckContext], list[Finding]]] = MappingProxyType({
    "identity": identity_checks.inspect_identity,
    "sso": sso_checks.inspect_sso,
    "docexchange": docexchange_checks.inspect_docexchange,
    "oa": oa_checks.inspect_oa,
    "im": im_checks.inspect_im,
    "sms": sms_checks.inspect_sms,
    "ca": ca_checks.inspect_ca,
    "seal": seal_checks.inspect_seal,
    "infra": infra_checks.inspect_infra,
    "desk": desk_checks.inspect_desk,
})  # fmt: skip

#: Subsystem → its summary, in the order in which a reader meets them.
SECTIONS: Mapping[str, Callable[[CheckContext], SubsystemSummary]] = MappingProxyType({
    "identity": identity_section.summarize,
    "sso": sso_section.summarize,
    "docexchange": docexchange_section.summarize,
    "oa": oa_section.summarize,
    "im": im_section.summarize,
    "sms": sms_section.summarize,
    "ca": ca_section.summarize,
    "seal": seal_section.summarize,
    "infra": infra_section.summarize,
    "desk": desk_section.summarize,
})  # fmt: skip


def check_context(report: Report) -> CheckContext:
    """Return a report's period with the rules as the site has them.

    Raises:
        SettingsError: the site names an unknown rule, or its limits contradict each other.
    """
    return CheckContext(report, site_rules(report.workspace.settings, RULES))


def summarize_subsystems(report: Report, *subsystems: str) -> dict[str, SubsystemSummary]:
    """Return the summaries of some subsystems by id, of all when none is named, in the order of ``SECTIONS``."""
    context = check_context(report)
    return {name: look(context) for name, look in SECTIONS.items() if not subsystems or name in subsystems}
