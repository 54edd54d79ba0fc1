"""Web servers' access logs: one service in nginx's ``combined`` format, one as JSON; a file a day, rotated.

Lines are put together in columns by Arrow, a day at a time, and compressed in threads.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ntanalytics.demo.city import City
from ntanalytics.demo.rhythm import DAY_MS
from ntanalytics.demo.rotation import write_rotated
from ntanalytics.demo.web_services import ADDRESSES, AGENTS, SERVICES, Service, broken_lines, log_date

_STREAM = 2
#: Days that wait to be compressed while the next one is made.
_WAITING = 2
#: So many lines are joined at once: a text of Arrow has two gigabytes at most, less than a day of ten real cities.
_BLOCK = 2_000_000
#: Share of requests that a plain day answers with 5xx.
_ERRORS = 0.0006


def write_logs(city: City, folder: Path) -> int:
    """Write the city's logs into ``folder``, and return the number of lines, broken ones included."""
    lines = 0
    folder.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(max_workers=2) as pool:
        pending: list[Future[None]] = []
        for stream, service in enumerate(SERVICES, start=_STREAM):
            for day in reversed(city.days):
                content, count = _day(city, city.rng(stream, day), day, service)
                lines += count
                pending.append(pool.submit(write_rotated, folder, service.file, day, city.until, content))
                if len(pending) > _WAITING:  # a day of a real city is a gigabyte
                    pending.pop(0).result()
        for task in pending:
            task.result()
    return lines


def _day(city: City, rng: np.random.Generator, day: dt.date, service: Service) -> tuple[bytes, int]:
    """One service's log of one day, and how many lines it has."""
    count = int(rng.poisson(service.requests * city.scale * city.rhythm.factor(day, service.audience)))
    at, is_up_at_noon = city.rhythm.moments(rng, day, service.audience, count), True
    for incident in city.outages(service.subsystem):  # nobody is served, and nothing is logged
        begin, end = incident.span_ms(day)
        at = at[(at < begin) | (at >= end)]
        is_up_at_noon &= not begin <= DAY_MS // 2 < end
    count = len(at)
    weights = np.array([route.weight for route in service.routes])
    route = rng.choice(len(service.routes), count, p=weights / weights.sum())
    seconds = np.array([item.seconds for item in service.routes])[route] * rng.lognormal(0, 0.6, count)
    status = np.array([item.status for item in service.routes])[route]
    status = np.where(rng.random(count) < 0.011, 404, status)
    draw = rng.random(count)
    errors = np.full(count, _ERRORS)
    for incident in city.planted("error_burst", "slow_responses"):
        strength = incident.strength(day, at)
        if incident.subject != service.name or not strength.any():
            continue
        if incident.kind == "error_burst":
            errors = np.maximum(errors, incident.size * strength)
        elif incident.kind == "slow_responses":
            seconds *= 1 + (incident.size - 1) * strength
    failed = draw < errors
    status = np.where(failed, np.where(rng.random(count) < 0.7, 502, 504), status)
    seconds = np.where(status == 504, 60.0, seconds)
    size = (np.array([item.size for item in service.routes])[route] * rng.lognormal(0, 0.3, count)).astype(np.int64)
    size = np.where(failed, 157, np.where(status == 304, 0, np.where(status == 404, 146, size)))
    fields = {
        "at": at,
        "method": _taken([item.method for item in service.routes], route),
        "uri": _uris(rng, service, route),
        "address": _taken(ADDRESSES, rng.integers(0, len(ADDRESSES), count)),
        "agent": _taken(AGENTS, np.minimum(rng.geometric(0.28, count) - 1, len(AGENTS) - 1)),
        "status": pa.array(status).cast(pa.string()),
        "size": pa.array(size).cast(pa.string()),
        "seconds": _seconds(np.round(seconds * 1000).astype(np.int64)),
    }
    form = _json_lines if service.is_json else _combined_lines
    lines = [
        form(day, service, {name: column[begin : begin + _BLOCK] for name, column in fields.items()})
        for begin in range(0, count, _BLOCK)
    ]
    # the broken ones are of some minutes after noon
    broken = broken_lines(service, day, rng) if count and is_up_at_noon else []
    return _with_broken(lines, broken), count + len(broken)


def _uris(rng: np.random.Generator, service: Service, route: NDArray[np.int64]) -> Any:
    """Paths; a route's ``{id}`` becomes a number."""
    heads = _taken([item.path.partition("{id}")[0] for item in service.routes], route)
    tails = _taken([item.path.partition("{id}")[2] for item in service.routes], route)
    has_id = np.array(["{id}" in item.path for item in service.routes])[route]
    numbers = pa.array(rng.integers(10_000, 99_999, len(route))).cast(pa.string())
    return pc.binary_join_element_wise(heads, pc.if_else(pa.array(has_id), numbers, ""), tails, "")


def _combined_lines(day: dt.date, service: Service, fields: dict[str, Any]) -> Any:
    clock = _clock(fields["at"])
    date = log_date(day)
    return pc.binary_join_element_wise(
        fields["address"], f" - - [{date}:", clock, ' +0800] "', fields["method"], " ", fields["uri"], ' HTTP/1.1" ',
        fields["status"], " ", fields["size"], f' "https://{service.host}/" "', fields["agent"], '"\n', "",
    )  # fmt: skip


def _json_lines(day: dt.date, service: Service, fields: dict[str, Any]) -> Any:
    return pc.binary_join_element_wise(
        f'{{"time_iso8601":"{day.isoformat()}T', _clock(fields["at"]), '+08:00","remote_addr":"', fields["address"],
        '","request_method":"', fields["method"], '","uri":"', fields["uri"], '","status":', fields["status"],
        ',"body_bytes_sent":', fields["size"], ',"request_time":', fields["seconds"],
        f',"host":"{service.host}","http_user_agent":"', fields["agent"], '"}\n', "",
    )  # fmt: skip


def _seconds(duration_ms: NDArray[np.int64]) -> Any:
    """Seconds with three digits, as nginx writes ``$request_time``."""
    whole, part = pa.array(duration_ms // 1000), pa.array(duration_ms % 1000)
    digits = pc.utf8_lpad(part.cast(pa.string()), 3, "0")
    return pc.binary_join_element_wise(whole.cast(pa.string()), digits, ".")


def _clock(at_ms: NDArray[np.int64]) -> Any:
    return pa.array((at_ms // 1000).astype(np.int32), pa.time32("s")).cast(pa.string())


def _taken(words: Sequence[str], index: NDArray[np.int64]) -> Any:
    return pa.array(words).take(pa.array(index))


def _with_broken(blocks: Sequence[Any], broken: Sequence[tuple[float, bytes]]) -> bytes:
    """The lines as bytes, with broken ones put in at their share (0–1) of the day."""
    ends, texts, size = [np.zeros(1, np.int64)], [], 0
    for lines in blocks:
        own = np.frombuffer(lines.buffers()[1], dtype=np.int32, count=len(lines) + 1).astype(np.int64)
        texts.append(lines.buffers()[2].to_pybytes()[: own[-1]])
        ends.append(own[1:] + size)
        size += len(texts[-1])
    offsets, text = np.concatenate(ends), b"".join(texts)
    pieces, done = [], 0
    for share, line in sorted(broken):
        cut = int(offsets[int(share * (len(offsets) - 1))])
        pieces += [text[done:cut], line]
        done = cut
    return b"".join([*pieces, text[done:]])
