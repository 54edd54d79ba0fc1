"""Subsystems: the rules, checks, summary and sentences of each, in one folder per subsystem."""
