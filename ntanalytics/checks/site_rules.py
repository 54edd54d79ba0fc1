"""The rules as a site has them: those of the suite with what its settings say otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from ntanalytics.errors import SettingsError, UnknownName
from ntanalytics.findings.finding import Threshold
from ntanalytics.findings.rule import Rule
from ntanalytics.settings import RuleSettings, Settings


def site_rules(settings: Settings, rules: Mapping[str, Rule]) -> Mapping[str, Rule]:
    """Every rule by code, as the site has it.

    Raises:
        SettingsError: the site speaks of a rule that there is not, or its limits contradict each other.
    """
    for code in settings.rules:
        if code not in rules:
            raise SettingsError(
                str(UnknownName("rule", code, rules)),
                where=f"{settings.file}: rules",
                todo="`ntanalytics rules` lists them",
            )
    return MappingProxyType(
        {
            code: _overridden(rule, settings.rules[code], settings) if code in settings.rules else rule
            for code, rule in rules.items()
        }
    )


def _overridden(rule: Rule, said: RuleSettings, settings: Settings) -> Rule:
    try:
        threshold = Threshold(
            rule.threshold.watch if said.watch is None else said.watch,
            rule.threshold.bad if said.bad is None else said.bad,
            rule.threshold.good,
        )
    except ValueError as error:
        raise SettingsError(
            str(error), where=f"{settings.file}: rules.{rule.code}", todo="give both watch and bad"
        ) from error
    return replace(
        rule,
        threshold=threshold,
        fewest=rule.fewest if said.fewest is None else said.fewest,
        advice=rule.advice if said.advice is None else said.advice,
        is_off=not said.enabled,
    )
