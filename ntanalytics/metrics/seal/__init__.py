"""Metrics of electronic seals."""
