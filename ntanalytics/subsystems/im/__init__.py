"""Subsystem ``im``: rules, checks, summary and sentences of instant messaging."""
