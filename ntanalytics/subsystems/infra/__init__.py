"""Subsystem ``infra``: rules, checks, summary and sentences of hosts, services and backups."""
