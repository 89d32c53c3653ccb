"""The dialogue: what is answered to each command of SMTP. It knows no socket and no clock, and never waits.

Senders are taken as mail systems write them, however oddly; recipients only as they are ours.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto

from inbound_mail import answers
from inbound_mail.host import Host

COMMAND_OCTETS = 1024
"""Of one command line: twice what RFC 5321 asks for, since addresses may be in UTF-8."""

NAME_LETTERS = 255
"""Kept of the name that a sender gives itself."""

_PATH = re.compile(r'\s*<(?:@[^<>:]*:)?((?:"(?:[^"\\]|\\.)*"|[^"<>])*)>\s*(.*)', re.DOTALL)
_BARE = re.compile(r"\s*([^\s<>]+)\s*(.*)", re.DOTALL)


class Then(Enum):
    """What the session does after an answer."""

    GO_ON = auto()
    TAKE_MAIL = auto()
    ENCRYPT = auto()
    HANG_UP = auto()


@dataclass(frozen=True, slots=True)
class Answer:
    """A line or more, without the last line end."""

    text: str
    then: Then = Then.GO_ON


@dataclass(slots=True)
class Envelope:
    """What was said about the mail to come."""

    sender: str | None = None
    """None before MAIL; empty for the null sender."""
    sent_to: list[str] = field(default_factory=list)


class Dialogue:
    """One sender's side of the talk. After encryption a new one begins, and nothing said before counts (RFC 3207)."""

    def __init__(self, host: Host, *, encrypted: bool = False) -> None:
        self._host, self.encrypted = host, encrypted
        self.helo = ""
        self.envelope = Envelope()
        self._commands, self._idle = host.limits.commands, host.limits.idle_commands

    def hear(self, line: bytes) -> Answer:
        """Return the answer to one command line, which comes without its line end."""
        word, _, rest = line.partition(b" ")
        verb = word.upper()
        if verb in _VERBS:
            self._commands -= 1
        if verb not in _USEFUL or len(line) > COMMAND_OCTETS:
            self._idle -= 1
        if self._commands < 0 or self._idle < 0:
            return Answer("421 4.7.0 Too many commands in one session", Then.HANG_UP)
        if verb in _OTHER_PROTOCOLS:
            return Answer("554 5.5.1 This is a mail server", Then.HANG_UP)
        if len(line) > COMMAND_OCTETS:
            return Answer("500 5.5.2 Command line too long")
        if verb not in _VERBS:
            return Answer("500 5.5.2 Unknown command")
        if self._host.wants_encryption and not self.encrypted and verb not in _BEFORE_ENCRYPTION:
            return Answer("530 5.7.0 Begin with STARTTLS; mail is taken over encrypted connections only")
        return _VERBS[verb](self, rest.decode("utf-8", "surrogateescape").strip())

    def forget(self) -> None:
        """Forget the envelope."""
        self.envelope = Envelope()

    def greeted(self, name: str) -> Answer:
        """Answer HELO."""
        if not name:
            return Answer("501 5.5.4 Say who you are")
        self._remember(name)
        return Answer(f"250 {self._host.name}")

    def greeted_extended(self, name: str) -> Answer:
        """Answer EHLO with what the server can do."""
        if not name:
            return Answer("501 5.5.4 Say who you are")
        self._remember(name)
        lines = [self._host.name, f"SIZE {self._host.limits.max_bytes}", "PIPELINING", "8BITMIME", "SMTPUTF8"]
        if self._host.offers_encryption and not self.encrypted:
            lines.append("STARTTLS")
        lines.append("ENHANCEDSTATUSCODES")
        return Answer("\r\n".join(f"250{' ' if n == len(lines) else '-'}{each}" for n, each in enumerate(lines, 1)))

    def mail(self, words: str) -> Answer:
        """Answer MAIL: any sender, as long as it does not say that the mail is too large."""
        if not self.helo:
            return Answer("503 5.5.1 Say EHLO first")
        if self.envelope.sender is not None:
            return Answer("503 5.5.1 A mail has begun already")
        path = _path("FROM:", words)
        if path is None:
            return Answer("501 5.5.4 Syntax: MAIL FROM:<address>")
        size, refusal = _parameters(path[1])
        if refusal:
            return Answer(refusal)
        if size > self._host.limits.max_bytes:
            return Answer(answers.TOO_LARGE)
        seconds = self._host.seconds_to_wait()
        if seconds:
            return Answer(f"450 4.7.1 Too many mails in a minute, try again in {seconds} s")
        self.envelope.sender = path[0]
        return Answer("250 2.1.0 OK")

    def rcpt(self, words: str) -> Answer:
        """Answer RCPT: our own addresses only."""
        if self.envelope.sender is None:
            return Answer("503 5.5.1 Say MAIL first")
        path = _path("TO:", words)
        if path is None or not path[0]:
            return Answer("501 5.5.4 Syntax: RCPT TO:<address>")
        if path[1]:
            return Answer("555 5.5.4 No parameters of RCPT are known here")
        if not self._host.takes_for(path[0]):
            return Answer(answers.NO_MAIL_FOR)
        if len(self.envelope.sent_to) >= self._host.limits.recipients:
            return Answer("452 4.5.3 Too many recipients, send the mail again to the others")
        self.envelope.sent_to.append(path[0])
        return Answer("250 2.1.5 OK")

    def data(self, words: str) -> Answer:
        """Answer DATA."""
        if words:
            return Answer("501 5.5.4 Syntax: DATA")
        if not self.envelope.sent_to:
            return Answer("503 5.5.1 Say RCPT first")
        return Answer("354 End data with <CR><LF>.<CR><LF>", Then.TAKE_MAIL)

    def starttls(self, words: str) -> Answer:
        """Answer STARTTLS."""
        if self.encrypted or not self._host.offers_encryption:
            return Answer("503 5.5.1 Not here" if self.encrypted else "502 5.5.1 Not offered here")
        if words:
            return Answer("501 5.5.4 Syntax: STARTTLS")
        return Answer("220 2.0.0 Ready", Then.ENCRYPT)

    def rset(self, _words: str) -> Answer:
        """Answer RSET."""
        self.forget()
        return Answer("250 2.0.0 OK")

    def noop(self, _words: str) -> Answer:
        """Answer NOOP."""
        return Answer("250 2.0.0 OK")

    def help(self, _words: str) -> Answer:
        """Answer HELP."""
        return Answer("214 2.0.0 Returned mail, replies and complaints are taken here, by RFC 5321")

    def vrfy(self, _words: str) -> Answer:
        """Answer VRFY and tell nothing."""
        return Answer("252 2.5.0 Send the mail and see")

    def absent(self, _words: str) -> Answer:
        """Answer what is known and not done here."""
        return Answer("502 5.5.1 Not done here")

    def quit(self, _words: str) -> Answer:
        """Answer QUIT."""
        return Answer("221 2.0.0 Bye", Then.HANG_UP)

    def _remember(self, name: str) -> None:
        self.forget()
        self.helo = name[:NAME_LETTERS]


_VERBS: dict[bytes, Callable[[Dialogue, str], Answer]] = {
    b"EHLO": Dialogue.greeted_extended,
    b"HELO": Dialogue.greeted,
    b"MAIL": Dialogue.mail,
    b"RCPT": Dialogue.rcpt,
    b"DATA": Dialogue.data,
    b"RSET": Dialogue.rset,
    b"STARTTLS": Dialogue.starttls,
    b"QUIT": Dialogue.quit,
    b"NOOP": Dialogue.noop,
    b"HELP": Dialogue.help,
    b"VRFY": Dialogue.vrfy,
    b"EXPN": Dialogue.absent,
    b"AUTH": Dialogue.absent,
    b"BDAT": Dialogue.absent,
    b"TURN": Dialogue.absent,
}
"""Every command."""

_USEFUL = frozenset({b"EHLO", b"HELO", b"MAIL", b"RCPT", b"DATA", b"RSET", b"STARTTLS", b"QUIT"})
"""Those that a sender of mail needs; of the others it has few."""

_BEFORE_ENCRYPTION = frozenset({b"EHLO", b"HELO", b"NOOP", b"RSET", b"STARTTLS", b"QUIT"})

_OTHER_PROTOCOLS = frozenset({b"GET", b"POST", b"PUT", b"HEAD", b"OPTIONS", b"CONNECT", b"PROXY", b"HOST:"})
"""A browser that was talked into speaking to us, or somebody who plays our proxy: neither gets a second word."""


def _path(keyword: str, words: str) -> tuple[str, str] | None:
    """Return the address and what follows it, or None where there is none."""
    if words[: len(keyword)].upper() != keyword:
        return None
    rest = words[len(keyword) :]
    found = _PATH.match(rest) or _BARE.match(rest)
    return (found[1].strip(), found[2]) if found else None


def _parameters(words: str) -> tuple[int, str]:
    """Return the size that MAIL announces, 0 for none, and a refusal, empty for none."""
    size = 0
    for each in words.upper().split():
        name, _, value = each.partition("=")
        match name:
            case "SIZE" if value.isascii() and value.isdigit() and len(value) <= 20:
                size = int(value)
            case "BODY" if value in {"7BIT", "8BITMIME"}:
                pass
            case "SMTPUTF8" if not value:
                pass
            case "SIZE" | "BODY" | "SMTPUTF8":
                return 0, f"501 5.5.4 {name} is not written so"
            case _:
                return 0, "555 5.5.4 A parameter of MAIL is not known here"
    return size, ""
