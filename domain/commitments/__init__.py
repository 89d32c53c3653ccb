"""Commitments: what payers promise, plan and dispute."""
