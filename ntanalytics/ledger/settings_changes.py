"""Changes of the settings since the last record: names of keys, never values."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ntanalytics.ledger.audit import Audit, actor

#: Length of a digest: enough to distinguish two values.
_DIGITS = 12
#: Passwords in a URL: before the host, or among the parameters.
_PASSWORD = re.compile(r"(://[^:/@]*:)[^@/]*(?=@)|([?&](?:password|passwd|pwd|token|key|secret)=)[^&]*", re.IGNORECASE)


def record_settings_changes(audit: Audit, file: Path, content: Mapping[str, Any]) -> list[str]:
    """Record a change of a settings file in the audit trail, if there is one.

    The file is compared with the last record of this machine. A machine without a record of the file, such as a new
    container, compares with the last record of any machine.

    Args:
        audit: the audit trail.
        file: the settings file, or the file of the jobs.
        content: its content with all defaults, as JSON data. Passwords in URLs are left out.

    Returns:
        The changed keys, sorted; empty if nothing changed or nothing was recorded before.
    """
    now = {key: _digest(value) for key, value in _flattened(content)}
    subject = str(file)
    last = audit.events(["settings"], subject=subject, host=actor().host, limit=1)
    last = last or audit.events(["settings"], subject=subject, limit=1)
    before: Mapping[str, str] | None = last[0].details["keys"] if last else None
    if before == now:
        return []
    changed = [] if before is None else sorted(key for key in {*before, *now} if before.get(key) != now.get(key))
    whole = hashlib.sha256(json.dumps(now, sort_keys=True).encode()).hexdigest()
    audit.record("settings", subject, {"changed": changed, "is_first": before is None, "sha256": whole, "keys": now})
    return changed


def _flattened(content: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield dotted key, such as ``sources.sms.url``, and value."""
    for key, value in content.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and value:
            yield from _flattened(value, f"{name}.")
        else:
            yield name, value


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(_PASSWORD.sub(r"\1\2***", text).encode()).hexdigest()[:_DIGITS]
