"""Opening the sources of a site: what each of them may feed."""

from pathlib import Path

import pytest

from ntanalytics.catalog import site_catalog
from ntanalytics.errors import UnknownName
from ntanalytics.settings import load
from ntanalytics.sources import open_sources
from ntanalytics.workspace import Workspace


def site(folder: Path, datasets: str) -> Path:
    file = folder / "ntanalytics.yml"
    file.write_text(
        f"sources:\n  oa:\n    product: xinhu\n    url: sqlite:///oa.sqlite\n    datasets: {datasets}\n",
        encoding="utf-8",
    )
    return file


def test_a_source_feeds_only_the_datasets_that_it_is_given(tmp_path: Path):
    settings = load(site(tmp_path, "[oa.members, oa.tasks]"))
    source = open_sources(settings, site_catalog(None))["oa"]
    assert source.product.datasets == ["oa.members", "oa.tasks"]
    assert Workspace(settings).sources_by_dataset == {"oa.members": ["oa"], "oa.tasks": ["oa"]}
    with pytest.raises(UnknownName, match="oa.activities"):
        source.mapping("oa.activities")


def test_a_source_that_is_given_none_feeds_all_of_its_product(tmp_path: Path):
    source = open_sources(load(site(tmp_path, "[]")), site_catalog(None))["oa"]
    assert "docexchange.documents" in source.product.datasets


def test_a_dataset_that_the_product_does_not_feed_is_refused_by_name(tmp_path: Path):
    with pytest.raises(UnknownName, match=r"sources\.oa\.datasets.*sms\.messages|sms\.messages"):
        open_sources(load(site(tmp_path, "[sms.messages]")), site_catalog(None))
