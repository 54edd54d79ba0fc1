"""Openfire's database with the monitoring plugin: conversations, participants and archived messages."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ntanalytics.demo.arrays import Bools, Objects, Rng, texts
from ntanalytics.demo.local_time import DAY_MS, midnight
from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.units import UNITS
from ntanalytics.demo.products.openfire.conversations import Conversations, draw_conversations, messenger_users
from ntanalytics.demo.store import Columns, Database, Store, parse_tables

#: The archive has no key: the product writes a row twice now and then.
_TABLES = parse_tables("""
ofConversation: conversationID* bigint, room 1024, isExternal smallint, startDate bigint, lastActivity bigint,
  messageCount int
ofConParticipant: conversationID bigint, joinedDate bigint, leftDate bigint, bareJID 200, jidResource 100,
  nickname 200; index joinedDate
ofMessageArchive: messageID bigint, conversationID bigint, fromJID 1024, fromJIDResource 1024, toJID 1024,
  toJIDResource 1024, sentDate bigint, stanza text, body text, isPMforJID 1024; index sentDate
""")

_STREAM = 13
_DOMAIN = "im.nantong.example"
#: Shares of private messages in a room, of files, of other stanzas, and of messages that are archived twice.
_PRIVATE_IN_ROOM, _FILE, _OTHER, _TWICE = 0.02, 0.07, 0.015, 0.004
#: Time between the last message and the end of a conversation.
_TIMEOUT_MS = 600_000

_BODIES = texts(["收到。（演示）", "请查收附件。（演示）", "下午三点开会。（演示）", "材料已报送。（演示）"])
_UPLOAD = f"https://{_DOMAIN}:7443/httpfileupload/demo/附件.ofd"
_FILE_STANZA = f'<message><body>{_UPLOAD}</body><x xmlns="jabber:x:oob"><url>{_UPLOAD}</url></x></message>'
_OTHER_STANZA = '<message><received xmlns="urn:xmpp:receipts"/></message>'
_NOTICE_MS = 9 * 3_600_000


def write_openfire(city: City, store: Store) -> int:
    """Write the database ``openfire`` (PostgreSQL), and return the number of rows."""
    users = messenger_users(city, city.rng(_STREAM))
    addresses = texts(f"{number}@{_DOMAIN}" for number in city.people.id.tolist())
    rows = 0
    with store.database("openfire", "postgresql") as database:
        database.create(*_TABLES)
        for day in city.days:
            rng = city.rng(_STREAM, day)
            drawn = draw_conversations(city, day, rng, users)
            rooms = _rooms(city, drawn)
            rows += _write_conversations(database, city, day, drawn, addresses, rooms)
            rows += _write_messages(database, day, rng, drawn, addresses, rooms)
            rows += _write_notice(database, day, addresses)
    return rows


def _rooms(city: City, drawn: Conversations) -> Objects:
    """Return the room of each conversation; None outside of one."""
    rooms = texts(f"unit-{number:03d}@conference.{_DOMAIN}" for number in range(len(UNITS)))
    return _where(drawn.is_room, rooms[city.people.unit[drawn.persons[:, 0]]])


def _midnight_ms(day: dt.date) -> int:
    return int(midnight(day).timestamp() * 1000)


def _first_id(day: dt.date) -> int:
    return day.toordinal() * 10_000_000


def _write_conversations(
    database: Database, city: City, day: dt.date, drawn: Conversations, addresses: Objects, rooms: Objects
) -> int:
    begin, number = _midnight_ms(day), _first_id(day)
    size = np.bincount(drawn.conversation, minlength=len(drawn.persons))
    first, last = np.full(len(size), DAY_MS), np.zeros(len(size), np.int64)
    np.minimum.at(first, drawn.conversation, drawn.sent_ms)
    np.maximum.at(last, drawn.conversation, drawn.sent_ms)
    held = np.flatnonzero(size)  # an outage may have left no message
    columns: Columns = {
        "conversationID": number + held,
        "room": rooms[held],
        "isExternal": 0,
        "startDate": begin + first[held],
        "lastActivity": begin + last[held],
        "messageCount": size[held],
    }
    rows = database.insert("ofConversation", columns)
    left = begin + last[held] + _TIMEOUT_MS
    is_over = left < begin + DAY_MS if day == city.until else np.ones(len(held), bool)
    for place in (0, 1):
        participants: Columns = {
            "conversationID": number + held,
            "joinedDate": begin + first[held],
            "leftDate": _where(is_over, left),
            "bareJID": addresses[drawn.persons[held, place]],
            "jidResource": drawn.clients[held, place],
            "nickname": None,
        }
        rows += database.insert("ofConParticipant", participants)
    return rows


def _write_messages(
    database: Database, day: dt.date, rng: Rng, drawn: Conversations, addresses: Objects, rooms: Objects
) -> int:
    number, conversation, count = _first_id(day), drawn.conversation, len(drawn.conversation)
    kind = rng.choice(3, count, p=[1 - _FILE - _OTHER, _FILE, _OTHER])
    is_room = drawn.is_room[conversation]
    is_private = is_room & (rng.random(count) < _PRIVATE_IN_ROOM)
    receiver = addresses[drawn.persons[conversation, 1 - drawn.sender]]
    text = _BODIES[rng.integers(0, len(_BODIES), count)]
    # the product archives some messages twice
    row = np.sort(np.concatenate((np.arange(count), np.flatnonzero(rng.random(count) < _TWICE))))
    columns: dict[str, NDArray[Any]] = {
        "messageID": number + np.arange(count),
        "conversationID": number + conversation,
        "fromJID": addresses[drawn.persons[conversation, drawn.sender]],
        "fromJIDResource": drawn.clients[conversation, drawn.sender],
        "toJID": np.where(is_room, rooms[conversation], receiver),
        "sentDate": _midnight_ms(day) + drawn.sent_ms,
        "stanza": np.choose(kind, texts([None, _FILE_STANZA, _OTHER_STANZA])),
        "body": _where(kind < 2, np.where(kind == 0, text, _UPLOAD)),
        "isPMforJID": _where(is_private, receiver),
    }
    return database.insert("ofMessageArchive", {name: column[row] for name, column in columns.items()})


def _write_notice(database: Database, day: dt.date, addresses: Objects) -> int:
    """Write a notice of the system itself, which is no person's message."""
    columns: Columns = {
        "messageID": _first_id(day) + 9_999_999,
        "conversationID": _first_id(day) + 9_999_999,
        "fromJID": _DOMAIN,
        "toJID": addresses[:1],
        "sentDate": _midnight_ms(day) + _NOTICE_MS,
        "body": "系统通知（演示）",
    }
    return database.insert("ofMessageArchive", columns)


def _where(is_wanted: Bools, values: NDArray[Any]) -> Objects:
    """Return the values where they are wanted, and None elsewhere."""
    column = np.full(len(values), None, object)
    column[is_wanted] = values[is_wanted].tolist()
    return column
