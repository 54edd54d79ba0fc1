"""Checks: the engine that evaluates the rules of all subsystems over a period."""
