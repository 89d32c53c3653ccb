"""MIME: machines can read the headers, nobody can add one, and the signature holds."""

import base64
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from pathlib import Path
from uuid import UUID

import dkim
import pytest

from domain import letters
from domain.deliverability import return_paths, unsubscribes
from domain.kernel.core import Core
from domain.letters import samples
from domain.outreach.composing import Attachment, OutgoingMail
from scheduler import mime
from scheduler.key_faults import KeyUnusable
from scheduler.mailer import Relay
from scheduler.mime import Signer
from tests.clocks import START
from tests.domain.letters.test_folders import a_png

ID = UUID("00000000-0000-4000-8000-000000000042")
DOMAIN = "mail.northwind.example"


@pytest.fixture
def mail(core: Core) -> OutgoingMail:
    """A reminder, as it is composed."""
    day = START.date()
    page = unsubscribes.page(core, mailing_id=ID, day=day)
    given = replace(samples.contents("reminder-overdue", "de", several=True), opt_out_link=page)
    return OutgoingMail(
        mailing_id=ID,
        to="anna@acme.example",
        to_name="Änna Müller-Lüdenscheidt",
        letter=letters.render("reminder-overdue", given, language="de"),
        message_id=f"<{ID}@{DOMAIN}>",
        reply_to=return_paths.reply_address(core, mailing_id=ID, day=day),
        unsubscribe=return_paths.unsubscribe_address(core, mailing_id=ID, day=day),
        attachments=(),
        unsubscribe_page=page,
    )


def parsed(core: Core, mail: OutgoingMail) -> EmailMessage:
    """Return the mail as its receiver reads it."""
    return message_from_bytes(mime.wire(core, mail), policy=policy.SMTP)


def a_key(folder: Path, *kind: str) -> tuple[bytes, Callable[..., bytes]]:
    """Return a new private key, and a DNS in which its public half is published."""
    file = folder / "key.pem"
    subprocess.run(["openssl", "genpkey", *kind, "-out", file], check=True, capture_output=True)
    public = subprocess.run(
        ["openssl", "pkey", "-in", file, "-pubout", "-outform", "DER"], check=True, capture_output=True
    ).stdout
    name, record = ("ed25519", public[-32:]) if "ed25519" in kind else ("rsa", public)
    answer = f"v=DKIM1; k={name}; p={base64.b64encode(record).decode()}".encode()

    def look_up(asked: bytes, timeout: int = 5) -> bytes:
        return answer if asked == f"plixo2026._domainkey.{DOMAIN}.".encode() else b""

    return file.read_bytes(), look_up


RSA = ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")


def test_the_way_out_is_a_page_and_an_address_that_mail_programs_understand(core: Core, mail: OutgoingMail) -> None:
    raw = mime.wire(core, mail).partition(b"\r\n\r\n")[0].replace(b"\r\n ", b" ").replace(b"\r", b"").decode("ascii")

    header = re.search(r"^List-Unsubscribe: (.*)$", raw, re.MULTILINE)
    assert header is not None
    assert header[1] == f"<{mail.unsubscribe_page}>, <mailto:{mail.unsubscribe}>"
    assert re.search(r"^List-Unsubscribe-Post: List-Unsubscribe=One-Click$", raw, re.MULTILINE)


def test_an_answer_has_no_such_headers(core: Core, mail: OutgoingMail) -> None:
    message = parsed(core, replace(mail, unsubscribe=None, unsubscribe_page=None))

    assert "List-Unsubscribe" not in message
    assert "List-Unsubscribe-Post" not in message


def test_text_comes_before_html_and_both_survive_any_relay(core: Core, mail: OutgoingMail) -> None:
    message = parsed(core, mail)

    assert message.get_content_type() == "multipart/alternative"
    parts = list(message.iter_parts())
    assert [each.get_content_type() for each in parts] == ["text/plain", "text/html"]
    assert [each["Content-Transfer-Encoding"] for each in parts] == ["quoted-printable"] * 2
    assert parts[0].get_content().replace("\r\n", "\n") == mail.letter.text
    assert mime.wire(core, mail).isascii()
    assert max(map(len, mime.wire(core, mail).split(b"\r\n"))) <= 998


def test_the_logo_goes_with_the_html_and_a_receipt_beside_it(core: Core, mail: OutgoingMail) -> None:
    pdf = Attachment("R-1.pdf", "application/pdf", b"%PDF-1.7")
    with_logo = replace(mail, letter=replace(mail.letter, logo=a_png()), attachments=(pdf,))

    message = parsed(core, with_logo)

    kinds = [each.get_content_type() for each in message.walk()]
    assert kinds == [
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
        "application/pdf",
    ]  # fmt: skip
    assert next(each["Content-ID"] for each in message.walk() if each.get_content_type() == "image/png") == "<logo>"


def test_no_value_adds_a_header(core: Core, mail: OutgoingMail) -> None:
    evil = replace(
        mail,
        to_name="Anna\r\nBcc: all@acme.example\u202e",
        letter=replace(mail.letter, subject="Hello"),
    )

    message = parsed(core, evil)

    assert "Bcc" not in message
    assert message["To"].addresses[0].addr_spec == "anna@acme.example"
    with pytest.raises(ValueError, match=r"linefeed|newline"):
        mime.wire(core, replace(mail, letter=replace(mail.letter, subject="a\r\nBcc: b")))


NAMES = ("", "Anna", "Änna Müller", "a, b", 'He said "hi"', "=?utf-8?q?x?=", "Anna  (Acme)", "O'Neil & Sons", "x" * 90)


@pytest.mark.parametrize("address", ["anna@acme.example", "a.b+c@x-y.example.com", f"{'n' * 40}@{'d' * 40}.example"])
@pytest.mark.parametrize("name", NAMES)
def test_a_plain_name_and_address_are_written_as_the_library_writes_them(name: str, address: str) -> None:
    library = EmailPolicy(linesep="\r\n")
    by_library = library.header_store_parse("To", Address(" ".join(name.split()), addr_spec=address))

    written = mime._addressee("To", name, address)

    assert written == library.fold_binary(*by_library)


@pytest.mark.parametrize(
    "subject",
    [
        "Invoice N-1: €125.00 overdue since March 3, 2026",
        "Rechnung N-1: 125,00 € überfällig seit dem 3. März 2026, bitte an die Buchhaltung weiterleiten? = _ (ja)",
        "日本" * 40,
        "Invoice N-1 is due",
        "plain but much longer than a line of a header may be, since the customer's name is as long as a name can be",
        "=?utf-8?q?x?= is what it says",
        "soft\u00adhyphen",
    ],
)
def test_a_subject_is_read_as_it_was_written_and_fits_its_lines(core: Core, mail: OutgoingMail, subject: str) -> None:
    written = mime.wire(core, replace(mail, letter=replace(mail.letter, subject=subject)))

    lines = written.partition(b"\r\nDate:")[0].partition(b"Subject:")[2].split(b"\r\n")
    assert max(len(each) for each in lines) <= 78
    if not subject.isascii():
        assert message_from_bytes(written, policy=policy.SMTP)["Subject"] == subject


@pytest.mark.parametrize("kind", [RSA, ("-algorithm", "ed25519")], ids=["RSA", "Ed25519"])
def test_the_signature_holds_and_covers_what_matters(
    core: Core, mail: OutgoingMail, tmp_path: Path, kind: tuple[str, ...]
) -> None:
    key, look_up = a_key(tmp_path, *kind)

    wire = mime.wire(core, mail, signer=Signer(DOMAIN, "plixo2026", key))

    assert dkim.verify(wire, dnsfunc=look_up)
    head = wire.partition(b"\r\nFrom:")[0].replace(b"\r\n", b"").decode()
    assert "c=relaxed/relaxed" in head
    assert f"d={DOMAIN}" in head
    signed = {each.strip() for each in re.search(r"h=([^;]+);", head)[1].split(":")}  # type: ignore[index]
    assert signed >= {
        "from", "to", "reply-to", "subject", "date", "message-id", "mime-version", "content-type",
        "list-unsubscribe", "list-unsubscribe-post",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"Subject: ", b"Subject: Re: "),
        (b"List-Unsubscribe: <https://pay.", b"List-Unsubscribe: <https://evil."),
        (b"To: =?", b"To: x =?"),
        (b"Rechnung", b"Rachnung"),
        (b"Message-ID: <", b"Message-ID: <0"),
    ],
)
def test_a_changed_mail_does_not_verify(
    core: Core, mail: OutgoingMail, tmp_path: Path, before: bytes, after: bytes
) -> None:
    key, look_up = a_key(tmp_path, *RSA)
    wire = mime.wire(core, mail, signer=Signer(DOMAIN, "plixo2026", key))

    changed = wire.replace(before, after, 1)

    assert changed != wire
    assert not dkim.verify(changed, dnsfunc=look_up)


def test_a_relay_that_folds_headers_anew_does_not_break_the_signature(
    core: Core, mail: OutgoingMail, tmp_path: Path
) -> None:
    key, look_up = a_key(tmp_path, *RSA)
    wire = mime.wire(core, mail, signer=Signer(DOMAIN, "plixo2026", key))

    folded = wire.replace(b"Auto-Submitted: auto-generated", b"Auto-Submitted:\r\n\tauto-generated", 1)

    assert folded != wire
    assert dkim.verify(folded, dnsfunc=look_up)


def test_nobody_can_add_a_way_out_to_an_answer(core: Core, mail: OutgoingMail, tmp_path: Path) -> None:
    key, look_up = a_key(tmp_path, *RSA)
    answer = replace(mail, unsubscribe=None, unsubscribe_page=None)
    wire = mime.wire(core, answer, signer=Signer(DOMAIN, "plixo2026", key))

    added = wire.replace(b"From: ", b"List-Unsubscribe: <https://evil.example>\r\nFrom: ", 1)

    assert dkim.verify(wire, dnsfunc=look_up)
    assert not dkim.verify(added, dnsfunc=look_up)


@pytest.mark.parametrize(
    ("key", "says"),
    [
        (b"", "neither RSA nor Ed25519"),
        (b"not a key", "neither RSA nor Ed25519"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "neither RSA nor Ed25519"),
        (b"-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----\n", "neither RSA nor Ed25519"),
    ],
)
def test_a_key_that_cannot_sign_is_refused_at_the_start(key: bytes, says: str) -> None:
    with pytest.raises(KeyUnusable, match=says):
        Signer(DOMAIN, "plixo2026", key)


def test_a_key_that_is_too_short_is_refused(tmp_path: Path) -> None:
    key, _ = a_key(tmp_path, "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:768")

    with pytest.raises(KeyUnusable, match="768 bits"):
        Signer(DOMAIN, "plixo2026", key)


def test_a_public_key_in_the_place_of_the_private_one_is_refused(tmp_path: Path) -> None:
    a_key(tmp_path, *RSA)
    public = subprocess.run(
        ["openssl", "pkey", "-in", tmp_path / "key.pem", "-pubout"], check=True, capture_output=True
    ).stdout

    with pytest.raises(KeyUnusable):
        Signer(DOMAIN, "plixo2026", public)


@pytest.mark.parametrize("selector", ["", "a b", "x" * 300, "a\r\nb", "ä"])
def test_a_selector_that_is_no_name_is_refused(tmp_path: Path, selector: str) -> None:
    key, _ = a_key(tmp_path, "-algorithm", "ed25519")

    with pytest.raises(KeyUnusable, match="not a name in the DNS"):
        Signer(DOMAIN, selector, key)


def test_a_key_is_never_shown(tmp_path: Path) -> None:
    key, _ = a_key(tmp_path, "-algorithm", "ed25519")
    signer = Signer(DOMAIN, "plixo2026", key)

    assert "PRIVATE" not in repr(signer) + repr(Relay("localhost", 25, signer=signer))
