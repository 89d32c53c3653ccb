"""The parts of the product that one process may run."""

from enum import StrEnum


class Part(StrEnum):
    """What one process may run; any number of processes may run each."""

    PORTAL = "portal"
    BOT = "bot"
    INBOUND_MAIL = "inbound-mail"
    WORKER = "worker"
    SCHEDULER = "scheduler"
