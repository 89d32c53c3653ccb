"""Operators, in Slack."""
