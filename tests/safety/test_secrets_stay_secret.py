"""A canary in every secret of every kind: nothing that a site produces holds one, however its sources fail."""

from __future__ import annotations

import base64
import http.server
import json
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from tests import warm
from tests.safety.file_contents import contents
from tests.servers.process import free_port

pytestmark = pytest.mark.servers

DAY = "2026-11-19"
#: Each kind of secret; what drivers, URLs and shells find hard is in them.
SECRETS = {
    name: f"canary-{name}-{tail}"
    for name, tail in {
        "RIGHT": "p@ss:w/rd#?%41&x +y", "WRONG": "wr@ng:/#", "TORN": "s p'a\"c;e@x:y/z", "GONE": "u@h:1/d?e",
        "TOKEN": "eyJhbGciOi.abc", "BASIC": "b@s:ic", "PROBE": "pr:o@be", "MAIL": "m@il:1", "SCRAM": "scr@m:'\"%2",
    }.items()
}  # fmt: skip
ROBOT = "canary-ROBOT-0123456789abcdef"
SETTINGS = """\
queries: queries
channels:
  post: {{kind: mail, host: 127.0.0.1, port: {nobody}, sender: a@example.com, user: a, password: "env:MAIL"}}
  group: {{kind: robot, url: "env:ROBOT"}}
operators: [{{channel: post, to: [b@example.com]}}, {{channel: group}}]
sources:
  right: {{product: shop, url: "{maria}", password: "env:RIGHT"}}
  wrong: {{product: shop, url: "{again}", password: "file:secrets/wrong"}}
  strict: {{product: shop, url: "{strict}", password: "env:SCRAM"}}
  torn: {{product: torn, url: "{postgres}", password: "env:TORN"}}
  gone: {{product: shop, url: "postgresql+psycopg://x@127.0.0.1:{nobody}/db", password: "env:GONE"}}
  token: {{product: prometheus, url: "http://127.0.0.1:{echo}", password: "env:TOKEN"}}
  basic: {{product: prometheus, url: "http://reader@127.0.0.1:{echo}", password: "env:BASIC"}}
  alive: {{product: probe, path: checks.jsonl, targets: [{{subsystem: sms, url: "{maria}", password: "env:PROBE"}}]}}
"""
JOBS = """\
jobs:
  daily: {report: sms_volume, period: yesterday, when: "day 00:00",
          recipients: [{channel: post, to: [c@example.com]}, {channel: group}]}
"""
#: Has every Python program that is started write down how, and what it starts itself.
NOTED = """\
import os, sys
def note(event, arguments):
    if event in ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system", "os.spawn"):
        with open(os.environ["STARTED"], "a", encoding="utf-8") as file:
            file.write(f"{event} {arguments[:2]!r}\\n")
sys.addaudithook(note)
with open(os.environ["STARTED"], "a", encoding="utf-8") as file:
    file.write(f"{sys.orig_argv!r}\\n")
"""
#: The program, for which no file is closed to others unless it closes it.
COMMAND = """\
os.umask(0)
from ntanalytics.cli import main
main()
"""
HEADER = """\
/*
window: submitted_at
times: {submitted_at: naive, reported_at: naive}
dialects: [mysql, postgres]
*/
"""
SHOP = (
    HEADER
    + """\
SELECT m.id AS message_id, m.at AS submitted_at, 'mobile' AS carrier, 'OA' AS application, 'x' AS unit, 1 AS segments,
    'delivered' AS outcome, '' AS failure_code, m.at AS reported_at
FROM message AS m WHERE m.at >= :since AND m.at < :until
"""
)
#: Fails when some ten thousand rows are on their way.
TORN = (
    HEADER
    + """\
SELECT CAST(g.i AS TEXT) AS message_id, CAST('2026-11-19 09:00:00' AS TIMESTAMP) AS submitted_at, 'mobile' AS carrier,
    'OA' AS application, 'x' AS unit, 1 / (70000 - g.i) + 1 AS segments, 'delivered' AS outcome, '' AS failure_code,
    CAST('2026-11-19 09:00:00' AS TIMESTAMP) AS reported_at
FROM generate_series(1, 80000) AS g(i)
WHERE CAST('2026-11-19 09:00:00' AS TIMESTAMP) BETWEEN :since AND :until
"""
)


class Echo(http.server.BaseHTTPRequestHandler):
    """A server that refuses everybody and tells him what he said."""

    def do_POST(self) -> None:
        said = json.dumps({"status": "error", "error": f"who is {self.headers['Authorization']}?"}).encode()
        self.send_response(401)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *args: object) -> None:
        """It keeps no log."""


@pytest.fixture
def echo() -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def maria(mariadb_url: str) -> Iterator[str]:
    """The URL of a database whose account has the right password."""
    server = sa.make_url(mariadb_url)
    engine = sa.create_engine(server.set(username="root"), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as root:
        root.exec_driver_sql("CREATE DATABASE canary")
        root.exec_driver_sql("CREATE TABLE canary.message (id INTEGER, at DATETIME)")
        root.exec_driver_sql(f"INSERT INTO canary.message VALUES (1, '{DAY} 09:30:00')")
        root.execute(sa.text("CREATE USER canary@'127.0.0.1' IDENTIFIED BY :password"), {"password": SECRETS["RIGHT"]})
        root.exec_driver_sql("GRANT SELECT ON canary.* TO canary@'127.0.0.1'")
    yield server.set(username="canary", database="canary").render_as_string()
    with engine.connect() as root:
        root.exec_driver_sql("DROP DATABASE canary")
        root.exec_driver_sql("DROP USER canary@'127.0.0.1'")
    engine.dispose()


#: Whom the tests' server lets in without a password: everybody.
_TRUSTED = ("local all all trust", "host all all 127.0.0.1/32 trust")


def _let_in(owner: sa.Connection, *rules: str) -> None:
    file = owner.exec_driver_sql("SHOW hba_file").scalar()
    owner.exec_driver_sql(f"COPY (SELECT unnest(ARRAY{list(rules)})) TO '{file}'")
    owner.exec_driver_sql("SELECT pg_reload_conf()")


@pytest.fixture
def strict(postgres_url: str) -> Iterator[str]:
    """The URL of an account whose password PostgreSQL asks for, and which has another."""
    engine = sa.create_engine(postgres_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as owner:
        owner.exec_driver_sql("CREATE USER canary PASSWORD 'another'")
        _let_in(owner, "host all canary 127.0.0.1/32 scram-sha-256", *_TRUSTED)
        yield sa.make_url(postgres_url).set(username="canary").render_as_string()
        _let_in(owner, *_TRUSTED)
        owner.exec_driver_sql("DROP USER canary")
    engine.dispose()


def written(folder: Path, **places: object) -> Path:
    for name, sql in {"shop": SHOP, "torn": TORN}.items():
        home = folder / "queries" / name
        home.mkdir(parents=True)
        (home / "source.yml").write_text("title: A shop\nkind: database\nneeds: SELECT on message\n", encoding="utf-8")
        (home / "sms.messages.sql").write_text(sql, encoding="utf-8")
    (folder / "scheduled").mkdir()
    (folder / "scheduled" / "jobs.yml").write_text(JOBS, encoding="utf-8")
    (folder / "ntanalytics.yml").write_text(SETTINGS.format(nobody=free_port(), **places), encoding="utf-8")
    return folder / "ntanalytics.yml"


def forms(secret: str) -> set[bytes]:
    """A secret as it is, as a URL, JSON or SQL writes it, in base 64 with its user, and in UTF-16."""
    texts = {
        secret,
        quote(secret),
        quote(secret, safe=""),
        quote(secret, safe=" +"),
        json.dumps(secret)[1:-1],
        secret.replace("'", "''"),
    }
    coded = {base64.b64encode(f"{user}{secret}".encode()) for user in ("", "reader:")}
    return {form.encode() for form in texts} | coded | {secret.encode("utf-16-le")}


def test_no_byte_of_what_is_produced_holds_a_secret_and_no_file_is_open_to_others(
    tmp_path: Path, maria: str, strict: str, postgres_url: str, echo: int
):
    secrets = tmp_path / "elsewhere"
    secrets.mkdir()
    (secrets / "wrong").write_text(SECRETS["WRONG"], encoding="utf-8")
    site = tmp_path / "site"
    site.mkdir(mode=0o750)
    config = written(
        site, maria=maria, again=maria.replace("utf8mb4", "utf8"), strict=strict, postgres=postgres_url, echo=echo
    )
    config.write_text(config.read_text(encoding="utf-8").replace("secrets/wrong", str(secrets / "wrong")), "utf-8")
    given = set(site.rglob("*"))
    environment = {
        **os.environ,
        **SECRETS,
        "ROBOT": f"json://127.0.0.1:{free_port()}/{ROBOT}",
        "NO_COLOR": "1",
        "COLUMNS": "200",
        "NTANALYTICS_CONFIG": str(config),
        "HOME": str(tmp_path),
        "PYTHONPATH": str(tmp_path / "noted"),
        "STARTED": str(tmp_path / "started"),
    }
    (tmp_path / "noted").mkdir()
    (tmp_path / "noted" / "sitecustomize.py").write_text(NOTED, encoding="utf-8")
    said: list[tuple[str, bytes]] = []
    ended = {}

    def nta(*arguments: str) -> str:
        done = warm.run("-c", NOTED + COMMAND, *arguments, cwd=site, env=environment)
        said.append((" ".join(arguments), (done.stdout + done.stderr).encode()))
        ended[arguments[0]] = done.returncode
        return done.stdout + done.stderr

    taken = nta("extract", "--from", DAY)
    nta("doctor", "--json")
    nta("map", "check", "torn", "--from", DAY)
    nta("connect", "foreign", maria, "--password", f"file:{secrets / 'wrong'}", "--dir", str(site / "queries"))
    nta("run", "sms_volume", "--period", "2026-11-19")
    environment["NTANALYTICS_CHROMIUM"] = ""  # one print is enough
    issued = nta("run-due")
    nta("deliver", "--json")
    nta("health", "--notify", "--json")
    nta("maintain")
    nta("history", "--json", "--limit", "500")
    # each failed, or worked, in its own way
    assert (ended["extract"], ended["connect"], ended["run"]) == (5, 5, 0), said
    for words in (
        "Access denied",
        "password authentication failed",
        "division by zero",
        "refused",
        "it refuses the query with 401: who is",
    ):
        assert words in taken, taken
    assert "Connection refused" in issued
    assert {row["status"] for row in json.loads(said[-1][1]) if row["kind"] == "delivery"} == {"retry"}
    started = (tmp_path / "started").read_bytes()
    assert b"ntanalytics.kernels.server" in started
    assert next((site / "outputs").rglob("report.xlsx")).is_file()

    hunted = {form: name for name, secret in [*SECRETS.items(), ("ROBOT", ROBOT)] for form in forms(secret)}
    found = [
        (name, place)
        for place, content in [*said, ("started", started), *contents(site)]
        for form, name in hunted.items()
        if form in content
    ]
    assert found == []

    produced = [path for path in site.rglob("*") if path not in given and not path.is_symlink()]
    wrong = {
        f"{path.relative_to(site)} {stat.S_IMODE(path.stat().st_mode):o}"
        for path in produced
        if stat.S_IMODE(path.stat().st_mode) & ~(0o750 if path.is_dir() else 0o640)
    }
    assert len(produced) > 20
    assert wrong == set()
