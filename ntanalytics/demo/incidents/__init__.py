"""Incidents of the demo city: kinds, script and effects."""
