"""Subsystem ``data``: rules, checks and sentences on the data: whether they came, complete, in the usual amount."""
