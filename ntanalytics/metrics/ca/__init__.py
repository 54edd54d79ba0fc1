"""Metrics of certificates."""
