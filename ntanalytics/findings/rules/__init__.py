"""Every rule of the suite, as data: what is looked at, its limits, what to do, and why; by subsystem."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ntanalytics.findings.rules import ca, data, desk, docexchange, identity, im, infra, oa, seal, sms, sso
from ntanalytics.findings.rules.rule import KINDS, Kind, Rule, judged, not_due, unknown

#: Every rule by code, in the order of the subsystems.
RULES: Mapping[str, Rule] = MappingProxyType({
    rule.code: rule
    for module in (identity, sso, docexchange, oa, im, sms, ca, seal, infra, desk, data)
    for rule in module.RULES
})  # fmt: skip

__all__ = ["KINDS", "RULES", "Kind", "Rule", "judged", "not_due", "unknown"]
