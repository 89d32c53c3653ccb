"""Machines, actors, addresses, dates, keys, notices and request ids: small, pure, and relied on everywhere."""

from datetime import date, timedelta
from enum import StrEnum
from uuid import uuid4

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.kernel import addresses, dates, request_ids
from domain.kernel.actor import SHELL, SYSTEM, Actor, ActorKind, Permission, payer
from domain.kernel.addresses import AddressMalformed
from domain.kernel.events import Event, InvoiceEvent
from domain.kernel.keys import Keyring, SigningKey
from domain.kernel.machine import Machine
from domain.kernel.notices import SILENT, Notices, job, merged, operators
from domain.kernel.notices import payer as letter
from domain.kernel.refusals import MoveRefused, NotAllowed


class Door(StrEnum):
    """A life cycle of the tests' own."""

    OPEN = "open"
    SHUT = "shut"
    BRICKED_UP = "bricked up"


DOOR = Machine(
    "door",
    start=Door.OPEN,
    moves={(Door.OPEN, "shut"): Door.SHUT, (Door.SHUT, "open"): Door.OPEN, (Door.SHUT, "wall in"): Door.BRICKED_UP},
)


# Machines


def test_a_step_of_the_table_leads_where_the_table_says() -> None:
    assert DOOR.after(Door.SHUT, "wall in") is Door.BRICKED_UP


@given(st.sampled_from(Door), st.text(max_size=12))
def test_a_step_that_is_not_in_the_table_is_refused_in_words(state: Door, step: str) -> None:
    assume((state, step) not in DOOR.moves)

    assert not DOOR.can(state, step)
    with pytest.raises(MoveRefused, match="This door is"):
        DOOR.after(state, step)


# Actors


def test_whoever_lacks_the_right_is_told_which_one_and_what_to_do() -> None:
    viewer = Actor(ActorKind.PERSON, "Vera", frozenset({Permission.VIEW}), roles=("Viewer",))

    viewer.require(Permission.VIEW)
    with pytest.raises(NotAllowed, match=r"move money; you have Viewer\. Ask a Controller"):
        viewer.require(Permission.MOVE_MONEY)


@pytest.mark.parametrize("permission", Permission)
def test_the_product_and_the_shell_may_do_anything_and_a_payer_nothing(permission: Permission) -> None:
    SYSTEM.require(permission)
    SHELL.require(permission)
    with pytest.raises(NotAllowed):
        payer(uuid4(), "a…@acme.example").require(permission)


# Addresses

locals_ = st.from_regex(r"[a-z][a-z0-9.]{1,30}[a-z0-9]", fullmatch=True).filter(lambda text: ".." not in text)
domains = st.from_regex(r"[a-z]{2,12}\.example", fullmatch=True)


@given(locals_, domains)
def test_a_masked_address_keeps_one_letter_and_the_domain(local: str, domain: str) -> None:
    assert addresses.masked(f"{local}@{domain}") == f"{local[0]}…@{domain}"


@given(st.text(max_size=80))
def test_masking_anything_shows_at_most_one_letter_before_the_at(text: str) -> None:
    shown = addresses.masked(text)

    assert len(shown.rpartition("@")[0] or shown) <= 2


@given(locals_, domains)
def test_two_spellings_of_a_mailbox_have_one_key(local: str, domain: str) -> None:
    assert addresses.key(f" {local.upper()}@{domain.title()} ") == addresses.key(f"{local}@{domain}")


@pytest.mark.parametrize(
    "text",
    ["", "anna", "@acme.example", "anna@", "anna@acme", "a b@acme.example", "anna@acme.example, bob@acme.example",
     "anna@acme..example", "anna@acme.example\r\nBcc: eve@evil.example", "Anna <anna@acme.example>",
     "a" * 65 + "@acme.example"],
)  # fmt: skip
def test_what_is_not_one_address_is_refused(text: str) -> None:
    with pytest.raises(AddressMalformed, match="Not an e-mail address"):
        addresses.parsed(text)


@pytest.mark.parametrize(
    "text", ["anna@acme.example", "o'hara+ar@acme.example", "jörg@büro.example", " anna@acme.example "]
)
def test_addresses_that_people_have_are_read(text: str) -> None:
    assert addresses.parsed(text) == text.strip()


# Dates


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (-30, "current"),
        (0, "current"),
        (1, "1-30"),
        (30, "1-30"),
        (31, "31-60"),
        (61, "61-90"),
        (90, "61-90"),
        (91, "91+"),
    ],
)
def test_each_day_past_due_falls_in_one_bucket(days: int, bucket: str) -> None:
    assert dates.ageing_bucket(days) == bucket


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(-400, 4000))
def test_days_past_due_count_from_the_due_date(due_on: date, days: int) -> None:
    assert dates.days_past_due(due_on, due_on + timedelta(days=days)) == days


# Keys

OLD, NEW = SigningKey(1, b"o" * 32), SigningKey(2, b"n" * 32)
payloads = st.binary(max_size=64)


@given(payloads)
def test_what_an_old_key_signed_is_still_known_after_a_rotation(payload: bytes) -> None:
    before, after = Keyring((OLD,)), Keyring((NEW, OLD))

    signature = before.signature(before.newest, purpose="link", payload=payload, length=16)

    assert after.newest is NEW
    assert after.verified(1, signature, purpose="link", payload=payload)


@given(payloads)
def test_a_key_that_was_taken_out_opens_nothing_any_more(payload: bytes) -> None:
    signature = Keyring((OLD,)).signature(OLD, purpose="link", payload=payload, length=16)

    assert not Keyring((NEW,)).verified(1, signature, purpose="link", payload=payload)
    assert not Keyring((NEW,)).verified(2, signature, purpose="link", payload=payload)


@given(payloads, st.binary(min_size=16, max_size=16))
def test_a_guess_opens_nothing(payload: bytes, guess: bytes) -> None:
    ring = Keyring((NEW, OLD))
    assume(guess != ring.signature(NEW, purpose="link", payload=payload, length=16))

    assert not ring.verified(2, guess, purpose="link", payload=payload)


@given(payloads, st.integers(0, 127))
def test_one_changed_bit_opens_nothing(payload: bytes, bit: int) -> None:
    ring = Keyring((NEW,))
    signature = bytearray(ring.signature(NEW, purpose="link", payload=payload, length=16))

    signature[bit // 8] ^= 1 << bit % 8

    assert not ring.verified(2, bytes(signature), purpose="link", payload=payload)


@given(payloads)
def test_a_signature_of_one_use_is_none_of_another(payload: bytes) -> None:
    ring = Keyring((NEW,))
    signature = ring.signature(NEW, purpose="link", payload=payload, length=16)

    assert not ring.verified(2, signature, purpose="bounce", payload=payload)


@pytest.mark.parametrize("length", [0, 1, 9])
def test_a_cut_off_signature_opens_nothing(length: int) -> None:
    ring = Keyring((NEW,))

    assert not ring.verified(2, ring.signature(NEW, purpose="x", payload=b"", length=length), purpose="x", payload=b"")


def test_a_key_does_not_show_its_secret() -> None:
    assert "nnnn" not in f"{NEW!r}{Keyring((NEW,))!r}"


@pytest.mark.parametrize(("number", "secret"), [(256, b"x" * 32), (-1, b"x" * 32), (1, b"x" * 31)])
def test_a_weak_or_unnumbered_key_is_a_bug(number: int, secret: bytes) -> None:
    with pytest.raises(AssertionError):
        SigningKey(number, secret)


# Notices


def test_two_areas_that_subscribe_to_one_event_are_both_heard_in_order() -> None:
    first: Notices = {Event: (operators(), letter("receipt"))}
    second: Notices = {Event: (job("close_links"),), InvoiceEvent: SILENT}

    table = merged(first, second)

    assert table == {Event: (operators(), letter("receipt"), job("close_links")), InvoiceEvent: ()}


# Request ids


def test_a_request_id_is_short_and_made_of_letters_that_nobody_confuses() -> None:
    made = {request_ids.fresh() for _ in range(200)}

    assert len(made) == 200
    assert all(len(each) == 10 and not set(each) & set("01lio") for each in made)


def test_a_request_inside_a_request_gives_the_outer_id_back() -> None:
    with request_ids.serving("outer"):
        with request_ids.serving() as inner:
            assert request_ids.current() == inner != "outer"
        assert request_ids.current() == "outer"

    assert request_ids.current() == ""
