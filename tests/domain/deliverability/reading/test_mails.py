"""Mails of our own, each with the outcome that it must have: what real ones taught and the samples do not hold."""

import json
from pathlib import Path
from typing import Any

import pytest

from domain.deliverability.reading import Kind, Reading, phrases, read
from domain.deliverability.reading.rules import RULES

MAILS = Path(__file__).resolve().parents[3] / "mails"
EXPECTED: dict[str, dict[str, Any]] = json.loads((MAILS / "expected.json").read_text(encoding="utf-8"))


def outcome(reading: Reading) -> dict[str, Any]:
    """Return what ``expected.json`` speaks of."""
    found = {
        "kind": reading.kind.value,
        "recipients": [each.address for each in reading.recipients],
        "hard": reading.hard,
        "feedback_type": reading.feedback_type,
        "rule": reading.rule,
        "reason": reading.recipients[0].reason.value if reading.recipients else None,
        "left": reading.left,
    }
    return {name: value for name, value in found.items() if value is not None}


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_mail_has_its_expected_outcome(name: str) -> None:
    expected = {key: value for key, value in EXPECTED[name].items() if value is not None}

    found = outcome(read((MAILS / f"{name}.eml").read_bytes()))

    assert {key: found.get(key) for key in expected} == expected


def test_every_mail_of_the_folder_has_an_expected_outcome() -> None:
    assert {each.stem for each in MAILS.glob("*.eml")} == set(EXPECTED)


@pytest.mark.parametrize("missing", ["Date", "From", "Subject", "Return-Path"])
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_missing_header_never_makes_a_bounce_of_something_else(name: str, missing: str) -> None:
    raw = (MAILS / f"{name}.eml").read_bytes()
    head, blank, body = raw.partition(b"\n\n")
    kept = [line for line in head.split(b"\n") if not line.lower().startswith(missing.lower().encode() + b":")]

    reading = read(b"\n".join(kept) + blank + body)

    if EXPECTED[name]["kind"] not in ("bounce", "delayed"):
        assert reading.kind not in (Kind.BOUNCE, Kind.DELAYED)
    else:
        assert reading.hard in (EXPECTED[name]["hard"], False, None)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_reading_travels_as_json_unchanged(name: str) -> None:
    reading = read((MAILS / f"{name}.eml").read_bytes())

    assert Reading.from_json(json.loads(json.dumps(reading.as_json()))) == reading


def test_the_envelope_counts_before_the_return_path_header() -> None:
    letter = b"Return-Path: <>\nFrom: Ann <ann@x.example>\nSubject: hello\n\nhi"

    assert read(letter).kind is Kind.AUTO_REPLY
    assert read(letter, envelope_from="ann@x.example").kind is Kind.HUMAN


def test_every_rule_has_a_name_of_its_own_and_says_what_it_knows() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.says.endswith(".") for rule in RULES)


def test_every_section_of_the_tables_is_one_that_is_looked_up() -> None:
    assert phrases.unknown_sections() == frozenset()
