"""Subsystem ``docexchange``: rules, checks, summary and sentences of document exchange."""
