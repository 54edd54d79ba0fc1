"""Peer outlier: each of some peers held against the median of the others."""

from __future__ import annotations

from statistics import median

from ntanalytics.detectors.detection import Detection, KeyOf
from ntanalytics.metrics.rows import Rows, rows

#: Peers that are needed: of two nobody knows which is the odd one.
MIN_PEERS = 3


def peer_outlier(
    peers: Rows, *, value: str, key: KeyOf, by_difference: bool, count: str = "", min_count: int = 0
) -> list[Detection]:
    """Return each of some peers held against the median of the others.

    Args:
        peers: one row for each.
        value: column of the value; a peer without one is left out.
        key: key of the peer of a row.
        by_difference: whether the departure is the difference from the median, as of a rate, or a share of it.
        count: column that counts the events of a peer, or empty.
        min_count: least number of these events.

    Returns:
        A detection for each peer that counts enough; figure ``median``. None where they are fewer than ``MIN_PEERS``.
    """
    counted = [
        row for row in rows(peers) if row[value] is not None and (not count or (row.get(count) or 0) >= min_count)
    ]
    if len(counted) < MIN_PEERS:
        return []
    detections = []
    for row in counted:
        others = median(float(other[value]) for other in counted if other is not row)
        own = float(row[value])
        departure = own - others if by_difference else (own / others - 1 if others else 0.0)
        detections.append(Detection(key=key(row), value=own, departure=departure, figures={"median": others}))
    return detections
