"""Accounts, actions and tasks of the four editions of the OA, from the tables of their product."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.truth.figures import mean, median, quantile, rate, seconds
from tests.truth.sources import Sources
from tests.truth.span import DAY, OFFICE_HOURS, Span, is_working, moment

EDITIONS = {"party": "市委版", "government": "政府版", "general": "通用版", "wecom": "企业微信版"}

MODULES = {
    "documents": "公文管理", "guests": "客情中心", "countersign": "发文会签", "committee_papers": "市委来文",
    "bulletins": "政务简报", "notices": "通知公告", "calendar": "日程安排", "mail": "内部邮件", "files": "文件共享",
    "followed_matters": "关注办件", "duty": "值班安排", "decision_support": "辅助决策", "cars": "用车管理",
    "meeting_rooms": "会议室管理", "supplies": "耗材管理", "other": "其他",
}  # fmt: skip

#: Browsers of telephones, as the product names them.
MOBILE = frozenset(("wxbro", "ding", "welink", "xinhu", "xiaomi", "huawei", "mqq", "Android", "iPhone"))

# What a person did: logins that succeeded, steps of flows, first views.
_ACTIONS = """
SELECT SUBSTR(optdt, 1, 10), optid, '', web, type NOT IN ('pc登录', 'reim登录'), COUNT(*)
FROM xinhu_log WHERE type LIKE '%登录' AND COALESCE(level, 0) < 2 AND optid > 0 GROUP BY 1, 2, 3, 4, 5
UNION ALL
SELECT SUBSTR(f.optdt, 1, 10), f.checkid, COALESCE(s.num, f."table"), f.web, NULL, COUNT(*)
FROM xinhu_flow_log f LEFT JOIN xinhu_flow_set s ON s.id = f.modeid WHERE f.checkid > 0 GROUP BY 1, 2, 3, 4
UNION ALL
SELECT SUBSTR(adddt, 1, 10), optid, "table", web, NULL, COUNT(*) FROM xinhu_reads WHERE optid > 0 GROUP BY 1, 2, 3, 4
"""

# The most actions of one account within an hour of the clock, by day.
_BUSIEST = """
WITH done AS (
    SELECT SUBSTR(optdt, 1, 13) AS hour, optid AS person FROM xinhu_log
    WHERE type LIKE '%登录' AND COALESCE(level, 0) < 2 AND optid > 0
    UNION ALL SELECT SUBSTR(optdt, 1, 13), checkid FROM xinhu_flow_log WHERE checkid > 0
    UNION ALL SELECT SUBSTR(adddt, 1, 13), optid FROM xinhu_reads WHERE optid > 0
), hours AS (SELECT hour, person, COUNT(*) AS times FROM done GROUP BY hour, person)
SELECT SUBSTR(hour, 1, 10), MAX(times) FROM hours GROUP BY 1
"""

_ACCOUNTS = "SELECT a.id, a.status, d.name FROM xinhu_admin a LEFT JOIN xinhu_dept d ON d.id = a.deptid"

# Tasks that came to somebody, were approved and are not deleted.
_FINISHED = """
SELECT t.createdt, t.updt, COALESCE(s.num, t."table")
FROM xinhu_flow_bill t LEFT JOIN xinhu_flow_set s ON s.id = t.modeid
WHERE t.isturn = 1 AND t.status = 1 AND t.isdel = 0
"""


@dataclass(frozen=True)
class Account:
    """Account of an edition."""

    edition: str
    number: int
    unit: str | None


@dataclass(frozen=True)
class Action:
    """Actions of an account on a day that share everything."""

    account: Account
    day: dt.date
    module: str
    is_mobile: bool
    is_xinchuang: bool | None
    times: int


@dataclass(frozen=True)
class Task:
    """Finished task."""

    edition: str
    module: str
    started_at: dt.datetime
    finished_at: dt.datetime

    @property
    def worked_s(self) -> float:
        """Return the office hours between start and finish, in seconds."""
        total, day = 0.0, self.started_at.date()
        while day <= self.finished_at.date():
            if is_working(day):
                for opens, closes in OFFICE_HOURS:
                    begin = max(self.started_at, dt.datetime.combine(day, opens))
                    end = min(self.finished_at, dt.datetime.combine(day, closes))
                    total += max(0.0, seconds(end, begin))
            day += DAY
        return total


class OA:
    """Accounts, actions and tasks of a city."""

    def __init__(self, sources: Sources) -> None:
        self.first = sources.first
        self.enabled: set[Account] = set()
        self.by_day: dict[dt.date, list[Action]] = defaultdict(list)
        self.tasks: list[Task] = []
        self.busiest: dict[dt.date, int] = {}
        modules, platforms = sources.words("xinhu/modules.csv"), sources.words("xinhu/platforms.csv")
        for edition, name in EDITIONS.items():
            database = f"oa_{edition}"
            known = {}
            for number, status, unit in sources.rows(database, _ACCOUNTS):
                known[number] = Account(name, number, sources.unit(unit))
                if status == 1:
                    self.enabled.add(known[number])
            for day, number, word, web, is_mobile, times in sources.rows(database, _ACTIONS):
                module = modules.get(word, "other") if word else "other"
                platform = platforms.get(web, platforms["*"]) == "xinchuang" if web else None
                on = dt.date.fromisoformat(day)
                mobile = web in MOBILE if is_mobile is None else bool(is_mobile)
                account = known.get(number) or Account(name, number, None)
                self.by_day[on].append(Action(account, on, module, mobile, platform, times))
            for day, times in sources.rows(database, _BUSIEST):
                on = dt.date.fromisoformat(day)
                self.busiest[on] = max(times, self.busiest.get(on, 0))
            for started, finished, word in sources.rows(database, _FINISHED):
                begin, end = moment(started), moment(finished)
                assert begin is not None
                assert end is not None
                self.tasks.append(Task(name, modules.get(word, "other"), begin, end))

    def actions(self, span: Span) -> list[Action]:
        """Return the actions of a span."""
        return [action for day in span.days for action in self.by_day[day]]

    def active(self, span: Span) -> set[Account]:
        """Return the accounts that acted in a span."""
        return {action.account for action in self.actions(span)}

    def ever(self, span: Span) -> set[Account]:
        """Return the accounts that acted before a span, as far back as there are actions."""
        return {action.account for day, actions in self.by_day.items() if day < span.first for action in actions}

    def daily(self, day: dt.date) -> set[Account]:
        """Return the accounts that acted on a day."""
        return {action.account for action in self.by_day[day]}

    def levels(self, span: Span, key: Callable[[Account], str]) -> dict[str, dict[str, float | None]]:
        """Return the adoption of a span by group (docs/domain.md, OA adoption)."""
        actions: dict[str, list[Action]] = defaultdict(list)
        for action in self.actions(span):
            actions[key(action.account)].append(action)
        enabled: dict[str, int] = defaultdict(int)
        for account in self.enabled:
            enabled[key(account)] += 1
        names = {*actions, *enabled}
        return {name: level(actions[name], enabled[name], span.working_days) for name in names}

    def reach(self, span: Span, key: Callable[[Account], str]) -> dict[str, tuple[int, int]]:
        """Return the onboarded units, and those with an active account, by group."""
        onboarded: dict[str, set[str]] = defaultdict(set)
        for account in self.enabled:
            if account.unit:
                onboarded[key(account)].add(account.unit)
        acted: dict[str, set[str]] = defaultdict(set)
        for account in self.active(span):
            if account.unit:
                acted[key(account)].add(account.unit)
        return {name: (len(units), len(units & acted[name])) for name, units in onboarded.items()}

    def flow(self, span: Span, key: Callable[[Account], str]) -> dict[str, dict[str, float | None]]:
        """Return new, returning, resurrected and lapsed accounts by group."""
        now, was, earlier = self.active(span), self.active(span.before()), self.ever(span.before())
        rows: dict[str, dict[str, float | None]] = {}
        for name in {key(account) for account in now | was | earlier}:
            mine, mine_was, mine_earlier = (
                {account for account in chosen if key(account) == name} for chosen in (now, was, earlier)
            )
            rows[name] = {
                "active": len(mine),
                "new": len(mine - mine_was - mine_earlier),
                "returning": len(mine & mine_was),
                "resurrected": len((mine & mine_earlier) - mine_was),
                "lapsed": len(mine_was - mine),
                "was_active": len(mine_was),
            }
        return rows

    def handling(self, span: Span) -> dict[str, dict[str, float | None]]:
        """Return the handling time of the tasks finished in a span, by module."""
        modules: dict[str, list[Task]] = defaultdict(list)
        for task in self.tasks:
            if span.since <= task.finished_at < span.until:
                modules[task.module].append(task)
        rows: dict[str, dict[str, float | None]] = {}
        for module, done in modules.items():
            took = [seconds(task.finished_at, task.started_at) for task in done]
            worked = [task.worked_s for task in done]
            rows[module] = {
                "tasks": len(done),
                "handling_p50_s": median(took),
                "handling_p90_s": quantile(took, 0.9),
                "worked_p50_s": median(worked),
                "worked_p90_s": quantile(worked, 0.9),
            }
        return rows

    def modules(self, span: Span) -> dict[str, int]:
        """Return the active accounts of each module."""
        accounts: dict[str, set[Account]] = defaultdict(set)
        for action in self.actions(span):
            accounts[action.module].add(action.account)
        return {module: len(used) for module, used in accounts.items()}


def level(actions: Iterable[Action], enabled: int, worked: list[dt.date]) -> dict[str, float | None]:
    """Return the adoption of one group from its actions in a period."""
    days: dict[Account, set[dt.date]] = defaultdict(set)
    modules: dict[Account, set[str]] = defaultdict(set)
    mobile, xinchuang, known = set(), set(), set()
    for action in actions:
        days[action.account].add(action.day)
        modules[action.account] |= {action.module} - {"other"}
        mobile |= {action.account} if action.is_mobile else set()
        xinchuang |= {action.account} if action.is_xinchuang else set()
        known |= {action.account} if action.is_xinchuang is not None else set()
    active = len(days)
    daily = mean([float(sum(day in acted for acted in days.values())) for day in worked])
    return {
        "enabled": enabled,
        "active": active,
        "active_rate": rate(active, enabled),
        "daily_active": daily,
        "stickiness": rate(daily, active),
        "habit": rate(sum(2 * len(acted & set(worked)) >= len(worked) for acted in days.values()), active),
        "mobile_share": rate(len(mobile), active),
        "xinchuang_share": rate(len(xinchuang), len(known)),
        "breadth": median(float(len(used)) for used in modules.values()),
    }
