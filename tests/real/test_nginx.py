"""A real nginx writes its default format, and the mapping counts what was asked of it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from ntanalytics.catalog import load_product
from ntanalytics.extraction.check import check
from ntanalytics.periods import local_window
from ntanalytics.settings import SourceSettings, project_dir
from ntanalytics.sources.logs import LogsSource
from tests.servers.process import free_port, home, listens, program, running, wait_until

pytestmark = pytest.mark.servers

ZONE = ZoneInfo("Asia/Shanghai")
CONFIG = """\
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{}}
http {{
    access_log {folder}/portal-access.log;
    client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
    server {{
        listen 127.0.0.1:{port};
        location /oa {{ return 200 "12345"; }}
        location / {{ return 404 "none"; }}
    }}
}}
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """The log of four requests, one with quotes in its browser's name."""
    port, copy = free_port(), tmp_path / "portal-access.log"
    with home(None) as folder:
        config = folder / "nginx.conf"
        config.write_text(CONFIG.format(folder=folder, port=port), encoding="utf-8")
        written = folder / "portal-access.log"
        with running([program("nginx"), "-c", str(config)], folder / "out.log", None, lambda: listens(port)):
            address = f"http://127.0.0.1:{port}"
            httpx.get(f"{address}/oa/list?who=li")
            httpx.get(f"{address}/oa/list", headers={"User-Agent": 'a "browser" \\'})
            httpx.post(f"{address}/oa/list", content=b"x")
            httpx.get(f"{address}/没有")
            wait_until(lambda: written.read_text(encoding="utf-8").count("\n") == 4, "nginx to write its log")
        copy.write_bytes(written.read_bytes())
    return copy


def test_requests_of_a_genuine_log_are_what_was_asked(log: Path) -> None:
    product = load_product(project_dir("queries") / "nginx")
    source = LogsSource("web", SourceSettings(product="nginx", paths=(str(log),)), product, ZONE)
    mapping = source.mapping("infra.requests")
    last = dt.datetime.now(ZONE).date()
    first = last - dt.timedelta(days=1)
    found: Counter[tuple[str, str, str, int, int]] = Counter()
    with source.read(mapping, *local_window(first, last, ZONE)) as batches:
        for batch in batches:
            checked = check(batch, mapping, source, site_zone=ZONE, days=(first, last), key=b"k")
            assert checked.rejects.num_rows == 0
            for row in checked.rows.to_pylist():
                size = row["size_bytes"] // row["requests"]
                found[row["service"], row["method"], row["route"], row["status"], size] += row["requests"]
    assert found == {
        ("portal", "GET", "/oa/list", 200, 5): 2,
        ("portal", "POST", "/oa/list", 200, 5): 1,
        ("portal", "GET", "/{id}", 404, 4): 1,
    }
