"""What every other part of the domain stands on: money, time, states, events, transactions, jobs."""
