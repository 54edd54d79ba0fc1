"""Openfire's database with the monitoring plugin: who talked to whom, with which client; a whole day drawn at once."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ntanalytics.demo.incidents.incident import ZONE
from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.seasonality import DAY_MS
from ntanalytics.demo.population.units import UNITS
from ntanalytics.demo.products.openfire.conversations import Talks, draw_talks, talkers
from ntanalytics.demo.products.openfire.schema import INDEXES, KEYS, TABLES
from ntanalytics.demo.store import Database, Store, Values

_STREAM = 13
_DOMAIN = "im.nantong.example"
_PRIVATE_IN_ROOM, _FILE, _OTHER, _TWICE = 0.02, 0.07, 0.015, 0.004

_BODIES = np.array(["收到。（演示）", "请查收附件。（演示）", "下午三点开会。（演示）", "材料已报送。（演示）"], object)
_UPLOAD = f"https://{_DOMAIN}:7443/httpfileupload/demo/附件.ofd"
_FILE_STANZA = f'<message><body>{_UPLOAD}</body><x xmlns="jabber:x:oob"><url>{_UPLOAD}</url></x></message>'
_OTHER_STANZA = '<message><received xmlns="urn:xmpp:receipts"/></message>'
_NOTICE_MS = 9 * 3_600_000


def write_im(city: City, store: Store) -> int:
    """Write the database ``openfire``, whose home is PostgreSQL.

    Returns:
        The number of its rows.
    """
    people, users = city.people, talkers(city, city.rng(_STREAM))
    addresses = np.array([f"{number}@{_DOMAIN}" for number in people.id.tolist()], object)
    rooms = np.array([f"unit-{number:03d}@conference.{_DOMAIN}" for number in range(len(UNITS))], object)
    rows = 0
    with store.database("openfire", "postgresql") as database:
        for table, columns in TABLES.items():
            indexes = [INDEXES[table]] if table in INDEXES else []
            database.create(table, columns, key=KEYS.get(table, ()), indexes=indexes)
        for day in city.days:
            rng = city.rng(_STREAM, day)
            rows += _write_day(database, city, day, rng, draw_talks(city, day, rng, users), addresses, rooms)
    return rows


def _write_day(
    database: Database,
    city: City,
    day: dt.date,
    rng: np.random.Generator,
    drawn: Talks,
    addresses: NDArray[np.object_],
    rooms: NDArray[np.object_],
) -> int:
    midnight = int(dt.datetime.combine(day, dt.time(), ZONE).timestamp() * 1000)
    number = day.toordinal() * 10_000_000
    talk, count = drawn.talk, len(drawn.talk)
    size = np.bincount(talk, minlength=len(drawn.persons))
    last = np.zeros(len(size), np.int64)
    np.maximum.at(last, talk, drawn.sent_ms)
    begun = np.full(len(size), DAY_MS)
    np.minimum.at(begun, talk, drawn.sent_ms)  # a conversation begins with the first message that came through
    room = _where(drawn.is_room, rooms[city.people.unit[drawn.persons[:, 0]]])
    held = np.flatnonzero(size)
    rows = database.insert(
        "ofConversation",
        {
            "conversationID": number + held,
            "room": room[held],
            "isExternal": 0,
            "startDate": midnight + begun[held],
            "lastActivity": midnight + last[held],
            "messageCount": size[held],
        },
    )
    left = midnight + last[held] + 600_000
    is_over = left < midnight + DAY_MS if day == city.until else np.ones(len(held), bool)
    for place in (0, 1):
        rows += database.insert(
            "ofConParticipant",
            {
                "conversationID": number + held,
                "joinedDate": midnight + begun[held],
                "leftDate": _where(is_over, left),
                "bareJID": addresses[drawn.persons[held, place]],
                "jidResource": drawn.clients[held, place],
                "nickname": None,
            },
        )
    kind = rng.choice(3, count, p=[1 - _FILE - _OTHER, _FILE, _OTHER])
    is_private = drawn.is_room[talk] & (rng.random(count) < _PRIVATE_IN_ROOM)
    receiver = addresses[drawn.persons[talk, 1 - drawn.sender]]
    text = _BODIES[rng.integers(0, len(_BODIES), count)]
    # now and then the product archives a message twice
    row = np.sort(np.concatenate((np.arange(count), np.flatnonzero(rng.random(count) < _TWICE))))
    columns = {
        "messageID": number + np.arange(count),
        "conversationID": number + talk,
        "fromJID": addresses[drawn.persons[talk, drawn.sender]],
        "fromJIDResource": drawn.clients[talk, drawn.sender],
        "toJID": np.where(drawn.is_room[talk], room[talk], receiver),
        "sentDate": midnight + drawn.sent_ms,
        "stanza": np.choose(kind, np.array([None, _FILE_STANZA, _OTHER_STANZA], object)),
        "body": _where(kind < 2, np.where(kind == 0, text, _UPLOAD)),
        "isPMforJID": _where(is_private, receiver),
    }
    rows += database.insert("ofMessageArchive", {name: column[row] for name, column in columns.items()})
    when = midnight + _NOTICE_MS
    notice: dict[str, Values] = {"messageID": number + 9_999_999, "conversationID": number + 9_999_999}
    notice |= {"fromJID": _DOMAIN, "toJID": addresses[:1], "sentDate": when, "body": "系统通知（演示）"}
    return rows + database.insert("ofMessageArchive", notice)


def _where(wanted: NDArray[np.bool_], values: NDArray[Any]) -> NDArray[np.object_]:
    """The values where they are wanted, and NULL elsewhere."""
    found = np.full(len(values), None, object)
    found[wanted] = values[wanted].tolist()
    return found
