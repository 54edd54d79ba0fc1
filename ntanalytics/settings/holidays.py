"""Holidays of a site."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import yaml

from ntanalytics.errors import NtaError, SettingsError
from ntanalytics.periods import Calendar


def read_calendar(path: Path) -> Calendar:
    """Return the calendar of a holiday file: ``{2027: {holidays: [2027-01-01, ...], workdays: [2027-02-07, ...]}}``.

    A listed year is complete: its other days are working days from Monday to Friday.

    Raises:
        SettingsError: the file is missing or has another format.
    """
    try:
        content: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        working: dict[dt.date, bool] = {}
        for year, lists in content.items():
            unknown = set(lists) - {"holidays", "workdays"}
            if unknown:
                raise NtaError(f"{year}: unknown key {min(unknown)!r}; known: holidays, workdays")
            for key, is_working in (("holidays", False), ("workdays", True)):
                for day in lists.get(key, ()):
                    if not isinstance(day, dt.date) or day.year != int(year):
                        raise NtaError(f"{year}.{key}: {day!r} is not a day of {year}")
                    working[day] = is_working
        return Calendar(working, frozenset(int(year) for year in content), str(path))
    except (OSError, yaml.YAMLError, AttributeError, TypeError, ValueError, NtaError) as error:
        raise SettingsError(
            f"cannot read the calendar: {error}", where=str(path), todo="see docs/settings.md"
        ) from error
