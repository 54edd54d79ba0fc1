import hmac
import shutil
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntanalytics.errors import LakeError, SecretMissing, SettingsError
from ntanalytics.extraction.pseudonym import KEY_NAME, MARK_NAME, hash_values, hashing_key, site_key
from ntanalytics.lake import DeltaLake
from ntanalytics.settings import Settings


def test_equal_values_stay_equal_and_are_not_themselves(tmp_path: Path):
    key = site_key(tmp_path / "lake")
    first, second, other, nothing = hash_values(pa.array(["10.0.0.1", "10.0.0.1", "10.0.0.2", None]), key).to_pylist()
    assert first == second != other
    assert nothing is None
    assert "10.0.0.1" not in first


def test_the_key_is_made_once_and_is_the_owners_alone(tmp_path: Path):
    assert site_key(tmp_path) == site_key(tmp_path)
    assert (tmp_path / KEY_NAME).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [KEY_NAME]


def test_another_site_hashes_otherwise(tmp_path: Path):
    value = pa.array(["10.0.0.1"])
    assert hash_values(value, site_key(tmp_path / "a")) != hash_values(value, site_key(tmp_path / "b"))


def test_a_damaged_key_is_said_and_not_replaced(tmp_path: Path):
    (tmp_path / KEY_NAME).write_bytes(b"short")
    with pytest.raises(LakeError, match="damaged"):
        site_key(tmp_path)
    assert (tmp_path / KEY_NAME).read_bytes() == b"short"


@given(st.text(), st.binary(min_size=32, max_size=32))
def test_a_hash_is_the_hmac_of_the_standard_library(value: str, key: bytes):
    assert hash_values(pa.array([value]), key).to_pylist() == [hmac.new(key, value.encode(), "sha256").hexdigest()[:24]]


def _hashed(home: Path, pepper: str = "") -> str:
    """Return a number as the lake of a site stores it."""
    if pepper:
        (home / "pepper").write_text(pepper, encoding="utf-8")
    settings = Settings(file=home / "ntanalytics.yml", pepper=f"file:{home / 'pepper'}" if pepper else "")
    return str(hash_values(pa.array(["13912345678"]), hashing_key(DeltaLake(home / "lake"), settings))[0])


def test_whoever_copies_the_lake_with_its_key_cannot_test_a_guess_without_the_pepper(tmp_path: Path):
    stored = _hashed(tmp_path, "p" * 32)
    stolen = tmp_path / "stolen"
    shutil.copytree(tmp_path / "lake", stolen / "lake")
    key = (stolen / "lake" / KEY_NAME).read_bytes()
    assert hash_values(pa.array(["13912345678"]), key).to_pylist() != [stored]
    assert _hashed(tmp_path, "p" * 32) == stored


def test_another_key_or_pepper_than_that_of_the_lake_stops_and_a_rotation_is_by_hand(tmp_path: Path):
    before = _hashed(tmp_path)
    with pytest.raises(LakeError, match="another"):
        _hashed(tmp_path, "p" * 32)
    (tmp_path / "lake" / KEY_NAME).unlink()  # lost: a new one would match nothing
    with pytest.raises(LakeError, match="another"):
        _hashed(tmp_path)
    (tmp_path / "lake" / MARK_NAME).unlink()
    assert _hashed(tmp_path, "p" * 32) != before


def test_a_short_or_missing_pepper_is_refused(tmp_path: Path):
    with pytest.raises(SettingsError, match="fewer than 32"):
        _hashed(tmp_path, "salt and pepper")
    (tmp_path / "pepper").unlink()
    settings = Settings(file=tmp_path / "ntanalytics.yml", pepper=f"file:{tmp_path / 'pepper'}")
    with pytest.raises(SecretMissing):
        hashing_key(DeltaLake(tmp_path / "lake"), settings)
