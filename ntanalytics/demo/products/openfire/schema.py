"""Tables of Openfire's monitoring plugin as far as the suite and its readers meet them.

Names are the product's; the definitions are written here. Moments are milliseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

_NUMBER, _ADDRESS, _TEXT = sa.BigInteger(), sa.String(1024), sa.Text()

#: Table → its columns. The archive has no key: the product writes a row twice now and then.
TABLES: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "ofConversation": {
            "conversationID": _NUMBER, "room": _ADDRESS, "isExternal": sa.SmallInteger(), "startDate": _NUMBER,
            "lastActivity": _NUMBER, "messageCount": sa.Integer(),
        },
        "ofConParticipant": {
            "conversationID": _NUMBER, "joinedDate": _NUMBER, "leftDate": _NUMBER, "bareJID": sa.String(200),
            "jidResource": sa.String(100), "nickname": sa.String(200),
        },
        "ofMessageArchive": {
            "messageID": _NUMBER, "conversationID": _NUMBER, "fromJID": _ADDRESS, "fromJIDResource": _ADDRESS,
            "toJID": _ADDRESS, "toJIDResource": _ADDRESS, "sentDate": _NUMBER, "stanza": _TEXT, "body": _TEXT,
            "isPMforJID": _ADDRESS,
        },
    }
)  # fmt: skip

#: Table → the key's columns, and those of its index.
KEYS = MappingProxyType({"ofConversation": ("conversationID",)})
INDEXES = MappingProxyType({"ofConParticipant": ("joinedDate",), "ofMessageArchive": ("sentDate",)})
