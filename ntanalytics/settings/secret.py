"""Secrets behind references: the settings contain only the reference."""

from __future__ import annotations

import os
from pathlib import Path

from ntanalytics.errors import SecretMissing
from ntanalytics.language import tr
from ntanalytics.redaction import register_secret


def read_secret(reference: str, *, where: str) -> str:
    """Return the secret of a reference; empty for an empty reference.

    Args:
        reference: ``env:NAME``, ``file:PATH`` or ``keyring:SERVICE/USER``.
        where: settings key of the reference, for messages.

    Raises:
        SecretMissing: the secret does not exist.
    """
    if not reference:
        return ""
    import keyring.errors  # most commands read no secret

    kind, _, name = reference.partition(":")
    secret: str | None = None
    try:
        match kind:
            case "env":
                secret = os.environ.get(name)
            case "file":
                secret = Path(name).expanduser().read_text(encoding="utf-8").strip()
            case "keyring":
                service, _, user = name.partition("/")
                secret = keyring.get_password(service, user)
    except (OSError, keyring.errors.KeyringError) as error:
        raise SecretMissing(
            tr("cannot read the secret {reference}: {error}", reference=reference, error=error), where=where
        ) from error
    if not secret:
        raise SecretMissing(
            tr("there is no secret behind {reference}", reference=reference),
            where=where,
            todo=tr("set {name}, or correct the reference", name=name),
        )
    return register_secret(secret)
