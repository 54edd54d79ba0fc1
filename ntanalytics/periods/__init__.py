"""Time of a site: periods and their texts, hours of the day, the working-day calendar (docs/domain.md, Time)."""

from ntanalytics.periods.period import Hours, Period, PeriodKind, days_between, local_window, period_word
from ntanalytics.periods.period_text import parse_period, require_started
from ntanalytics.periods.working_days import Calendar

__all__ = [
    "Calendar",
    "Hours",
    "Period",
    "PeriodKind",
    "days_between",
    "local_window",
    "parse_period",
    "period_word",
    "require_started",
]
