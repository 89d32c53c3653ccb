"""Limits: what one sender, and all of them together, may ask of the server."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Every limit of the server; what is above one is refused in words, or the connection ends."""

    max_bytes: int = 32 * 1024 * 1024
    """Of one mail; announced by SIZE, refused with 552."""
    connections: int = 1000
    """At a time; one more is told 421. Two thousand idle ones would cost some 20 MB."""
    connections_of_peer: int = 100
    """At a time from one address; all mail may come through one relay in front of us."""
    recipients: int = 100
    """Of one mail, as RFC 5321 asks for at least; one more is told 452 and the sender splits the mail."""
    commands: int = 10_000
    """Of one kind in one session; 20 of those that a sender has no use for. One more ends it with 421."""
    idle_seconds: float = 300
    """Between two commands, and for a whole mail: who sends slower than that is cut off and may try again."""
    command_bytes: int = 64 * 1024
    """That may arrive before a command is answered; somebody who sends more does not speak SMTP."""
    buffered_bytes: int = 256 * 1024 * 1024
    """Of unfinished mails of all sessions together; one that does not fit is told 452 and comes again."""
    stopping_seconds: float = 10
    """For mails under way when the server stops."""

    @property
    def commands_by_kind(self) -> dict[str, int]:
        """The table in the form that aiosmtpd takes; ``*`` is every other command."""
        useful = dict.fromkeys(("MAIL", "RCPT", "DATA", "RSET", "EHLO", "HELO"), self.commands)
        return {**useful, "RCPT": self.commands * 2, "*": 20}
