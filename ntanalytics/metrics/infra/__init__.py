"""Metrics of hosts, services and backups."""
