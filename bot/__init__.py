"""Operators, in Slack: commands, buttons, and messages that are kept current."""

from pathlib import Path

from domain.kernel import speech

speech.learn(Path(__file__).parent / "locales")
