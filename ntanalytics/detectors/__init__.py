"""Detectors: pure statistics over counts, shares and durations."""
