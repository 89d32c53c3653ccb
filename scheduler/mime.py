"""MIME: the message as it goes over the wire, with the headers that machines read and a signature of our domain."""

import base64
import binascii
import re
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime

import dkim

from domain import letters
from domain.kernel.core import Core
from domain.outreach.composing import OutgoingMail

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


class _Wire(EmailPolicy):
    """The library's rules for the wire, but for the headers that hold long addresses.

    It would break those as if they were prose, into encoded words that no mail program takes for an address.
    """

    def fold(self, name: str, value: str) -> str:
        """Return a header with its line breaks."""
        return _folded(name, value) if name in _VERBATIM else super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return a header with its line breaks, as bytes."""
        return _folded(name, value).encode("ascii") if name in _VERBATIM else super().fold_binary(name, value)


_VERBATIM = frozenset({"List-Unsubscribe", "List-Unsubscribe-Post"})

_WIRE = _Wire(linesep="\r\n")


def _folded(name: str, value: str) -> str:
    return f"{name}: " + str(value).replace(", ", ",\r\n ") + "\r\n"


class KeyUnusable(Exception):
    """A signing key cannot be used; the text says why and never what it is."""


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
        key, algorithm = self._key()
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

    def _key(self) -> tuple[bytes, bytes]:
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
    """Return the bytes that the relay gets."""
    built = message(core, mail).as_bytes()
    return signer.signature(built) + built if signer is not None else built


def message(core: Core, mail: OutgoingMail) -> EmailMessage:
    """Build the message: text and HTML saying the same, attachments, and the headers that machines read."""
    built = EmailMessage(policy=_WIRE)
    built["From"] = _mailbox(core.merchant.name, core.merchant.sender)
    built["To"] = _mailbox(mail.to_name, mail.to)
    built["Reply-To"] = mail.reply_to
    built["Subject"] = mail.letter.subject
    built["Date"] = format_datetime(core.clock.now())
    built["Message-ID"] = mail.message_id
    built["Auto-Submitted"] = "auto-generated"
    if ways := _ways_out(mail):
        built["List-Unsubscribe"] = ", ".join(ways)
    if mail.unsubscribe_page:
        built["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    built.set_content(mail.letter.text, cte="quoted-printable")
    built.add_alternative(mail.letter.html, subtype="html", cte="quoted-printable")
    if mail.letter.logo is not None:
        html = built.get_body(("html",))
        assert html is not None, "it was added a moment ago"
        html.add_related(
            mail.letter.logo, "image", "png", cid=f"<{letters.LOGO_ID}>", disposition="inline", filename="logo.png"
        )
    for each in mail.attachments:
        main, _, sub = each.content_type.partition("/")
        built.add_attachment(each.body, maintype=main, subtype=sub, filename=each.name)
    return built


def _ways_out(mail: OutgoingMail) -> list[str]:
    return [f"<{way}>" for way in (mail.unsubscribe_page, mail.unsubscribe and f"mailto:{mail.unsubscribe}") if way]


def _mailbox(name: str, address: str) -> Address:
    shown = "".join(each for each in name if each.isprintable())
    return Address(" ".join(shown.split())[:LONGEST_NAME], addr_spec=address)
