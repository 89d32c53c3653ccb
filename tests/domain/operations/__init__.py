"""Tests of what operators see: cases, chat messages, requests that were seen."""
