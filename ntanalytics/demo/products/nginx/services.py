"""Web services of the demo city: their routes and clients."""

from __future__ import annotations

from dataclasses import dataclass

from ntanalytics.demo.population.seasonality import Audience


@dataclass(frozen=True)
class Route:
    """Route of a service."""

    weight: float  # share of the requests, relative to the service's other routes
    request: str  # method and path; ``{id}`` stands for a number
    seconds: float  # median time to answer
    size: int  # median bytes of a body
    status: int = 200  # of a plain answer

    @property
    def method(self) -> str:
        """HTTP method."""
        return self.request.partition(" ")[0]

    @property
    def path(self) -> str:
        """Path, with the query."""
        return self.request.partition(" ")[2]


@dataclass(frozen=True, kw_only=True)
class WebService:
    """Service and its log."""

    name: str  # in the dataset ``infra.requests``, and in incidents
    subsystem: str
    host: str
    file: str  # file name of the log
    is_json: bool  # JSON lines with times (``escape=json``); else nginx's ``combined``
    requests: int  # on a plain working day at scale 1
    audience: Audience = Audience.OFFICE
    routes: tuple[Route, ...]


SERVICES = (
    WebService(
        name="portal",
        subsystem="infra",
        host="portal.nantong.example",
        file="portal-access.log",
        is_json=False,
        requests=1_150_000,
        routes=(
            Route(14, "GET /", 0.03, 18_400),
            Route(9, "GET /static/js/app.6f2c1d.js", 0.004, 312_000, 304),
            Route(7, "GET /static/css/main.9b1e.css", 0.003, 48_000, 304),
            Route(8, "POST /api/login", 0.18, 620),
            Route(10, "GET /sso/ticket?service=https%3A%2F%2Foa.nantong.example%2F", 0.05, 0, 302),
            Route(12, "GET /api/apps", 0.06, 5_400),
            Route(11, "GET /api/notices?page=1&size=10", 0.08, 7_900),
            Route(6, "GET /notice/{id}.html", 0.05, 22_000),
            Route(5, "GET /api/users/{id}/todo", 0.11, 2_300),
            Route(1, "HEAD /", 0.01, 0),
        ),
    ),
    WebService(
        name="oa.nantong.example",
        subsystem="oa",
        host="oa.nantong.example",
        file="oa-access.json.log",
        is_json=True,
        requests=1_500_000,
        routes=(
            Route(16, "GET /oa/api/todo", 0.14, 6_200),
            Route(10, "GET /oa/api/documents/{id}", 0.22, 14_000),
            Route(6, "POST /oa/api/documents/{id}/opinions", 0.31, 480),
            Route(7, "GET /oa/api/documents/{id}/file.ofd", 0.42, 640_000),
            Route(9, "GET /oa/api/mail/inbox", 0.16, 9_300),
            Route(5, "POST /oa/api/mail", 0.27, 350),
            Route(8, "GET /oa/api/notices", 0.09, 5_200),
            Route(6, "GET /oa/api/schedule/2026", 0.1, 4_100),
            Route(4, "GET /oa/api/meetings/{id}", 0.12, 3_000),
            Route(12, "GET /oa/static/app.js", 0.004, 410_000, 304),
            Route(9, "GET /oa/m/todo", 0.12, 3_800),
            Route(2, "PUT /oa/api/duty/{id}", 0.2, 260),
            Route(1, "GET /oa/api/cars/{id}", 0.11, 1_900),
        ),
    ),
    WebService(
        name="exchange.nantong.example",
        subsystem="docexchange",
        host="exchange.nantong.example",
        file="exchange-access.json.log",
        is_json=True,
        requests=350_000,
        routes=(
            Route(14, "GET /gw/api/inbox", 0.15, 8_100),
            Route(9, "GET /gw/api/documents/{id}", 0.2, 12_000),
            Route(6, "GET /gw/api/documents/{id}/file.ofd", 0.38, 720_000),
            Route(4, "POST /gw/api/documents/{id}/receipt", 0.24, 310),
            Route(3, "POST /gw/api/documents", 0.46, 420),
            Route(2, "GET /gw/api/units", 0.09, 36_000),
            Route(7, "GET /gw/static/app.js", 0.004, 260_000, 304),
        ),
    ),
)

#: Clients of the government extranet (private addresses) and of the mobile gateway; documentation addresses outside.
ADDRESSES = tuple(
    [f"10.{60 + n % 8}.{n // 8 % 24}.{20 + n * 7 % 200}" for n in range(600)] + ["203.0.113.25", "2001:db8::17"]
)

#: User agents, the frequent ones first; domestic browsers and systems among them.
AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.0.0 Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.0.0 Safari/537.36 UOS",
    "Mozilla/5.0 (X11; Linux aarch64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/108.0.0.0 Safari/537.36 Kylin",
    "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 wxwork/4.1.20",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/86.0.4240.198 360SE",
    "curl/7.88.1",
)
