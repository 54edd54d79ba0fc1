"""Duties of the contract: which facts prove each, and the verdict on it, written once for every report."""
