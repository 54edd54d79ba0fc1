"""Figures of OA adoption as the reports show them: by edition, unit, week, day and module."""

from __future__ import annotations

import datetime as dt

from tests.truth.figures import Figures, change_rate, difference, put, rate
from tests.truth.oa import EDITIONS, MODULES, OA, Account, level
from tests.truth.span import DAY, WEEK, Span

#: Fewest accounts of a unit with a place, and fewest daily active ones of a unit that moved.
MIN_ACCOUNTS, MIN_DAILY = 20, 5

#: Weeks of the weekly report's chart.
CHART_WEEKS = 12

#: Change of the daily active accounts from which a unit moved.
MOVED = 0.25

LOW_RATE, WEEKS_DRAWN, LEAD_WEEKS, OLDEST, QUARTER = 0.4, 8, 4, 8, 91

CARDS = ("active", "active_rate", "daily_active", "mobile_share", "xinchuang_share")


def by_edition(account: Account) -> str:
    """Return the edition of an account."""
    return account.edition


def by_unit(account: Account) -> str:
    """Return the unit and edition of an account."""
    return f"{account.unit}|{account.edition}"


def all_of(_account: Account) -> str:
    """Return one group for all accounts."""
    return ""


def weekly(oa: OA, span: Span) -> Figures:
    """Return the figures of the weekly report."""
    figures: Figures = {}
    now, was = oa.levels(span, by_edition), oa.levels(span.before(), by_edition)
    columns = ("enabled", "active", "active_rate", "stickiness", "mobile_share", "xinchuang_share")
    for edition, row in now.items():
        values = {name: row[name] for name in columns}
        values["active_change_rate"] = change_rate(row["active"], was[edition]["active"])
        put(figures, "adoption", edition, values)
    for back in range(CHART_WEEKS):
        week = Span(span.last - 6 * DAY - back * WEEK, span.last - back * WEEK)
        acted = len(oa.active(week)) if week.first >= oa.first else None
        put(figures, "active-by-week", f"第{week.first.isocalendar().week}周", {"active": acted})
    before, active = len(oa.active(span.before())), len(oa.active(span))
    values = {"value": active, "before": before, "change": change_rate(active, before)}
    put(figures, "headlines", "active", values)
    figures["systems", "协同办公", "change-words"] = values["change"]
    for place, day in enumerate(reversed(span.back(35).days)):
        figures["headlines", "active", f"spark-{place}"] = len(oa.daily(day))
        figures["systems", "协同办公", f"drawn-{place}"] = len(oa.daily(day))
    return figures | handling(oa, span) | findings(oa, span)


def handling(oa: OA, span: Span) -> Figures:
    """Return the handling time by module."""
    figures: Figures = {}
    for module, row in oa.handling(span).items():
        put(figures, "handling", MODULES[module], row)
    return figures


def findings(oa: OA, span: Span, block: str = "board") -> Figures:
    """Return the values of the checks of a longer period."""
    figures: Figures = {}
    for kind, key in (("edition", by_edition), ("subsystem", all_of), ("unit", by_unit)):
        now, was = oa.levels(span, key), oa.levels(span.before(), key)
        for name, row in now.items():
            before = was[name]["daily_active"] if name in was else 0
            entity = {value: code for code, value in EDITIONS.items()}.get(name, name.split("|")[0]) or "oa"
            code = "oa.unit_active_change_rate" if kind == "unit" else "oa.active_change_rate"
            values = {"value": change_rate(row["daily_active"], before), "count": before}
            put(figures, block, f"{code}:{kind}/{entity}", values)
    # the recommendations look back over a quarter
    for module, row in oa.handling(span.back(QUARTER)).items() if block == "basis" else ():
        values = {"value": row["worked_p90_s"], "count": row["tasks"]}
        put(figures, block, f"oa.handling:module/{module}", values)
    return figures


def city(oa: OA, span: Span) -> Figures:
    """Return the figures of the report on adoption of the city."""
    figures = handling(oa, span) | findings(oa, span)
    figures |= _editions(oa, span) | _units(oa, span) | _weeks(oa, span) | _cohorts(oa, span)
    for module, active in oa.modules(span).items():
        if module != "other":
            put(figures, "modules", MODULES[module], {"active": active})
    put(figures, "flow", "", oa.flow(span, all_of)[""])
    for day in span.back(35).days:
        accounts = oa.daily(day)
        for edition in EDITIONS.values():
            figures["daily", day.isoformat(), edition] = sum(account.edition == edition for account in accounts)
    return figures


def _editions(oa: OA, span: Span) -> Figures:
    figures: Figures = {}
    was = oa.levels(span.before(), by_edition)
    reached = oa.reach(span, by_edition)
    for edition, row in oa.levels(span, by_edition).items():
        before, (onboarded, acted) = was[edition], reached[edition]
        changes = {
            "active_change": difference(row["active"], before["active"]),
            "daily_active_change_rate": change_rate(row["daily_active"], before["daily_active"]),
            "units_onboarded": onboarded,
            "units_active": acted,
            "coverage": rate(acted, onboarded),
        }
        put(figures, "by-edition", edition, row | changes)
    return figures


def _units(oa: OA, span: Span) -> Figures:
    """Return the units with their places, and the tables of the best, the last and those that moved."""
    figures: Figures = {}
    now, was, flow = (
        oa.levels(span, by_unit), oa.levels(span.before(), by_unit), oa.flow(span, by_unit),
    )  # fmt: skip
    weeks = [Span(span.last - 6 * DAY - back * WEEK, span.last - back * WEEK) for back in range(WEEKS_DRAWN)]
    known = [oa.levels(week, by_unit) for week in weeks if week.first >= oa.first]
    fair = {name: row for name, row in now.items() if (row["enabled"] or 0) >= MIN_ACCOUNTS}
    for name, row in now.items():
        if name.startswith("None|") or not (row["enabled"] or row["active"]):
            continue
        before = was[name]["daily_active"] if name in was else 0
        low = 0
        for week in known:
            if (rate(week.get(name, row)["active"], row["enabled"]) or 0) >= LOW_RATE:
                break
            low += 1
        better = sum((other["active_rate"] or 0) > (row["active_rate"] or 0) for other in fair.values())
        columns = ("enabled", "active", "active_rate", "daily_active", "mobile_share", "xinchuang_share")
        values = {column: row[column] for column in columns} | {
            "place": better + 1 if name in fair else None,
            "daily_active_change_rate": change_rate(row["daily_active"], before),
            "new": flow[name]["new"],
            "lapsed": flow[name]["lapsed"],
            "low_weeks": low,
        }
        put(figures, "units", name, values)
        for block in ("best", "last") if name in fair else ():
            put(figures, block, name, {key: values[key] for key in ("place", "enabled", "active_rate", "low_weeks")})
        moved = {key: values[key] for key in ("daily_active", "daily_active_change_rate")}
        if (before or 0) >= MIN_DAILY and abs(moved["daily_active_change_rate"] or 0) >= MOVED - 1e-9:
            put(figures, "moved", name, moved | {"daily_active_before": before})
        put(figures, "board", f"oa.low_weeks:unit/{name.split('|')[0]}", {"value": low, "count": row["enabled"]})
    return figures


def _weeks(oa: OA, span: Span) -> Figures:
    """Return the last whole weeks; unknown before the first one of the city."""
    figures: Figures = {}
    for back in range(WEEKS_DRAWN):
        week = Span(span.last - 6 * DAY - back * WEEK, span.last - back * WEEK)
        number = week.first.isocalendar().week
        row = level(oa.actions(week), 0, week.working_days) if week.first >= oa.first else dict.fromkeys(CARDS)
        put(figures, "terminals", f"第{number}周", {name: row[name] for name in ("mobile_share", "xinchuang_share")})
        for name in CARDS:
            figures["headlines", name, f"spark-{back}"] = row[name]
    now, was = oa.levels(span, all_of)[""], oa.levels(span.before(), all_of)[""]
    for name in CARDS:
        is_rate = name.endswith(("_rate", "_share"))
        change = difference(now[name], was[name]) if is_rate else change_rate(now[name], was[name])
        values = {"value": now[name], "before": was[name], "change": change}
        if name == "active_rate":
            # the product keeps no history of its accounts: those enabled a period ago are not known
            values |= {"before": None, "change": None}
        put(figures, "headlines", name, values)
    return figures


def _cohorts(oa: OA, span: Span) -> Figures:
    """Return the retention of the accounts by the week of their first activity."""
    figures: Figures = {}
    begins: dict[Account, dt.date] = {}
    weeks: dict[dt.date, set[Account]] = {}
    for day in sorted(day for day in oa.by_day if day <= span.last):
        monday = day - day.weekday() * DAY
        for account in oa.daily(day):
            begins.setdefault(account, monday)
            weeks.setdefault(monday, set()).add(account)
    first = oa.first - oa.first.weekday() * DAY
    since = max(first + LEAD_WEEKS * WEEK, span.last - span.last.weekday() * DAY - WEEKS_DRAWN * WEEK)
    for monday in (week for week in weeks if week >= since and week + 6 * DAY <= span.last):
        cohort = {account for account, begun in begins.items() if begun == monday}
        values: dict[str, float | None] = {"cohort": len(cohort)}
        for age in range(1, OLDEST + 1):
            later = monday + age * WEEK
            is_over = later + 6 * DAY <= span.last
            values[f"retention_{age}"] = rate(len(cohort & weeks.get(later, set())), len(cohort)) if is_over else None
        put(figures, "cohorts", monday.isoformat(), values)
    return figures


def daily(oa: OA, span: Span) -> Figures:
    """Return the figures of the daily inspection: active accounts."""
    figures: Figures = {}
    for kind, key in (("edition", by_edition), ("subsystem", all_of)):
        for name, row in oa.levels(span, key).items():
            entity = {value: code for code, value in EDITIONS.items()}.get(name, "oa")
            figures["board", f"oa.active_fall:{kind}/{entity}", "value"] = row["active"]
    figures["board", "oa.busiest:account/busiest", "value"] = oa.busiest.get(span.first)
    return figures
