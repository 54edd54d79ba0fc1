"""Metrics of single sign-on."""
