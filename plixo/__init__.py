"""The composition root: settings, database, wiring, command line. Nothing imports it."""
