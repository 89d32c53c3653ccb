"""Tests in Chromium, with pictures that are left in ``shots/`` for people to look at."""
