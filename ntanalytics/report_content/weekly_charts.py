"""The two charts of the weekly report: delivery of messages with the incidents marked, and use of the OA by week."""

from __future__ import annotations

from datetime import timedelta

from ntanalytics.checks.context import CheckContext
from ntanalytics.checks.engine import Evaluation
from ntanalytics.metrics.figures import Figures, figures
from ntanalytics.metrics.oa.adoption import active_by_day
from ntanalytics.metrics.oa.daily_active import accounts_by_week, adoption_of_weeks
from ntanalytics.report_content.chart_titles import lowest_rate
from ntanalytics.report_content.incidents import incidents_of
from ntanalytics.reports import Axes, Chart, chart
from ntanalytics.workspace.daily_aggregates import DailyAggregate

#: Weeks of the chart on the OA, and the days of history before the reported week that they need.
WEEKS = 12
HISTORY_DAYS = 7 * (WEEKS - 1)

#: Days of a week before its last one, under which its accounts are kept.
_BEFORE_SUNDAY = 6


def delivery(evaluation: Evaluation) -> Chart:
    """Return the delivery rate of each carrier by day, with the desk's incidents of the messages marked."""
    by_day = evaluation.summaries["sms"].tables["by_day"]
    incidents, _ = incidents_of(evaluation)
    marks = [(item.began_at.date(), f"故障{item.number}") for item in incidents if item.subsystem == "sms"]
    drawn = chart(
        by_day, "line", Axes(y="delivery_rate", series="carrier"), id="delivery-rate", title=lowest_rate(by_day)
    )
    return drawn.with_marks(marks) if marks and drawn.rows else drawn


def use_by_week(evaluation: Evaluation) -> Chart:
    """Return the active accounts of the OA of the last weeks."""
    weeks = evaluation.context.shared(adoption_by_week)
    known = [row.exact("active") for row in weeks if row.exact("active") is not None]
    span = f"近{len(weeks)}周" if len(known) == len(weeks) else f"近{len(weeks)}周中有数据的{len(known)}周"
    title = (
        f"{span}协同办公每周活跃账号：{min(known):,}至{max(known):,}个"
        if known
        else "协同办公每周活跃账号：没有完整的周"
    )
    return chart(weeks, "bar", Axes(x="week_name", y="active"), id="active-by-week", title=title)


def adoption_by_week(context: CheckContext) -> Figures:
    """Return the adoption of the OA in each of the last weeks."""
    view = context.dataset("oa.activities", HISTORY_DAYS)
    first = context.period.first - timedelta(days=HISTORY_DAYS)
    accounts = view.by_day(DailyAggregate(accounts_by_week, reach=_BEFORE_SUNDAY), first)
    active = view.by_day(DailyAggregate(active_by_day), first)
    return figures(adoption_of_weeks(accounts, active, view.days.filter(view.days.day >= first)), view)
