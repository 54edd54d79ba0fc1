"""Secrets stay out of what is said: whatever was read as one is taken out of every error, log line and ledger entry.

No message of ours holds one on purpose. A driver's may: it quotes the address that it could not read, and the password
stands in it.
"""

from __future__ import annotations

import json
import re
from urllib.parse import quote, quote_plus

#: What stands in a secret's place.
INSTEAD = "***"

#: A shorter one is no secret, and taking it out would spoil every word that holds it.
_SHORTEST = 4

#: What may be a key within an address, and no host's name.
_KEY = re.compile(r"(?<![\w.-])[\w-]{12,}(?![\w.-])")

_hidden: set[str] = set()


def hide(secret: str) -> str:
    """Have a secret taken out of whatever this process says from now on, also as a URL, SQL or JSON writes it.

    Returns:
        The secret.
    """
    if len(secret) >= _SHORTEST:
        urls = {quote(secret, safe=kept) for kept in ("", "/", " +")}  # the last is SQLAlchemy's way
        _hidden.update({secret, *urls, quote_plus(secret), secret.replace("'", "''"), json.dumps(secret)[1:-1]})
    if "://" in secret:  # a robot's address: its key or token alone is a secret, too
        _hidden.update(_KEY.findall(secret))
    return secret


def redacted(text: str) -> str:
    """The text without any secret that was read."""
    for secret in sorted(_hidden, key=len, reverse=True):
        text = text.replace(secret, INSTEAD)
    return text
