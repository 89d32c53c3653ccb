"""Tests of the operators' side: pure views, signed requests over HTTP, Socket Mode, the poster against a fake Slack."""
