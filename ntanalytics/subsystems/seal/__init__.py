"""Subsystem ``seal``: rules, checks, summary and sentences of electronic seals."""
