"""Tokens name their link and cannot be made by anybody else."""

import string
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.keys import Keyring, SigningKey
from domain.pay_links import tokens

OLD = SigningKey(1, b"an older key of this test, 32 bytes long")
NEW = SigningKey(2, b"a newer key of this test, 32 bytes long.")
KEYS = Keyring((NEW, OLD))


@given(st.uuids())
def test_a_token_names_its_link(link_id: UUID) -> None:
    assert tokens.read(KEYS, tokens.issue(KEYS, link_id)) == link_id


def test_a_token_fits_an_address_without_escapes() -> None:
    token = tokens.issue(KEYS, uuid4())

    assert len(token) == 44
    assert set(token) <= set(string.ascii_letters + string.digits + "-_")


def test_a_token_of_an_older_key_still_works() -> None:
    link_id = uuid4()

    assert tokens.read(KEYS, tokens.issue(Keyring((OLD,)), link_id)) == link_id


def test_a_token_of_a_key_that_was_dropped_is_worth_nothing() -> None:
    assert tokens.read(Keyring((NEW,)), tokens.issue(Keyring((OLD,)), uuid4())) is None


def test_every_changed_character_breaks_the_token() -> None:
    token = tokens.issue(KEYS, uuid4())
    changed = [token[:i] + ("A" if token[i] != "A" else "B") + token[i + 1 :] for i in range(len(token))]

    assert [tokens.read(KEYS, each) for each in changed] == [None] * 44


@pytest.mark.parametrize("text", ["", "A" * 44, "A" * 43, "A" * 45, "Ä" * 44, "=" * 44, "\x00" * 44, "A" * 10_000])
def test_what_is_no_token_is_nobody(text: str) -> None:
    assert tokens.read(KEYS, text) is None


@given(st.text(max_size=200))
def test_any_text_is_nobody(text: str) -> None:
    assert tokens.read(KEYS, text) is None
