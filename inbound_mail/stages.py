"""Stages: what the next bytes of a connection are taken for."""

from enum import Enum, auto


class Stage(Enum):
    """What the next bytes are."""

    OUTSIDE = auto()
    """A proxy's word; aiosmtpd knows nothing of the connection yet."""
    COMMANDS = auto()
    MAIL = auto()
    STORING = auto()
    HANDSHAKE = auto()
    OVER = auto()
    """Nothing that is heard; the last words are on their way."""
