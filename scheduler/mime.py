"""MIME: the message as it goes over the wire, with the headers that machines read and a signature of our domain."""

import base64
import binascii
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.policy import EmailPolicy
from email.utils import format_datetime
from functools import cached_property, lru_cache

import dkim

from domain import letters
from domain.kernel.core import Core
from domain.outreach.composing import OutgoingMail, Thread
from scheduler.key_faults import KeyUnusable

SIGNED = (
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type",
    "Content-Transfer-Encoding", "Auto-Submitted", "List-Unsubscribe", "List-Unsubscribe-Post",
)  # fmt: skip
"""Headers under the signature; one that a mail does not have is signed as absent, so that nobody can add it."""

LEAST_RSA_BITS = 1024
"""Shorter keys count as no signature (RFC 8301); the large mail providers ask for this length as well."""

LONGEST_NAME = 100
"""Characters of a name in front of an address."""

_PKCS8_ED25519 = bytes.fromhex("302e020100300506032b657004220420")
"""How the DER form of an Ed25519 key begins (RFC 8410); 32 bytes of the key follow."""

_PEM = re.compile(rb"-----BEGIN (?:RSA )?PRIVATE KEY-----\s+([A-Za-z0-9+/=\s]+)-----END (?:RSA )?PRIVATE KEY-----")
_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?)*")


_FILE_NAME = re.compile(r"[A-Za-z0-9._-]{1,120}")

_POLICY = EmailPolicy(linesep="\r\n")
"""How the headers are written that hold what people typed: encoded where they must be, broken into lines."""

_LINE = 78
"""Characters of a header that fits on one line (RFC 5322, 2.1.1)."""

_PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*", re.ASCII)
"""A subject of words and single blanks, which needs no encoding."""

_ENCODED = 54
"""Characters of an encoded word's text: with its marks and the name of the header it fits on a line of 76."""

_AS_IT_IS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.,:!+*/")
"""Letters that an encoded word of a subject holds as they are (RFC 2047, 4.2)."""

_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
"""A name that needs no quotation marks (RFC 5322, 3.2.3)."""

_SPEC = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+", re.ASCII)
"""An address as almost all are."""


@dataclass(frozen=True)
class Signer:
    """Signs mail for a domain (DKIM, RFC 6376), with the key that its selector publishes."""

    domain: str
    selector: str
    private_key_pem: bytes = field(repr=False)
    """RSA or Ed25519 in PEM, as `openssl genpkey` writes it."""

    def __post_init__(self) -> None:
        for name in (self.domain, self.selector):
            if len(name) > 200 or not _NAME.fullmatch(name.lower()):
                raise KeyUnusable(f"DKIM: {name[:60]!r} is not a name in the DNS.")
        try:
            self.signature(b"From: a@example.org\r\n\r\nTest.\r\n")
        except KeyUnusable:
            raise
        except Exception:  # whatever the library stumbles over, the key is what was wrong
            raise KeyUnusable(_HELP) from None

    def signature(self, message: bytes) -> bytes:
        """Return the header that goes in front of the message, with its line's end."""
        key, algorithm = self.key
        present = {line.partition(b":")[0].strip().lower() for line in message.partition(b"\r\n\r\n")[0].split(b"\r\n")}
        signed = [name for name in SIGNED if name.lower().encode() in present or name in _SIGNED_WHEN_ABSENT]
        return bytes(
            dkim.sign(
                message,
                self.selector.encode("ascii"),
                self.domain.encode("ascii"),
                key,
                canonicalize=(b"relaxed", b"relaxed"),
                include_headers=[name.encode("ascii") for name in signed],
                signature_algorithm=algorithm,
            )
        )

    @cached_property
    def key(self) -> tuple[bytes, bytes]:
        """Return the key in the form that the library takes, and the algorithm."""
        found = _PEM.search(self.private_key_pem)
        if found is None:
            raise KeyUnusable(_HELP)
        try:
            der = base64.b64decode(re.sub(rb"\s", b"", found[1]), validate=True)
        except binascii.Error:
            raise KeyUnusable(_HELP) from None
        if der.startswith(_PKCS8_ED25519) and len(der) == len(_PKCS8_ED25519) + 32:
            return base64.b64encode(der[len(_PKCS8_ED25519) :]), b"ed25519-sha256"
        bits = 8 * len(dkim.crypto.int2str(dkim.crypto.parse_private_key(der)["modulus"]))
        if bits < LEAST_RSA_BITS:
            raise KeyUnusable(f"DKIM: the key has {bits} bits; mail providers ask for 1024, and 2048 is usual.")
        body = base64.encodebytes(der).strip()
        return b"-----BEGIN PRIVATE KEY-----\n" + body + b"\n-----END PRIVATE KEY-----\n", b"rsa-sha256"


_SIGNED_WHEN_ABSENT = frozenset({"Reply-To", "List-Unsubscribe", "List-Unsubscribe-Post"})
"""Headers by which somebody who passes a mail on could lead its reader elsewhere."""

_HELP = (
    "DKIM: the private key is neither RSA nor Ed25519 in PEM. Make one with "
    "`openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048`."
)


def wire(core: Core, mail: OutgoingMail, *, signer: Signer | None = None) -> bytes:
    """Return the bytes that the relay gets: text and HTML saying the same, attachments, and a signature.

    Put together here, and not by the library's message object: that takes most of the time of a mail's way, and breaks
    the addresses in long headers as if they were prose, into encoded words that no mail program takes for an address.
    """
    built = b"".join(_headers(core, mail)) + _body(mail)
    return signer.signature(built) + built if signer is not None else built


def _headers(core: Core, mail: OutgoingMail) -> Iterator[bytes]:
    yield _from(core.merchant.name, core.merchant.sender)
    yield _addressee("To", mail.to_name, mail.to)
    yield _verbatim("Reply-To", mail.reply_to)
    yield _subject(mail.letter.subject)
    yield _verbatim("Date", format_datetime(core.clock.now()))
    yield _verbatim("Message-ID", mail.message_id)
    if mail.thread is None:
        yield _verbatim("Auto-Submitted", "auto-generated")
    else:  # a person wrote it
        yield from _thread(mail.thread)
    if ways := _ways_out(mail):
        yield _verbatim("List-Unsubscribe", *ways)
    if mail.unsubscribe_page:
        yield _verbatim("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
    yield _verbatim("MIME-Version", "1.0")


def _body(mail: OutgoingMail) -> bytes:
    """Return the parts, from their first header on."""
    html = _text("html", mail.letter.html)
    shown = [_file(each.content_type, "inline", each.name, each.body, content_id=each.name) for each in mail.pictures]
    if mail.letter.logo is not None:
        shown.insert(0, _file("image/png", "inline", "logo.png", mail.letter.logo, content_id=letters.LOGO_ID))
    if shown:
        html = _several("related", html, *shown)
    both = _several("alternative", _text("plain", mail.letter.text), html)
    if not mail.attachments:
        return both
    return _several("mixed", both, *(_file(each.content_type, "attachment", each.name, each.body)
                                     for each in mail.attachments))  # fmt: skip


def _several(kind: str, *parts: bytes) -> bytes:
    """Put parts together; no encoded part can hold the line that divides them, since it has an equals sign in it."""
    line = f"=_{secrets.token_hex(12)}"
    divided = b"".join(f"--{line}\r\n".encode() + each + b"\r\n" for each in parts)
    return f'Content-Type: multipart/{kind}; boundary="{line}"\r\n\r\n'.encode() + divided + f"--{line}--\r\n".encode()


def _text(kind: str, text: str) -> bytes:
    plain = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n") + "\n"
    head = f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    return head.encode() + binascii.b2a_qp(plain.encode()).replace(b"\n", b"\r\n")


def _file(content_type: str, disposition: str, name: str, body: bytes, *, content_id: str = "") -> bytes:
    assert _FILE_NAME.fullmatch(name), "files that go with a mail are named by us"
    head = f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: base64\r\n"
    head += f'Content-Disposition: {disposition}; filename="{name}"\r\n'
    head += f"Content-ID: <{content_id}>\r\n\r\n" if content_id else "\r\n"
    return head.encode("ascii") + base64.encodebytes(body).replace(b"\n", b"\r\n")


@lru_cache(maxsize=16)
def _from(name: str, address: str) -> bytes:
    return _addressee("From", name, address)


def _addressee(header: str, name: str, address: str) -> bytes:
    """Return a header with a name and an address; as the library writes it, and by hand where that is plain."""
    shown = _name(name)
    line = f"{header}: {shown} <{address}>" if shown else f"{header}: {address}"
    plain = (not shown or (_ATOMS.fullmatch(shown) and "=?" not in shown)) and _SPEC.fullmatch(address)
    if plain and len(line) <= _LINE:
        return line.encode("ascii") + b"\r\n"
    return _written(header, Address(shown, addr_spec=address))


def _subject(text: str) -> bytes:
    """Return the subject, as it is where it is plain and fits; other letters stand in encoded words (RFC 2047)."""
    if text.isascii() or not text.isprintable():
        line = f"Subject: {text}"
        plain = len(line) <= _LINE and _PLAIN.fullmatch(text) and "=?" not in text
        return line.encode("ascii") + b"\r\n" if plain else _written("Subject", text)
    lines, line = [], ""
    for each in text:
        written = each if each in _AS_IT_IS else _quoted(each)
        if len(line) + len(written) > _ENCODED:
            lines.append(line)
            line = written
        else:
            line += written
    return ("Subject: " + "\r\n ".join(f"=?utf-8?q?{each}?=" for each in [*lines, line]) + "\r\n").encode("ascii")


@lru_cache(maxsize=512)
def _quoted(letter: str) -> str:
    return "_" if letter == " " else "".join(f"={byte:02X}" for byte in letter.encode())


def _written(name: str, value: Address | str) -> bytes:
    """Return a header that holds what people typed; a line break in it is an error."""
    return bytes(_POLICY.fold_binary(*_POLICY.header_store_parse(name, value)))


def _verbatim(name: str, *values: str) -> bytes:
    """Return a header that machines read: plain ASCII, broken between its values and nowhere else."""
    assert all(each.isprintable() for each in values), "a line break would begin another header"
    return (f"{name}: " + ",\r\n ".join(values) + "\r\n").encode("ascii")


def _thread(thread: Thread) -> Iterator[bytes]:
    """Return the headers by which mail programs find the conversation, an id on each line."""
    assert all(each.isprintable() for each in (thread.answers, *thread.references)), "a line break begins a header"
    if thread.answers:
        yield f"In-Reply-To: {thread.answers}\r\n".encode("ascii")
    if thread.references:
        yield ("References: " + "\r\n ".join(thread.references) + "\r\n").encode("ascii")


def _ways_out(mail: OutgoingMail) -> list[str]:
    return [f"<{way}>" for way in (mail.unsubscribe_page, mail.unsubscribe and f"mailto:{mail.unsubscribe}") if way]


def _name(name: str) -> str:
    shown = "".join(each for each in name if each.isprintable())
    return " ".join(shown.split())[:LONGEST_NAME]
