"""Messages, files and persons of instant messaging, from the archive of its product."""

from __future__ import annotations

from collections import Counter, defaultdict

from tests.truth.figures import Figures, change_rate, rate
from tests.truth.sources import Row, Sources
from tests.truth.span import Span, epoch, local

_SENT = """
SELECT m.sentDate, LOWER(m.fromJID), m.fromJIDResource,
       m.stanza LIKE '%jabber:x:oob%' OR m.body LIKE 'http%/httpfileupload/%'
FROM (
    SELECT DISTINCT messageID, conversationID, sentDate, fromJID, fromJIDResource, toJID, stanza, body
    FROM ofMessageArchive
) m
LEFT JOIN ofConversation c ON c.conversationID = m.conversationID
WHERE m.sentDate >= ? AND m.sentDate < ? AND m.fromJID LIKE '%@%' AND m.fromJID NOT LIKE '%@conference.%'
    AND m.fromJID <> COALESCE(c.room, '')
"""

_JOINED = """
SELECT joinedDate, LOWER(bareJID), jidResource FROM ofConParticipant
WHERE joinedDate >= ? AND joinedDate < ? AND bareJID LIKE '%@%' AND bareJID NOT LIKE '%@conference.%'
    AND TRIM(COALESCE(jidResource, '')) <> ''
"""


class IM:
    """Messages and persons of a city."""

    def __init__(self, sources: Sources) -> None:
        self.sent = self._rows(sources, _SENT)
        self.joined = self._rows(sources, _JOINED)
        self.senders: dict[str, set[str]] = defaultdict(set)
        self.seen: dict[str, set[str]] = defaultdict(set)
        self.clients: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self.messages: Counter[str] = Counter()
        self.files: Counter[str] = Counter()
        self.hours: Counter[tuple[str, str]] = Counter()
        for at, account, client, is_file in self.sent:
            moment = local(at / 1000)
            day = moment.date().isoformat()
            self.messages[day] += 1
            self.files[day] += bool(is_file)
            self.hours[moment.strftime("%Y-%m-%d %H"), account] += 1
            self.seen[day].add(account)
            if client and client.strip():
                self.clients[day][client.strip()].add(account)
        for at, account, client in self.joined:
            day = local(at / 1000).date().isoformat()
            self.seen[day].add(account)
            self.clients[day][client.strip()].add(account)

    @staticmethod
    def _rows(sources: Sources, sql: str) -> list[Row]:
        since, until = (1000 * (epoch(at) or 0) for at in (Span(sources.first, sources.until).since, sources.read_at))
        return sources.rows("openfire", sql, (since, until))

    def active(self, span: Span) -> int:
        """Return the distinct accounts of a span."""
        return len(set().union(*(self.seen[day.isoformat()] for day in span.days)))

    def weekly(self, span: Span) -> Figures:
        """Return the figures of the weekly report."""
        figures: Figures = {}
        change = change_rate(self.active(span), self.active(span.before()))
        figures["systems", "即时通讯", "change-words"] = change
        for place, day in enumerate(reversed(span.back(35).days)):
            figures["systems", "即时通讯", f"drawn-{place}"] = self.active(Span(day, day))
        figures["board", "im.im_messages:subsystem/im", "value"] = self.total(span)
        return figures

    def total(self, span: Span) -> int:
        """Return the messages of a span, files included."""
        return sum(self.messages[day.isoformat()] for day in span.days)

    def daily(self, span: Span) -> Figures:
        """Return the figures of the daily inspection."""
        figures: Figures = {}
        day = span.first.isoformat()
        figures["board", "im.surveillance:subject/im.messages", "value"] = self.messages[day]
        busiest = max((times for (hour, _), times in self.hours.items() if hour[:10] == day), default=None)
        figures["board", "im.busiest:account/busiest", "value"] = busiest
        users = {client: len(accounts) for client, accounts in self.clients[day].items()}
        for client, mine in users.items():
            row = f"im.old_client:client/{client}"
            figures["board", row, "hits"], figures["board", row, "events"] = mine, sum(users.values())
            figures["board", row, "value"] = rate(mine, sum(users.values()))
        return figures
