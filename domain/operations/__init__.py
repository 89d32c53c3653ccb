"""What operators see, and what keeps the product running."""
