"""Days in words, as reports write them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from datetime import date, timedelta


def day_words(day: date) -> str:
    """Return a day in words: ``11月18日``."""
    return f"{day.month}月{day.day}日"


def issue_number(period: str) -> str:
    """Return the number of a report of a period: ``2026年第47期`` of a week or month, ``编号20261118`` of a day.

    Args:
        period: the text form of the period.
    """
    year, _, rest = period.partition("-")
    part = rest.removeprefix("W")
    return f"{year}年第{int(part)}期" if part.isdigit() else f"编号{year}{rest.replace('-', '')}"


def days_apart(first: date, last: date) -> tuple[str, str]:
    """Return two days in words, each with its year where they are of two: ``2026年11月23日``, ``2027年2月28日``."""
    if first.year == last.year:
        return day_words(first), day_words(last)
    return f"{first.year}年{day_words(first)}", f"{last.year}年{day_words(last)}"


def counted_days(days: Sequence[date]) -> str:
    """Return days by the first, the last and their number: ``11月18日``, ``11月16日至11月18日共 2 天``."""
    if len(days) == 1:
        return day_words(days[0])
    first, last = days_apart(days[0], days[-1])
    return f"{first}至{last}共 {len(days)} 天"


def day_spans(days: Iterable[date], years: Container[int] | None = None) -> str:
    """Return days with runs of them joined: ``11月18日、11月20日至22日``.

    Args:
        days: the days.
        years: the years of which the reader reads; a run that begins in another one has its year. None: it has none.
    """
    return "、".join(
        f"{first.year}年" * (years is not None and first.year not in years and first.year == last.year)
        + _span(first, last)
        for first, last in _runs(days)
    )


def day_span_list(days: Iterable[date]) -> list[str]:
    """Return the runs of days, each as in :func:`day_spans`, for a list of which only some are named."""
    return [_span(first, last) for first, last in _runs(days)]


def short_day_spans(days: Iterable[date]) -> str:
    """Return days with runs of them joined, for a narrow column: ``11-18—11-20、11-25``."""
    return "、".join(f"{first:%m-%d}" + f"—{last:%m-%d}" * (first < last) for first, last in _runs(days))


def _runs(days: Iterable[date]) -> list[tuple[date, date]]:
    """Return the first and the last day of each run of successive days, in their order."""
    runs: list[tuple[date, date]] = []
    for day in sorted(set(days)):
        if runs and day - runs[-1][1] == timedelta(days=1):
            runs[-1] = runs[-1][0], day
        else:
            runs.append((day, day))
    return runs


def _span(first: date, last: date) -> str:
    if first == last:
        return day_words(first)
    begin, end = days_apart(first, last)
    return f"{begin}至{f'{last.day}日' if (last.year, last.month) == (first.year, first.month) else end}"
