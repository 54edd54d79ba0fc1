"""Web servers' access logs: one service in nginx's ``combined`` format, one as JSON; a file a day, rotated.

What happened is drawn a day at a time; its lines are put together in columns by Arrow, block by block, and compressed,
in threads.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ntanalytics.demo.population.city import City
from ntanalytics.demo.population.seasonality import DAY_MS
from ntanalytics.demo.products.log_files import write_rotated
from ntanalytics.demo.products.nginx.services import ADDRESSES, AGENTS, SERVICES, Service, broken_lines, log_date

_STREAM = 2
#: Days that wait to be written while the next one is drawn.
_WAITING = 2
#: So many lines are joined at once.
_BLOCK = 500_000
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
                blocks, count = _day(city, city.rng(stream, day), day, service)
                lines += count
                pending.append(pool.submit(write_rotated, folder, service.file, day, city.until, blocks))
                if len(pending) > _WAITING:  # a day of a real city is two hundred megabytes of numbers
                    pending.pop(0).result()
        for task in pending:
            task.result()
    return lines


def _day(city: City, rng: np.random.Generator, day: dt.date, service: Service) -> tuple[Iterator[bytes], int]:
    """One service's log of one day, block by block, and how many lines it has."""
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
    drawn = {
        "at": at,
        "route": route,
        "number": rng.integers(10_000, 99_999, count),
        "address": rng.integers(0, len(ADDRESSES), count),
        "agent": np.minimum(rng.geometric(0.28, count) - 1, len(AGENTS) - 1),
        "status": status,
        "size": size,
        "ms": np.round(seconds * 1000).astype(np.int64),
    }
    # the broken ones are of some minutes after noon
    broken = broken_lines(service, day, rng) if count and is_up_at_noon else []
    return _blocks(day, service, drawn, broken), count + len(broken)


def _blocks(
    day: dt.date, service: Service, drawn: dict[str, NDArray[Any]], broken: Sequence[tuple[float, bytes]]
) -> Iterator[bytes]:
    """The lines of what was drawn, with broken ones put in at their share (0–1) of the day."""
    form, count = _json_lines if service.is_json else _combined_lines, len(drawn["at"])
    places = [(int(share * count), line) for share, line in sorted(broken)]
    for begin in range(0, count, _BLOCK):
        end = min(begin + _BLOCK, count)
        lines = form(day, service, _fields(service, {name: values[begin:end] for name, values in drawn.items()}))
        own = [(place - begin, line) for place, line in places if begin <= place < end]
        yield _with_broken(lines, own)


def _fields(service: Service, drawn: dict[str, NDArray[Any]]) -> dict[str, Any]:
    """What was drawn, as a log writes it."""
    return {
        "at": drawn["at"],
        "method": _taken([item.method for item in service.routes], drawn["route"]),
        "uri": _uris(service, drawn["route"], drawn["number"]),
        "address": _taken(ADDRESSES, drawn["address"]),
        "agent": _taken(AGENTS, drawn["agent"]),
        "status": pa.array(drawn["status"]).cast(pa.string()),
        "size": pa.array(drawn["size"]).cast(pa.string()),
        "seconds": _seconds(drawn["ms"]),
    }


def _uris(service: Service, route: NDArray[np.int64], number: NDArray[np.int64]) -> Any:
    """Paths; a route's ``{id}`` becomes a number."""
    heads = _taken([item.path.partition("{id}")[0] for item in service.routes], route)
    tails = _taken([item.path.partition("{id}")[2] for item in service.routes], route)
    has_id = np.array(["{id}" in item.path for item in service.routes])[route]
    numbers = pa.array(number).cast(pa.string())
    return pc.binary_join_element_wise(heads, pc.if_else(pa.array(has_id), numbers, ""), tails, "")


def _combined_lines(day: dt.date, service: Service, fields: dict[str, Any]) -> Any:
    clock = _clock(fields["at"])
    date = log_date(day)
    return pc.binary_join_element_wise(
        fields["address"],
        f" - - [{date}:",
        clock,
        ' +0800] "',
        fields["method"],
        " ",
        fields["uri"],
        ' HTTP/1.1" ',
        fields["status"],
        " ",
        fields["size"],
        f' "https://{service.host}/" "',
        fields["agent"],
        '"\n',
        "",
    )


def _json_lines(day: dt.date, service: Service, fields: dict[str, Any]) -> Any:
    return pc.binary_join_element_wise(
        f'{{"time_iso8601":"{day.isoformat()}T',
        _clock(fields["at"]),
        '+08:00","remote_addr":"',
        fields["address"],
        '","request_method":"',
        fields["method"],
        '","uri":"',
        fields["uri"],
        '","status":',
        fields["status"],
        ',"body_bytes_sent":',
        fields["size"],
        ',"request_time":',
        fields["seconds"],
        f',"host":"{service.host}","http_user_agent":"',
        fields["agent"],
        '"}\n',
        "",
    )


def _seconds(duration_ms: NDArray[np.int64]) -> Any:
    """Seconds with three digits, as nginx writes ``$request_time``."""
    whole, part = pa.array(duration_ms // 1000), pa.array(duration_ms % 1000)
    digits = pc.utf8_lpad(part.cast(pa.string()), 3, "0")
    return pc.binary_join_element_wise(whole.cast(pa.string()), digits, ".")


def _clock(at_ms: NDArray[np.int64]) -> Any:
    return pa.array((at_ms // 1000).astype(np.int32), pa.time32("s")).cast(pa.string())


def _taken(words: Sequence[str], index: NDArray[np.int64]) -> Any:
    return pa.array(words).take(pa.array(index))


def _with_broken(lines: Any, broken: Sequence[tuple[int, bytes]]) -> bytes:
    """The lines as bytes, with broken ones put in before the lines of these numbers."""
    offsets = np.frombuffer(lines.buffers()[1], dtype=np.int32, count=len(lines) + 1)
    text = lines.buffers()[2].to_pybytes()
    pieces, done = [], 0
    for place, line in broken:
        cut = int(offsets[place])
        pieces += [text[done:cut], line]
        done = cut
    return b"".join([*pieces, text[done : offsets[-1]]])
