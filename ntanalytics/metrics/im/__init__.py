"""Metrics of instant messaging."""
