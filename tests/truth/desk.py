"""Figures of the service desk from the sheets of the contractor's workbook."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from typing import Any

from tests.truth.figures import Figures, change_rate, median, put, rate, seconds
from tests.truth.sources import Sources
from tests.truth.span import DAY, Span, epoch, is_working, midnight

SUBSYSTEMS = {
    "统一身份认证": "identity", "单点登录": "sso", "公文交换": "docexchange", "协同办公": "oa", "即时通讯": "im",
    "短信平台": "sms", "CA证书": "ca", "电子印章": "seal", "软硬件环境": "infra", "运维服务": "desk",
}  # fmt: skip

PROMISE_S = 4 * 3600
RESPONSE_S = 2 * 3600

#: Words of a remark on a problem that was solved on the spot (docs/rules.md, desk.checks).
SOLVED = "已处理|已处置|已恢复|已解决|已排除|已更换|已修复|已复核"

#: Words of a restore among the items of the checks.
RESTORED = "恢复演练|恢复测试|恢复验证"

#: Days for which an unconfirmed change is told again, and working days after which a weekly report is due.
CHANGES_BACK, SIGNED_WITHIN, WEEKS_REPORTED = 45, 3, 3

Sheet = list[dict[str, Any]]


class Desk:
    """Sheets of the workbook, and the figures that the reports show of them."""

    def __init__(self, sources: Sources) -> None:
        self.tickets = sources.sheet("工单")
        self.incidents = sources.sheet("事件")
        self.changes = sources.sheet("变更")
        self.attendance = sources.sheet("驻场考勤")
        self.checks = sources.sheet("人工检查")
        self.roster = sources.sheet("团队名册")
        self.trainings = sources.sheet("培训")
        self.drills = sources.sheet("演练")
        self.signoffs = sources.sheet("用户确认")
        self.report_plan = sources.sheet("报告计划")

    def opened(self, span: Span) -> Sheet:
        """Return the tickets opened in a span."""
        return within(self.tickets, "受理时间", span)

    def closed(self, span: Span) -> Sheet:
        """Return the tickets closed in a span."""
        return within(self.tickets, "关闭时间", span)

    def backlog(self, at: dt.datetime) -> Sheet:
        """Return the tickets open at a moment, however old they are."""
        return [
            row for row in self.tickets if row["受理时间"] <= at and (row["关闭时间"] is None or row["关闭时间"] > at)
        ]

    def overdue(self, at: dt.datetime) -> Sheet:
        """Return the open tickets beyond their due time at a moment."""
        return [row for row in self.backlog(at) if row["应完成时间"] is not None and row["应完成时间"] < at]

    def flow(self, span: Span, category: str = "") -> dict[str, float | None]:
        """Return the tickets opened and closed in a span, and the median resolution."""
        opened, closed = (
            [row for row in rows if category in ("", row["类别"])] for rows in (self.opened(span), self.closed(span))
        )
        return {
            "opened_tickets": len(opened),
            "closed_tickets": len(closed),
            "resolution_p50_s": median(seconds(row["关闭时间"], row["受理时间"]) for row in closed),
        }

    def lasting(self, span: Span) -> Sheet:
        """Return the incidents of a span, also those that began before it."""
        return [
            row
            for row in self.incidents
            if row["发生时间"] < span.until and (row["恢复时间"] is None or row["恢复时间"] > span.since)
        ]

    def clocks(self, span: Span) -> Figures:
        """Return the recovery clock of each incident of a span."""
        figures: Figures = {}
        for row in self.lasting(span):
            is_over = bool(row["恢复时间"]) and row["恢复时间"] <= span.until
            ended, name = (row["恢复时间"], "clock_s") if is_over else (span.until, "lasted_s")
            began = dt.datetime.fromtimestamp(epoch(row["发生时间"]) or 0, dt.UTC).isoformat()
            put(figures, "clocks", began, {name: seconds(ended, row["发生时间"])})
        return figures

    def crashes(self, span: Span) -> tuple[int, list[str]]:
        """Return the number of crashes by vendor software, and the systems whose promise was broken."""
        crashes = [row for row in self.lasting(span) if row["系统崩溃"] == "是" and row["原因"] == "供应商软件"]
        late = [
            SUBSYSTEMS[row["系统"]]
            for row in crashes
            if seconds(min(row["恢复时间"] or span.until, span.until), row["发生时间"]) > PROMISE_S
        ]
        return len(crashes), late

    def attended(self, span: Span) -> int:
        """Return the working days with somebody on site."""
        present = {
            row["日期"].date() for row in self.attendance if row["在岗"] == "是" and row["岗位"] in ("驻场", "备选")
        }
        return sum(day in present for day in span.working_days)

    def unconfirmed(self, span: Span, *, is_lacking: bool = False) -> Counter[str]:
        """Return the workflow changes without confirmation by subsystem: of the span, and the open ones before.

        Those alone that nobody has confirmed until now, if wanted.
        """
        since = span.until - CHANGES_BACK * DAY
        found: Counter[str] = Counter()
        for row in self.changes:
            done, confirmed = row["完成时间"], row["书面确认时间"]
            if row["类型"] != "工作流程" or row["结果"] == "已取消" or done is None or not since <= done < span.until:
                continue
            is_late = confirmed is None or (confirmed > done and not is_lacking)
            if is_late and (done >= span.since or confirmed is None):
                found[SUBSYSTEMS[row["系统"]]] += 1
        return found

    def changed(self, span: Span) -> Figures:
        """Return the changes finished in a span by kind, those without confirmation, and those of the week to come."""
        figures: Figures = {}
        changes = [row for row in self.changes if row["结果"] != "已取消"]
        finished = within(changes, "完成时间", span)
        late = [
            row
            for row in finished
            if row["类型"] == "工作流程" and (row["书面确认时间"] is None or row["书面确认时间"] > row["完成时间"])
        ]
        for kind in {row["类型"] for row in finished}:
            counts = [sum(row["类型"] == kind for row in rows) for rows in (finished, late)]
            put(figures, "changes", kind, dict(zip(("finished_changes", "unconfirmed_changes"), counts, strict=True)))
        for row in late:
            values = {"finished_at": epoch(row["完成时间"]), "confirmed_at": epoch(row["书面确认时间"])}
            put(figures, "unconfirmed", row["变更编号"], values)
        for row in within(changes, "计划时间", Span(span.last + DAY, span.last + 7 * DAY)):
            values = {"planned_at": epoch(row["计划时间"]), "confirmed_at": epoch(row["书面确认时间"])}
            put(figures, "planned", row["变更编号"], values)
        return figures

    def team(self, on: dt.date) -> tuple[int, int]:
        """Return the persons of the team in a month, and the backups among them."""
        month = [row for row in self.roster if row["月份"].date().replace(day=1) == on.replace(day=1)]
        return len({row["人员"] for row in month}), len({row["人员"] for row in month if row["岗位"] == "备选"})

    def unsigned(self, on: dt.date) -> int:
        """Return the weekly reports of the last weeks that are due to be confirmed and are not."""
        signed = {
            row["周期"]
            for row in self.signoffs
            if row["报告"] == "weekly_service_report" and row["确认日期"].date() <= on
        }
        monday = on - on.weekday() * DAY
        open_weeks = 0
        for back in range(1, WEEKS_REPORTED + 1):
            week = monday - 7 * back * DAY
            worked = [day for day in Span(week + 7 * DAY, on).days if is_working(day)]
            name = f"{week.isocalendar().year}-W{week.isocalendar().week:02d}"
            open_weeks += len(worked) > SIGNED_WITHIN and name not in signed
        return open_weeks

    def undelivered(self, on: dt.date) -> Counter[str]:
        """Return the reports whose last day is over and that are not delivered, by name."""
        return Counter(
            row["报告"]
            for row in self.report_plan
            if row["应交日期"].date() < on and (row["送达日期"] is None or row["送达日期"].date() > on)
        )

    def weekly(self, span: Span) -> Figures:
        """Return the figures of the weekly report."""
        figures = self.clocks(span) | self.changed(span)
        categories = {row["类别"] for row in [*self.tickets]}
        for category in categories:
            put(figures, "tickets-by-category", category, self.flow(span, category))
        now, before = (self.flow(at)["closed_tickets"] for at in (span, span.before()))
        values = {"value": now, "before": before, "change": change_rate(now, before)}
        put(figures, "headlines", "closed_tickets", values)
        opened = change_rate(len(self.opened(span)), len(self.opened(span.before())))
        figures["systems", "运维服务", "change-words"] = opened
        for place, day in enumerate(reversed(span.back(35).days)):
            own = self.flow(Span(day, day))
            figures["headlines", "closed_tickets", f"spark-{place}"] = own["closed_tickets"]
            figures["systems", "运维服务", f"drawn-{place}"] = own["opened_tickets"]
        return figures | self.findings(span)

    def findings(self, span: Span, block: str = "board") -> Figures:
        """Return the values of the checks that every report has."""
        figures: Figures = {}
        late, waiting = self.overdue(span.until), self.backlog(span.until)
        put(figures, block, "desk.overdue_tickets:tickets/all", {"value": len(late), "open_tickets": len(waiting)})
        row = "desk.attendance_rate:post/on_site"
        figures[block, row, "value"] = rate(self.attended(span), len(span.working_days))
        figures[block, row, "count"] = len(span.working_days)
        crashes, broken = self.crashes(span)
        if not broken:
            put(figures, block, "desk.clocks_broken:subsystem/desk", {"value": 0, "crashes": crashes})
        for name, times in Counter(broken).items():
            figures[block, f"desk.clocks_broken:subsystem/{name}", "value"] = times
        lacking = self.unconfirmed(span, is_lacking=True)
        for name, times in self.unconfirmed(span).items():
            values = {"value": times, "unconfirmed": lacking[name]}
            put(figures, block, f"desk.unconfirmed_changes:changes/{name}", values)
        figures[block, "desk.team:team/team", "value"], figures[block, "desk.standby:team/team", "value"] = self.team(
            span.last
        )
        return figures

    def daily(self, span: Span) -> Figures:
        """Return the figures of the daily inspection."""
        figures = self.findings(span)
        by_system: dict[str, Sheet] = defaultdict(list)
        for row in within(self.checks, "日期", span):
            by_system[SUBSYSTEMS[row["系统"]]].append(row)
        for name, made in by_system.items():
            results = Counter(row["结果"] for row in made)
            left = sum(row["结果"] == "关注" and not re.search(SOLVED, row["说明"] or "") for row in made)
            values: dict[str, float | None] = {
                "checks": len(made),
                "critical": results["异常"],
                "warning": results["关注"],
            }
            values["value"] = values["open"] = results["异常"] + left
            put(figures, "board", f"desk.checks:subsystem/{name}", values)
        figures |= self._checks_made(span)
        late = sum(self._is_late(row, span.until) for row in self.opened(span))
        figures["board", "desk.late_responses:tickets/all", "value"] = late
        figures["board", "desk.unconfirmed_reports:report/weekly_service_report", "value"] = self.unsigned(span.last)
        late_reports = self.undelivered(span.last)
        if not late_reports:
            figures["board", "desk.undelivered_reports:reports/plan", "value"] = 0
        for name, times in late_reports.items():
            figures["board", f"desk.undelivered_reports:report/{name}", "value"] = times
        held = max(row["日期"].date() for row in self.trainings if row["日期"] < span.until)
        figures["board", "desk.untrained:trainings/all", "value"] = (span.last - held).days
        figures["board", "infra.restore_drill:backup/all", "value"] = self.restored(span.last)
        return figures | self.incidents_of(span)

    def restored(self, on: dt.date) -> int | None:
        """Return the days since a restore was tried and did not fail: an exercise, or an item of the checks."""
        named = {row["日期"].date() for row in self.checks if re.search(RESTORED, row["检查项"])}
        held = {row["日期"].date() for row in self.drills if row["类别"] == "恢复演练" and row["结果"] != "失败"}
        last = max((day for day in named | held if day <= on), default=None)
        return None if last is None else (on - last).days

    def incidents_of(self, span: Span) -> Figures:
        """Return how long each incident lasted up to the end of a day."""
        figures: Figures = {}
        for row in self.lasting(span):
            ended = row["恢复时间"] if row["恢复时间"] and row["恢复时间"] < span.until else span.until
            began = dt.datetime.fromtimestamp(epoch(row["发生时间"]) or 0, dt.UTC).isoformat()
            figures["incidents", f"{began}|{row['系统']}", "lasted"] = seconds(ended, row["发生时间"])
        return figures

    def _checks_made(self, span: Span) -> Figures:
        """Return how many of the usual items were checked on a day."""
        figures: Figures = {}
        worked = [day for day in Span(span.first - 28 * DAY, span.first - DAY).days if is_working(day)]
        days: dict[tuple[str, str], set[dt.date]] = defaultdict(set)
        for row in self.checks:
            days[row["系统"], row["检查项"]].add(row["日期"].date())
        usual = [on for on in days.values() if len(on & set(worked)) >= 0.8 * len(worked)]
        made = sum(span.first in on for on in usual)
        today = len(within(self.checks, "日期", span))
        values = {"value": rate(made, len(usual)), "checks": today, "usual": len(usual), "made": made}
        put(figures, "board", "desk.checks_made:systems/all", values)
        return figures

    @staticmethod
    def _is_late(row: dict[str, Any], until: dt.datetime) -> bool:
        """Return whether a ticket from outside office hours had no response within two hours (O3).

        One that was closed without a recorded response is none that anybody knows to be late.
        """
        opened, closed = row["受理时间"], row["关闭时间"]
        if row["首次响应"] is None and closed is not None and closed <= until:
            return False
        if is_working(opened.date()) and dt.time(8, 30) <= opened.time() < dt.time(18):
            return False
        return seconds(row["首次响应"] or until, opened) > RESPONSE_S


def within(rows: Sheet, column: str, span: Span) -> Sheet:
    """Return the rows with a moment or day in a span."""
    return [row for row in rows if row[column] is not None and span.since <= row[column] < midnight(span.last + DAY)]
