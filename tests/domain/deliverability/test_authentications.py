"""Authentications: what SPF, DKIM and DMARC say of a complaint's sender is recorded, and nothing else follows."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic
from uuid import UUID

import dkim
import pytest
import pytest_asyncio

from domain.deliverability import authentications, evidence, inbound, queries, signatures, suppressions
from domain.deliverability.authentications import Authentication
from domain.deliverability.inbound import Arrival
from domain.kernel.core import Core
from plixo.resolver import Dns
from scheduler.dkim_records import record
from scheduler.mime import Signer
from tests.clocks import START
from tests.domain.deliverability.mailings_made import a_complaint, a_dsn, a_letter, a_mailing
from tests.domain.deliverability.test_inbound import FBL, ReaderHere
from tests.scheduler.test_mime import RSA, a_key
from tests.zones import Zone, serving

PEER = "192.0.2.7"
SENDER = "feedback@provider.example"


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    """A provider who signs its complaints."""
    return Signer("provider.example", "s1", a_key(Path(tmp_path_factory.mktemp("key")), *RSA)[0])


@pytest_asyncio.fixture
async def zone(signer: Signer) -> AsyncIterator[tuple[Zone, Dns]]:
    """A name server at which the provider's records are in order."""
    records = {
        "provider.example": [f"v=spf1 ip4:{PEER} -all"], "s1._domainkey.provider.example": [record(signer)],
        "_dmarc.provider.example": ["v=DMARC1; p=reject"],
    }  # fmt: skip
    async with serving(Zone(records)) as (server, address):
        yield server, Dns([address])


def signed(signer: Signer, raw: bytes) -> bytes:
    """Return a mail with the provider's signature above it."""
    raw = raw.replace(b"\n", b"\r\n")
    key, algorithm = signer.key
    return bytes(dkim.sign(raw, b"s1", b"provider.example", key, signature_algorithm=algorithm)) + raw


async def kept(core: Core, body: bytes, *, sender: str = SENDER, peer: str = PEER) -> UUID:
    """Let a mail arrive over a wire and be read."""
    arrival = Arrival(sender, (FBL,), body, peer=peer, helo="mx.provider.example")
    [mail_id] = await inbound.store_many(core, [arrival])
    await inbound.read_stored(core, mail_id=str(mail_id), reader=ReaderHere())
    return mail_id


async def checked(core: Core, mail_id: UUID, names: Dns, *, tries: int = 0) -> Authentication | None:
    """Do the job, and return what is kept."""
    await authentications.check(core, mail_id=str(mail_id), names=names, tries=tries)
    return (await queries.mail(core, mail_id=str(mail_id))).authentication


async def queued(core: Core) -> list[dict[str, object]]:
    """Return the arguments of the jobs that look at senders."""
    rows = await core.database.rows("SELECT args FROM procrastinate_jobs WHERE task_name = 'check_sender' ORDER BY id")
    return [row["args"] for row in rows]


async def test_a_complaint_in_order_passes_all_three(core: Core, zone: tuple[Zone, Dns], signer: Signer) -> None:
    mail_id = await kept(core, signed(signer, a_complaint(tokens="x@y.example")))

    found = await checked(core, mail_id, zone[1])

    assert found is not None
    assert (found.spf.result, found.spf.domain, found.spf.peer) == ("pass", "provider.example", PEER)
    assert [(each.domain, each.selector, each.result) for each in found.dkim] == [("provider.example", "s1", "pass")]
    assert (found.dmarc.result, found.dmarc.policy, found.dmarc.by) == ("pass", "reject", ("SPF", "DKIM"))
    assert found.checked_at == START


async def test_whoever_the_sender_is_nothing_follows_from_it(
    core: Core, zone: tuple[Zone, Dns], signer: Signer
) -> None:
    mailing = await a_mailing(core)
    mail_id = await kept(core, signed(signer, a_complaint(tokens="x@y.example")))

    await checked(core, mail_id, zone[1])

    assert await suppressions.suppressed(core, addresses=[mailing.address]) == frozenset()
    [line] = await evidence.of_address(core, address=mailing.address)
    assert line.proof == "missing"
    assert line.authentication == ("SPF pass (provider.example), DKIM pass (provider.example), "
                                   "DMARC pass (provider.example, p=reject)")  # fmt: skip


async def test_a_forged_complaint_fails(core: Core, zone: tuple[Zone, Dns], signer: Signer) -> None:
    changed = signed(signer, a_complaint(tokens="x@y.example")).replace(b"abuse report", b"other report")
    mail_id = await kept(core, changed, peer="203.0.113.9")

    found = await checked(core, mail_id, zone[1])

    assert found is not None
    assert (found.spf.result, found.dmarc.result, found.dmarc.by) == ("fail", "fail", ())
    assert [(each.result, each.why) for each in found.dkim] == [("fail", "the text was changed")]


async def test_a_sender_of_another_domain_is_not_aligned(core: Core, zone: tuple[Zone, Dns]) -> None:
    zone[0].records["bulk.example"] = [f"v=spf1 ip4:{PEER} -all"]
    mail_id = await kept(core, a_complaint(tokens="x@y.example"), sender="x@bulk.example")

    found = await checked(core, mail_id, zone[1])

    assert found is not None
    assert (found.spf.result, found.dkim, found.dmarc.result) == ("pass", (), "fail")
    assert found.told() == "SPF pass (bulk.example), DKIM none, DMARC fail (provider.example, p=reject)"


async def test_an_empty_sender_is_judged_by_the_hosts_own_name(core: Core, zone: tuple[Zone, Dns]) -> None:
    zone[0].records["mx.provider.example"] = [f"v=spf1 ip4:{PEER} -all"]
    mail_id = await kept(core, a_complaint(tokens="x@y.example"), sender="")

    found = await checked(core, mail_id, zone[1])

    assert found is not None
    assert (found.spf.result, found.spf.domain, found.dmarc.by) == ("pass", "mx.provider.example", ("SPF",))


async def test_a_key_that_is_not_published_is_an_error(core: Core, zone: tuple[Zone, Dns], signer: Signer) -> None:
    zone[0].records.pop("s1._domainkey.provider.example")
    mail_id = await kept(core, signed(signer, a_complaint(tokens="x@y.example")))

    found = await checked(core, mail_id, zone[1])

    assert found is not None
    assert [(each.result, each.why) for each in found.dkim] == [("permerror", "its key is not published")]


async def test_silent_name_servers_are_asked_again_until_they_answer(
    core: Core, zone: tuple[Zone, Dns], signer: Signer
) -> None:
    mail_id = await kept(core, signed(signer, a_complaint(tokens="x@y.example")))
    zone[0].refuses = True
    before = await checked(core, mail_id, zone[1])
    again = await queued(core)

    zone[0].refuses = False
    after = await checked(core, mail_id, zone[1], tries=1)

    assert before is not None
    assert after is not None
    assert (before.spf.result, before.dkim[0].result, before.dmarc.result) == ("temperror",) * 3
    assert [each.get("tries") for each in again] == [None, 1]
    assert (after.spf.result, after.dmarc.result) == ("pass", "pass")
    assert len(await queued(core)) == 2


async def test_in_the_end_their_silence_is_what_is_kept(core: Core, zone: tuple[Zone, Dns]) -> None:
    mail_id = await kept(core, a_complaint(tokens="x@y.example"))
    zone[0].refuses = True

    found = await checked(core, mail_id, zone[1], tries=len(authentications.AGAIN))

    assert found is not None
    assert found.unsettled
    assert len(await queued(core)) == 1


async def test_what_is_settled_is_not_asked_again(core: Core, zone: tuple[Zone, Dns]) -> None:
    mail_id = await kept(core, a_complaint(tokens="x@y.example"))
    first = await checked(core, mail_id, zone[1])
    zone[0].asked, zone[0].records = 0, {}

    assert await checked(core, mail_id, zone[1]) == first
    assert zone[0].asked == 0


async def test_unproven_bounces_count_where_they_name_a_contact_of_ours(core: Core) -> None:
    await a_mailing(core)
    await kept(core, a_dsn("x@y.example"), sender="")
    await kept(core, a_dsn("x@y.example", recipient="nobody@stranger.example"), sender="")
    await kept(core, a_letter("x@y.example").replace(b"anna@acme.example", b"nobody@stranger.example"))

    assert len(await queued(core)) == 1


async def test_two_senders_in_one_header_are_no_sender(core: Core, zone: tuple[Zone, Dns]) -> None:
    two = b"From: <a@b.example>, <c@d.example>"
    body = a_complaint(tokens="x@y.example").replace(b"From: feedback@provider.example", two, 1)
    mail_id = await kept(core, body)

    found = await checked(core, mail_id, zone[1])

    assert found is not None
    assert (found.dmarc.result, found.dmarc.domain) == ("permerror", "")


# Signatures -----------------------------------------------------------------------------------------------------------


async def test_a_mail_that_takes_too_long_is_not_checked_and_nobody_waits(zone: tuple[Zone, Dns]) -> None:
    bomb = b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=provider.example; s=s1; h=from; bh=AAAA; b=AAAA\n"
    bomb += b"From: a@provider.example\n\n" + b" " * 3_000_000 + b"x\n"
    waited, began = 0, monotonic()

    async def others() -> None:
        nonlocal waited
        while True:
            await asyncio.sleep(0.01)
            waited += 1

    task = asyncio.create_task(others())
    found = await signatures.verified(bomb, zone[1], seconds=1.5)
    task.cancel()

    assert [(each.result, each.why) for each in found] == [("neutral", "could not be checked in time")]
    assert waited > 5, "everything else goes on meanwhile"
    assert monotonic() - began < signatures.SECONDS


async def test_a_mail_that_is_too_large_is_not_checked(zone: tuple[Zone, Dns], signer: Signer) -> None:
    large = signed(signer, b"From: a@provider.example\n\nx\n") + b"x" * signatures.MAX_BYTES

    assert [each.result for each in await signatures.verified(large, zone[1])] == ["neutral"]


@pytest.mark.parametrize(
    "field",
    [
        "", "v=1", "v=1; a=rsa-sha256; d=provider.example; s=s1; h=from; bh=!; b=!", "d=\xff\0; s=\udc80",
        "v=1; a=rsa-sha256; c=odd/odd; d=provider.example; s=s1; h=from; bh=AAAA; b=AAAA",
        "v=1; a=rsa-sha256; d=provider.example; s=s1; h=subject; bh=AAAA; b=AAAA",
        "v=1; a=rsa-sha256; d=provider.example; s=" + "a." * 200 + "; h=from; bh=AAAA; b=AAAA",
    ],
)  # fmt: skip
async def test_hostile_signatures_are_errors(core: Core, zone: tuple[Zone, Dns], field: str) -> None:
    body = f"DKIM-Signature: {field}\n".encode("utf-8", "surrogateescape") + a_complaint(tokens="x@y.example")
    mail_id = await kept(core, body)

    found = await checked(core, mail_id, zone[1])

    assert found is not None
    assert {each.result for each in found.dkim} <= {"permerror", "fail"}
    assert not found.unsettled


async def test_only_the_first_signatures_are_checked(zone: tuple[Zone, Dns], signer: Signer) -> None:
    mail = signed(signer, b"From: a@provider.example\n\nx\n")
    top = mail[: mail.index(b"From:")]

    found = await signatures.verified(top * 20 + mail, zone[1])

    assert len(found) == signatures.MOST_SIGNATURES
