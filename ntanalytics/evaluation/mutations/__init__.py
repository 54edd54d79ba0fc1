"""Mutations: damage drawn from the contract at random, and whether the inspection tells it.

Nothing here knows a rule: what is damaged follows from the contract's columns and the members that the data have, and
what is told is judged by its subject alone.
"""

from __future__ import annotations

from ntanalytics.evaluation.mutations.campaign import MutationScore, evaluate_mutations

__all__ = ["MutationScore", "evaluate_mutations"]
