"""STARTTLS over real sockets: what is encrypted, what is refused, and certificates that are renewed."""

import asyncio
import logging
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio

from domain.deliverability.models import InboundMail
from domain.kernel.core import Core
from inbound_mail.encryption import CertificateUnusable, Encryption
from inbound_mail.server import MailServer, serve
from tests.domain.deliverability.mailings_made import bounce_path
from tests.inbound_mail.conftest import LIMITS
from tests.inbound_mail.talker import Talker, send, talking

MAILING = UUID("6f1d7a52-0000-4000-8000-0123456789ab")


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, in files."""

    certificate: Path
    key: Path

    def renew(self, name: str) -> None:
        """Make both anew, for another name."""
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
             "2", "-subj", f"/CN={name}", "-keyout", self.key, "-out", self.certificate],
            check=True, capture_output=True)  # fmt: skip


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    """A certificate of the first name."""
    pair = Pair(tmp_path / "chain.pem", tmp_path / "key.pem")
    pair.renew("first.example")
    return pair


@pytest_asyncio.fixture
async def encrypting(core: Core, pair: Pair) -> AsyncIterator[MailServer]:
    """A server with a certificate."""
    encryption = Encryption(pair.certificate, pair.key)
    server = await serve(core, host="127.0.0.1", port=0, limits=LIMITS, encryption=encryption)
    yield server
    await server.close()


def trusting() -> ssl.SSLContext:
    """Return a sender's context: as mail systems do, it takes any certificate."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


@asynccontextmanager
async def encrypted(port: int, context: ssl.SSLContext | None = None) -> AsyncIterator[Talker]:
    """Connect, greet, and begin encryption."""
    async with talking(port) as talker:
        assert (await talker.say("STARTTLS")).startswith("220")
        await talker.writer.start_tls(context or trusting())
        yield talker


def subject(shown: bytes) -> str:
    """Return the name on a certificate."""
    asked = ["openssl", "x509", "-inform", "DER", "-noout", "-subject"]
    told = subprocess.run(asked, input=shown, check=True, capture_output=True)
    return told.stdout.decode().strip().rpartition("=")[2].strip()


async def served_name(port: int) -> str:
    """Return the name on the certificate that is shown."""
    async with encrypted(port) as talker:
        return subject(talker.writer.get_extra_info("ssl_object").getpeercert(binary_form=True))


async def room_for_one(port: int) -> None:
    """Return when a sender is greeted."""
    greeting = b""
    while not greeting.startswith(b"220"):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        greeting = await reader.readline()
        writer.close()


async def offers(talker: Talker) -> list[str]:
    """Return what EHLO is answered with."""
    await talker.put(b"EHLO again.example\r\n")
    lines: list[str] = []
    while not lines or lines[-1][3:4] == "-":
        lines.append((await talker.reader.readline()).decode().strip())
    return [line[4:] for line in lines]


async def test_a_mail_over_an_encrypted_connection_is_kept_as_such(core: Core, encrypting: MailServer) -> None:
    body = b"Subject: x\r\n\r\n" + b"y" * 500_000 + b"\r\n"
    async with encrypted(encrypting.port) as talker:
        await talker.say("EHLO mx.acme.example")
        answer = await talker.mail(bounce_path(core, MAILING), body=body)
        second = await talker.mail(bounce_path(core, MAILING))

    mail = await InboundMail.get(size_bytes=len(body))
    assert [answer[:3], second[:3]] == ["250", "250"]
    assert (mail.tls, mail.helo, mail.body) == (True, "mx.acme.example", body)


async def test_encryption_is_offered_once_and_never_a_login(encrypting: MailServer) -> None:
    async with talking(encrypting.port) as talker:
        before = await offers(talker)
    async with encrypted(encrypting.port) as talker:
        after = await offers(talker)
        again = await talker.say("STARTTLS")

    assert "STARTTLS" in before
    assert "STARTTLS" not in after
    assert not any(each.startswith("AUTH") for each in before + after)
    assert again.startswith("503")


async def test_without_a_certificate_nothing_is_offered(server: MailServer) -> None:
    async with talking(server.port) as talker:
        offered = await offers(talker)
        answer = await talker.say("STARTTLS")

    assert "STARTTLS" not in offered
    assert answer.startswith("502")


async def test_words_that_were_slipped_in_before_encryption_are_not_heard(core: Core, encrypting: MailServer) -> None:
    to = bounce_path(core, MAILING)
    async with talking(encrypting.port) as talker:
        await talker.put(f"STARTTLS\r\nMAIL FROM:<evil@x.example>\r\nRCPT TO:<{to}>\r\nDATA\r\n".encode())
        answer, more = await talker.answer(), await talker.answer()

    assert answer.startswith("554 5.5.1")
    assert more == ""
    assert await InboundMail.all().count() == 0


async def test_half_a_line_that_was_slipped_in_before_encryption_does_not_begin_the_first_one_after(
    encrypting: MailServer,
) -> None:
    async with talking(encrypting.port) as talker:
        await talker.put(b"STARTTLS\r\nRSET")
        answer, more = await talker.answer(), await talker.answer()

    assert answer.startswith("554")
    assert more == ""


async def test_plain_text_instead_of_a_handshake_ends_the_session(encrypting: MailServer) -> None:
    async with asyncio.timeout(60), talking(encrypting.port) as talker:
        await talker.say("STARTTLS")
        await talker.put(b"MAIL FROM:<evil@x.example>\r\n")
        rest = await talker.reader.read()

    assert b"250" not in rest
    assert (await send(encrypting.port, "nobody@x.example")).startswith("550"), "the server goes on"


async def test_a_handshake_that_never_comes_is_waited_for_within_its_limit_and_leaves_nothing(
    core: Core, pair: Pair
) -> None:
    limits = replace(LIMITS, connections=1, handshake_seconds=0.3)
    server = await serve(
        core, host="127.0.0.1", port=0, limits=limits, encryption=Encryption(pair.certificate, pair.key)
    )
    async with asyncio.timeout(60), talking(server.port) as talker:
        await talker.say("STARTTLS")
        rest = await talker.reader.read()
    async with asyncio.timeout(60):
        await room_for_one(server.port)
    await server.close()

    assert rest == b""


async def test_a_sender_that_hangs_up_in_the_handshake_leaves_nothing(core: Core, pair: Pair) -> None:
    encryption = Encryption(pair.certificate, pair.key)
    server = await serve(core, host="127.0.0.1", port=0, limits=replace(LIMITS, connections=1), encryption=encryption)
    async with talking(server.port) as talker:
        await talker.say("STARTTLS")
        await talker.put(b"\x16\x03\x01\x02\x00half a hello")
    async with asyncio.timeout(60):
        await room_for_one(server.port)
    await server.close()


async def test_stopping_does_not_wait_for_a_handshake(core: Core, pair: Pair) -> None:
    encryption = Encryption(pair.certificate, pair.key)
    limits = replace(LIMITS, stopping_seconds=50)
    server = await serve(core, host="127.0.0.1", port=0, limits=limits, encryption=encryption)
    async with asyncio.timeout(25), talking(server.port) as talker, encrypted(server.port) as idle:
        await talker.say("STARTTLS")
        await server.close()
        rest, last_words = await talker.reader.read(), await idle.answer()

    assert rest == b""
    assert last_words.startswith("421 4.3.2")


async def test_what_was_said_before_encryption_does_not_count_after(core: Core, encrypting: MailServer) -> None:
    async with talking(encrypting.port) as talker:
        await talker.say("MAIL FROM:<a@b.example>")
        await talker.say("STARTTLS")
        await talker.writer.start_tls(trusting())
        answers = [await talker.say(f"RCPT TO:<{bounce_path(core, MAILING)}>"), await talker.say("MAIL FROM:<>")]

    assert [answer[:3] for answer in answers] == ["503", "503"]


async def test_a_sender_that_speaks_right_after_the_handshake_is_heard(encrypting: MailServer) -> None:
    async with encrypted(encrypting.port) as talker:
        await talker.put(b"EHLO hasty.example\r\nNOOP\r\nQUIT\r\n")
        answers = [await talker.answer() for _ in range(4)]

    assert [answer[:3] for answer in answers] == ["250", "250", "221", ""]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_old_versions_of_tls_are_refused(encrypting: MailServer) -> None:
    old = trusting()
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1

    with pytest.raises((ssl.SSLError, ConnectionError)):
        async with encrypted(encrypting.port, old):
            pass


async def test_where_encryption_is_required_no_mail_comes_without(core: Core, pair: Pair) -> None:
    encryption = Encryption(pair.certificate, pair.key, required=True)
    server = await serve(core, host="127.0.0.1", port=0, limits=LIMITS, encryption=encryption)
    plain = await send(server.port, bounce_path(core, MAILING))
    async with encrypted(server.port) as talker:
        await talker.say("EHLO mx.acme.example")
        taken = await talker.mail(bounce_path(core, MAILING))
    await server.close()

    assert plain.startswith("530")
    assert taken.startswith("250")


async def test_a_renewed_certificate_is_shown_without_a_restart(encrypting: MailServer, pair: Pair) -> None:
    before = await served_name(encrypting.port)
    pair.renew("second.example")
    after = await served_name(encrypting.port)

    assert (before, after) == ("first.example", "second.example")


async def test_a_renewal_that_is_not_in_order_leaves_the_old_certificate(
    encrypting: MailServer, pair: Pair, caplog: pytest.LogCaptureFixture
) -> None:
    whole = pair.certificate.read_bytes()
    with caplog.at_level(logging.WARNING):
        pair.certificate.write_bytes(whole[:200])
        half = await served_name(encrypting.port)
        pair.certificate.unlink()
        gone = await served_name(encrypting.port)
    pair.renew("third.example")
    healed = await served_name(encrypting.port)

    assert (half, gone, healed) == ("first.example", "first.example", "third.example")
    assert "not taken up" in caplog.text


async def test_a_certificate_behind_a_link_is_followed(core: Core, pair: Pair, tmp_path: Path) -> None:
    (tmp_path / "next").mkdir()
    following = Pair(tmp_path / "next" / "chain.pem", tmp_path / "next" / "key.pem")
    following.renew("next.example")
    links = Pair(tmp_path / "live-chain.pem", tmp_path / "live-key.pem")
    links.certificate.symlink_to(pair.certificate)
    links.key.symlink_to(pair.key)
    encryption = Encryption(links.certificate, links.key)
    server = await serve(core, host="127.0.0.1", port=0, limits=LIMITS, encryption=encryption)
    before = await served_name(server.port)
    for link, target in ((links.certificate, following.certificate), (links.key, following.key)):
        link.unlink()
        link.symlink_to(target)
    after = await served_name(server.port)
    await server.close()

    assert (before, after) == ("first.example", "next.example")


def test_one_file_may_hold_certificate_and_key(pair: Pair, tmp_path: Path) -> None:
    both = tmp_path / "both.pem"
    both.write_bytes(pair.certificate.read_bytes() + pair.key.read_bytes())

    assert Encryption(both).context().minimum_version is ssl.TLSVersion.TLSv1_2


def test_a_key_of_another_certificate_is_refused_at_the_start(pair: Pair, tmp_path: Path) -> None:
    other = Pair(tmp_path / "other.pem", tmp_path / "other-key.pem")
    other.renew("other.example")

    with pytest.raises(CertificateUnusable, match=r"chain\.pem with .*other-key\.pem: KEY_VALUES_MISMATCH"):
        Encryption(pair.certificate, other.key)


def test_a_key_with_a_password_is_refused_and_nobody_is_asked(pair: Pair, tmp_path: Path) -> None:
    locked = tmp_path / "locked.pem"
    subprocess.run(
        ["openssl", "ec", "-in", pair.key, "-aes256", "-passout", "pass:secret", "-out", locked],
        check=True,
        capture_output=True,
    )

    with pytest.raises(CertificateUnusable, match="encrypted"):
        Encryption(pair.certificate, locked)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CertificateUnusable, match=r"missing\.pem.*No such file"):
        Encryption(tmp_path / "missing.pem")
