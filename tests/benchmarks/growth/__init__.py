"""How the cost of everything grows with the ledger, on ledgers whose shapes are those of real ones."""
