"""The rules as a site has them: those of the suite with what its settings say otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from ntanalytics.errors import SettingsError, UnknownName
from ntanalytics.findings.rule import Rule
from ntanalytics.findings.threshold import Threshold
from ntanalytics.language import tr
from ntanalytics.metrics import measure
from ntanalytics.settings import RuleSettings, Settings

#: Rules of former versions that surveillance replaced: what a site says of them is read, and changes nothing.
RETIRED: Mapping[str, str] = MappingProxyType(
    {
        code: f"{code.partition('.')[0]}.surveillance"
        for code in (
            "identity.logins_fall",
            "identity.reason_rise",
            "sso.accesses_fall",
            "docexchange.documents_fall",
            "docexchange.documents_rise",
            "oa.mobile_fall",
            "im.messages_fall",
            "im.messages_rise",
            "im.files_rise",
            "ca.logins_fall",
            "seal.signings_fall",
            "infra.requests_fall",
            "infra.requests_rise",
            "infra.load_unlike",
        )
    }
)


def site_rules(settings: Settings, rules: Mapping[str, Rule]) -> Mapping[str, Rule]:
    """Return the rules by code, with the site's overrides.

    Raises:
        SettingsError: the site speaks of a rule that there is not, or its limits contradict each other.
    """
    for code in settings.rules:
        if code not in rules and code not in RETIRED:
            raise SettingsError(
                str(UnknownName("rule", code, rules)),
                where=f"{settings.file}: rules",
                todo=tr("`ntanalytics rules` lists them"),
            )
    return MappingProxyType(
        {
            code: _overridden(rule, settings.rules[code], settings) if code in settings.rules else rule
            for code, rule in rules.items()
        }
    )


def _overridden(rule: Rule, override: RuleSettings, settings: Settings) -> Rule:
    for limit in (override.warning, override.critical):
        if limit is not None and not is_possible(rule, limit):
            raise SettingsError(
                tr("no value of this rule is near its limit {limit}", limit=f"{limit:g}"),
                where=f"{settings.file}: rules.{rule.code}",
                todo=tr("write a share as a fraction (0.95 for 95 %), and a fall below 0"),
            )
    try:
        threshold = Threshold(
            rule.threshold.warning if override.warning is None else override.warning,
            rule.threshold.critical if override.critical is None else override.critical,
            rule.threshold.good,
        )
    except ValueError as error:
        raise SettingsError(
            str(error), where=f"{settings.file}: rules.{rule.code}", todo=tr("give both warning and critical")
        ) from error
    return replace(
        rule,
        threshold=threshold,
        min_count=rule.min_count if override.min_count is None else override.min_count,
        advice=rule.advice if override.advice is None else override.advice,
        enabled=override.enabled,
    )


def is_possible(rule: Rule, limit: float) -> bool:
    """Return whether a limit has the sign of the rule's own, and is no percentage where these are shares."""
    own = (rule.threshold.warning, rule.threshold.critical)
    if (min(own) >= 0 and limit < 0) or (max(own) < 0 and limit > 0):
        return False
    is_share = measure(rule.measure).format.startswith("rate") and rule.scale in ("measure", "departure", "points")
    return not is_share or max(map(abs, own)) > 1 or abs(limit) <= 1
