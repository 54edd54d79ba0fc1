"""Access logs of the web services: one in nginx's ``combined`` format, the others as JSON; a file a day, rotated.

A day is drawn at once; its lines are formatted and compressed block by block, in threads.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ntanalytics.demo.arrays import Ints, Rng
from ntanalytics.demo.local_time import DAY_MS
from ntanalytics.demo.population.city import City
from ntanalytics.demo.products.log_files import Texts, clock_of, format_lines, write_rotated
from ntanalytics.demo.products.nginx.broken_lines import broken_lines, log_date
from ntanalytics.demo.products.nginx.services import ADDRESSES, AGENTS, SERVICES, WebService

_STREAM = 2
#: Most days that wait to be written; a day of a real city is two hundred megabytes of numbers.
_WAITING = 2
#: Lines of a block.
_BLOCK = 500_000
#: Shares of requests with an answer 5xx on a plain day, of 502 among these (the others are 504), and of 404.
_ERRORS, _BAD_GATEWAY, _NOT_FOUND = 0.0006, 0.7, 0.011
_TIMEOUT_S = 60.0

_COMBINED = (
    '${address} - - [${date}:${clock} +0800] "${method} ${uri} HTTP/1.1" ${status} ${size} "https://${host}/" '
    '"${agent}"\n'
)
_JSON = (
    '{"time_iso8601":"${date}T${clock}+08:00","remote_addr":"${address}","request_method":"${method}","uri":"${uri}",'
    '"status":${status},"body_bytes_sent":${size},"request_time":${seconds},"host":"${host}",'
    '"http_user_agent":"${agent}"}\n'
)


def write_nginx(city: City, folder: Path) -> int:
    """Write the logs into ``folder``, and return the number of lines, broken ones included."""
    lines = 0
    with ThreadPoolExecutor(max_workers=2) as pool:
        pending: list[Future[None]] = []
        for stream, service in enumerate(SERVICES, start=_STREAM):
            for day in reversed(city.days):
                blocks, count = _day(city, city.rng(stream, day), day, service)
                lines += count
                pending.append(pool.submit(write_rotated, folder, service.file, day, city.until, blocks))
                if len(pending) > _WAITING:
                    pending.pop(0).result()
        for task in pending:
            task.result()
    return lines


def _day(city: City, rng: Rng, day: dt.date, service: WebService) -> tuple[Iterator[bytes], int]:
    """Return one service's log of one day, block by block, and the number of its lines."""
    count = int(rng.poisson(service.requests * city.scale * city.seasonality.factor(day, service.audience)))
    at_ms, is_up_at_noon = city.seasonality.moments(rng, day, service.audience, count), True
    for incident in city.outages(service.subsystem):
        at_ms = at_ms[~incident.covers(day, at_ms)]
        is_up_at_noon &= not incident.covers(day, np.array([DAY_MS // 2]))[0]
    drawn = _draw_requests(city, rng, day, service, at_ms)
    # broken lines are of some minutes after noon
    broken = broken_lines(service, day, rng) if len(at_ms) and is_up_at_noon else []
    return _blocks(day, service, drawn, broken), len(at_ms) + len(broken)


def _draw_requests(city: City, rng: Rng, day: dt.date, service: WebService, at_ms: Ints) -> dict[str, Ints]:
    """Return the requests at some times, by the names of their fields: indexes, numbers, sizes and milliseconds."""
    count, routes = len(at_ms), service.routes
    weights = np.array([item.weight for item in routes])
    route = rng.choice(len(routes), count, p=weights / weights.sum())
    seconds = np.array([item.seconds for item in routes])[route] * rng.lognormal(0, 0.6, count)
    status = np.array([item.status for item in routes])[route]
    status = np.where(rng.random(count) < _NOT_FOUND, 404, status)
    draw = rng.random(count)
    errors = np.full(count, _ERRORS)
    for incident in city.incidents_of("error_burst", "slow_responses"):
        strength = incident.strength(day, at_ms)
        if incident.subject != service.name or not strength.any():
            continue
        if incident.kind == "error_burst":
            errors = np.maximum(errors, incident.size * strength)
        else:
            seconds *= 1 + (incident.size - 1) * strength
    failed = draw < errors
    status = np.where(failed, np.where(rng.random(count) < _BAD_GATEWAY, 502, 504), status)
    seconds = np.where(status == 504, _TIMEOUT_S, seconds)
    size = (np.array([item.size for item in routes])[route] * rng.lognormal(0, 0.3, count)).astype(np.int64)
    return {
        "at_ms": at_ms,
        "route": route,
        "number": rng.integers(10_000, 99_999, count),
        "address": rng.integers(0, len(ADDRESSES), count),
        "agent": np.minimum(rng.geometric(0.28, count) - 1, len(AGENTS) - 1),
        "status": status,
        "size": np.where(failed, 157, np.where(status == 304, 0, np.where(status == 404, 146, size))),
        "duration_ms": np.round(seconds * 1000).astype(np.int64),
    }


def _blocks(
    day: dt.date, service: WebService, drawn: Mapping[str, Ints], broken: Sequence[tuple[float, bytes]]
) -> Iterator[bytes]:
    """Yield the lines of the requests, with broken ones put in at their share (0–1) of the day."""
    count = len(drawn["at_ms"])
    places = [(int(share * count), line) for share, line in sorted(broken)]
    for begin in range(0, count, _BLOCK):
        end = min(begin + _BLOCK, count)
        lines = _lines(day, service, {name: values[begin:end] for name, values in drawn.items()})
        yield _insert(lines, [(place - begin, line) for place, line in places if begin <= place < end])


def _lines(day: dt.date, service: WebService, drawn: Mapping[str, Ints]) -> Texts:
    fields = {
        "date": day.isoformat() if service.is_json else log_date(day),
        "clock": clock_of(drawn["at_ms"] // 1000),
        "method": _take([item.method for item in service.routes], drawn["route"]),
        "uri": _uris(service, drawn["route"], drawn["number"]),
        "address": _take(ADDRESSES, drawn["address"]),
        "agent": _take(AGENTS, drawn["agent"]),
        "status": pa.array(drawn["status"]).cast(pa.string()),
        "size": pa.array(drawn["size"]).cast(pa.string()),
        "seconds": _seconds(drawn["duration_ms"]),
        "host": service.host,
    }
    return format_lines(_JSON if service.is_json else _COMBINED, fields)


def _uris(service: WebService, route: Ints, number: Ints) -> Texts:
    """Return the paths; a route's ``{id}`` becomes a number."""
    parts = [item.path.partition("{id}") for item in service.routes]
    heads, tails = (_take([part[place] for part in parts], route) for place in (0, 2))
    has_id = np.array([bool(part[1]) for part in parts])[route]
    numbers = pc.if_else(pa.array(has_id), pa.array(number).cast(pa.string()), "")
    return pc.binary_join_element_wise(heads, numbers, tails, "")


def _seconds(duration_ms: Ints) -> Texts:
    """Return seconds with three digits, as nginx writes ``$request_time``."""
    whole, part = pa.array(duration_ms // 1000), pa.array(duration_ms % 1000)
    digits = pc.utf8_lpad(part.cast(pa.string()), 3, "0")
    return pc.binary_join_element_wise(whole.cast(pa.string()), digits, ".")


def _take(words: Sequence[str], index: Ints) -> Texts:
    return pa.array(words).take(pa.array(index))


def _insert(lines: Texts, broken: Sequence[tuple[int, bytes]]) -> bytes:
    """Return the lines as bytes, with broken ones put in before the lines of some numbers."""
    offsets = np.frombuffer(lines.buffers()[1], dtype=np.int32, count=len(lines) + 1)
    text = lines.buffers()[2].to_pybytes()
    pieces, done = [], 0
    for place, line in broken:
        cut = int(offsets[place])
        pieces += [text[done:cut], line]
        done = cut
    return b"".join([*pieces, text[done : offsets[-1]]])
