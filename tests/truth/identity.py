"""Logins, accounts and suspects from the tables of the identity system."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict

from tests.truth.figures import Figures, change_rate, put, rate
from tests.truth.sources import Sources
from tests.truth.span import DAY, Span, epoch, moment

FAILURES, WITHIN = 20, dt.timedelta(minutes=10)
DORMANT, SHARED_ADDRESSES = 90 * DAY, 5
FORCED_WITHIN = dt.timedelta(hours=1)

#: Rows of a user's fresh number: somebody tried a name that nobody has.
_NOBODY = "MESSAGE = 'user not exist' OR DISPLAYNAME = 'not exist'"

_LOGINS = f"""
SELECT LOGINTIME, CASE WHEN {_NOBODY} THEN NULL ELSE USERID END, NULLIF(SOURCEIP, ''), MESSAGE = 'success', LOGINTYPE
FROM mxk_history_login WHERE LOGINTIME >= ? AND LOGINTIME < ? ORDER BY LOGINTIME
"""

_BY_DAY = """
SELECT SUBSTR(LOGINTIME, 1, 10), COUNT(*), SUM(MESSAGE <> 'success') FROM mxk_history_login
WHERE LOGINTIME >= ? AND LOGINTIME < ? GROUP BY 1
"""

_GRANTS_BY_NIGHT = """
SELECT COUNT(*) FROM mxk_history_system_logs WHERE EXECUTETIME >= ? AND EXECUTETIME < ?
    AND TOPIC IN ('role', 'resource', 'permission') AND MESSAGEACTION = 'create' AND MESSAGERESULT = 'success'
    AND (SUBSTR(EXECUTETIME, 12, 2) >= '22' OR SUBSTR(EXECUTETIME, 12, 2) < '06')
"""

#: Successful logins at a desk of known accounts, in order.
_AT_DESKS = f"""
SELECT USERID, LOGINTIME, SOURCEIP FROM mxk_history_login
WHERE MESSAGE = 'success' AND NOT ({_NOBODY}) AND COALESCE(SOURCEIP, '') <> '' AND LOGINTIME >= ? AND LOGINTIME < ?
    AND NOT (LOWER(COALESCE(PLATFORM, '')) LIKE '%android%' OR LOWER(COALESCE(PLATFORM, '')) LIKE '%iphone%'
        OR LOWER(COALESCE(PLATFORM, '')) LIKE '%ipad%' OR LOWER(COALESCE(PLATFORM, '')) LIKE '%ios%'
        OR LOWER(COALESCE(PLATFORM, '')) LIKE '%harmony%')
ORDER BY USERID, LOGINTIME, ID
"""

#: Days of logins that show where an account is at home.
_PLACES_BACK = 70

# Accounts that may log in, with the unit: its name, and whether it is in use.
_ENABLED = """
SELECT u.ID, o.ORGNAME, COALESCE(o.STATUS, 9) = 1, u.CREATEDDATE, u.LASTLOGINTIME
FROM mxk_userinfo u LEFT JOIN mxk_organizations o ON o.ID = u.DEPARTMENTID AND COALESCE(o.STATUS, 1) <> 9
WHERE u.STATUS = 1 AND COALESCE(u.ISLOCKED, 1) <> 5
"""

#: What the product writes until somebody logs in.
_NEVER = "2020-01-01 01:01:01"

Suspect = tuple[int, dt.datetime, dt.datetime]


class Identity:
    """Logins and accounts of a city, and the figures that the reports show of them."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources

    def counts(self, span: Span) -> dict[dt.date, tuple[int, int]]:
        """Return the logins and the failures by day."""
        rows = {day: (total, failed) for day, total, failed in self.sources.rows("maxkey", _BY_DAY, span.between)}
        return {day: rows.get(day.isoformat(), (0, 0)) for day in span.days}

    def total(self, span: Span) -> tuple[int, int]:
        """Return the logins and the failures of a span."""
        counts = self.counts(span).values()
        return sum(total for total, _ in counts), sum(failed for _, failed in counts)

    def suspects(self, span: Span) -> tuple[dict[str, Suspect], dict[str, Suspect]]:
        """Return addresses, and accounts, with twenty failures within ten minutes, and all their failures."""
        failures: tuple[dict[str, list[dt.datetime]], ...] = (defaultdict(list), defaultdict(list))
        for at, account, address, is_success, _ in self.sources.rows("maxkey", _LOGINS, span.between):
            for which, name in enumerate((address, account)):
                if not is_success and name is not None:
                    failures[which][name].append(dt.datetime.fromisoformat(at))
        addresses, accounts = failures
        return _forced(addresses), _forced(accounts)

    def worst(self, span: Span, block: str) -> Figures:
        """Return the worst address, and the worst account beside the failures of such addresses."""
        figures: Figures = {}
        addresses, accounts = self.suspects(span)
        left: Counter[str] = Counter()
        for _, account, address, is_success, _ in self.sources.rows("maxkey", _LOGINS, span.between):
            if not is_success and account in accounts and address not in addresses:
                left[account] += 1
        beside = [times for times in left.values() if times >= FAILURES]
        for kind, attempts in (("address", [times for times, _, _ in addresses.values()]), ("account", beside)):
            values: dict[str, float | None] = {"value": max(attempts, default=0)}
            if attempts:
                values["others"] = len(attempts) - 1
            put(figures, block, f"identity.attempts:{kind}/worst", values)
        return figures

    def orphans(self) -> Counter[str | None]:
        """Return the enabled accounts of units that are gone or out of use, by unit."""
        rows = self.sources.rows("maxkey", _ENABLED)
        return Counter(self.sources.unit(unit) for _, unit, is_live, _, _ in rows if not is_live)

    def dormant(self, at: dt.datetime) -> int:
        """Return the enabled accounts without a login for 90 days, and not opened since."""
        count = 0
        for _, _, _, opened, login in self.sources.rows("maxkey", _ENABLED):
            last = moment(None if login == _NEVER else login) or moment(opened)
            count += last is None or last < at - DORMANT
        return count

    def shared(self, span: Span) -> int:
        """Return the accounts that came from five addresses within an hour of the clock."""
        places: dict[tuple[str, str], set[str]] = defaultdict(set)
        for at, account, address, is_success, _ in self.sources.rows("maxkey", _LOGINS, span.between):
            if is_success and account and address:
                places[account, at[:13]].add(address)
        return len({account for (account, _), found in places.items() if len(found) >= SHARED_ADDRESSES})

    def guesses(self, span: Span) -> tuple[int, int, int]:
        """Return the most accounts tried from an address, the most slow failures at an account, the accounts forced."""
        addresses, accounts = self.suspects(span)
        failed_from: dict[str, set[object]] = defaultdict(set)
        entered_from: dict[str, set[str]] = defaultdict(set)
        failed_at, entered_at = Counter[str](), Counter[str]()
        places: dict[str, set[str]] = defaultdict(set)
        entries: list[tuple[str, str, dt.datetime]] = []
        for number, (at, account, address, is_success, _) in enumerate(
            self.sources.rows("maxkey", _LOGINS, span.between)
        ):
            if address is not None and not is_success:  # each attempt at an unknown name is one of its own
                failed_from[address].add(number if account is None else account)
            elif address is not None and account is not None:
                entered_from[address].add(account)
            if account is not None:
                (entered_at if is_success else failed_at)[account] += 1
                if is_success and address is not None:
                    entries.append((account, address, dt.datetime.fromisoformat(at)))
                elif address is not None:
                    places[account].add(address)
        sprayed = (
            len(tried)
            for address, tried in failed_from.items()
            if address not in addresses and len(tried) > 2 * len(entered_from[address])
        )
        slow = (
            times for account, times in failed_at.items() if account not in accounts and times > 5 * entered_at[account]
        )
        forced = {
            account
            for account, address, at in entries
            if account in accounts
            and accounts[account][1] < at <= accounts[account][2] + FORCED_WITHIN
            and address in places[account]
        }
        return max(sprayed, default=0), max(slow, default=0), len(forced)

    def place_changes(self, span: Span) -> int:
        """Return how often an account changed within an hour between its own addresses and new ones, at most."""
        since = Span(span.first - _PLACES_BACK * DAY, span.first - DAY)
        own = {(account, address) for account, _, address in self.sources.rows("maxkey", _AT_DESKS, since.between)}
        changes, last = Counter[str](), dict[str, tuple[dt.datetime, bool]]()
        for account, written, address in self.sources.rows("maxkey", _AT_DESKS, span.between):
            at, is_new = dt.datetime.fromisoformat(written), (account, address) not in own
            if account in last and last[account][1] != is_new and at - last[account][0] <= FORCED_WITHIN:
                changes[account] += 1
            last[account] = at, is_new
        return max(changes.values(), default=0)

    def night_entries(self, span: Span) -> int:
        """Return the most accounts entered by night from one address that nobody had used before the day."""
        since = Span(span.first - _PLACES_BACK * DAY, span.first - DAY)
        known = {address for _, _, address in self.sources.rows("maxkey", _AT_DESKS, since.between)}
        entered: dict[str, set[str]] = defaultdict(set)
        for account, written, address in self.sources.rows("maxkey", _AT_DESKS, span.between):
            if address not in known and not "06" <= written[11:13] < "22":
                entered[address].add(account)
        return max(map(len, entered.values()), default=0)

    def findings(self, span: Span, block: str = "board") -> Figures:
        """Return the values of the checks."""
        total, failed = self.total(span)
        figures = self.worst(span, block)
        row = "identity.login_failure_rate:subsystem/identity"
        put(figures, block, row, {"value": rate(failed, total), "count": total})
        for unit, accounts in self.orphans().items():
            entity = "units/none" if unit is None else f"unit/{unit}"
            figures[block, f"identity.orphan_accounts:{entity}", "value"] = accounts
        figures[block, "identity.dormant_accounts:subsystem/identity", "value"] = self.dormant(span.until)
        if span.first == span.last:
            figures[block, "identity.shared_accounts:subsystem/identity", "value"] = self.shared(span)
            figures[block, "identity.surveillance:subject/identity.logins", "value"] = total
            names = ("sprayed_accounts", "slow_attempts", "forced_accounts")
            for name, value in zip(names, self.guesses(span), strict=True):
                figures[block, f"identity.{name}:subsystem/identity", "value"] = value
            figures[block, "identity.two_places:subsystem/identity", "value"] = self.place_changes(span)
            figures[block, "identity.night_entries:subsystem/identity", "value"] = self.night_entries(span)
            [(granted,)] = self.sources.rows("maxkey", _GRANTS_BY_NIGHT, span.between)
            figures[block, "identity.night_grants:subsystem/identity", "value"] = granted
        return figures

    def weekly(self, span: Span) -> Figures:
        """Return the figures of the weekly report."""
        figures = self.findings(span)
        for group in self.suspects(span):
            for times, first, last in group.values():
                values = {"attempts": times, "first_attempt_at": epoch(first), "last_attempt_at": epoch(last)}
                put(figures, "suspects", "", values)
        change = change_rate(self.total(span)[0], self.total(span.before())[0])
        figures["systems", "统一身份认证", "change-words"] = change
        for place, (total, _) in enumerate(reversed(self.counts(span.back(35)).values())):
            figures["systems", "统一身份认证", f"drawn-{place}"] = total
        return figures


def _forced(failures: dict[str, list[dt.datetime]]) -> dict[str, Suspect]:
    """Return the number of failures, the first and the last one of those with twenty within ten minutes."""
    return {
        name: (len(times), times[0], times[-1])
        for name, times in failures.items()
        if any(later - earlier <= WITHIN for earlier, later in zip(times, times[FAILURES - 1 :], strict=False))
    }


class SSO:
    """Accesses of applications through the portal."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources

    def total(self, span: Span) -> int:
        """Return the accesses of a span."""
        sql = "SELECT COUNT(*) FROM mxk_history_login_apps WHERE LOGINTIME >= ? AND LOGINTIME < ?"
        [(count,)] = self.sources.rows("maxkey", sql, span.between)
        return int(count)

    def findings(self, span: Span, block: str = "board") -> Figures:
        """Return the values of the checks; the product keeps no refusal, so that their rate is unknown."""
        figures: Figures = {}
        total = self.total(span)
        put(figures, block, "sso.access_failure_rate:subsystem/sso", {"value": None})
        if span.first == span.last:
            figures[block, "sso.surveillance:subject/sso.accesses", "value"] = total
            return figures
        sql = (
            "SELECT a.ID, COUNT(h.ID) FROM mxk_apps a LEFT JOIN mxk_history_login_apps h ON h.APPID = a.ID"
            " AND h.LOGINTIME >= ? AND h.LOGINTIME < ? WHERE a.STATUS = 1 GROUP BY a.ID"
        )
        for app, times in self.sources.rows("maxkey", sql, span.between):
            figures[block, f"sso.accesses:app/{app}", "value"] = times
        return figures

    def weekly(self, span: Span) -> Figures:
        """Return the figures of the weekly report."""
        figures = self.findings(span)
        change = change_rate(self.total(span), self.total(span.before()))
        figures["systems", "单点登录", "change-words"] = change
        for place, day in enumerate(reversed(span.back(35).days)):
            figures["systems", "单点登录", f"drawn-{place}"] = self.total(Span(day, day))
        return figures
