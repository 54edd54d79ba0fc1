"""Commands ``calendar add`` and ``calendar show``: working days of a year."""

from __future__ import annotations

import calendar as weeks
import datetime as dt
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ntanalytics.cli.program import calendars
from ntanalytics.cli.terminal import complain, say
from ntanalytics.errors import SettingsError
from ntanalytics.language import tr

if TYPE_CHECKING:
    from ntanalytics.periods import Calendar
    from ntanalytics.settings.holiday_notice import HolidayNotice
    from ntanalytics.settings.notice_checks import NoticeCheck

#: Width of a month in the grid: seven days of two digits and a mark.
_MONTH_WIDTH = 21

#: Word of ``Calendar.describe`` → mark behind the day.
_MARKS = {"节假日": "*", "调休上班": "+"}


@calendars.command(epilog="Example: ntanalytics calendar show 2026")
def show(context: typer.Context, year: Annotated[int, typer.Argument(min=2000, max=2999, help="The year.")]) -> None:
    """Show the working days of a year: holidays with *, make-up workdays with +.

    The exit code is 10 if the year is not known.
    """
    from ntanalytics.settings import find_config, load

    _show_year(load(find_config(context.obj)).calendar(), year)


@calendars.command(epilog="Example: ntanalytics calendar add notice-2027.txt")
def add(
    context: typer.Context,
    notice: Annotated[Path, typer.Argument(metavar="NOTICE.txt", help="Text of the notice, pasted from its page.")],
) -> None:
    """Add the working days of a year, from the State Council's notice; a later notice amends the year.

    The text checks itself: weekdays, lengths, festivals, the moon, make-up days. What contradicts itself is refused,
    with exit code 3; what is unusual is asked about. Then the calendar file is written, and the year is shown.
    """
    from ntanalytics.settings import find_config, load, read_calendar
    from ntanalytics.settings.calendar_file import is_known, with_notice, write_calendar
    from ntanalytics.settings.holiday_notice import parse_notice
    from ntanalytics.settings.notice_checks import check_notice

    settings = load(find_config(context.obj))
    path, today = settings.calendar_file, dt.datetime.now(settings.zone).date()
    parsed = parse_notice(_text(notice))
    if is_known(path, parsed):
        say(tr("{path} has this notice already: nothing is changed", path=path))
        return
    _judge(parsed, check_notice(parsed, today))
    before, text = settings.calendar(), with_notice(path, parsed, today)
    write_calendar(path, text)
    after = read_calendar(path)
    _show_year(after, parsed.year)
    for day in _december_and_year(parsed.year):
        if before.knows(day) and before.is_working_day(day) != after.is_working_day(day):
            say(
                tr(
                    "changed: {day} is {value} now",
                    day=day,
                    value=tr("a working day") if after.is_working_day(day) else tr("off"),
                )
            )
    say(
        tr(
            "wrote {path}: {document}, sha256 {sha256}",
            path=path,
            document=parsed.document or tr("no number"),
            sha256=parsed.sha256,
        )
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            tr("cannot read the notice: {error}", error=error), where=str(path), todo=tr("save it as UTF-8")
        ) from error


def _judge(notice: HolidayNotice, check: NoticeCheck) -> None:
    """Show what was checked, and ask about what is unusual.

    Raises:
        SettingsError: the notice contradicts itself.
        typer.Abort: the answer to a question is no, or there is nobody to answer.
    """
    say(
        tr(
            "{document} on {year}: {breaks}",
            document=notice.document or tr("notice"),
            year=notice.year,
            breaks="、".join("、".join(item.names) for item in notice.breaks),
        )
    )
    if check.errors:
        for error in check.errors:
            complain(error)
        raise SettingsError(
            tr("the notice contradicts itself in {count} place(s); nothing is written", count=len(check.errors)),
            todo=tr("compare the text with the page of the State Council, correct it and run the command again"),
        )
    for kind, count in check.passed.items():
        say(tr("  checked: {count} {kind}", count=count, kind=kind))
    for question in check.questions:
        complain(tr("unusual: {question}", question=question))
        typer.confirm(tr("Does the page of the State Council say so?"), abort=True)


def _december_and_year(year: int) -> list[dt.date]:
    from ntanalytics.periods import days_between

    return days_between(dt.date(year - 1, 12, 1), dt.date(year, 12, 31))


def _show_year(calendar: Calendar, year: int) -> None:
    """Print the year as a grid, three months in a row, and the special days of the December before."""
    months = [_month(calendar, year, month) for month in range(1, 13)]
    for row in range(0, 12, 3):
        for lines in zip_longest(*months[row : row + 3], fillvalue=""):
            say("  ".join(line.ljust(_MONTH_WIDTH) for line in lines).rstrip())
        say("")
    before = [day for day in _december_and_year(year) if day.year < year and day in (calendar.working or {})]
    for day in before:
        say(f"{day}: {calendar.describe(day)}")
    total = len(calendar.working_days(dt.date(year, 1, 1), dt.date(year, 12, 31)))
    say(tr("{year}: {total} working days; * holiday, + make-up workday", year=year, total=total))


def _month(calendar: Calendar, year: int, month: int) -> list[str]:
    """Return the lines of a month: its name, the weekdays, and its weeks."""
    lines = [f"{year}-{month:02d}".center(_MONTH_WIDTH), "Mo Tu We Th Fr Sa Su"]
    for week in weeks.Calendar().monthdatescalendar(year, month):
        cells = [
            f"{day.day:2d}{_MARKS.get(calendar.describe(day), ' ')}" if day.month == month else "   " for day in week
        ]
        lines.append("".join(cells))
    return lines
