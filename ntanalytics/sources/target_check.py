"""Check of one target: correct answer, duration, and expiry of its certificate."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from ntanalytics.errors import SettingsError
from ntanalytics.language import tr
from ntanalytics.settings import Target, read_secret

#: Timeout of a check, in seconds.
TIMEOUT_S = 10

#: Scheme of a target's URL → kind of check. Any other scheme is that of a database in SQLAlchemy.
_KINDS = {"http": "http", "https": "http", "tcp": "tcp", "tls": "tls"}

#: Verification error of OpenSSL → failure code; any other is ``tls_untrusted``.
_TLS_FAILURES = {9: "tls_not_yet_valid", 10: "tls_expired", 62: "tls_wrong_name", 64: "tls_wrong_name"}

#: Timeout arguments of the drivers.
_CONNECT_ARGS: dict[str, dict[str, int]] = {
    "postgresql": {"connect_timeout": TIMEOUT_S},
    "mysql": {"connect_timeout": TIMEOUT_S, "read_timeout": TIMEOUT_S},
    "mariadb": {"connect_timeout": TIMEOUT_S, "read_timeout": TIMEOUT_S},
}


@dataclass(frozen=True)
class TargetResult:
    """Result of a check.

    Attributes:
        failure: code of the failure; empty for a correct answer.
        duration_ms: duration of the answer; None without an answer.
        expires_at: expiry of a TLS certificate, trusted or not.
    """

    failure: str = ""
    duration_ms: float | None = None
    expires_at: dt.datetime | None = None


def target_kind(target: Target, *, where: str = "") -> str:
    """Return the kind of check: http, tcp, tls or database.

    Raises:
        SettingsError: the URL of the target has none of these kinds.
    """
    scheme = target.url.partition("://")[0]
    if scheme in _KINDS:
        return _KINDS[scheme]
    try:
        make_url(target.url).get_dialect()
    except sa.exc.ArgumentError:
        raise SettingsError(
            tr("{url!r} cannot be checked", url=target.url),
            where=where,
            todo=tr("write http://, https://, tcp://HOST:PORT, tls://HOST:PORT or the URL of a database"),
        ) from None
    return "database"


def check_target(target: Target, *, where: str) -> TargetResult:
    """Check one target now.

    Args:
        target: the target.
        where: its place in the settings, for messages.

    Raises:
        SecretMissing: the reference to its password cannot be resolved.
    """
    match target_kind(target):
        case "http":
            return _timed(lambda: _http(target.url))
        case "database":
            password = read_secret(target.password, where=where)
            return _timed(lambda: _database(target.url, password))
        case "tls":
            return _tls(*_address(target.url, 443))
    host, port = _address(target.url, 0)
    return _timed(lambda: socket.create_connection((host, port), TIMEOUT_S).close())


class _Failed(Exception):
    """An incorrect answer; the message is the failure code."""


def _timed(check: Callable[[], None]) -> TargetResult:
    start = time.monotonic()
    try:
        check()
    except _Failed as failure:
        return TargetResult(str(failure))
    except TimeoutError:
        return TargetResult("timeout")
    except ssl.SSLError as error:
        return TargetResult(_tls_failure(error))
    except OSError as error:
        return TargetResult(_network_failure(error))
    return TargetResult(duration_ms=round((time.monotonic() - start) * 1000, 3))


def _http(url: str) -> None:
    """Request a page. Any status below 400 is correct; redirections (as to a login page) are not followed."""
    import httpx  # most processes open the sources, and check no target

    try:
        with httpx.stream("GET", url, timeout=TIMEOUT_S, verify=ssl.create_default_context()) as response:
            if response.status_code >= 400:
                raise _Failed(f"http_{response.status_code}")
    except httpx.TimeoutException as error:
        raise TimeoutError from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        cause: BaseException | None = error
        while cause is not None and not isinstance(cause, OSError):
            cause = cause.__cause__ or cause.__context__
        raise cause or _Failed("no_http") from None


def _database(url: str, password: str) -> None:
    """Connect and run a minimal query."""
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
    message = str(error).lower()
    for words, code in (
        (("timeout", "timed out"), "timeout"),
        (("refused", "10061"), "refused"),
        (("authentication", "access denied", "no password", "password"), "denied"),
        (("does not exist", "unknown database"), "no_database"),
        (("name or service", "getaddrinfo", "resolve"), "dns"),
    ):
        if any(word in message for word in words):
            return code
    return "database"


def _tls(host: str, port: int) -> TargetResult:
    """Verify a TLS handshake by the system's trust store; the expiry is returned for untrusted certificates, too."""
    from cryptography import x509

    start = time.monotonic()
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
    duration_ms = None if failure else round((time.monotonic() - start) * 1000, 3)
    return TargetResult(failure, duration_ms, x509.load_der_x509_certificate(certificate).not_valid_after_utc)


def _certificate(host: str, port: int, context: ssl.SSLContext) -> bytes:
    with (
        socket.create_connection((host, port), TIMEOUT_S) as plain,
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
    import httpx

    parts = httpx.URL(url)
    return parts.host, parts.port or port
