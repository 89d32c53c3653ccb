"""The clock, the worker and what leaves by mail."""
