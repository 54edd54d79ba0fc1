"""Findings: rules over metrics, and the sentences that say what they found."""

from ntanalytics.findings.detection import Detection, detect

__all__ = ["Detection", "detect"]
