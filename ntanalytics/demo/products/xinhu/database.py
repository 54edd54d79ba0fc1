"""The four installations of the OA, 信呼 (xinhu): members, logins, steps of flows, first views, and bills."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ntanalytics.demo.population.city import EDITIONS, City, Presence
from ntanalytics.demo.population.seasonality import DAY_MS, Audience
from ntanalytics.demo.products.xinhu.bills import bills
from ntanalytics.demo.products.xinhu.members import DESKS, LOGINS, PHONES, Members, members, write_lookups
from ntanalytics.demo.products.xinhu.schema import FLOWS, INSTALLATIONS
from ntanalytics.demo.store import Store

_STREAM = 20
#: Share of those at work who use the OA that day, and how many steps and views each makes at the smallest scale.
_USERS, _ACTIONS = 0.85, 3.8
#: Of those who act by telephone: share who do nothing else that day, and share of the others' actions, by edition.
_ONLY_MOBILE, _BY_MOBILE = (0.02, 0.03, 0.04, 0.62), (0.25, 0.25, 0.3, 0.75)
#: Share of steps that open a bill, of failed logins, and of desks that log in by the messenger (reim).
_OPENS, _FAILED, _REIM = 0.3, 0.015, 0.2

_STEPS = np.array([flow.steps for flow in FLOWS])
_TABLES = np.array([flow.table for flow in FLOWS], dtype=object)
_HAS_BILLS = np.array([flow.minutes > 0 for flow in FLOWS])
_DONE = np.array(["同意", "提交", "保存草稿", "退回"], dtype=object)


@dataclass(frozen=True)
class _Users:
    """Those who use the OA on a day: index into the members, arrival, whether also or only by telephone."""

    member: NDArray[np.int64]
    at_ms: NDArray[np.int64]
    is_mobile: NDArray[np.bool_]
    is_only_mobile: NDArray[np.bool_]


def write_oa(city: City, store: Store) -> int:
    """Write the databases of the four installations (``oa_schema.INSTALLATIONS``), and return the number of rows."""
    rows = 0
    with ExitStack() as opened:
        databases = [opened.enter_context(store.database(name, "mysql")) for name in INSTALLATIONS]
        everyone = [members(city, edition) for edition in range(len(EDITIONS))]
        for edition, database in enumerate(databases):
            rows += write_lookups(city, edition, database, everyone[edition].person)
        written: list[Counter[str]] = [Counter() for _ in databases]
        for day in city.days:
            presence = city.present(day)
            for edition, database in enumerate(databases):
                for table, columns in _day(city, edition, day, presence, everyone[edition]).items():
                    first, count = written[edition][table] + 1, len(columns["optdt"])
                    database.insert(table, {"id": np.arange(first, first + count), **columns})
                    written[edition][table] += count
        rows += sum(each.total() for each in written)
    return rows


def _day(city: City, edition: int, day: dt.date, presence: Presence, habits: Members) -> dict[str, dict[str, Any]]:
    """The rows of one day: table → columns without ``id``, which only bills bring with them."""
    rng = city.rng(_STREAM + edition, day)
    mine = np.flatnonzero(city.people.edition[presence.person] == edition)
    mine = mine[rng.random(len(mine)) < _USERS]
    is_mobile = presence.is_mobile[mine]
    users = _Users(
        np.searchsorted(habits.person, presence.person[mine]),
        presence.at_ms[mine],
        is_mobile,
        is_mobile & (rng.random(len(mine)) < _ONLY_MOBILE[edition]),
    )
    logins = _logins(city, edition, day, rng, habits, users)
    # what each does: many times that at a larger scale, but once at least
    often = _ACTIONS * city.intensity * city.busier("oa", day)
    times = np.maximum(rng.poisson(often * habits.diligence[users.member]), 1)
    user = np.repeat(np.arange(len(mine)), times)
    place = np.arange(len(user)) - np.repeat(np.cumsum(times) - times, times)
    at_ms = rng.permutation(city.rhythm.moments(rng, day, Audience.OFFICE, len(user)))
    arrived = users.at_ms[user]
    at_ms = np.where(at_ms < arrived, arrived + rng.exponential(2_400_000, len(user)).astype(np.int64), at_ms)
    at_ms = at_ms.clip(max=DAY_MS - 1)
    member = users.member[user]
    flow = (rng.random(len(user))[:, None] > habits.modules[member]).sum(axis=1)
    by_phone = users.is_only_mobile[user] | (users.is_mobile[user] & (rng.random(len(user)) < _BY_MOBILE[edition]))
    is_step = rng.random(len(user)) < _STEPS[flow]
    opens = is_step & _HAS_BILLS[flow] & (rng.random(len(user)) < _OPENS)
    kept = ~_is_down(city, edition, day, at_ms, by_phone) & ~_is_stopped(city, edition, day, at_ms, flow)
    rows = np.flatnonzero(kept)[np.argsort(at_ms[kept], kind="stable")]
    web = np.where(by_phone, PHONES[habits.phone[member]], DESKS[habits.desk[member]])
    person, moment = habits.person[member], np.datetime64(day, "s") + (at_ms // 1000).astype("timedelta64[s]")
    steps, views, first = rows[is_step[rows]], rows[~is_step[rows]], rows[opens[rows]]
    bill = bills(city, edition, day, person[first], flow[first], at_ms[first])
    number = rng.integers(0, 10_000, len(user)) + (day.toordinal() % 10_000) * 10_000
    number[first] = bill["id"]
    done = np.where(rng.random(len(user)) < 0.05, 3, 0)
    done[first] = 2 - bill["isturn"]
    seen = (day.toordinal() % 10_000) * 10_000 + (city.people.id[person] % 50 + place) % 10_000  # a document once
    return {
        "xinhu_log": logins,
        "xinhu_flow_log": {
            "table": _TABLES[flow[steps]],
            "mid": number[steps],
            "status": np.where(done[steps] == 3, 2, 1),
            "statusname": _DONE[done[steps]],
            "name": "处理",
            "checkid": city.people.id[person[steps]],
            "modeid": flow[steps] + 1,
            "optdt": moment[steps],
            "web": web[steps],
        },
        "xinhu_flow_bill": bill,
        "xinhu_reads": {
            "table": _TABLES[flow[views]],
            "mid": seen[views],
            "optid": city.people.id[person[views]],
            "stotal": 1,
            "optdt": moment[views],
            "adddt": moment[views],
            "web": web[views],
        },
    }


def _logins(
    city: City, edition: int, day: dt.date, rng: np.random.Generator, habits: Members, users: _Users
) -> dict[str, Any]:
    """One login a person and kind of terminal, and some that failed."""
    desk, phone = np.flatnonzero(~users.is_only_mobile), np.flatnonzero(users.is_mobile)
    later = rng.exponential(5_400_000, len(phone)).astype(np.int64)
    second = (users.at_ms[phone] + np.where(users.is_only_mobile[phone], 0, later)).clip(max=DAY_MS - 1)
    for incident in city.planted("login_outage"):
        begin, end = incident.span_ms(day)
        second = np.where((second >= begin) & (second < end), end + (second - begin), second)
    user, at_ms = np.concatenate([desk, phone]), np.concatenate([users.at_ms[desk], second])
    by_phone = np.arange(len(user)) >= len(desk)
    member = users.member[user]
    at_desk = np.where(rng.random(len(user)) < _REIM, "reim登录", "pc登录").astype(object)
    kept = np.flatnonzero(~_is_down(city, edition, day, at_ms, by_phone))
    fails = kept[rng.random(len(kept)) < _FAILED]
    rows = np.concatenate([kept, fails])
    failed = np.arange(len(rows)) >= len(kept)
    at_ms = (at_ms[rows] - np.where(failed, 20_000, 0)).clip(min=0)
    order = np.argsort(at_ms, kind="stable")
    rows, failed, at_ms = rows[order], failed[order], at_ms[order]
    return {
        "type": np.where(by_phone, LOGINS[habits.login[member]], at_desk)[rows],
        "optid": np.where(failed, 0, city.people.id[habits.person[member]][rows]),
        "level": np.where(failed, 3, 0),
        "remark": np.where(failed, "密码错误", "登录成功").astype(object),
        "web": np.where(by_phone, PHONES[habits.phone[member]], DESKS[habits.desk[member]])[rows],
        "optdt": np.datetime64(day, "s") + (at_ms // 1000).astype("timedelta64[s]"),
    }


def _is_down(
    city: City, edition: int, day: dt.date, at_ms: NDArray[np.int64], by_phone: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """What is not done while nothing is done in the edition by telephone (``edition_down``), or the OA is down."""
    is_hit = np.zeros(len(at_ms), dtype=bool)
    for incident in city.outages("oa"):
        is_hit |= incident.strength(day, at_ms) > 0
    for incident in city.planted("edition_down"):
        if incident.subject == EDITIONS[edition]:
            begin, end = incident.span_ms(day)
            is_hit |= by_phone & (at_ms >= begin) & (at_ms < end)
    return is_hit


def _is_stopped(
    city: City, edition: int, day: dt.date, at_ms: NDArray[np.int64], flow: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """What is not done while a module of the edition stands still (``module_stopped``)."""
    is_hit = np.zeros(len(at_ms), dtype=bool)
    for incident in city.planted("module_stopped"):
        where, _, module = incident.subject.partition("/")
        if where == EDITIONS[edition]:
            begin, end = incident.span_ms(day)
            is_hit |= (flow == [each.module for each in FLOWS].index(module)) & (at_ms >= begin) & (at_ms < end)
    return is_hit
