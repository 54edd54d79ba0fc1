import hmac
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntanalytics.errors import LakeError
from ntanalytics.extraction.pseudonym import KEY_NAME, hash_values, site_key


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
