"""Payers, in a browser: the pages behind a pay link, the payment provider's adapter and its webhook."""
