"""Which settings changed since they were last noted: the names of the keys, never their values."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ntanalytics.ledger.audit import Audit, actor

#: Enough to tell two values apart.
_DIGITS = 12
#: What a URL may hold that is nobody's business: a password before the host, or among the parameters.
_PASSWORD = re.compile(r"(://[^:/@]*:)[^@/]*(?=@)|([?&](?:password|passwd|pwd|token|key|secret)=)[^&]*", re.IGNORECASE)


def record_settings_changes(audit: Audit, file: Path, content: Mapping[str, Any]) -> list[str]:
    """Note that the settings of a file are others than were noted last, if they are.

    What is compared is what this machine noted last of the file; a machine that never noted anything of it, such as
    a container that was just made, compares with what any machine noted last.

    Args:
        audit: the trail.
        file: the settings file, or the file of the jobs.
        content: what it says, with every default, as JSON holds it. A password in a URL is left out.

    Returns:
        The keys that changed, in their order; none where nothing changed or nothing was noted before.
    """
    now = {key: _digest(value) for key, value in _flat(content)}
    subject = str(file)
    known = audit.events(["settings"], subject=subject, host=actor().host, limit=1)
    known = known or audit.events(["settings"], subject=subject, limit=1)
    before: Mapping[str, str] | None = known[0].details["keys"] if known else None
    if before == now:
        return []
    changed = [] if before is None else sorted(key for key in {*before, *now} if before.get(key) != now.get(key))
    whole = hashlib.sha256(json.dumps(now, sort_keys=True).encode()).hexdigest()
    audit.note("settings", subject, {"changed": changed, "is_first": before is None, "sha256": whole, "keys": now})
    return changed


def _flat(content: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Each key with those it stands under, as ``sources.sms.url``, and its value."""
    for key, value in content.items():
        name = f"{before}{key}"
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{name}.")
        else:
            yield name, value


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(_PASSWORD.sub(r"\1\2***", text).encode()).hexdigest()[:_DIGITS]
