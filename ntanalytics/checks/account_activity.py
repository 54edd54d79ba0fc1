"""Accounts, certificates and seals that do far more in a day than they ever did, and than anybody does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.subject_words import member_word
from ntanalytics.contract import Privacy
from ntanalytics.contract import dataset as dataset_named
from ntanalytics.findings.finding import Entity, Finding
from ntanalytics.findings.judgement import judge_value
from ntanalytics.findings.rule import Rule
from ntanalytics.metrics.account_activity import accounts_beyond, busiest_account
from ntanalytics.metrics.rows import only, rows

#: Column of who acts → the word for it.
_HOLDERS: Mapping[str, str] = MappingProxyType({"account_id": "账号", "certificate_id": "证书", "seal_id": "印章"})
_HOUR = timedelta(hours=1)


def account_beyond(context: CheckContext, rule: Rule, *, dataset: str, history: int, group: str) -> list[Finding]:
    """Return the account that went farthest beyond its past and all others; none over a gap or a short history.

    What failed is no doing of the account: rules on attempts count it.

    Args:
        context: the context of a day.
        rule: its limits hold for how many times the larger of both, ``min_count`` for the events.
        dataset: a dataset of what accounts, or their certificates, do.
        history: days before the day that show what is usual.
        group: the column that divides what accounts do; where it refers to what has a name, the check reads that, too.
    """
    view, contract = context.dataset(dataset, history), dataset_named(dataset)
    if not view.is_complete:
        return []
    holder = next(name for name in _HOLDERS if name in contract.schema().names)
    done = view.recent
    if "outcome" in contract.schema().names:
        done = done.filter(done.outcome.fill_null("success") == "success")
    weight = next((column.name for column in contract.columns if column.unit in ("次", "条")), "")
    asked = (context.on, group, contract.time, weight, holder)
    # on most days nobody does as much as the rule asks for, and the past of all accounts need not be counted
    if (only(busiest_account(done, *asked))["account_events"] or 0) < rule.min_count:
        return []
    beyond = accounts_beyond(done, *asked)
    many = rows(beyond.filter(beyond.account_events >= rule.min_count))  # the others are tens of thousands
    far = [row for row in many if rule.threshold.judge(row["beyond_ratio"]) != "ok"]
    if not far:
        return []
    worst = far[0]
    end = worst["last_event_at"] + (_HOUR if contract.column(contract.time).grain == "hour" else timedelta())
    entity = Entity("account", "beyond", f"单一{_HOLDERS[holder]}")
    finding = judge_value(rule, worst["beyond_ratio"], [view], entity)
    finding = replace(finding, window=context.window(worst["first_event_at"], end), since=context.on)
    others = len({row[holder] for row in far} - {worst[holder]})
    finding = finding.with_figures(
        events=float(worst["account_events"]),
        own_most=float(worst["own_most"]),
        peers_most=float(worst["peers_most"]),
        others=float(others),
    )
    member = member_word(context, contract, group, str(worst[group]))
    own = {"member": member, "dimension": contract.column(group).label, "holder": _HOLDERS[holder]}
    # who acts is told of no person, and of what belongs to a unit
    if contract.column(holder).privacy is Privacy.OPEN:
        own["name"] = member_word(context, contract, holder, str(worst[holder]))
    return [finding.with_details(**own, done=contract.label)]
