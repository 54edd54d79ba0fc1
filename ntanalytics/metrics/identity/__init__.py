"""Metrics of the identity platform."""
