"""A real nginx asks for certificates, in the words of the product's README; EJBCA's certificates meet them."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from ntanalytics.catalog import load_product
from ntanalytics.extraction.check import check
from ntanalytics.periods import local_window
from ntanalytics.settings import SourceSettings, project_dir
from ntanalytics.sources.database import DatabaseSource
from ntanalytics.sources.logs import LogsSource
from ntanalytics.sources.source import Source
from tests.servers.certificates import NOW, YEAR, Authority
from tests.servers.process import free_port, home, listens, program, running, wait_until

pytestmark = pytest.mark.servers

ZONE = ZoneInfo("Asia/Shanghai")
PRODUCT = project_dir("queries") / "nginx-client-cert"
PATH = "/login/certificate"
CONFIG = """\
daemon off; worker_processes 1; pid FOLDER/nginx.pid; error_log FOLDER/error.log;
events {}
http {
    client_body_temp_path FOLDER/t1; proxy_temp_path FOLDER/t2; fastcgi_temp_path FOLDER/t3;
    uwsgi_temp_path FOLDER/t4; scgi_temp_path FOLDER/t5;
    README
    server {
        listen 127.0.0.1:PORT ssl;
        ssl_certificate FOLDER/localhost.pem; ssl_certificate_key FOLDER/localhost.key;
        ssl_verify_client VERIFY; ssl_client_certificate FOLDER/ours.pem; ssl_crl FOLDER/ours.crl;
        access_log FOLDER/certificate-login.log certificate_login if=$is_certificate_login;
        location = /login/certificate {
            if ($ssl_client_verify = NONE) { return 401; }
            if ($arg_who = stranger) { return 403; }
            return 302 /portal;
        }
        location / { return 200 "portal"; }
    }
}
"""

#: Who asks, holding which certificate, with which query → outcome and reason of the login.
ASKED = [
    ("good", "", ("success", None)),
    ("good", "?who=stranger", ("failure", "other")),
    ("expired", "", ("failure", "expired")),
    ("revoked", "", ("failure", "revoked")),
    ("unknown", "", ("failure", "untrusted")),
    (None, "", ("failure", "other")),
]


def documented() -> str:
    """What README.md puts outside of the server's block."""
    return (PRODUCT / "README.md").read_text(encoding="utf-8").split("```nginx")[1].split("server {")[0]


def rows_of(source: Source, dataset: str) -> list[dict[str, Any]]:
    """Every row of today and yesterday; none is rejected."""
    last = dt.datetime.now(ZONE).date()
    first = last - dt.timedelta(days=1)
    found: list[dict[str, Any]] = []
    mapping = source.mapping(dataset)
    with source.read(mapping, *local_window(first, last, ZONE)) as batches:
        for batch in batches:
            checked = check(batch, mapping, source, site_zone=ZONE, days=(first, last), key=b"k")
            assert checked.rejects.num_rows == 0
            found += checked.rows.to_pylist()
    return found


def fingerprint(certificate: x509.Certificate) -> str:
    """As EJBCA keeps it."""
    return certificate.fingerprint(hashes.SHA1()).hex()


class Gateway:
    """What was issued, and the log of those who came with it."""

    def __init__(self, folder: Path, verify: str) -> None:
        with home(None) as place:
            ours, others = Authority(place, "ours"), Authority(place, "others")
            ours.issue("localhost")
            self.issued = {
                "good": ours.issue("good"),
                "expired": ours.issue("expired", NOW - 2 * YEAR + dt.timedelta(days=1), NOW - dt.timedelta(days=1)),
                "revoked": ours.issue("revoked"),
                "unknown": others.issue("unknown"),
            }
            ours.revoke(self.issued["revoked"])
            self.log = folder / "certificate-login.log"
            self.log.write_text(self._asked(place, ours, verify), encoding="utf-8")

    def _asked(self, place: Path, ours: Authority, verify: str) -> str:
        port, written = free_port(), place / "certificate-login.log"
        config = CONFIG.replace("README", documented()).replace("FOLDER", str(place))
        config = config.replace("PORT", str(port)).replace("VERIFY", verify)
        (place / "nginx.conf").write_text(config, encoding="utf-8")
        command = [program("nginx"), "-c", str(place / "nginx.conf")]
        with running(command, place / "out.log", None, lambda: listens(port)):
            for holder, query, _ in ASKED:
                with httpx.Client(verify=ours.browser(holder), base_url=f"https://localhost:{port}") as browser:
                    browser.get("/favicon.ico")  # no login: no line
                    browser.get(f"{PATH}{query}")
            wait_until(lambda: written.read_text(encoding="utf-8").count("\n") >= len(ASKED), "nginx to write its log")
            return written.read_text(encoding="utf-8")


@pytest.mark.parametrize("verify", ["optional", "on"])
def test_logins_of_a_genuine_log_are_those_that_were_tried(tmp_path: Path, verify: str) -> None:
    gateway = Gateway(tmp_path, verify)
    source = LogsSource(
        "web", SourceSettings(product="nginx-client-cert", paths=(str(gateway.log),)), load_product(PRODUCT), ZONE
    )
    rows = rows_of(source, "ca.logins")
    found = sorted(((row["certificate_id"], row["outcome"], row["reason"]) for row in rows), key=str)
    ids = {name: fingerprint(one) for name, one in gateway.issued.items()}
    assert found == sorted(((ids[holder] if holder else None, *fate) for holder, _, fate in ASKED), key=str)
    assert len({row["login_id"] for row in rows}) == len(ASKED)


def test_the_log_names_nobody_and_a_certificate_meets_its_row_of_ejbca(tmp_path: Path) -> None:
    gateway = Gateway(tmp_path, "optional")
    text = gateway.log.read_text(encoding="utf-8")
    assert [name for name in gateway.issued if f"CN={name}" in text] == []
    database = tmp_path / "ejbca.sqlite"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            "CREATE TABLE CertificateData (fingerprint, type, status, certificateProfileId, subjectDN, notBefore,"
            " expireDate, revocationDate, revocationReason)"
        )
        connection.execute("CREATE TABLE CertificateProfileData (id, certificateProfileName)")
        for name, one in gateway.issued.items():
            ends = int(one.not_valid_after_utc.timestamp() * 1000)
            values = (fingerprint(one), 1, 20, 1, f"CN={name},O=财政局", -1, ends, -1, -1)
            connection.execute(f"INSERT INTO CertificateData VALUES ({', '.join('?' * len(values))})", values)
    connection.close()
    product = load_product(project_dir("queries") / "ejbca")
    ca = DatabaseSource("ca", SourceSettings(product="ejbca", url=f"sqlite:///{database}"), product, ZONE)
    web = LogsSource(
        "web", SourceSettings(product="nginx-client-cert", paths=(str(gateway.log),)), load_product(PRODUCT), ZONE
    )
    ended = {row["certificate_id"] for row in rows_of(ca, "ca.certificates") if row["expires_at"] < NOW}
    assert ended == {fingerprint(gateway.issued["expired"])}
    used = {row["certificate_id"]: row["reason"] for row in rows_of(web, "ca.logins")}
    assert [used[certificate] for certificate in ended] == ["expired"]
