"""A policy file is read as it was written, or refused with the line of every fault."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.policies import policy_file
from domain.policies.document import Document
from domain.policies.reading import checked
from domain.policies.refusals import PolicyFileMalformed, PolicyMalformed
from tests.domain.policies.policies_made import a_document, a_segment
from tests.domain.policies.test_segments import rules

FILE = """\
# Our policy
segments:
  - name: big
    notes: |
      Two people look at these.
      Ask Anna.
    rule:
      balance: {from: 10000}
      region: [DACH, EU]
      account: [00123, 'Acme Ltd', NO]
    cadence: default
    mode: shadow
    daily_cap: 20
  - name: everyone
    cadence: default
    mode: autopilot
cadences:
  - name: default
    steps:
      - {day: -3, letter: reminder-due}
      - {day: 7, letter: reminder-overdue, tone: Confident, recipients: escalation, approval: yes}
      - day: 21
        escalate: true
"""


def refused(text: str) -> list[str]:
    """Return the lines that are told about a file that is refused."""
    with pytest.raises(PolicyFileMalformed) as refusal:
        policy_file.read(text, name="policy.yaml")
    return str(refusal.value).splitlines()


def test_a_file_is_read_as_people_mean_it() -> None:
    document = policy_file.read(FILE, name="policy.yaml")

    assert document.segments[0].rule.account == ("00123", "Acme Ltd", "NO")
    assert document.segments[0].notes == "Two people look at these.\nAsk Anna."
    assert [step.approval for step in document.cadences[0].steps] == [False, True, False]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("10000", "minus ten", "policy.yaml:8: segments[0].rule.balance.from: "),
        ("balance", "balanse", "policy.yaml:8: segments[0].rule.balanse: 'balanse' is not a word"),
        ("EU]", "EUU]", "policy.yaml:9: segments[0].rule.region[1]: 'EUU' is no region. Did you mean 'EU'?"),
        ("cadence: default\n    mode: shadow", "mode: shadow", "policy.yaml:3: segments[0]: 'cadence' is missing"),
        (
            "mode: autopilot",
            "mode: auto",
            "policy.yaml:16: segments[1].mode: 'auto' is none of 'shadow' or 'autopilot'",
        ),
        (
            "letter: reminder-due}",
            "letter: reminder}",
            "policy.yaml:20: cadences[0].steps[0].letter: there is no letter",
        ),
        ("day: 7", "day: -7", "policy.yaml:21: cadences[0].steps[1].day: day -7 does not come after day -3"),
        ("day: 21\n", "day: 2\n", "policy.yaml:22: cadences[0].steps[2].day: day 2 does not come after day 7"),
        ("daily_cap: 20", "daily_cap: lots", "policy.yaml:13: segments[0].daily_cap: "),
    ],
)
def test_a_fault_is_told_with_its_line(old: str, new: str, told: str) -> None:
    assert any(line.startswith(told) for line in refused(FILE.replace(old, new))), refused(FILE.replace(old, new))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("segments: &all []\ncadences: *all\n", "policy.yaml:1: anchors and aliases"),
        ("segments: !!python/object/apply:os.system ['id']\n", "policy.yaml:1: tags (!) are not used"),
        ("segments: []\nsegments: []\n", "policy.yaml:2: 'segments' stands here a second time; the first is on line 1"),
        (
            FILE.replace("mode: shadow", "mode: shadow\n    mode: autopilot"),
            "policy.yaml:13: segments[0]: 'mode' stands here a second time; the first is on line 12",
        ),
        ("a: 1\n---\nb: 2\n", "policy.yaml:2: a policy file holds one document"),
        ("%YAML 1.1\n---\na: 1\n", "policy.yaml:2: directives"),
        ("", "policy.yaml:1: the file is empty"),
        ("segments: [\n", "policy.yaml:2: not YAML"),
        ("\tsegments: []\n", "policy.yaml:1: not YAML"),
        ("segments: []\nnotes: \x07\n", "policy.yaml:2: holds characters that cannot be shown"),
        ("[" * 100_000, "policy.yaml:1: more than 12 levels deep"),
        ("a: " + "x" * 600_000, "policy.yaml:1: the file is longer than 512,000 characters"),
        ("[" + "1," * 60_000 + "]", "policy.yaml:1: the file holds more than 50,000 values"),
        ("just text", "policy.yaml:1: expected a block of `word: value` lines here"),
    ],
)
def test_a_hostile_or_broken_file_is_refused(text: str, told: str) -> None:
    assert refused(text)[0].startswith(told)


def test_of_a_hundred_faults_the_first_are_told_and_the_rest_counted() -> None:
    text = "segments:\n" + "".join(f"  - name: s{number}\n" for number in range(45)) + "cadences: []\n"

    lines = refused(text)

    assert len(lines) == 31
    assert lines[-1] == "… and 16 more"


def test_what_is_exported_is_read_back_as_the_same_policy() -> None:
    document = policy_file.read(FILE, name="policy.yaml")

    text = policy_file.write(document, heading="Version 3\nmade by Anna")

    assert text.startswith("# Version 3\n# made by Anna\nsegments:\n  - name: big\n")
    assert policy_file.read(text, name="again.yaml") == document


printable = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=40)
awkward = st.sampled_from(
    ["null", "~", "true", "No", "007", "7", "1.50", "1e3", "- a", "# b", "a: b", "{x}", "[y", "'q'", '"', "&a", "*b",
     "!c", "%d", "@e", "`f`", "0x1F", "0o17", "1_000", "2026-03-10", "12:30", "=", "<<", "---", "...", "|", ">", "?",
     ":"]
)  # fmt: skip
words = st.one_of(printable, awkward)


@settings(deadline=None, max_examples=200)
@given(
    st.lists(
        st.tuples(words, rules, words, st.none() | st.lists(words, min_size=1, max_size=2)), min_size=1, max_size=3
    )
)
def test_whatever_can_be_published_survives_being_exported(parts: list[Any]) -> None:
    segments = [
        {
            **a_segment(name),
            "rule": rule.model_dump(by_alias=True, exclude_none=True) | ({"account": accounts} if accounts else {}),
            "notes": f"{notes}\n{notes}",
        }
        for name, rule, notes, accounts in parts
    ]
    try:
        document: Document = checked(
            {"segments": segments, "cadences": [{"name": "default", "steps": [{"day": 1, "escalate": True}]}]}
        )
    except PolicyMalformed:
        return

    assert policy_file.read(policy_file.write(document), name="policy.yaml") == document


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=200) | st.text(alphabet="ab:-[]{}#&*!|>'\"%@`,? \n\t0", max_size=80))
def test_no_text_makes_the_reader_stumble(text: str) -> None:
    with pytest.raises(PolicyFileMalformed) as refusal:
        policy_file.read(text, name="policy.yaml")

    assert all(1 <= line <= text.count("\n") + 2 for line, _ in refusal.value.findings)


def test_the_exported_default_policy_is_the_one_that_ships() -> None:
    assert policy_file.read(policy_file.write(a_document()), name="x") == a_document()
