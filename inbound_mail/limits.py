"""Limits: what one sender, and all of them together, may ask of the server."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Every limit of the server; what is above one is refused in words, or the connection ends."""

    max_bytes: int = 32 * 1024 * 1024
    """Of one mail; announced by SIZE, refused with 552."""
    connections: int = 1000
    """At a time; one more is told 421. Two thousand idle ones cost some 26 MB."""
    connections_of_peer: int = 100
    """At a time from one address; all mail may come through one relay in front of us."""
    connections_a_minute: int = 1000
    """New ones from one address; one more is told 421 and how long to wait."""
    mails_a_minute: int = 3000
    """From one address; one more is told 450 and how long to wait."""
    recipients: int = 100
    """Of one mail, as RFC 5321 asks for at least; one more is told 452 and the sender splits the mail."""
    commands: int = 20_000
    """In one session; one more ends it with 421."""
    idle_commands: int = 20
    """Of those that bring no mail: unknown ones, NOOP, HELP, VRFY. One more ends the session with 421."""
    idle_seconds: float = 300
    """Between two commands, and between two pieces of a mail (RFC 5321 asks for five minutes)."""
    mail_seconds: float = 900
    """For one whole mail, however it drips: the largest one at 36 KB a second."""
    session_seconds: float = 3600
    """For a whole session; a mail that is being stored is answered first."""
    proxy_seconds: float = 10
    """Until a proxy of ours has said who connects."""
    handshake_seconds: float = 30
    """Until encryption is agreed upon."""
    storing_seconds: float = 60
    """Until a mail is committed; after that the sender is told 451, and a commit that comes later harms nobody."""
    parting_seconds: float = 10
    """For a sender to take our last words before it is cut off."""
    unread_bytes: int = 64 * 1024
    """Of commands that wait for their turn; nothing more is read until they had it."""
    buffered_bytes: int = 256 * 1024 * 1024
    """Of mails that arrive or are being stored, of all sessions together; one that does not fit is told 452."""
    stopping_seconds: float = 10
    """For mails under way when the server stops."""
