"""Median of short series."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ntanalytics.detectors.order_statistics import median


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=90))
def test_it_is_that_of_numpy(values):
    assert median(np.array(values)) == np.median(values)
