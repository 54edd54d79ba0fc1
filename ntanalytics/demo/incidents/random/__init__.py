"""Incidents drawn at random from a seed."""
