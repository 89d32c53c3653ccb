"""Erasures: a person's data are taken away on request, while ledger and audit stay true."""
