"""Settings: what contradicts itself is refused with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from ntanalytics.errors import SettingsError
from ntanalytics.settings import load


def _load(tmp_path: Path, *sources: str) -> None:
    path = tmp_path / "ntanalytics.yml"
    path.write_text("sources:\n" + "".join(f"  {source}\n" for source in sources), encoding="utf-8")
    load(path)


def test_two_sources_that_read_the_same_are_refused(tmp_path: Path) -> None:
    again = f'oa_general: {{product: xinhu, url: "sqlite:///{tmp_path}/oa.sqlite", datasets: [oa.members]}}'
    with pytest.raises(SettingsError, match="oa_general reads what oa_party reads") as error:
        _load(tmp_path, 'oa_party: {product: xinhu, url: "sqlite:///oa.sqlite"}', again)
    assert "sources.oa_general" in str(error.value)
    with pytest.raises(SettingsError, match="web_b reads what web reads"):
        _load(tmp_path, *(f'{name}: {{product: nginx, paths: ["logs/*.log*"]}}' for name in ("web", "web_b")))


def test_two_products_of_one_database_and_two_parts_of_one_product_are_not(tmp_path: Path) -> None:
    url = 'url: "sqlite:///maxkey.sqlite"'
    _load(
        tmp_path,
        f"identity: {{product: maxkey, {url}, datasets: [identity.logins]}}",
        f"sso: {{product: maxkey, {url}, datasets: [sso.accesses]}}",
        f"other: {{product: xinhu, {url}}}",
        "probe: {product: probe}",
        "probe_b: {product: probe}",
    )
