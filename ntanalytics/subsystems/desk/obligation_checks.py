"""The inspection's rules over the contract's duties: clocks, changes, team, confirmations, patches, onboarding."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from ntanalytics.contract.enumerations import SUBSYSTEMS
from ntanalytics.findings.finding import Finding
from ntanalytics.findings.rule import Rule, evaluate_rules
from ntanalytics.findings.sentences import day_words, listed
from ntanalytics.metrics.desk.compliance import STEPS
from ntanalytics.metrics.number_format import format_number
from ntanalytics.metrics.rows import Rows, rows

#: A weekly report is issued on the Monday after its week, and confirmed within so many working days after that.
SIGNED_WITHIN = 3

#: So many weeks back an open report is told of, and of so many before it must have been confirmed regularly.
WEEKS_TOLD, WEEKS_KNOWN, FEWEST_SIGNED = 3, 6, 3

_WEEK = re.compile(r"(\d{4})-W(\d{2})")


def clocks(rules: Mapping[str, Rule], recovery: Rows, utc_offset_h: int) -> list[Finding]:
    """The clocks of the crashes that vendor software caused: run over four hours, or soon to.

    Args:
        rules: the rules, as the site has them.
        recovery: ``metrics.duties.recovery`` of the day.
        utc_offset_h: hours by which local time is ahead of UTC.

    Returns:
        A finding for each subsystem with such a clock, and one that says so where there is none.
    """
    broken, running = rules["desk.clocks_broken"], rules["desk.clock_running"]
    told = [row for row in rows(recovery) if row["clock"] != "support"]
    found: list[Finding] = []
    for row in told:
        name = SUBSYSTEMS[row["subsystem"]]
        began = row["began_at"] + timedelta(hours=utc_offset_h)
        length = format_number(row["clock_s"], "seconds")
        if row["clock"] == "broken" and not broken.is_off:
            ended = "尚未恢复" if row["restored_at"] is None else f"{length}恢复"
            said = f"{name}崩溃（{row['incident_no']}）{began:%H:%M} 发生，"
            said += (
                f"{ended}，超过 4 小时承诺。" if row["restored_at"] else f"已历时 {length}{ended}，超过 4 小时承诺。"
            )
            found.append(_said(broken, {broken.measure: 1}, name, said, began.date()))
        elif row["clock"] == "running" and not running.is_off and running.threshold.judge(row["clock_s"]) != "ok":
            said = f"{name}崩溃（{row['incident_no']}）{began:%H:%M} 发生，已历时 {length}，承诺 4 小时内恢复。"
            found.append(_said(running, row, name, said, began.date()))
    if found or broken.is_off:
        return _once(found)
    kept = f"当日 {len(told)} 起系统崩溃均未超时。" if told else "当日没有供应商软件造成的系统崩溃。"
    return [replace(broken.judge({broken.measure: 0}, SUBSYSTEMS["desk"]), evidence=kept)]


def unconfirmed(rule: Rule, changes: Rows, utc_offset_h: int) -> list[Finding]:
    """The changes of workflows without the buyer's confirmation, by subsystem.

    Args:
        rule: the rule.
        changes: ``metrics.duties.unconfirmed`` of the weeks that are looked back on: those still not confirmed.
        utc_offset_h: hours by which local time is ahead of UTC.

    Returns:
        A finding for each subsystem with one, and one that says so where there is none.
    """
    if rule.is_off:
        return []
    by_system: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows(changes):
        by_system.setdefault(row["subsystem"], []).append(row)
    found = []
    for name, its in by_system.items():
        days = [(row["finished_at"] + timedelta(hours=utc_offset_h)).date() for row in its]
        numbers = listed([str(row["change_no"]) for row in its])
        late = all(row["confirmed_at"] is not None for row in its)
        said = f"{numbers} 已实施，{'事后才取得' if late else '未取得'}用户书面确认。"
        found.append(_said(rule, {rule.measure: len(its)}, f"{SUBSYSTEMS.get(name, name)}变更", said, min(days)))
    return found or [replace(rule.judge({rule.measure: 0}, "流程变更"), evidence="没有未经书面确认的流程变更。")]


def team(rules: Mapping[str, Rule], this_month: Rows, last_month: Rows, on: date) -> list[Finding]:
    """Whether the team is large enough, and a backup is named.

    Args:
        rules: the rules, as the site has them.
        this_month: ``metrics.duties.team`` of the month.
        last_month: the same of the month before, which stands for the month until its tenth day where nobody has
            written the new roster.
        on: the inspected day.
    """
    [row] = rows(this_month)
    if not row["team"] and on.day <= 10:
        [row] = rows(last_month)
    if not row["team"]:
        return evaluate_rules([rules["desk.team"]], [{"team": None}], "运维团队")
    found = evaluate_rules([rules["desk.team"], rules["desk.standby"]], [row], "运维团队")
    return [
        replace(each, evidence="团队名册中没有指定备选驻场人员。")
        if each.code == "desk.standby" and each.state != "ok"
        else each
        for each in found
    ]


def unsigned(rule: Rule, signoffs: Rows, working_days: Sequence[date], on: date) -> list[Finding]:
    """The weekly reports that are due to be confirmed and are not.

    Args:
        rule: the rule.
        signoffs: rows of ``desk.signoffs`` of the months up to ``on``.
        working_days: the working days of the last weeks up to ``on``.
        on: the inspected day.

    Returns:
        A finding a report that is regularly confirmed by the week; none for one that never was: nobody is known to
        wait for it.
    """
    if rule.is_off:
        return []
    signed: dict[str, set[date]] = {}
    for row in rows(signoffs):
        week = _WEEK.fullmatch(str(row["period"]))
        if week and row["signed_on"] <= on:
            signed.setdefault(str(row["report"]), set()).add(date.fromisocalendar(int(week[1]), int(week[2]), 1))
    monday = on - timedelta(days=on.weekday())
    ended = [monday - timedelta(weeks=back) for back in range(1, WEEKS_TOLD + 1 + WEEKS_KNOWN)]
    found = []
    for report, weeks in sorted(signed.items()):
        due = [week for week in ended[:WEEKS_TOLD] if _is_due(week, working_days, on)]
        open_weeks = sorted(week for week in due if week not in weeks)
        known = [week for week in ended if week not in open_weeks][:WEEKS_KNOWN]
        if sum(week in weeks for week in known) < FEWEST_SIGNED:
            continue
        names = "、".join(f"{week.isocalendar().year}-W{week.isocalendar().week:02d}" for week in open_weeks)
        said = f"{names} 已到确认期限，未经用户确认。" if open_weeks else "已到期的周期均经用户确认。"
        first = open_weeks[0] + timedelta(weeks=1) if open_weeks else None
        found.append(_said(rule, {rule.measure: len(open_weeks)}, _REPORTS.get(report, report), said, first))
    return found


#: Reports that the buyer confirms, as the ledger and the suite call them.
_REPORTS = {"weekly_service_report": "服务周报"}


def _is_due(week: date, working_days: Sequence[date], on: date) -> bool:
    """Whether the working days in which a week's report is confirmed are over."""
    issued = week + timedelta(weeks=1)
    after = sorted(day for day in working_days if day >= issued)
    return len(after) > SIGNED_WITHIN and after[SIGNED_WITHIN] <= on


def patches(rules: Mapping[str, Rule], waiting: Rows, unpatched: Rows, known_days: int) -> list[Finding]:
    """Hosts on which a patch failed and was not applied since, and those not patched for long.

    Args:
        rules: the rules, as the site has them.
        waiting: ``metrics.proofs.waiting_patches``.
        unpatched: ``metrics.proofs.unpatched``, of all hosts that are measured: null days for one never patched.
        known_days: how many days back patches are known without a hole: a host without one was not patched in them.
    """
    failed, old = rules["infra.failed_patches"], rules["infra.unpatched"]
    found = []
    for row in rows(waiting):
        said = f"补丁 {row['patch']} 安装失败，尚未复装。"
        found.append(_said(failed, row, str(row["host"]), said, row["since_on"]))
    if not found:
        found = [replace(failed.judge({failed.measure: 0}, "全部主机"), evidence="没有安装失败待复装的补丁。")]
    return [each for each in (*found, *_unpatched(old, unpatched, known_days)) if not rules[each.code].is_off]


def _unpatched(rule: Rule, hosts: Rows, known_days: int) -> list[Finding]:
    """One finding of all hosts that were not patched for long: it is one round of patches that is due."""
    late: list[tuple[int, str]] = []
    for row in rows(hosts):
        days = row["unpatched_days"]
        since = known_days if days is None else int(days)
        if rule.threshold.judge(since) != "ok":
            late.append((since, str(row["host"])))
    if not late:
        return []
    late.sort(key=lambda each: (-each[0], each[1]))
    made = rule.judge({rule.measure: late[0][0]}, "全部主机")
    said = f"{len(late)} 台主机超过 {format_number(rule.threshold.warning, 'integer', '天')}没有补丁记录，"
    return [replace(made, evidence=f"{said}最久 {late[0][0]} 天：{listed([host for _, host in late])}。")]


def onboarding(rule: Rule, units: Rows) -> list[Finding]:
    """The units that were connected without one of the four steps.

    A unit of which three are shown was connected; one of which only two are may just have asked.

    Args:
        rule: the rule.
        units: ``metrics.proofs.onboarding`` of units that began long enough ago to be done.
    """
    if rule.is_off:
        return []
    found = []
    for row in rows(units):
        missing = [word for name, word in STEPS.items() if not row[name]]
        if len(missing) == 1:
            said = f"接入工单中没有{'、'.join(missing)}的记录。"
            found.append(_said(rule, row, str(row["unit"]), said, row["begun_on"]))
    return found


def _said(rule: Rule, row: Mapping[str, Any], subject: str, said: str, since: date | datetime | None) -> Finding:
    found = rule.judge(row, subject)
    day = day_words(since) if since is not None and found.state in ("warning", "critical") else None
    return replace(found, evidence=said, since=day)


def _once(findings: list[Finding]) -> list[Finding]:
    """The findings, of each identity the first alone: two crashes of one system are one matter."""
    return list({each.identity: each for each in reversed(findings)}.values())[::-1]
