"""Lines that scanners, old clients and full disks leave in an access log."""

from __future__ import annotations

import datetime as dt

import numpy as np

from ntanalytics.demo.arrays import Rng
from ntanalytics.demo.products.nginx.services import WebService

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def log_date(day: dt.date) -> str:
    """Return the day as ``combined`` writes it: ``20/Nov/2026``, in English whatever the locale."""
    return f"{day.day:02d}/{_MONTHS[day.month - 1]}/{day.year}"


def broken_lines(service: WebService, day: dt.date, rng: Rng) -> list[tuple[float, bytes]]:
    """Return a few broken lines of a day, each with its share (0–1) of the day's lines before it.

    There are hostile requests in well-formed lines, handshakes of another protocol, an address in a Chinese encoding
    that is not UTF-8, and a line without its end.
    """
    lines = _json_lines(service, day) if service.is_json else _combined_lines(day)
    places = 0.30 + 0.05 * np.arange(len(lines)) + rng.uniform(0, 0.04, len(lines))
    return [(float(place), line + b"\n") for place, line in zip(places, lines, strict=True)]


def _combined_lines(day: dt.date) -> list[bytes]:
    head = f"203.0.113.9 - - [{log_date(day)}:12:0%d:07 +0800] "
    return [
        (head % 1 + r'"GET /?q=\x22\x3E\x3Cscript\x3E HTTP/1.1" 404 146 "-" "Mozilla/5.0 (\x22quoted\x22)"').encode(),
        (head % 2 + r'"\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03" 400 157 "-" "-"').encode(),
        (head % 3 + '"" 400 0 "-" "-"').encode(),
        (head % 4 + '"GET /.env HTTP/1.1" 404 146 "-" "=HYPERLINK(1)"').encode(),
        (head % 5 + '"GET /api/app').encode(),
    ]


def _json_lines(service: WebService, day: dt.date) -> list[bytes]:
    root = service.routes[0].path.split("/")[1]
    requests = (
        ("GET", f"/{root}/<script>alert(1)</script>", 404, r"sqlmap/1.7 \"x\""),
        ("", "", 400, ""),
        ("PROPFIND", f"/{root}/=cmd|calc!A1", 405, r"\u0016\u0003"),
        ("GET", f"/{root}/文件/1", 404, "-"),
        ("GET", f"/{root}/api/doc", 200, ""),
    )
    lines = [
        f'{{"time_iso8601":"{day.isoformat()}T12:0{minute}:07+08:00","remote_addr":"203.0.113.9",'
        f'"request_method":"{method}","uri":"{uri}","status":{status},"body_bytes_sent":146,"request_time":0.000,'
        f'"host":"{service.host}","http_user_agent":"{agent}"}}'
        for minute, (method, uri, status, agent) in enumerate(requests, start=1)
    ]
    lines[-1] = lines[-1].partition('","status"')[0]  # a full disk cut it off
    # nginx decodes $uri, and a domestic client encoded it as GBK
    return [line.encode("gbk" if "文件" in line else "utf-8") for line in lines]
