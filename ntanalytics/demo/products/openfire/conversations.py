"""Conversations of one day on the messenger: their persons, times, messages and clients."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from ntanalytics.demo.arrays import Bools, Floats, Ints, Objects, Rng, texts
from ntanalytics.demo.local_time import DAY_MS
from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.seasonality import Audience

#: Share of the accounts that use the messenger: with OA, and without.
_USERS, _USERS_WITHOUT_OA = 0.55, 0.2
#: Conversations that a user starts on a day, and more of them for each unit of intensity.
_STARTED, _STARTED_MORE = 0.55, 0.05
#: Mean number of messages after the first one, and mean milliseconds between two.
_FURTHER_MESSAGES, _GAP_MS, _MIN_GAP_MS = 3.0, 28_000, 900
#: Shares of conversations with a colleague of the unit, in the unit's room, and of mobile persons by telephone.
_COLLEAGUES, _IN_ROOM, _BY_TELEPHONE = 0.85, 0.3, 0.5
_DESK = texts(["Spark 3.0.2 Windows 10", "Spark 3.0.2 Windows 10", "converse.js", "Spark 3.0.1 Windows 7"])
_DOMESTIC = texts(["Spark 3.0.2 Kylin V10", "Spark 3.0.2 UOS 20", "Spark 3.0.2 Kylin V10", "portal-kylin"])
_TELEPHONE = texts(["Conversations 2.12 Android", "Monal 6.0 iPhone", "移动政务 5.2 HarmonyOS"])
#: Name of one client with markup in it.
_HOSTILE = "Spark 3.0.2\"><img src=x onerror=alert('x')>"


@dataclass(frozen=True)
class MessengerUsers:
    """Use of the messenger, an array item an account."""

    is_user: Bools
    resistance: Floats  # a Windows desk below an incident's size falls back to the old client; 1 never does
    hostile: int  # index of the account whose client has markup in its name


@dataclass(frozen=True, kw_only=True)
class Conversations:
    """Conversations of one day, an array item each, and their messages in order of time."""

    persons: Ints  # two columns of indexes into People: who started it, and the other one
    clients: Objects  # of both
    is_room: Bools  # whether it is held in the unit's room
    conversation: Ints  # of a message
    sender: Ints  # column of the person who sent a message
    sent_ms: Ints  # time of a message, since local midnight


def messenger_users(city: City, rng: Rng) -> MessengerUsers:
    """Return the users of the messenger, mostly persons of the OA's units."""
    people = city.people
    is_user = rng.random(len(people)) < np.where(people.edition >= 0, _USERS, _USERS_WITHOUT_OA)
    resistance = np.where(people.is_xinchuang, 1.0, rng.random(len(people)))
    keeps_client = resistance >= max((item.size for item in city.incidents_of("old_client")), default=0.5)
    often = np.where(is_user & keeps_client & ~people.is_xinchuang, people.presence, -1)
    return MessengerUsers(is_user, resistance, int(np.argmax(often)))


def draw_conversations(city: City, day: dt.date, rng: Rng, users: MessengerUsers) -> Conversations:
    """Return the day's conversations among the present users, without the messages of an outage."""
    present = city.present(day)
    own = np.flatnonzero(users.is_user[present.person])
    own = own[np.argsort(present.person[own], kind="stable")]  # colleagues stand beside each other
    person = present.person[own]
    pair = _pairs(city, rng, person)
    unit = city.people.unit[person]

    start = rng.permutation(city.seasonality.moments(rng, day, Audience.OFFICE, len(pair)))
    arrived = present.at_ms[own][pair].max(axis=1, initial=0) + 60_000
    start = np.where(start < arrived, arrived + rng.integers(0, 1_800_000, len(pair)), start)
    by_telephone = present.is_mobile[own][pair] & (rng.random(pair.shape) < _BY_TELEPHONE)
    persons = person[pair]
    clients = np.where(by_telephone, _TELEPHONE[persons % 3], _desk_clients(city, day, users)[persons])
    is_room = (rng.random(len(pair)) < _IN_ROOM) & (unit[pair[:, 0]] == unit[pair[:, 1]])
    conversation, sender, sent_ms = _messages(city, day, rng, start)
    return Conversations(
        persons=persons, clients=clients, is_room=is_room, conversation=conversation, sender=sender, sent_ms=sent_ms
    )


def _pairs(city: City, rng: Rng, person: Ints) -> Ints:
    """Return the pairs of indexes into ``person`` that talk: mostly colleagues, else anyone of the city."""
    count = len(person)
    who = np.repeat(np.arange(count), rng.poisson(_STARTED + _STARTED_MORE * (city.intensity - 1), count))
    unit = city.people.unit[person]
    first = np.searchsorted(unit, unit[who])
    size = np.searchsorted(unit, unit[who], side="right") - first
    near = first + (who - first + 1 + rng.integers(0, np.maximum(size - 1, 1))) % np.maximum(size, 1)
    far = (who + 1 + rng.integers(0, max(count - 1, 1), len(who))) % max(count, 1)
    other = np.where((size > 1) & (rng.random(len(who)) < _COLLEAGUES), near, far)
    pairs: Ints = np.stack((who, other), axis=1)[who != other]
    return pairs


def _desk_clients(city: City, day: dt.date, users: MessengerUsers) -> Objects:
    """Return the client on each person's desk on a day."""
    people = city.people
    place = np.arange(len(people)) % 4
    clients = np.where(people.is_xinchuang, _DOMESTIC[place], _DESK[place])
    clients[users.hostile] = _HOSTILE
    for incident in city.incidents_of("old_client"):
        if incident.is_on(day):
            clients = np.where(users.resistance < incident.size, incident.subject, clients)
    return clients


def _messages(city: City, day: dt.date, rng: Rng, start: Ints) -> tuple[Ints, Ints, Ints]:
    """Return conversation, sender and time of the messages, in order of time."""
    messages = 1 + rng.poisson(_FURTHER_MESSAGES, len(start))
    conversation = np.repeat(np.arange(len(start)), messages)
    first = np.cumsum(messages) - messages
    gap = rng.exponential(_GAP_MS, len(conversation)).astype(np.int64) + _MIN_GAP_MS
    gap[first] = 0
    elapsed = np.cumsum(gap)
    sent = start[conversation] + elapsed - np.repeat(elapsed[first], messages)
    sender = (rng.random(len(conversation)) < 0.5).astype(np.int64)
    sender[first] = 0  # who starts the conversation speaks first
    kept = sent < DAY_MS
    for incident in city.incidents_of("messages_stopped", "host_down"):
        if incident.subject.startswith("im"):
            kept &= ~incident.covers(day, sent)
    rows = np.flatnonzero(kept)[np.argsort(sent[kept], kind="stable")]
    return conversation[rows], sender[rows], sent[rows]
