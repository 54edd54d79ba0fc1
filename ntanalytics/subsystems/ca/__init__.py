"""Subsystem ``ca``: rules, checks, summary and sentences of certificates."""
