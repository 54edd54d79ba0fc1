"""Tables of Openfire's monitoring plugin that the suite and its readers use. Times are milliseconds since 1970."""

from __future__ import annotations

from ntanalytics.demo.store import parse_tables

#: The archive has no key: the product writes a row twice now and then.
TABLES = parse_tables("""
ofConversation: conversationID* bigint, room 1024, isExternal smallint, startDate bigint, lastActivity bigint,
  messageCount int
ofConParticipant: conversationID bigint, joinedDate bigint, leftDate bigint, bareJID 200, jidResource 100,
  nickname 200; index joinedDate
ofMessageArchive: messageID bigint, conversationID bigint, fromJID 1024, fromJIDResource 1024, toJID 1024,
  toJIDResource 1024, sentDate bigint, stanza text, body text, isPMforJID 1024; index sentDate
""")
