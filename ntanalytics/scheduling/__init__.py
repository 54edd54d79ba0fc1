"""Scheduled jobs: what is due, its execution, reissue and delivery, and alerts to the operators."""
