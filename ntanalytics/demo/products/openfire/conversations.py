"""One day's conversations on the messenger: who talks to whom, when, and with which client."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.seasonality import DAY_MS, Audience

#: Share of the accounts that talk on the messenger when they are at work: with OA, and without.
_TALKS, _TALKS_WITHOUT_OA = 0.55, 0.2
#: Conversations that such a person begins on a day, at the smallest whole estate and for each unit of intensity.
_BEGUN, _BEGUN_MORE = 0.55, 0.05
_FURTHER_MESSAGES = 3.0
_IN_ROOM, _BY_TELEPHONE = 0.3, 0.5
_DESK = np.array(["Spark 3.0.2 Windows 10", "Spark 3.0.2 Windows 10", "converse.js", "Spark 3.0.1 Windows 7"], object)
_DOMESTIC = np.array(["Spark 3.0.2 Kylin V10", "Spark 3.0.2 UOS 20", "Spark 3.0.2 Kylin V10", "portal-kylin"], object)
_TELEPHONE = np.array(["Conversations 2.12 Android", "Monal 6.0 iPhone", "移动政务 5.2 HarmonyOS"], object)
#: One desk names itself like this.
_HOSTILE = "Spark 3.0.2\"><img src=x onerror=alert('x')>"


@dataclass(frozen=True)
class Talkers:
    """Who uses the messenger, an array item an account.

    Attributes:
        talks: whether the person uses it at all.
        sticks: how fast a Windows desk sticks to the new client: one below an incident's size falls back to an old one.
            At 1 none does.
        hostile: index of the account whose client names itself with markup.
    """

    talks: NDArray[np.bool_]
    sticks: NDArray[np.float64]
    hostile: int


@dataclass(frozen=True)
class Talks:
    """One day's conversations, an array item each, and their messages in order of time.

    Attributes:
        persons: two columns of indices into ``People``: who began it, and another.
        clients: the clients of both.
        is_room: whether it is held in the unit's room.
        talk: the conversation of a message.
        sender: which of the two sent a message.
        sent_ms: when, since local midnight.
    """

    persons: NDArray[np.int64]
    clients: NDArray[np.object_]
    is_room: NDArray[np.bool_]
    talk: NDArray[np.int64]
    sender: NDArray[np.int64]
    sent_ms: NDArray[np.int64]


def talkers(city: City, rng: np.random.Generator) -> Talkers:
    """Who uses the messenger: rather those of the OA's units."""
    people = city.people
    talks = rng.random(len(people)) < np.where(people.edition >= 0, _TALKS, _TALKS_WITHOUT_OA)
    sticks = np.where(people.is_xinchuang, 1.0, rng.random(len(people)))
    stays = sticks >= max((each.size for each in city.planted("old_client")), default=0.5)
    often = np.where(talks & stays & ~people.is_xinchuang, people.presence, -1)
    return Talkers(talks, sticks, int(np.argmax(often)))


def _desks(city: City, day: dt.date, users: Talkers) -> NDArray[np.object_]:
    """The client on each person's desk on a day."""
    people = city.people
    turn = np.arange(len(people)) % 4
    found = np.where(people.is_xinchuang, _DOMESTIC[turn], _DESK[turn])
    found[users.hostile] = _HOSTILE
    for incident in city.planted("old_client"):
        if incident.span_ms(day)[1]:
            found = np.where(users.sticks < incident.size, incident.subject, found)
    return found


def _silences(city: City, day: dt.date) -> list[tuple[int, int]]:
    """When no message is sent: while the service is stopped, and while its server does not answer."""
    planted = [each for each in city.planted("messages_stopped", "host_down") if each.subject.startswith("im")]
    return [incident.span_ms(day) for incident in planted]


def draw_talks(city: City, day: dt.date, rng: np.random.Generator, users: Talkers) -> Talks:
    """The day's conversations among those who are at work; a message that could not be sent is none."""
    present = city.present(day)
    mine = np.flatnonzero(users.talks[present.person])
    mine = mine[np.argsort(present.person[mine], kind="stable")]  # colleagues are beside each other
    person = present.person[mine]
    count = len(mine)
    who = np.repeat(np.arange(count), rng.poisson(_BEGUN + _BEGUN_MORE * (city.intensity - 1), count))
    # mostly a colleague of the unit, who may be any of the city where there is none
    unit = city.people.unit[person]
    first, size = np.searchsorted(unit, unit[who]), np.searchsorted(unit, unit[who], side="right")
    size = size - first
    near = first + (who - first + 1 + rng.integers(0, np.maximum(size - 1, 1))) % np.maximum(size, 1)
    far = (who + 1 + rng.integers(0, max(count - 1, 1), len(who))) % max(count, 1)
    other = np.where((size > 1) & (rng.random(len(who)) < 0.85), near, far)
    pair = np.stack((who, other), axis=1)
    pair = pair[pair[:, 0] != pair[:, 1]]

    begun = rng.permutation(city.rhythm.moments(rng, day, Audience.OFFICE, len(pair)))
    arrived = present.at_ms[mine][pair].max(axis=1, initial=0) + 60_000
    begun = np.where(begun < arrived, arrived + rng.integers(0, 1_800_000, len(pair)), begun)
    by_telephone = present.is_mobile[mine][pair] & (rng.random(pair.shape) < _BY_TELEPHONE)
    desks, persons = _desks(city, day, users), person[pair]
    clients = np.where(by_telephone, _TELEPHONE[persons % 3], desks[persons])
    is_room = (rng.random(len(pair)) < _IN_ROOM) & (unit[pair[:, 0]] == unit[pair[:, 1]])

    messages = 1 + rng.poisson(_FURTHER_MESSAGES, len(pair))
    talk = np.repeat(np.arange(len(pair)), messages)
    starts = np.cumsum(messages) - messages
    gap = rng.exponential(28_000, len(talk)).astype(np.int64) + 900
    gap[starts] = 0
    passed = np.cumsum(gap)
    sent = begun[talk] + passed - np.repeat(passed[starts], messages)
    sender = (rng.random(len(talk)) < 0.5).astype(np.int64)
    sender[starts] = 0  # who begins speaks first
    kept = sent < DAY_MS
    for begin, end in _silences(city, day):
        kept &= ~((sent >= begin) & (sent < end))
    talk, sender, sent = talk[kept], sender[kept], sent[kept]
    order = np.argsort(sent, kind="stable")
    return Talks(persons, clients, is_room, talk[order], sender[order], sent[order])
