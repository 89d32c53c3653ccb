"""Imports that wait for a decision: a file is handed in, shown as a difference, and applied or dropped by a person."""
