"""Sentences that open the acceptance."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ntanalytics.report_content import acceptance
from ntanalytics.report_content.duties.listing import OBLIGATIONS


def test_an_obligation_is_named_with_its_number_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acceptance, "days_of_year", lambda _span: None)
    [support] = [item for item in OBLIGATIONS if item.id == "O3"]
    site = SimpleNamespace(site=SimpleNamespace(contract=None))
    accepted: Any = SimpleNamespace(
        report=SimpleNamespace(workspace=SimpleNamespace(settings=site)),
        span=None,
        obligations=[SimpleNamespace(obligation=support, verdict="not_shown")],
        detection=SimpleNamespace(words=""),
        score=None,
    )
    assert acceptance.opening(accepted)[1].text == "O3 7×24小时技术支持。"
