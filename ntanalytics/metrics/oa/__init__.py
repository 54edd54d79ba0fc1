"""Metrics of OA adoption and tasks."""
