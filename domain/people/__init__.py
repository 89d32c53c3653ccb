"""Who the operators are and what each of them may do."""
