"""Metrics of the SMS platform."""
