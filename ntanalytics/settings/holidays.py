"""Calendar file of a site: its own days, and the years of the State Council's notices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from ntanalytics.errors import NtaError, SettingsError
from ntanalytics.language import tr
from ntanalytics.periods import Calendar
from ntanalytics.settings.unique_keys import load_yaml

#: Name of the calendar file beside the settings file, where ``site.calendar`` names no other.
CALENDAR_FILE = "calendar.yml"

#: Year → its lists and festivals, as in the file.
Years = dict[int, Mapping[str, Any]]

_LISTS = {"holidays": False, "workdays": True}


def read_calendar(path: Path) -> Calendar:
    """Return the calendar of a holiday file.

    ``{2027: {holidays: [2027-01-01, ...], workdays: [2027-02-07, ...]}}`` is written by hand, and
    ``{2027: {festivals: {元旦: {holidays: [...], workdays: [...]}}, notices: [...]}}`` by ``ntanalytics calendar add``.
    A listed year is complete: its other days are working days from Monday to Friday. The days of festivals may lie in
    the December before; the lists by hand win over them.

    Raises:
        SettingsError: the file is missing or has another format.
    """
    content = read_years(path)
    try:
        working: dict[dt.date, bool] = {}
        for year, lists in content.items():
            for name, festival in lists.get("festivals", {}).items():
                working |= dict(_days(year, festival, name, earliest=dt.date(year - 1, 12, 1)))
        for year, lists in content.items():
            unknown = set(lists) - {*_LISTS, "festivals", "notices"}
            if unknown:
                raise NtaError(
                    tr(
                        "{year}: unknown key {unknown!r}; known: holidays, workdays, festivals, notices",
                        year=year,
                        unknown=min(unknown),
                    )
                )
            working |= dict(_days(year, lists, str(year), earliest=dt.date(year, 1, 1)))
    except (AttributeError, TypeError, ValueError, NtaError) as error:
        raise _unreadable(path, error) from error
    return Calendar(working, frozenset(content), str(path))


def read_years(path: Path) -> Years:
    """Return the content of a calendar file by year, in the order of years.

    Raises:
        SettingsError: the file is missing, or is no YAML with years.
    """
    try:
        content: dict[Any, Any] = load_yaml(path.read_text(encoding="utf-8")) or {}
        return {int(year): content[year] for year in sorted(content)}
    except (OSError, yaml.YAMLError, AttributeError, TypeError, ValueError) as error:
        raise _unreadable(path, error) from error


def _days(year: int, lists: Mapping[str, Any], where: str, *, earliest: dt.date) -> Iterator[tuple[dt.date, bool]]:
    for key, is_working in _LISTS.items():
        for day in lists.get(key, ()):
            if not isinstance(day, dt.date) or not earliest <= day <= dt.date(year, 12, 31):
                raise NtaError(
                    tr("{where}.{key}: {day!r} is not a day of {year}", where=where, key=key, day=day, year=year)
                )
            yield day, is_working


def _unreadable(path: Path, error: Exception) -> SettingsError:
    return SettingsError(
        tr("cannot read the calendar: {error}", error=error), where=str(path), todo=tr("see docs/settings.md")
    )
