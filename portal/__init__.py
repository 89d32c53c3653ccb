"""Payers, in a browser."""
