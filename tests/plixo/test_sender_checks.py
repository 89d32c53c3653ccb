"""Sender records: judged as a receiver would, looked up at a name server of the test's own, with what to publish."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from nacl.signing import SigningKey

from domain.deliverability import sender_records
from domain.deliverability.sender_records import Finding, Sender, tags_of
from plixo.resolver import Dns
from scheduler import dkim_records
from scheduler.mime import Signer
from tests.plixo.test_cli import Shell, plixo
from tests.scheduler.test_mime import DOMAIN, RSA, a_key
from tests.zones import Zone, serving

__all__ = ["plixo"]

KEY = "v=DKIM1; k=rsa; p=MIIB"
GOOD = {
    "acme.example": ["v=spf1 include:relay.example -all"],
    "relay.example": ["v=spf1 ip4:192.0.2.0/24 ~all"],
    "plixo._domainkey.acme.example": [KEY],
    "_dmarc.acme.example": ["v=DMARC1; p=quarantine"],
}
SENDER = Sender("acme.example", "acme.example", "mx.relay.example", "plixo", KEY)


@pytest_asyncio.fixture
async def zone() -> AsyncIterator[tuple[Zone, str]]:
    """A name server whose domain is in order."""
    async with serving(Zone(GOOD)) as address:
        yield address


async def judged(zone: tuple[Zone, str], sender: Sender = SENDER, **records: list[str]) -> dict[str, Finding]:
    """Judge the sender, with the records of some names changed."""
    zone[0].records |= records
    return {each.check: each for each in await sender_records.judge(sender, Dns([zone[1]]))}


async def test_a_domain_in_order_passes_and_needs_nothing(zone: tuple[Zone, str]) -> None:
    found = await judged(zone)

    assert [(each.state, each.remedy) for each in found.values()] == [("pass", "")] * 3
    assert "aligned by DKIM and SPF" in found["DMARC"].found


async def test_what_is_missing_is_told_with_the_record_to_publish(zone: tuple[Zone, str]) -> None:
    zone[0].records = {}

    found = await judged(zone)

    published = {each.publish.name: each.publish.value for each in found.values() if each.publish}
    assert [each.state for each in found.values()] == ["fail"] * 3
    assert published == {
        "acme.example": "v=spf1 a:mx.relay.example ~all", "plixo._domainkey.acme.example": KEY,
        "_dmarc.acme.example": "v=DMARC1; p=none"}  # fmt: skip


async def test_name_servers_that_do_not_answer_are_no_missing_records(zone: tuple[Zone, str]) -> None:
    zone[0].refuses = True

    found = await judged(zone)

    assert all("no answer from the name servers" in each.found for each in found.values())
    assert all(each.publish is None for each in found.values())


@pytest.mark.parametrize(
    ("texts", "state", "told"),
    [
        (["v=spf1 -all", "v=spf1 ~all"], "fail", "2 SPF records"),
        (["v=spf1 +all"], "fail", "everybody"),
        (["v=spf1 all"], "fail", "everybody"),
        (["v=spf1 ip4:192.0.2.1"], "warn", "other senders"),
        (["v=spf1 ip4:192.0.2.1 ?all"], "warn", "other senders"),
        (["v=spf1 redirect=relay.example"], "pass", "1 of 10"),
        (["v=spf1 include:nowhere.example -all"], "fail", "no SPF records"),
        (["v=spf1 include:acme.example -all"], "fail", "leads back"),
        (["v=spf1 " + " ".join(f"a:h{n}.example" for n in range(11)) + " -all"], "fail", "11 look-ups"),
        (["v=spf1 a mx/24 ip6:2001:db8::/32 exists:%{i}.example include:%{d}.example -all"], "pass", "4 of 10"),
        (["v=spf1 sorry -all"], "fail", "no term"),
        (["V=SPF1 IP4:192.0.2.1 ~ALL", "something else"], "pass", "one record"),
        (["v=spf10 -all"], "fail", "no SPF record"),
    ],
)
async def test_spf_is_judged_as_receivers_do(zone: tuple[Zone, str], texts: list[str], state: str, told: str) -> None:
    found = (await judged(zone, SENDER, **{"acme.example": texts}))["SPF"]

    assert (found.state, told in found.found) == (state, True), found


@pytest.mark.parametrize(
    ("texts", "state", "told"),
    [
        (["k=rsa; p=MI IB"], "pass", "holds the key"),
        (["v=DKIM1; p=OTHER"], "fail", "another key"),
        (["v=DKIM1; k=ed25519; p=MIIB"], "fail", "another key"),
        (["v=DKIM1; p="], "fail", "revoked"),
        (["v=DKIM1; p=MIIB; t=y:s"], "warn", "test"),
        ([KEY, "v=DKIM1; p=OTHER"], "fail", "2 keys"),
    ],
)
async def test_dkim_is_the_key_that_mail_is_signed_with(
    zone: tuple[Zone, str], texts: list[str], state: str, told: str
) -> None:
    found = (await judged(zone, SENDER, **{"plixo._domainkey.acme.example": texts}))["DKIM"]

    assert (found.state, told in found.found) == (state, True), found


@pytest.mark.parametrize(
    ("from_domain", "return_domain", "signed", "policy", "state", "told"),
    [
        ("acme.example", "bounce.acme.example", False, "v=DMARC1; p=none", "warn", "by SPF only"),
        ("acme.example", "bounce.acme.example", False, "v=DMARC1; p=none; aspf=s", "fail", "nothing aligns"),
        ("acme.example", "other.example", False, "v=DMARC1; p=none", "fail", "nothing aligns"),
        ("acme.example", "other.example", True, "v=DMARC1; p=reject", "pass", "by DKIM"),
        ("billing.acme.example", "acme.example", True, "v=DMARC1; p=reject", "pass", "_dmarc.acme.example"),
        ("acme.example", "acme.example", True, "v=DMARC1; p=maybe", "fail", "no policy"),
    ],
)
async def test_dmarc_needs_a_policy_and_an_alignment(
    zone: tuple[Zone, str], from_domain: str, return_domain: str, signed: bool, policy: str, state: str, told: str
) -> None:
    zone[0].records |= {"_dmarc.acme.example": [policy], return_domain: ["v=spf1 ip4:192.0.2.1 -all"],
                        f"plixo._domainkey.{from_domain}": [KEY]}  # fmt: skip
    sender = Sender(from_domain, return_domain, "mx.relay.example", "plixo", KEY if signed else None)

    found = (await judged(zone, sender))["DMARC"]

    assert (found.state, told in found.found) == (state, True), found


def test_the_record_of_a_key_is_what_the_library_reads_back(tmp_path: Path) -> None:
    key, look_up = a_key(tmp_path, *RSA)

    told = dkim_records.record(Signer("acme.example", "plixo", key))

    published = look_up(f"plixo2026._domainkey.{DOMAIN}.".encode())
    assert tags_of(told)["p"] == tags_of(bytes(published).decode())["p"]


def test_the_record_of_an_ed25519_key_is_its_public_half(tmp_path: Path) -> None:
    key, _ = a_key(tmp_path, "-algorithm", "ed25519")
    signer = Signer("acme.example", "plixo", key)

    told = dkim_records.record(signer)

    assert told.startswith("v=DKIM1; k=ed25519; p=")
    assert len(SigningKey.generate().verify_key.encode()) == 32
    assert len(tags_of(told)["p"]) == 44


async def test_the_shell_shows_what_to_publish_and_ends_with_code_one(plixo: Shell, zone: tuple[Zone, str]) -> None:
    zone[0].records = {}
    said = {"PLIXO_DNS_SERVERS": json.dumps([zone[1]]), "PLIXO_MAIL_FROM": "billing@acme.example"}

    answer = await plixo("mail", "sender", **said)

    assert answer.code == 1
    assert '_dmarc.acme.example  TXT  "v=DMARC1; p=none"' in answer.out


@pytest.mark.parametrize(("relay", "term"), [
    ("mx.relay.example", "a:mx.relay.example"), ("192.0.2.7", "ip4:192.0.2.7"), ("2001:db8::7", "ip6:2001:db8::7"),
])  # fmt: skip
async def test_a_relay_is_named_by_what_it_is(zone: tuple[Zone, str], relay: str, term: str) -> None:
    zone[0].records = {}

    found = (await judged(zone, Sender("acme.example", "acme.example", relay, "plixo", KEY)))["SPF"]

    assert found.publish is not None
    assert found.publish.value == f"v=spf1 {term} ~all"
