"""A real Prometheus on the loopback interface, over series that are given or over a real node_exporter."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.servers.process import free_port, home, listens, program, running

#: Seconds between two samples of a series that is given.
EVERY_S = 60

_SCRAPING = """\
global: {{scrape_interval: 1s}}
scrape_configs:
  - job_name: node
    static_configs: [{{targets: {targets}}}]
"""


@contextmanager
def prometheus(series: Mapping[str, str], begin: dt.datetime, targets: list[str]) -> Iterator[str]:
    """A Prometheus that holds series and scrapes targets; yields its URL.

    Args:
        series: a series as PromQL writes it → its values, one a minute, as promtool's tests write them: ``0+60x5`` is
            0, 60 … 300; ``NaN`` and ``+Inf`` are a single one.
        begin: when the values begin.
        targets: host:port of what it scrapes, every second.
    """
    server, tool = program("prometheus"), program("promtool")
    with home(None) as folder:
        data = folder / "data"
        data.mkdir()
        if series:
            given = folder / "given.txt"
            given.write_text(_exposition(series, begin), encoding="utf-8")
            command = [tool, "tsdb", "create-blocks-from", "openmetrics", "--quiet", str(given), str(data)]
            subprocess.run(command, check=True, capture_output=True)
        config = folder / "prometheus.yml"
        config.write_text(_SCRAPING.format(targets=json.dumps(targets)), encoding="utf-8")
        port = free_port()
        command = [
            server,
            f"--config.file={config}",
            f"--storage.tsdb.path={data}",
            "--storage.tsdb.retention.time=30y",
        ]
        command += [f"--web.listen-address=127.0.0.1:{port}"]
        with running(command, folder / "server.log", None, lambda: _is_ready(port)):
            yield f"http://127.0.0.1:{port}"


@contextmanager
def node_exporter() -> Iterator[str]:
    """A node_exporter of this machine; yields host:port."""
    port = free_port()
    with home(None) as folder:
        command = [program("prometheus-node-exporter"), f"--web.listen-address=127.0.0.1:{port}"]
        with running(command, folder / "exporter.log", None, lambda: listens(port)):
            yield f"127.0.0.1:{port}"


def _is_ready(port: int) -> bool:
    import httpx

    try:
        return httpx.get(f"http://127.0.0.1:{port}/-/ready").is_success
    except httpx.TransportError:
        return False


def _exposition(series: Mapping[str, str], begin: dt.datetime) -> str:
    lines = []
    for name, notation in series.items():
        for step, value in enumerate(_values(notation)):
            lines.append(f"{name} {value} {int(begin.timestamp()) + step * EVERY_S}")
    return "\n".join([*lines, "# EOF", ""])


def _values(notation: str) -> list[str]:
    start, plus, rest = notation.partition("+") if not notation.startswith("+") else (notation, "", "")
    if not plus:
        return [start]
    step, _, times = rest.partition("x")
    return [repr(float(start) + float(step) * number) for number in range(int(times) + 1)]
