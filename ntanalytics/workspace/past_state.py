"""State of the lake and the ledger that an earlier report read; a report that is made again reads the same."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass

#: Variable of a kernel's environment with the state; without it the newest data are read.
VARIABLE = "NTANALYTICS_PAST_STATE"


@dataclass(frozen=True)
class PastState:
    """State that an earlier report read.

    Attributes:
        tables: dataset → the version of its table; a dataset that is not named had no table.
        extraction_id: the last extraction before the run; coverage is read as it was then.
        generated_at: the time of the report (aware).
    """

    tables: Mapping[str, int]
    extraction_id: int
    generated_at: dt.datetime

    def as_variable(self) -> dict[str, str]:
        """Return the state as a variable of an environment."""
        content = {
            "tables": dict(self.tables),
            "extraction_id": self.extraction_id,
            "generated_at": self.generated_at.isoformat(),
        }
        return {VARIABLE: json.dumps(content)}


def past_state() -> PastState | None:
    """Return the state in this process's environment; None where the newest data are read."""
    text = os.environ.get(VARIABLE)
    if not text:
        return None
    content = json.loads(text)
    return PastState(content["tables"], content["extraction_id"], dt.datetime.fromisoformat(content["generated_at"]))
