"""Policies: segments and cadences, versioned and published by two persons."""
