"""What left by mail, what came back, and whom we may not mail."""
