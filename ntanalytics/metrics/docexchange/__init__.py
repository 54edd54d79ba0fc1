"""Metrics of document exchange."""
