"""Whom we remind, when, with which letter, and why not."""
