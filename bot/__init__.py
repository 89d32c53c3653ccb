"""Operators, in Slack: commands, buttons, and messages that are kept current."""
