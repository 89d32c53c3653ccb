"""Return paths: what a signed address proves, and how little helps a forger."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from domain.deliverability import return_paths
from domain.deliverability.return_paths import Kind, Proof
from domain.kernel.core import Core
from domain.kernel.jobs import Jobs
from domain.kernel.keys import Keyring, SigningKey
from domain.kernel.transactions import Database
from plixo import wiring
from tests.clocks import START, StandingClock
from tests.conftest import KEYS, MERCHANT

MAILING = UUID("6f1d7a52-1111-4222-8333-0123456789ab")
TODAY = START.date()


@pytest.fixture
def pure() -> Core:
    """A core whose database is never asked."""
    return Core(StandingClock(), Database(), Jobs("", wiring.JOBS), KEYS, MERCHANT, wiring.NOTICES)


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (return_paths.bounce_address, Kind.BOUNCE),
        (return_paths.reply_address, Kind.REPLY),
        (return_paths.unsubscribe_address, Kind.UNSUBSCRIBE),
    ],
)
def test_an_address_proves_its_kind_mailing_and_day(pure: Core, make: object, kind: Kind) -> None:
    address = make(pure, mailing_id=MAILING, day=TODAY)  # type: ignore[operator]

    proof = return_paths.verified(pure, address)

    assert proof == Proof(kind, MAILING, TODAY, fresh=True)


def test_the_local_part_fits_into_64_octets(pure: Core) -> None:
    local = return_paths.bounce_address(pure, mailing_id=MAILING, day=TODAY).partition("@")[0]

    assert len(local) == 49
    assert local == local.lower()
    assert "=" not in local


def test_case_and_tags_of_relays_are_folded(pure: Core) -> None:
    address = return_paths.bounce_address(pure, mailing_id=MAILING, day=TODAY)

    spellings = (address.upper(), f"<{address}>", f"prvs=0123456789={address}", address + ".")

    assert all(return_paths.verified(pure, each) is not None for each in spellings)


def test_every_changed_letter_breaks_the_token(pure: Core) -> None:
    address = return_paths.bounce_address(pure, mailing_id=MAILING, day=TODAY)
    local, _, domain = address.partition("@")
    last = len(local) - 1  # its last three bits are padding and mean nothing

    changed = [
        f"{local[:n]}{'a' if local[n] != 'a' else 'b'}{local[n + 1 :]}@{domain}" for n in range(2, last)
    ]  # fmt: skip

    assert [return_paths.verified(pure, each) for each in changed] == [None] * len(changed)


def test_one_kind_cannot_be_turned_into_another(pure: Core) -> None:
    reply = return_paths.reply_address(pure, mailing_id=MAILING, day=TODAY)

    assert return_paths.verified(pure, "b" + reply[1:]) is None
    assert return_paths.verified(pure, "u" + reply[1:]) is None


def test_a_token_of_another_domain_is_none_of_ours(pure: Core) -> None:
    elsewhere = replace(pure, merchant=replace(MERCHANT, mail_domain="mail.other.example"))
    address = return_paths.bounce_address(elsewhere, mailing_id=MAILING, day=TODAY)

    assert return_paths.verified(pure, address) is None


@pytest.mark.parametrize(("days", "fresh"), [(0, True), (60, True), (61, False), (-1, True), (-2, False)])
def test_a_token_is_fresh_for_sixty_days(pure: Core, days: int, fresh: bool) -> None:
    address = return_paths.bounce_address(pure, mailing_id=MAILING, day=TODAY - timedelta(days=days))

    proof = return_paths.verified(pure, address)

    assert proof is not None
    assert proof.fresh is fresh


def test_freshness_counts_from_the_arrival_of_a_mail_that_had_to_wait(pure: Core) -> None:
    address = return_paths.bounce_address(pure, mailing_id=MAILING, day=TODAY)
    late = replace(pure, clock=StandingClock(START + timedelta(days=90)))

    proof = return_paths.verified(late, address, at=START)

    assert proof is not None
    assert proof.fresh


def test_keys_can_be_rotated(pure: Core) -> None:
    old = return_paths.bounce_address(pure, mailing_id=MAILING, day=TODAY)
    newer = SigningKey(2, b"a newer signing key that is thirty-two bytes")
    rotated = replace(pure, keys=Keyring((newer, *KEYS.keys)))
    replaced = replace(pure, keys=Keyring((newer,)))

    assert return_paths.verified(rotated, old) is not None
    assert return_paths.verified(replaced, old) is None
    assert (
        return_paths.verified(rotated, return_paths.bounce_address(rotated, mailing_id=MAILING, day=TODAY)) is not None
    )


@pytest.mark.parametrize(
    "text", ["", "@", "b+@x", "b+" + "a" * 47, "x" * 5000, "b+" + "é" * 47 + "@mail.northwind.example"]
)
def test_nonsense_proves_nothing(pure: Core, text: str) -> None:
    assert return_paths.verified(pure, text) is None
