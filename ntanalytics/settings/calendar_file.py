"""Entry of a notice into the calendar file of a site: a new year, or an amendment of a known one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import chinese_calendar
import yaml

from ntanalytics.errors import SettingsError
from ntanalytics.language import tr
from ntanalytics.settings.festivals import FESTIVALS
from ntanalytics.settings.holiday_notice import HolidayNotice
from ntanalytics.settings.holidays import read_years

_HEAD = "# Working days of the site, written by `ntanalytics calendar add`; docs/settings.md tells of each key.\n"

#: Names of the library's festivals, in the order of ``FESTIVALS``.
_OF_LIBRARY = dict(
    zip(
        (
            "New Year's Day",
            "Spring Festival",
            "Tomb-sweeping Day",
            "Labour Day",
            "Dragon Boat Festival",
            "Mid-autumn Festival",
            "National Day",
        ),
        FESTIVALS,
        strict=True,
    )
)

#: Festival, or festivals in one → its days off and its make-up days.
_Festivals = dict[str, dict[str, list[dt.date]]]


def is_known(path: Path, notice: HolidayNotice) -> bool:
    """Return True if the file holds this very text.

    Raises:
        SettingsError: the file is there and cannot be read.
    """
    entry = read_years(path).get(notice.year, {}) if path.exists() else {}
    return any(known.get("sha256") == notice.sha256 for known in entry.get("notices", ()))


def with_notice(path: Path, notice: HolidayNotice, today: dt.date) -> str:
    """Return the text of the calendar file with a notice; the other years stay as they are.

    A notice with all festivals makes the year, or replaces it. One with fewer amends the year that the file or the
    library has: the days of its festivals are replaced, the others stay.

    Raises:
        SettingsError: the notice lacks festivals, and there is no year that it could amend; or it names a part of
            festivals that the year has as one.
    """
    years = read_years(path) if path.exists() else {}
    entry = dict(years.get(notice.year, {}))
    new = {
        "、".join(item.names): {"holidays": item.days, "workdays": sorted(named.day for named in item.workdays)}
        for item in notice.breaks
    }
    if notice.names != set(FESTIVALS):
        new = _amended(entry.get("festivals") or _library_festivals(notice.year), new, notice)
    entry["festivals"] = dict(sorted(new.items(), key=lambda item: item[1]["holidays"]))
    source = {"document": notice.document, "sha256": notice.sha256, "added_on": today}
    entry["notices"] = [*entry.get("notices", ()), source]
    years[notice.year] = entry
    return _HEAD + yaml.safe_dump(dict(sorted(years.items())), allow_unicode=True, sort_keys=False, width=120)


def write_calendar(path: Path, text: str) -> None:
    """Write the calendar file at once; the former one stays beside it as ``….bak``."""
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(text, encoding="utf-8")
    if path.exists():
        path.with_name(f"{path.name}.bak").write_bytes(path.read_bytes())
    draft.replace(path)


def _amended(known: Mapping[str, Any], new: _Festivals, notice: HolidayNotice) -> _Festivals:
    if not known:
        missing = "、".join(name for name in FESTIVALS if name not in notice.names)
        raise SettingsError(
            tr(
                "the notice has no {missing}, and no calendar of {year} is known that it could amend",
                missing=missing,
                year=notice.year,
            ),
            todo=tr("paste the whole notice, or first add that of the whole year"),
        )
    kept = {}
    for names, lists in known.items():
        common = set(names.split("、")) & notice.names
        if common and common != set(names.split("、")):
            raise SettingsError(
                tr(
                    "the year has {names} as one, and the notice has {common} alone",
                    names=names,
                    common="、".join(sorted(common)),
                ),
                todo=tr("list the days of {year} in the calendar file by hand (docs/settings.md)", year=notice.year),
            )
        if not common:
            kept[names] = lists
    return {**kept, **new}


def _library_festivals(year: int) -> _Festivals:
    """Return the festivals of a year that the library has; empty if it does not have the year."""
    festivals: _Festivals = {}
    constants = chinese_calendar.constants
    for key, days in (("holidays", constants.holidays), ("workdays", constants.workdays)):
        for day, name in days.items():
            # the New Year of a year may begin in the December before
            of_year = day.year + (day.month == 12 and _OF_LIBRARY.get(name) == "元旦")
            if of_year == year and name in _OF_LIBRARY:
                lists = festivals.setdefault(_OF_LIBRARY[name], {"holidays": [], "workdays": []})
                lists[key].append(day)
    return {name: {key: sorted(days) for key, days in lists.items()} for name, lists in festivals.items()}
