"""One check of one target: does it answer as it should, how long does it take, until when is its certificate good."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx
import sqlalchemy as sa
from cryptography import x509
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from ntanalytics.errors import SettingsError
from ntanalytics.settings import Target, read_secret

#: Seconds after which a target is silent.
PATIENCE_S = 10

#: Scheme of a target's URL → how it is checked. Any other is a database's, as SQLAlchemy names it.
_KINDS = {"http": "http", "https": "http", "tcp": "tcp", "tls": "tls"}

#: OpenSSL's reasons for not trusting a certificate that say more than that it is not trusted.
_TLS_FAILURES = {9: "tls_not_yet_valid", 10: "tls_expired", 62: "tls_wrong_name", 64: "tls_wrong_name"}

#: How the drivers of each database are told to wait no longer.
_CONNECT_ARGS: dict[str, dict[str, int]] = {
    "postgresql": {"connect_timeout": PATIENCE_S},
    "mysql": {"connect_timeout": PATIENCE_S, "read_timeout": PATIENCE_S},
    "mariadb": {"connect_timeout": PATIENCE_S, "read_timeout": PATIENCE_S},
}


@dataclass(frozen=True)
class TargetResult:
    """What a check found.

    Attributes:
        failure: a short code of what went wrong; empty when it answered as it should.
        duration_ms: how long the answer took; None when there was none.
        expires_at: for TLS, when the certificate expires, trusted or not.
    """

    failure: str = ""
    duration_ms: float | None = None
    expires_at: dt.datetime | None = None


def kind_of(target: Target, *, where: str = "") -> str:
    """How a target is checked: http, tcp, tls or database.

    Raises:
        SettingsError: its URL tells of none of these.
    """
    scheme = target.url.partition("://")[0]
    if scheme in _KINDS:
        return _KINDS[scheme]
    try:
        make_url(target.url).get_dialect()
    except sa.exc.ArgumentError:
        raise SettingsError(
            f"{target.url!r} cannot be checked",
            where=where,
            todo="write http://, https://, tcp://HOST:PORT, tls://HOST:PORT or the URL of a database",
        ) from None
    return "database"


def check(target: Target, *, where: str) -> TargetResult:
    """Check one target now.

    Args:
        target: what is checked.
        where: for the message when its secret is missing.

    Raises:
        SecretMissing: its password is referenced and not there.
    """
    match kind_of(target):
        case "http":
            return _timed(lambda: _http(target.url))
        case "database":
            password = read_secret(target.password, where=where)
            return _timed(lambda: _database(target.url, password))
        case "tls":
            return _tls(*_address(target.url, 443))
    host, port = _address(target.url, 0)
    return _timed(lambda: socket.create_connection((host, port), PATIENCE_S).close())


class _Failed(Exception):
    """It answered, and not as it should."""


def _timed(ask: Callable[[], None]) -> TargetResult:
    begun = time.monotonic()
    try:
        ask()
    except _Failed as failure:
        return TargetResult(str(failure))
    except (TimeoutError, httpx.TimeoutException):
        return TargetResult("timeout")
    except ssl.SSLError as error:
        return TargetResult(_tls_failure(error))
    except OSError as error:
        return TargetResult(_network_failure(error))
    return TargetResult(duration_ms=round((time.monotonic() - begun) * 1000, 3))


def _http(url: str) -> None:
    """A page: any answer below 400 is one; a redirection, as to a login page, is not followed."""
    try:
        with httpx.stream("GET", url, timeout=PATIENCE_S, verify=ssl.create_default_context()) as response:
            if response.status_code >= 400:
                raise _Failed(f"http_{response.status_code}")
    except httpx.TimeoutException:
        raise
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        cause: BaseException | None = error
        while cause is not None and not isinstance(cause, OSError):
            cause = cause.__cause__ or cause.__context__
        raise cause or _Failed("no_http") from None


def _database(url: str, password: str) -> None:
    """A connection and the smallest of queries."""
    address = make_url(url)
    address = address.set(password=password) if password else address
    arguments = _CONNECT_ARGS.get(address.get_backend_name(), {})
    try:
        engine = sa.create_engine(address, poolclass=NullPool, hide_parameters=True, connect_args=arguments)
        with engine.connect() as connection:
            connection.execute(sa.select(sa.literal(1)))
    except sa.exc.SQLAlchemyError as error:
        raise _Failed(_database_failure(error)) from None
    except ImportError:
        raise _Failed("no_driver") from None


def _database_failure(error: Exception) -> str:
    said = str(error).lower()
    for words, code in (
        (("timeout", "timed out"), "timeout"),
        (("refused", "10061"), "refused"),
        (("authentication", "access denied", "no password", "password"), "denied"),
        (("does not exist", "unknown database"), "no_database"),
        (("name or service", "getaddrinfo", "resolve"), "dns"),
    ):
        if any(word in said for word in words):
            return code
    return "database"


def _tls(host: str, port: int) -> TargetResult:
    """A handshake under the system's trust; the certificate's end is told even where it is not trusted."""
    begun = time.monotonic()
    failure = ""
    try:
        certificate = _certificate(host, port, ssl.create_default_context())
    except ssl.SSLCertVerificationError as error:
        failure = _tls_failure(error)
        unverified = ssl.create_default_context()
        unverified.check_hostname, unverified.verify_mode = False, ssl.CERT_NONE
        try:
            certificate = _certificate(host, port, unverified)
        except OSError:
            return TargetResult(failure)
    except TimeoutError:
        return TargetResult("timeout")
    except ssl.SSLError as error:
        return TargetResult(_tls_failure(error))
    except OSError as error:
        return TargetResult(_network_failure(error))
    duration_ms = None if failure else round((time.monotonic() - begun) * 1000, 3)
    return TargetResult(failure, duration_ms, x509.load_der_x509_certificate(certificate).not_valid_after_utc)


def _certificate(host: str, port: int, context: ssl.SSLContext) -> bytes:
    with (
        socket.create_connection((host, port), PATIENCE_S) as plain,
        context.wrap_socket(plain, server_hostname=host) as secured,
    ):
        return secured.getpeercert(binary_form=True) or b""


def _tls_failure(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _TLS_FAILURES.get(error.verify_code, "tls_untrusted")
    return "tls"


def _network_failure(error: OSError) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    return "dns" if isinstance(error, socket.gaierror) else "unreachable"


def _address(url: str, port: int) -> tuple[str, int]:
    parts = httpx.URL(url)
    return parts.host, parts.port or port
