"""The demo city's web services: routes, clients, and the lines that no well-behaved server writes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from ntanalytics.demo.population.seasonality import Audience


@dataclass(frozen=True)
class Route:
    """One route of a service.

    Attributes:
        weight: its share of requests, relative to the service's others.
        method: HTTP method.
        path: its path; ``{id}`` stands for a number.
        seconds: median time to answer.
        size: median bytes of a body.
        status: status of a plain answer.
    """

    weight: float
    method: str
    path: str
    seconds: float
    size: int
    status: int = 200


@dataclass(frozen=True)
class Service:
    """One service and its log.

    Attributes:
        name: as the dataset ``infra.requests`` names it, and incidents do.
        subsystem: the subsystem that it is of.
        host: its host name.
        file: the log's file name.
        is_json: JSON lines with times (``escape=json``), else nginx's ``combined``.
        requests: on a plain working day at scale 1.
        audience: whose rhythm it follows.
        routes: what is asked for.
    """

    name: str
    subsystem: str
    host: str
    file: str
    is_json: bool
    requests: int
    audience: Audience
    routes: tuple[Route, ...]


SERVICES = (
    Service(
        "portal", "infra", "portal.nantong.example", "portal-access.log", is_json=False, requests=1_150_000,
        audience=Audience.OFFICE,
        routes=(
            Route(14, "GET", "/", 0.03, 18_400),
            Route(9, "GET", "/static/js/app.6f2c1d.js", 0.004, 312_000, 304),
            Route(7, "GET", "/static/css/main.9b1e.css", 0.003, 48_000, 304),
            Route(8, "POST", "/api/login", 0.18, 620),
            Route(10, "GET", "/sso/ticket?service=https%3A%2F%2Foa.nantong.example%2F", 0.05, 0, 302),
            Route(12, "GET", "/api/apps", 0.06, 5_400),
            Route(11, "GET", "/api/notices?page=1&size=10", 0.08, 7_900),
            Route(6, "GET", "/notice/{id}.html", 0.05, 22_000),
            Route(5, "GET", "/api/users/{id}/todo", 0.11, 2_300),
            Route(1, "HEAD", "/", 0.01, 0),
        ),
    ),
    Service(
        "oa.nantong.example", "oa", "oa.nantong.example", "oa-access.json.log", is_json=True, requests=1_500_000,
        audience=Audience.OFFICE,
        routes=(
            Route(16, "GET", "/oa/api/todo", 0.14, 6_200),
            Route(10, "GET", "/oa/api/documents/{id}", 0.22, 14_000),
            Route(6, "POST", "/oa/api/documents/{id}/opinions", 0.31, 480),
            Route(7, "GET", "/oa/api/documents/{id}/file.ofd", 0.42, 640_000),
            Route(9, "GET", "/oa/api/mail/inbox", 0.16, 9_300),
            Route(5, "POST", "/oa/api/mail", 0.27, 350),
            Route(8, "GET", "/oa/api/notices", 0.09, 5_200),
            Route(6, "GET", "/oa/api/schedule/2026", 0.1, 4_100),
            Route(4, "GET", "/oa/api/meetings/{id}", 0.12, 3_000),
            Route(12, "GET", "/oa/static/app.js", 0.004, 410_000, 304),
            Route(9, "GET", "/oa/m/todo", 0.12, 3_800),
            Route(2, "PUT", "/oa/api/duty/{id}", 0.2, 260),
            Route(1, "GET", "/oa/api/cars/{id}", 0.11, 1_900),
        ),
    ),
    Service(
        "exchange.nantong.example", "docexchange", "exchange.nantong.example", "exchange-access.json.log",
        is_json=True, requests=350_000, audience=Audience.OFFICE,
        routes=(
            Route(14, "GET", "/gw/api/inbox", 0.15, 8_100),
            Route(9, "GET", "/gw/api/documents/{id}", 0.2, 12_000),
            Route(6, "GET", "/gw/api/documents/{id}/file.ofd", 0.38, 720_000),
            Route(4, "POST", "/gw/api/documents/{id}/receipt", 0.24, 310),
            Route(3, "POST", "/gw/api/documents", 0.46, 420),
            Route(2, "GET", "/gw/api/units", 0.09, 36_000),
            Route(7, "GET", "/gw/static/app.js", 0.004, 260_000, 304),
        ),
    ),
)  # fmt: skip

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


_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"


def log_date(day: dt.date) -> str:
    """The day as ``combined`` writes it: ``20/Nov/2026``, in English whatever the locale."""
    return f"{day.day:02d}/{_MONTHS.split()[day.month - 1]}/{day.year}"


def broken_lines(service: Service, day: dt.date, rng: np.random.Generator) -> list[tuple[float, bytes]]:
    """A few lines a day that scanners, old clients and full disks leave, each at its share (0–1) of the day.

    Hostile requests in well-formed lines, handshakes of another protocol, an address in a Chinese
    encoding that is not UTF-8, and a line that lost its end.
    """
    found = _hostile_json(service, day) if service.is_json else _hostile_combined(day)
    places = 0.30 + 0.05 * np.arange(len(found)) + rng.uniform(0, 0.04, len(found))
    return [(float(place), line + b"\n") for place, line in zip(places, found, strict=True)]


def _hostile_combined(day: dt.date) -> list[bytes]:
    head = f"203.0.113.9 - - [{log_date(day)}:12:0%d:07 +0800] "
    return [
        (head % 1 + r'"GET /?q=\x22\x3E\x3Cscript\x3E HTTP/1.1" 404 146 "-" "Mozilla/5.0 (\x22quoted\x22)"').encode(),
        (head % 2 + r'"\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03" 400 157 "-" "-"').encode(),
        (head % 3 + '"" 400 0 "-" "-"').encode(),
        (head % 4 + '"GET /.env HTTP/1.1" 404 146 "-" "=HYPERLINK(1)"').encode(),
        (head % 5 + '"GET /api/app').encode(),
    ]


def _hostile_json(service: Service, day: dt.date) -> list[bytes]:
    head = f'{{"time_iso8601":"{day.isoformat()}T12:0%d:07+08:00","remote_addr":"203.0.113.9","request_method":"%s"'
    tail = f',"status":%d,"body_bytes_sent":146,"request_time":0.000,"host":"{service.host}","http_user_agent":"%s"}}'
    root = service.routes[0].path.split("/")[1]
    return [
        (
            head % (1, "GET") + f',"uri":"/{root}/<script>alert(1)</script>"' + tail % (404, r"sqlmap/1.7 \"x\"")
        ).encode(),
        (head % (2, "") + ',"uri":""' + tail % (400, "")).encode(),
        (head % (3, "PROPFIND") + f',"uri":"/{root}/=cmd|calc!A1"' + tail % (405, r"\u0016\u0003")).encode(),
        # nginx decodes $uri, and a domestic client encoded it as GBK
        (head % (4, "GET") + f',"uri":"/{root}/文件/1"' + tail % (404, "-")).encode("gbk"),
        (head % (5, "GET") + f',"uri":"/{root}/api/doc').encode(),
    ]
