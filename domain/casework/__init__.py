"""Casework: the queue of open invoices, who works on which, tasks, snoozes and explanations."""
