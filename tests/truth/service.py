"""Burden of the staff, little used modules and applications, and accounts locked out (docs/domain.md, Burden)."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from tests.truth.figures import Figures, median, put
from tests.truth.im import IM
from tests.truth.oa import EDITIONS, MODULES, OA
from tests.truth.sms import SMS
from tests.truth.sources import Sources
from tests.truth.span import DAY, Span, is_working, moment

#: Fewest events or accounts of a row, and the share of the busiest below which something is hardly used.
LEAST, HARDLY = 5, 0.02

#: Cause → its minutes for one count, and whether its counts are divided by the weeks of the period.
CAUSES = {
    "非工作时间提醒": ((1, 2, 5), True),
    "同一事项重复填报": ((10, 20, 30), True),
    "文件在同一环节积压": ((5, 10, 20), False),
    "模块很少使用": ((2, 5, 10), False),
    "客户端版本过旧": ((2, 5, 15), False),
}

#: Applications of the demo city that write to staff, and its days on which the usual clients are looked for.
STAFF, CLIENTS_BACK = ("公文交换", "协同办公"), 28

_TASKS = """
SELECT COALESCE(NULLIF(d.name, ''), NULLIF(t.udeptname, '')), t.createdt, t.updt, COALESCE(s.num, t."table"),
       t.status, NULLIF(c.name, ''), NULLIF(o.zinum, '')
FROM xinhu_flow_bill t
LEFT JOIN xinhu_admin a ON a.id = t.uid
LEFT JOIN xinhu_dept d ON d.id = CASE WHEN t.udeptid > 0 THEN t.udeptid ELSE a.deptid END
LEFT JOIN xinhu_flow_set s ON s.id = t.modeid
LEFT JOIN xinhu_flow_course c ON c.id = t.nowcourseid
LEFT JOIN xinhu_official o ON o.id = t.mid AND t."table" = 'official'
WHERE t.isturn = 1 AND t.isdel = 0 AND t.status <> 5
"""

_FAILED = "MESSAGE NOT IN ('success', 'password error', 'user not exist', 'locked', 'inactive')"

# Per account and day: whether it got in, and whether it failed for a reason of the service.
_LOCKED_OUT = f"""
SELECT USERID, SUBSTR(LOGINTIME, 1, 10), MAX(MESSAGE = 'success'), MAX({_FAILED})
FROM mxk_history_login
WHERE LOGINTIME >= ? AND LOGINTIME < ? AND MESSAGE <> 'user not exist' AND COALESCE(DISPLAYNAME, '') <> 'not exist'
GROUP BY 1, 2
"""

_USERS = """
SELECT COALESCE(MIN(CASE WHEN a.STATUS = 1 THEN a.APPNAME END), x.APPID), COUNT(DISTINCT x.USERID)
FROM (
    SELECT ID AS APPID, NULL AS USERID FROM mxk_apps WHERE STATUS = 1
    UNION ALL
    SELECT APPID, NULLIF(USERID, '') FROM mxk_history_login_apps WHERE LOGINTIME >= ? AND LOGINTIME < ?
) x LEFT JOIN mxk_apps a ON a.ID = x.APPID
GROUP BY x.APPID
"""


@dataclass(frozen=True)
class _Task:
    unit: str | None
    started_at: dt.datetime
    changed_at: dt.datetime
    edition: str
    module: str
    is_open: bool
    step: str | None
    matter: str | None


class Service:
    """Burden and little used parts of a city."""

    def __init__(self, sources: Sources, oa: OA, sms: SMS, im: IM) -> None:
        self.sources, self.oa, self.sms, self.im = sources, oa, sms, im

    def city(self, span: Span) -> Figures:
        """Return the figures of the report on adoption of the city."""
        figures: Figures = {}
        weeks = len(span.days) / 7
        counts = self._after_hours(span) | self._asked_twice(span) | self._stuck(span) | self._old_clients(span)
        users = self._module_users(span)
        idle = {name: count for name, count, share in users if share < HARDLY}
        counts |= {("模块很少使用", name): count for name, count in idle.items()}
        for (cause, subject), count in counts.items():
            if count < LEAST:
                continue
            minutes, is_event = CAUSES[cause]
            hours = [count * each / 60 / (weeks if is_event else 1) for each in minutes]
            names = ("burden_hours_low", "burden_hours", "burden_hours_high")
            put(figures, "burden", f"{cause}|{subject}", dict(zip(names, hours, strict=True)) | {"burden_count": count})
        self._little_used(figures, "模块", users)
        self._little_used(figures, "应用", self._app_users(span))
        return figures | self._locked_out(span)

    @staticmethod
    def _little_used(figures: Figures, kind: str, users: Iterable[tuple[str, int, float]]) -> None:
        for name, count, share in users:
            if share < HARDLY:
                is_told = count == 0 or count >= LEAST
                values = {"low_use_accounts": count, "relative_use": share}
                put(
                    figures,
                    "low-use",
                    f"{kind}|{name}",
                    {key: value if is_told else None for key, value in values.items()},
                )

    def _module_users(self, span: Span) -> list[tuple[str, int, float]]:
        """Return the modules of each edition with their users and the share of those of the busiest one."""
        users: dict[tuple[str, str], set[int]] = defaultdict(set)
        for action in self.oa.actions(span):
            if action.module != "other":
                users[action.account.edition, action.module].add(action.account.number)
        modules = {module for _, module in users}
        found = []
        for edition in EDITIONS.values():
            counts = {module: len(users.get((edition, module), ())) for module in modules}
            most = max(counts.values(), default=0)
            found += [(f"{edition}·{MODULES[name]}", count, count / most) for name, count in counts.items() if most]
        return found

    def _app_users(self, span: Span) -> list[tuple[str, int, float]]:
        rows = [(str(name), int(count)) for name, count in self.sources.rows("maxkey", _USERS, span.between)]
        most = max(count for _, count in rows)
        return [(name, count, count / most) for name, count in rows]

    def _after_hours(self, span: Span) -> Counter[tuple[str, str]]:
        slots: Counter[tuple[str, str]] = Counter()
        for message in self.sms.of(span):
            at = message.submitted_at
            minute, is_worked = at.hour * 60 + at.minute, is_working(at.date())
            if message.application in STAFF and (not is_worked or minute < 510 or minute >= 1080):
                day = "工作日" if is_worked else "休息日"
                slots[message.application, f"{day}{at.hour:02}:{at.minute // 30 * 30:02}"] += 1
        total: Counter[str] = Counter()
        for (application, _), count in slots.items():
            total[application] += count
        found: Counter[tuple[str, str]] = Counter()
        for (application, when), count in slots.items():
            is_shown = count >= max(0.05 * total[application], LEAST)
            found["非工作时间提醒", f"{application} {when if is_shown else '其他非工作时段'}"] += count
        return found

    def _tasks(self) -> list[_Task]:
        modules = self.sources.words("xinhu/modules.csv")
        tasks = []
        for code, edition in EDITIONS.items():
            for unit, started, changed, word, status, step, matter in self.sources.rows(f"oa_{code}", _TASKS):
                begin, change = moment(started), moment(changed)
                assert begin is not None
                assert change is not None
                module = modules.get(word, "other")
                tasks.append(_Task(self.sources.unit(unit), begin, change, edition, module, status != 1, step, matter))
        return tasks

    def _asked_twice(self, span: Span) -> Counter[tuple[str, str]]:
        """Return the later tasks of a unit for a matter, by the modules that asked first and again."""
        first: dict[tuple[str, str, str], dt.datetime] = {}
        for task in self._tasks():
            if task.matter and task.unit and task.started_at < span.until:
                key = task.unit, task.matter, task.module
                first[key] = min(task.started_at, first.get(key, task.started_at))
        asked: dict[tuple[str, str], list[tuple[dt.datetime, str]]] = defaultdict(list)
        for (unit, matter, module), at in first.items():
            asked[unit, matter].append((at, module))
        found: Counter[tuple[str, str]] = Counter()
        for times in asked.values():
            (_, earliest), *again = sorted(times)
            for at, module in again:
                if span.since <= at < span.until:
                    found["同一事项重复填报", f"{MODULES[earliest]} → {MODULES[module]}"] += 1
        return found

    def _stuck(self, span: Span) -> Counter[tuple[str, str]]:
        """Return the tasks waiting at steps whose median wait is long beside that at all others."""
        waits: dict[tuple[str, str, str], list[float]] = defaultdict(list)
        for task in self._tasks():
            if task.is_open and task.step and task.started_at < span.until:
                hours = (span.until - task.changed_at).total_seconds() / 3600
                waits[task.edition, task.module, task.step].append(max(hours, 0.0))
        found: Counter[tuple[str, str]] = Counter()
        for key, hours in waits.items():
            elsewhere = median([each for other, times in waits.items() if other != key for each in times]) or 0.0
            own = median(hours)
            if own is not None and own >= max(3 * elsewhere, 40):
                edition, module, step = key
                found["文件在同一环节积压", f"{edition}·{MODULES[module]}“{step}”环节"] += len(hours)
        return found

    def _old_clients(self, span: Span) -> Counter[tuple[str, str]]:
        """Return the accounts with a client of which most users of its product have a later version."""
        users: Counter[str] = Counter()
        for back in range(len(span.days) + CLIENTS_BACK):
            for client, accounts in self.im.clients[(span.last - back * DAY).isoformat()].items():
                users[client] += len(accounts)
        found: Counter[tuple[str, str]] = Counter()
        for client in users:
            same = {other: count for other, count in users.items() if other.split()[0] == client.split()[0]}
            later = sum(count for other, count in same.items() if _version(other) > _version(client))
            if 2 * later > sum(same.values()):
                days = [self.im.clients[day.isoformat()].get(client, set()) for day in span.days]
                found["客户端版本过旧", client] = len(set().union(*days))
        return found

    def _locked_out(self, span: Span) -> Figures:
        """Return the accounts that never got in on a day, all for the reason that the product does not tell."""
        stayed: dict[str, list[str]] = defaultdict(list)
        for account, day, got_in, failed in self.sources.rows("maxkey", _LOCKED_OUT, span.between):
            if failed and not got_in:
                stayed[account].append(day)
        figures: Figures = {}
        if len(stayed) >= LEAST:
            values = {"locked_accounts": len(stayed), "locked_days": sum(map(len, stayed.values()))}
            first = min(min(days) for days in stayed.values())
            put(figures, "locked-out", f"其他原因|{first}", values)
        return figures


def _version(client: str) -> list[int]:
    """Return the version behind the name of a product, without what it runs on: ``Spark 3.0.1 Windows 7``."""
    written = re.search(r"\d+(\.\d+)+", client)
    return [int(part) for part in written[0].split(".")] if written else []
