"""The simulated year: the real engine under a clock of its own, and a checker that shares no code with it."""
