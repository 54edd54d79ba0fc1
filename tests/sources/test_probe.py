"""Probes against real servers of this machine: a web server, a silent port, certificates, PostgreSQL."""

from __future__ import annotations

import datetime as dt
import http.server
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ntanalytics.catalog import load_product
from ntanalytics.errors import SettingsError, UnknownName
from ntanalytics.settings import SourceSettings, Target, project_dir
from ntanalytics.sources.probe import ProbeSource
from tests.servers.process import free_port, program

UTC = ZoneInfo("UTC")
NOW = dt.datetime.now(dt.UTC)
AROUND = (NOW - dt.timedelta(days=1), NOW + dt.timedelta(days=1))


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(int(self.path.rpartition("/")[2]))
        self.send_header("Location", "/login")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def web(context: ssl.SSLContext | None = None) -> Iterator[str]:
    """A web server that answers /200 with 200; yields host:port."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    server.handle_error = lambda *_: None  # type: ignore[method-assign] - a client that breaks off is what is tested
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def certificate(folder: Path, name: str, *, ends: str = "") -> ssl.SSLContext:
    """A self-signed certificate of 127.0.0.1, made by openssl, as a server uses it."""
    key, file = folder / f"{name}.key", folder / f"{name}.crt"
    command = [program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}"]
    command += ["-keyout", str(key), "-out", str(file), "-addext", "subjectAltName=IP:127.0.0.1"]
    command += ["-not_before", "20200101000000Z", "-not_after", ends] if ends else ["-days", "30"]
    made = subprocess.run(command, capture_output=True, check=False)
    if made.returncode and ends:
        pytest.skip("this openssl makes no certificate of the past")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key)
    return context


def probe(folder: Path, *urls: str) -> ProbeSource:
    targets = tuple(Target(subsystem="oa", url=url, name=str(number)) for number, url in enumerate(urls))
    settings = SourceSettings(product="probe", path=folder / "probes.jsonl", targets=targets)
    return ProbeSource("live", settings, load_product(project_dir("queries") / "probe"), UTC)


def found(source: ProbeSource, since: dt.datetime = AROUND[0], until: dt.datetime = AROUND[1]) -> list[dict[str, Any]]:
    with source.read(source.mapping("infra.checks"), since, until) as batches:
        rows = [row for batch in batches for row in batch.to_pylist()]
    return sorted(rows, key=lambda row: (row["target"], row["checked_at"]))


def test_a_page_answers_below_400_and_a_redirection_is_an_answer(tmp_path: Path) -> None:
    with web() as address:
        urls = [f"http://{address}/{status}" for status in (200, 302, 404, 503)]
        rows = found(probe(tmp_path, *urls, f"http://127.0.0.1:{free_port()}/200"))
    assert [row["failure"] for row in rows] == [None, None, "http_404", "http_503", "refused"]
    assert [row["is_up"] for row in rows] == [True, True, False, False, False]
    assert [row["duration_ms"] is not None for row in rows] == [True, True, False, False, False]
    assert {row["kind"] for row in rows} == {"http"}


def test_a_port_accepts_or_refuses(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        rows = found(probe(tmp_path, f"tcp://127.0.0.1:{server.getsockname()[1]}", f"tcp://127.0.0.1:{free_port()}"))
    assert [(row["kind"], row["is_up"], row["failure"]) for row in rows] == [
        ("tcp", True, None),
        ("tcp", False, "refused"),
    ]


def test_a_self_signed_certificate_is_not_trusted_and_its_end_is_told(tmp_path: Path) -> None:
    with web(certificate(tmp_path, "self")) as address:
        rows = found(probe(tmp_path, f"tls://{address}", f"https://{address}/200"))
    assert [row["failure"] for row in rows] == ["tls_untrusted", "tls_untrusted"]
    left = rows[0]["expires_at"] - NOW
    assert dt.timedelta(days=29) < left < dt.timedelta(days=31)


def test_a_certificate_that_the_system_trusts_is_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = certificate(tmp_path, "trusted")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.crt"))
    with web(context) as address:
        rows = found(probe(tmp_path, f"tls://{address}", f"https://{address}/200"))
    assert [(row["is_up"], row["failure"]) for row in rows] == [(True, None), (True, None)]


def test_a_certificate_that_has_ended_is_said_to_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = certificate(tmp_path, "ended", ends="20210101000000Z")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ended.crt"))
    with web(context) as address:
        rows = found(probe(tmp_path, f"tls://{address}"))
    assert [(row["failure"], row["expires_at"]) for row in rows] == [
        ("tls_expired", dt.datetime(2021, 1, 1, tzinfo=dt.UTC))
    ]


@pytest.mark.servers
def test_a_real_postgresql_answers_and_a_missing_database_does_not(postgres_url: str, tmp_path: Path) -> None:
    nowhere = postgres_url.replace("/city", "/nowhere")
    silent = f"postgresql+psycopg://reader@127.0.0.1:{free_port()}/city"
    rows = found(probe(tmp_path, postgres_url, nowhere, silent))
    assert [row["kind"] for row in rows] == ["database"] * 3
    assert [row["failure"] for row in rows] == [None, "no_database", "refused"]


def test_a_window_that_is_past_makes_no_check_and_keeps_those_of_before(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        source = probe(tmp_path, f"tcp://127.0.0.1:{server.getsockname()[1]}")
        assert found(source, NOW - dt.timedelta(days=3), NOW - dt.timedelta(days=2)) == []
        assert len(found(source)) == 1
        assert len(found(source)) == 2
        assert found(source, NOW - dt.timedelta(days=3), NOW - dt.timedelta(days=2)) == []


def test_what_cannot_be_checked_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be checked"):
        probe(tmp_path, "gopher://127.0.0.1")
    with pytest.raises(SettingsError, match="nothing to check"):
        probe(tmp_path)
    settings = SourceSettings(product="probe", path=tmp_path / "x", targets=(Target(subsystem="ao", url="tcp://h:1"),))
    with pytest.raises(UnknownName, match="unknown subsystem"):
        ProbeSource("live", settings, load_product(project_dir("queries") / "probe"), UTC)


def test_a_target_without_a_name_is_shown_without_its_user() -> None:
    assert (
        Target(subsystem="sms", url="mysql+pymysql://reader@db:3306/sms?x=1").display_name
        == "mysql+pymysql://db:3306/sms"
    )
