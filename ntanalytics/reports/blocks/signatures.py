"""Signature lines 签字."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from ntanalytics.reports.blocks.block import Block


@dataclass(frozen=True)
class Signatures(Block):
    """A line to sign and date for each role."""

    kind: ClassVar[str] = "signatures"

    roles: tuple[str, ...] = field(default=(), kw_only=True)

    def body(self) -> dict[str, Any]:
        """See ``Block.body``."""
        return {"roles": list(self.roles)}


def signatures(roles: Sequence[str], title: str = "", *, id: str = "signatures") -> Signatures:
    """Return the signature lines: ``signatures(["编制", "审核", "用户确认"])``."""
    return Signatures(id, title, roles=tuple(roles))
