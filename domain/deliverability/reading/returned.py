"""Find the returned mail inside a report, whole or as a copy of its headers, and what it tells about itself."""

import re
from dataclasses import dataclass

from domain.deliverability.reading import found_addresses, mime

MAX_IDS = 20
MAX_COPY = 32 * 1024
"""Bytes of a returned mail that are looked at: its headers."""

_TOKEN = re.compile(rb"\+(?<=[bruBRU]\+)[A-Za-z2-7]{40,60}@[A-Za-z0-9.-]{1,255}")
_MESSAGE_ID = re.compile(r"<[^<>\s]{3,250}>")
_RULERS = " \t|>*#=_-"
"""Characters that lines are drawn with."""
_SEPARATOR = re.compile(
    r"(?:below(?: this line)?|here|included|attachment|this|following) is (?:a |the )?(?:copy|original|header).{0,60}"
    r"|a copy of (?:the|your) (?:original )?(?:message|mail).{0,40}(?:below|follow).{0,30}"
    r"|(?:original|unsent|returned|undelivered|forwarded|bounced|source) (?:message|mail|email)(?: header\w*)?"
    r"(?: (?:is )?(?:follow\w*|below|text|attached|info).{0,40}| \(.{0,40}\))?[:.]?"
    r"|original (?:message )?headers?.{0,20}|(?:the )?header of the original message.{0,30}"
    r"|message (?:headers?|text|body|content) (?:follow\w*|suppressed)[:.]?"
    r"|(?:the )?header of the source mail.{0,20}"
    r"|your (?:original )?message (?:reads|follows|was)(?: as follows)?(?: below)?\s*:?"
    r"|(?:start of )?returned (?:message|mail)(?: follows)?[:.]?"
    r"|the first \d+ lines of your original message follow:?|unsent message (?:below|follows):?"
    r"|a summary of the undelivered message.{0,40}|original mail(?: info)?"
    r"|mensaje original.{0,40}|message d'origine.{0,40}|ursprüngliche nachricht.{0,40}|original-?nachricht.{0,40}"
    r"|messaggio originale.{0,40}|mensagem original.{0,40}|oorspronkelijk bericht.{0,40}"
    r"|исходное (?:сообщение|письмо).{0,40}"
    r"|.{0,10}(?:原信件|原始邮件|原邮件|元のメール|以下元メール).{0,16}",
    re.IGNORECASE,
)  # fmt: skip
"""The line in front of a returned mail, without its rulers; behind it everything belongs to that mail."""

MAX_SEPARATOR = 160
"""Characters of the longest line that may be one."""

_FIRST_FIELDS = re.compile(
    r"\n(?:Received: (?:from|by|\()|Return-Path:|DKIM-Signature:|Message-ID:|MIME-Version:|X-[A-Z][\w-]+: ).*$",
    re.IGNORECASE | re.MULTILINE,
)
"""The first line of a copied header, with the line end before it: that is found much faster than a line's beginning."""
_A_FIELD = re.compile(r"[Rr]eceived:|RECEIVED:|[Pp]ath:|PATH:|[Ss]ignature:|[Ii][Dd]: ?<|[Vv]ersion:|VERSION:|X-|x-")
"""What some line must hold, in one of the usual spellings."""

_FIELD = re.compile(r"^[A-Za-z][\w-]{1,40}:|^[ \t]+\S")


@dataclass(frozen=True, slots=True)
class Returned:
    """What is left of the mail that came back."""

    headers: mime.Headers
    present: bool
    """Whether a returned mail, or its headers, was found at all."""

    @property
    def recipients(self) -> list[str]:
        """The addresses in its To header."""
        return found_addresses.in_header(self.headers.get("to"))

    @property
    def senders(self) -> frozenset[str]:
        """Addresses that stand for its sender: they are never its recipients."""
        names = ("from", "sender", "return-path", "reply-to", "errors-to", "x-sender")
        return frozenset(each for name in names for each in found_addresses.in_header(self.headers.get(name)))


def in_parts(mail: mime.Mail) -> Returned | None:
    """Return the mail that is embedded as a part of its own, if any."""
    part = mail.first(*mime.EMBEDDED)
    if part is None:
        return None
    headers, _ = mime.split(part.content(MAX_COPY).lstrip(b"\r\n"))
    return Returned(headers, present=True)


def parted(text: str) -> tuple[str, Returned]:
    """Part the prose of a report from the copy of the returned mail behind it."""
    lines = "\n" + text  # a place in it is the place in the text of what comes behind it
    at, copy = _separator(text)
    found = at < len(text)
    for fields in _FIRST_FIELDS.finditer(lines, 0, at + 1):
        rest = text[fields.end() :].split("\n", 2)[:2]
        if rest and rest[0] and _FIELD.match(rest[0]):
            if _A_FIELD.search(text, 0, at):
                at = copy = fields.start()
            break
    if copy >= len(text):
        return text, Returned(mime.Headers(), present=False)
    headers = mime.fields_of(text[copy : copy + 16384].strip("\n").partition("\n\n")[0])
    if not headers.fields and "@" not in text[:at] and "@" in text[at:]:
        return text, Returned(headers, present=False)  # it heads a list of what the mail was, and not the mail
    return text[:at], Returned(headers, present=bool(found or headers.fields))


def _separator(text: str) -> tuple[int, int]:
    """Return where the line in front of the returned mail begins and ends; the text's end when there is none."""
    at = 0
    for line in text.split("\n"):
        if len(line) <= MAX_SEPARATOR and _SEPARATOR.fullmatch(line.strip(_RULERS)):
            return at, at + len(line)
        at += len(line) + 1
    return len(text), len(text)


def message_ids(headers: mime.Headers, *names: str) -> tuple[str, ...]:
    """Return the message ids in the named headers, each once, in order."""
    values = [value for wanted in names for name, value in headers.fields if name == wanted]
    found = [each for value in values for each in _MESSAGE_ID.findall(value)]
    return tuple(dict.fromkeys(found))[:MAX_IDS]


def tokens(*texts: bytes) -> tuple[str, ...]:
    """Return what looks like a signed address of ours, lower case; whether it is one, only the keys can tell."""
    found = [text[match.start() - 1 : match.end()] for text in texts for match in _TOKEN.finditer(text)]
    return tuple(dict.fromkeys(each.decode("ascii").lower().rstrip(".") for each in found))[:MAX_IDS]
