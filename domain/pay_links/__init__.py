"""The payer's way in, and the checkout behind it."""
