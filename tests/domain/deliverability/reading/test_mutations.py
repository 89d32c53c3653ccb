"""Damaged mail: it is read without a crash, means no more than the whole mail did, and suppresses nobody by itself."""

import random
import sys
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from domain.deliverability import triage
from domain.deliverability.cases import Case
from domain.deliverability.reading import Kind, Reading, found_addresses, read
from domain.deliverability.triage import Act
from tests.domain.deliverability.reading import mutations
from tests.domain.deliverability.reading.mutations import Mutation
from tests.shared_data import sample_path

OWN = sorted((Path(__file__).resolve().parents[3] / "mails").glob("*.eml"))
REAL = sorted(sample_path("mail", "eml").glob("*.eml"))[::4]
MAILS = {each.name: each.read_bytes() for each in (*OWN, *REAL)}
WHOLE = {name: read(raw) for name, raw in MAILS.items()}

MOST_WORK = 60_000
"""Calls that reading one of these mails may take; the longest takes a third."""


@cache
def damaged(mutation: Mutation) -> list[tuple[str, Reading]]:
    """Return the readings of all mails after a mutation; the same at each run."""
    return [(name, read(mutation(raw, random.Random(f"{name} {mutation.__name__}")))) for name, raw in MAILS.items()]


@pytest.mark.parametrize("mutation", mutations.ALL)
def test_damaged_mail_has_a_reading_that_suppresses_nobody_without_a_token(mutation: Mutation) -> None:
    for _, reading in damaged(mutation):
        assert Reading.from_json(reading.as_json()) == reading
        assert not _suppresses(reading)


@pytest.mark.parametrize("mutation", mutations.KEEP_MEANING)
def test_another_encoding_or_other_line_ends_change_nothing(mutation: Mutation) -> None:
    changed = [name for name, reading in damaged(mutation) if _gist(reading) != _gist(WHOLE[name])]

    assert changed == []


@pytest.mark.parametrize("mutation", [each for each in mutations.LOSE_NOTHING if each is not mutations.duplicated])
def test_nobody_dies_of_mail_that_is_wrapped_repeated_or_encoded_otherwise(mutation: Mutation) -> None:
    dead = [name for name, reading in damaged(mutation) if reading.hard and not WHOLE[name].hard]

    assert dead == []


def test_lost_lines_make_a_dead_address_very_rarely() -> None:
    """What said "full" or "spam" may be the very line that was lost; nothing can be read from its absence."""
    tries, dead = 0, 0
    for mutation in mutations.ALL:
        for name, reading in damaged(mutation):
            tries, dead = tries + 1, dead + bool(reading.hard and not WHOLE[name].hard)

    assert dead / tries < 0.004


@pytest.mark.parametrize("mutation", [each for each in mutations.ALL if each is not mutations.noise])
def test_no_recipient_is_made_up(mutation: Mutation) -> None:
    invented = [name for name, reading in damaged(mutation) if not _stands_in(name, reading)]

    assert len(invented) <= len(MAILS) / 100, invented


@pytest.mark.parametrize("mutation", mutations.ALL)
def test_what_no_mail_system_wrote_names_nobody_however_damaged(mutation: Mutation) -> None:
    persons = {name for name, whole in WHOLE.items() if whole.kind is Kind.HUMAN}
    heads = mutation is mutations.fewer_headers  # without "Re:" and In-Reply-To a forwarded report is a report

    named = [name for name, reading in damaged(mutation) if name in persons and reading.recipients]

    assert heads or named == []


@given(some.sampled_from(sorted(MAILS)), some.lists(some.sampled_from(mutations.ALL), min_size=1, max_size=4),
       some.integers(0, 2**32))  # fmt: skip
@settings(max_examples=250, deadline=None)
def test_any_chain_of_mutations_has_a_reading(name: str, chain: list[Mutation], seed: int) -> None:
    raw, chance = MAILS[name], random.Random(seed)
    for mutation in chain:
        raw = mutation(raw, chance)

    reading = read(raw[:200_000])

    assert Reading.from_json(reading.as_json()) == reading
    assert len(reading.recipients) <= 200
    assert not _suppresses(reading)


def test_the_work_for_a_mail_is_bounded() -> None:
    most = max(_work(mutations.glued(raw, random.Random(name))) for name, raw in MAILS.items())

    assert most <= MOST_WORK


def _suppresses(reading: Reading) -> bool:
    """Tell whether anything would be suppressed or counted for a mail that came without any token of ours."""
    case = Case(reading, tokens=(), inner=(), mailed={}, arrived=datetime(2026, 11, 16, 9, tzinfo=UTC))
    return triage.decide(case).act in (Act.SUPPRESS, Act.COUNT)


def _work(raw: bytes) -> int:
    """Count the calls that reading a mail takes: the same on every machine, however busy."""
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        read(raw)
    finally:
        sys.setprofile(before)
    return calls


def _gist(reading: Reading) -> tuple[object, ...]:
    return reading.kind, [each.address for each in reading.recipients], reading.hard, reading.feedback_type


def _stands_in(name: str, reading: Reading) -> bool:
    """Tell whether each recipient stands in the whole mail, or is what is left of one that does."""
    whole = WHOLE[name]
    there = found_addresses.in_text(MAILS[name].decode("latin-1").lower())
    there += [spelling for each in whole.recipients for spelling in (each.address, *each.also)]
    return all(any(each.address in known for known in there) for each in reading.recipients)
