"""Charts: figures as pictures, each with a sentence that says what it shows, for whoever cannot see it."""
