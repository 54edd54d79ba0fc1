"""Removal of secrets from errors, log lines and ledger entries.

Our own messages contain no secrets. A message of a driver may: it quotes the address that it cannot parse, with the
password in it.
"""

from __future__ import annotations

import json
import re
from urllib.parse import quote, quote_plus

#: Replacement of a secret.
REPLACEMENT = "***"

#: Minimum length of a secret: removing a shorter one would damage ordinary words.
_MIN_LENGTH = 4

#: A possible key within an address; a host name has dots.
_KEY = re.compile(r"(?<![\w.-])[\w-]{12,}(?![\w.-])")

_secrets: set[str] = set()


def register_secret(secret: str) -> str:
    """Register a secret for :func:`redact`, also in its URL, SQL and JSON forms; return the secret."""
    if len(secret) >= _MIN_LENGTH:
        urls = {quote(secret, safe=safe) for safe in ("", "/", " +")}  # the last is SQLAlchemy's form
        _secrets.update({secret, *urls, quote_plus(secret), secret.replace("'", "''"), json.dumps(secret)[1:-1]})
    if "://" in secret:  # the address of a group robot: its key or token alone is a secret, too
        _secrets.update(_KEY.findall(secret))
    return secret


def redact(text: str) -> str:
    """Return the text with every registered secret replaced."""
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, REPLACEMENT)
    return text
