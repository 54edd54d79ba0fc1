"""Metrics of the service desk."""
