"""Databases of the four installations of the OA: members, logins, steps of flows, first views, and bills."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from ntanalytics.demo.arrays import ArrayRows, Bools, Ints, Objects, Rng, texts
from ntanalytics.demo.local_time import DAY_MS, wall_times
from ntanalytics.demo.population.city import City, Presence
from ntanalytics.demo.population.people import EDITIONS
from ntanalytics.demo.population.seasonality import Audience
from ntanalytics.demo.products.xinhu.bills import bills_of
from ntanalytics.demo.products.xinhu.burdens import planted_rows, without_unneeded
from ntanalytics.demo.products.xinhu.members import DESKS, LOGINS, PHONES, Members, members_of, write_lookups
from ntanalytics.demo.products.xinhu.schema import FLOWS, INSTALLATIONS, MODULES
from ntanalytics.demo.store import Columns, Store

_STREAM = 20
#: Share of the present persons who use the OA, and actions of each at the smallest scale.
_USERS, _ACTIONS = 0.85, 3.8
#: Share of mobile persons without any other action that day, and share of the others' actions, by edition.
_ONLY_MOBILE, _BY_MOBILE = (0.02, 0.03, 0.04, 0.62), (0.25, 0.25, 0.3, 0.75)
#: Shares of steps that open a bill, of failed logins, of desk logins by the messenger (reim), and of other steps.
_OPENS, _FAILURES, _REIM, _RETURNS = 0.3, 0.015, 0.2, 0.05

_STEPS = np.array([flow.steps for flow in FLOWS])
_TABLES = texts(flow.table for flow in FLOWS)
_HAS_BILLS = np.array([flow.minutes > 0 for flow in FLOWS])
_STATUS_NAMES = texts(["同意", "提交", "保存草稿", "退回"])
_AGREED, _RETURNED = 0, 3


@dataclass(frozen=True)
class _Users:
    """Users of the OA on a day: index into the members, arrival, whether also or only by telephone."""

    member: Ints
    at_ms: Ints
    is_mobile: Bools
    is_only_mobile: Bools


@dataclass(frozen=True)
class _Day:
    """One day of one edition."""

    city: City
    edition: int
    day: dt.date
    rng: Rng
    members: Members

    def accounts(self, member: Ints) -> Ints:
        return self.city.people.id[self.members.person[member]]

    def browsers(self, member: Ints, by_phone: Bools) -> Objects:
        return np.where(by_phone, PHONES[self.members.phone[member]], DESKS[self.members.desk[member]])

    def is_down(self, at_ms: Ints, by_phone: Bools) -> Bools:
        """Return whether the OA is down, or the edition is down by telephone (``edition_down``)."""
        is_hit = np.zeros(len(at_ms), dtype=bool)
        for incident in self.city.outages("oa"):
            is_hit |= incident.strength(self.day, at_ms) > 0
        for incident in self.city.incidents_of("edition_down"):
            if incident.subject == EDITIONS[self.edition]:
                is_hit |= by_phone & incident.covers(self.day, at_ms)
        return is_hit

    def is_stopped(self, at_ms: Ints, flow: Ints) -> Bools:
        """Return whether the module stands still (``module_stopped``)."""
        is_hit = np.zeros(len(at_ms), dtype=bool)
        for incident in self.city.incidents_of("module_stopped"):
            owner, _, module = incident.subject.partition("/")
            if owner == EDITIONS[self.edition]:
                is_hit |= (flow == MODULES.index(module)) & incident.covers(self.day, at_ms)
        return is_hit


@dataclass(frozen=True, kw_only=True)
class _Actions(ArrayRows):
    """Steps and first views of one day."""

    member: Ints
    place: Ints  # among the actions of the person
    at_ms: Ints
    flow: Ints
    by_phone: Bools
    is_step: Bools
    opens_bill: Bools


def write_xinhu(city: City, store: Store) -> int:
    """Write the databases of ``INSTALLATIONS`` (MySQL), and return the number of rows."""
    rows = 0
    with ExitStack() as opened:
        databases = [opened.enter_context(store.database(name, "mysql")) for name in INSTALLATIONS]
        members = [members_of(city, edition) for edition in range(len(EDITIONS))]
        for edition, database in enumerate(databases):
            rows += write_lookups(database, city, edition, members[edition].person, city.until)
        written: list[Counter[str]] = [Counter() for _ in databases]
        for day in city.days:
            present = city.present(day)
            for edition, database in enumerate(databases):
                context = _Day(city, edition, day, city.rng(_STREAM + edition, day), members[edition])
                for table, drawn in _rows(context, present).items():
                    columns = without_unneeded(city, edition, table, drawn)
                    first = written[edition][table] + 1
                    count = len(np.asarray(columns["optdt"]))
                    database.insert(table, {"id": np.arange(first, first + count), **columns})
                    written[edition][table] += count
                for table, columns in planted_rows(city, edition, day, members[edition].person).items():
                    rows += database.insert(table, columns)
        rows += sum(counts.total() for counts in written)
    return rows


def write_xinhu_states(city: City, stores: Mapping[dt.date, Store]) -> None:
    """Write the members of the installations as they stood at the end of some days: day → place."""
    for edition, name in enumerate(INSTALLATIONS):
        person = members_of(city, edition).person
        for day, store in stores.items():
            with store.database(name, "mysql") as database:
                write_lookups(database, city, edition, person, day)


def _rows(context: _Day, present: Presence) -> dict[str, Columns]:
    """Return the rows of one day: table → columns; only bills have an ``id`` of their own."""
    users = _users(context, present)
    logins, actions = _logins(context, users), _actions(context, users)
    kept = ~context.is_down(actions.at_ms, actions.by_phone) & ~context.is_stopped(actions.at_ms, actions.flow)
    rows = np.flatnonzero(kept)[np.argsort(actions.at_ms[kept], kind="stable")]
    steps, views, first = rows[actions.is_step[rows]], rows[~actions.is_step[rows]], rows[actions.opens_bill[rows]]
    person, opening = context.members.person[actions.member[first]], actions.take(first)
    bills = bills_of(context.city, context.edition, context.day, person, opening.flow, opening.at_ms)
    count = len(actions.member)
    document = context.rng.integers(0, 10_000, count) + _first_document(context.day)
    document[first] = np.asarray(bills["id"])
    status = np.where(context.rng.random(count) < _RETURNS, _RETURNED, _AGREED)
    status[first] = 2 - np.asarray(bills["isturn"])
    return {
        "xinhu_log": logins,
        "xinhu_flow_log": _steps(context, actions.take(steps), document[steps], status[steps]),
        "xinhu_flow_bill": bills,
        "xinhu_reads": _views(context, actions.take(views)),
    }


def _first_document(day: dt.date) -> int:
    return (day.toordinal() % 10_000) * 10_000


def _steps(context: _Day, actions: _Actions, document: Ints, status: Ints) -> Columns:
    return {
        "table": _TABLES[actions.flow],
        "mid": document,
        "status": np.where(status == _RETURNED, 2, 1),
        "statusname": _STATUS_NAMES[status],
        "name": "处理",
        "checkid": context.accounts(actions.member),
        "modeid": actions.flow + 1,
        "optdt": wall_times(context.day, actions.at_ms // 1000),
        "web": context.browsers(actions.member, actions.by_phone),
    }


def _views(context: _Day, actions: _Actions) -> Columns:
    account = context.accounts(actions.member)
    times = wall_times(context.day, actions.at_ms // 1000)
    return {
        "table": _TABLES[actions.flow],
        "mid": _first_document(context.day) + (account % 50 + actions.place) % 10_000,  # a person views one once
        "optid": account,
        "stotal": 1,
        "optdt": times,
        "adddt": times,
        "web": context.browsers(actions.member, actions.by_phone),
    }


def _users(context: _Day, present: Presence) -> _Users:
    own = np.flatnonzero(context.city.people.edition[present.person] == context.edition)
    own = own[context.rng.random(len(own)) < _USERS]
    is_mobile = present.is_mobile[own]
    is_only_mobile = is_mobile & (context.rng.random(len(own)) < _ONLY_MOBILE[context.edition])
    member = np.searchsorted(context.members.person, present.person[own])
    return _Users(member, present.at_ms[own], is_mobile, is_only_mobile)


def _actions(context: _Day, users: _Users) -> _Actions:
    """Return the actions of a day: at least one a person, and more of them at a larger scale."""
    city, rng, members = context.city, context.rng, context.members
    mean = _ACTIONS * city.intensity * city.volume_factor("oa", context.day)
    times = np.maximum(rng.poisson(mean * members.diligence[users.member]), 1)
    user = np.repeat(np.arange(len(users.member)), times)
    at_ms = rng.permutation(city.seasonality.moments(rng, context.day, Audience.OFFICE, len(user)))
    arrived = users.at_ms[user]
    at_ms = np.where(at_ms < arrived, arrived + rng.exponential(2_400_000, len(user)).astype(np.int64), at_ms)
    member = users.member[user]
    flow = (rng.random(len(user))[:, None] > members.modules[member]).sum(axis=1)
    is_mobile = users.is_mobile[user] & (rng.random(len(user)) < _BY_MOBILE[context.edition])
    is_step = rng.random(len(user)) < _STEPS[flow]
    return _Actions(
        member=member,
        place=np.arange(len(user)) - np.repeat(np.cumsum(times) - times, times),
        at_ms=at_ms.clip(max=DAY_MS - 1),
        flow=flow,
        by_phone=users.is_only_mobile[user] | is_mobile,
        is_step=is_step,
        opens_bill=is_step & _HAS_BILLS[flow] & (rng.random(len(user)) < _OPENS),
    )


def _logins(context: _Day, users: _Users) -> Columns:
    """Return one login a person and kind of terminal, and some failed ones."""
    rng, members = context.rng, context.members
    desk, phone = np.flatnonzero(~users.is_only_mobile), np.flatnonzero(users.is_mobile)
    later = rng.exponential(5_400_000, len(phone)).astype(np.int64)
    second = (users.at_ms[phone] + np.where(users.is_only_mobile[phone], 0, later)).clip(max=DAY_MS - 1)
    for incident in context.city.incidents_of("login_outage"):
        begin, end = incident.span_ms(context.day)
        second = np.where(incident.covers(context.day, second), end + (second - begin), second)
    user, at_ms = np.concatenate([desk, phone]), np.concatenate([users.at_ms[desk], second])
    by_phone = np.arange(len(user)) >= len(desk)
    member = users.member[user]
    at_desk = np.where(rng.random(len(user)) < _REIM, "reim登录", "pc登录").astype(object)
    kept = np.flatnonzero(~context.is_down(at_ms, by_phone))
    fails = kept[rng.random(len(kept)) < _FAILURES]
    rows = np.concatenate([kept, fails])
    failed = np.arange(len(rows)) >= len(kept)
    at_ms = (at_ms[rows] - np.where(failed, 20_000, 0)).clip(min=0)
    order = np.argsort(at_ms, kind="stable")
    rows, failed = rows[order], failed[order]
    return {
        "type": np.where(by_phone, LOGINS[members.login[member]], at_desk)[rows],
        "optid": np.where(failed, 0, context.accounts(member)[rows]),
        "level": np.where(failed, 3, 0),
        "remark": np.where(failed, "密码错误", "登录成功").astype(object),
        "web": context.browsers(member, by_phone)[rows],
        "optdt": wall_times(context.day, at_ms[order] // 1000),
    }
