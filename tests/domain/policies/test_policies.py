"""A policy comes into force when two people want it, whole and once."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from domain import letters
from domain.kernel.actor import SHELL, Actor
from domain.kernel.core import Core
from domain.kernel.refusals import NotAllowed, Refusal
from domain.people.refusals import OwnWork
from domain.policies import policies, queries, segments
from domain.policies.policies import Running
from domain.policies.refusals import (
    DecidedAlready,
    NothingChanges,
    PolicyMalformed,
    PolicyNotFound,
    ProposalPending,
    ProposedAlready,
    SegmentNotFound,
    TooFewContacts,
)
from domain.policies.values import Mode
from tests.builders import a_contact, an_account, an_invoice
from tests.domain.policies.policies_made import (
    ANNA,
    BERT,
    OPERATOR,
    SALES,
    STEPS,
    a_document,
    a_segment,
    in_force,
)

SHADOW = a_document(a_segment(mode="shadow"))


async def cadences(core: Core) -> list[tuple[Any, ...]]:
    """Return name, version and state of every cadence."""
    rows = await core.database.rows("SELECT name, version, state FROM cadence ORDER BY name, version")
    return [tuple(row.values()) for row in rows]


async def test_whoever_works_the_queue_may_propose_and_nothing_changes_yet(core: Core) -> None:
    event = await policies.propose(core, document=SHADOW, notes="calmer", actor=OPERATOR)

    assert (event.version, event.base, event.changes) == (2, 1, ("segment everyone: mode: autopilot → shadow",))
    assert (await queries.in_force(core)).version == 1
    assert [each.mode for each in await segments.published(core)] == [Mode.AUTOPILOT]


async def test_sales_may_not_propose(core: Core) -> None:
    with pytest.raises(NotAllowed, match="work the queue or publish"):
        await policies.propose(core, document=SHADOW, notes="", actor=SALES)


async def test_whoever_may_not_publish_is_refused(core: Core) -> None:
    proposed = await policies.propose(core, document=SHADOW, notes="", actor=ANNA)

    with pytest.raises(NotAllowed, match="publish policies"):
        await policies.publish(core, version=proposed.version, running=Running.FINISH, actor=OPERATOR)


@pytest.mark.parametrize("maker", [ANNA, SHELL])
async def test_nobody_publishes_what_they_proposed(core: Core, maker: Actor) -> None:
    proposed = await policies.propose(core, document=SHADOW, notes="", actor=maker)

    with pytest.raises(OwnWork, match="PLIXO_SECOND_PERSON"):
        await policies.publish(core, version=proposed.version, running=Running.FINISH, actor=maker)


async def test_a_company_of_one_publishes_what_it_proposed(core: Core) -> None:
    alone = replace(core, limits=replace(core.limits, second_person=False))

    await in_force(alone, SHADOW, maker=SHELL, by=SHELL)

    assert [each.mode for each in await segments.published(core)] == [Mode.SHADOW]


async def test_a_published_policy_is_what_the_planner_reads(core: Core) -> None:
    document = a_document(
        a_segment("big", cadence="gentle", balance={"from": 10000}),
        a_segment(),
        gentle=[{"day": 3, "letter": "reminder-overdue", "tone": "Formal"}, {"day": 30, "escalate": True}],
    )

    version = await in_force(core, document)

    assert (await queries.in_force(core)).document == document
    assert [(each.name, each.position, each.cadence) for each in await segments.published(core)] == [
        ("big", 1, "gentle"),
        ("everyone", 2, "default"),
    ]
    assert await cadences(core) == [("default", 1, "published"), ("gentle", 1, "published")]
    told = await core.database.row("SELECT fact FROM timeline_entry WHERE kind = 'policy.published'")
    assert told is not None
    assert version == 2


async def test_only_a_cadence_with_other_steps_gets_another_version(core: Core) -> None:
    await in_force(core, a_document(a_segment(mode="shadow")))

    await in_force(core, a_document(a_segment(), steps=[*STEPS[:3], {"day": 30, "escalate": True}]))

    assert await cadences(core) == [("default", 1, "retired"), ("default", 2, "published")]


async def test_a_final_notice_is_approved_by_a_person_whatever_the_file_says(core: Core) -> None:
    await in_force(core, a_document(steps=[*STEPS[:4], {"day": 21, "letter": "final-notice", "tone": "Formal"}]))

    rows = await core.database.rows(
        "SELECT s.letter, s.severity, s.approval FROM cadence_step s JOIN cadence c ON c.id = s.cadence_id"
        " WHERE c.state = 'published' ORDER BY s.position"
    )
    assert [(row["severity"], row["approval"]) for row in rows] == [
        (0, False), (0, False), (1, False), (1, False), (2, True),
    ]  # fmt: skip


async def test_the_policy_in_force_is_not_proposed_again(core: Core) -> None:
    with pytest.raises(NothingChanges, match="version 1"):
        await policies.propose(core, document=a_document(), notes="", actor=ANNA)


async def test_a_double_click_proposes_once(core: Core) -> None:
    await policies.propose(core, document=SHADOW, notes="", actor=ANNA)

    with pytest.raises(ProposedAlready, match="version 2"):
        await policies.propose(core, document=SHADOW, notes="", actor=ANNA)


async def test_a_newer_proposal_replaces_ones_own(core: Core) -> None:
    await policies.propose(core, document=SHADOW, notes="", actor=ANNA)

    event = await policies.propose(core, document=a_document(a_segment("all")), notes="", actor=ANNA)

    assert (event.version, event.replaces) == (3, 2)
    with pytest.raises(DecidedAlready, match="rejected by Anna"):
        await policies.publish(core, version=2, running=Running.FINISH, actor=BERT)


async def test_somebody_elses_proposal_comes_first(core: Core) -> None:
    await policies.propose(core, document=SHADOW, notes="", actor=ANNA)

    with pytest.raises(ProposalPending, match="Version 2, proposed by Anna"):
        await policies.propose(core, document=a_document(a_segment("all")), notes="", actor=BERT)


async def test_two_publishers_at_once_publish_once(core: Core) -> None:
    proposed = await policies.propose(core, document=SHADOW, notes="", actor=OPERATOR)

    answers = await asyncio.gather(
        *(
            policies.publish(core, version=proposed.version, running=Running.MOVE, actor=actor)
            for actor in (ANNA, BERT, ANNA, BERT)
        ),
        return_exceptions=True,
    )

    refused = [each for each in answers if isinstance(each, Refusal)]
    assert len(refused) == 3
    assert all(isinstance(each, DecidedAlready) for each in refused)
    assert len(await core.database.rows("SELECT id FROM timeline_entry WHERE kind = 'policy.published'")) == 1


async def test_two_proposals_at_once_leave_one(core: Core) -> None:
    others = [a_document(a_segment(f"all {number}")) for number in range(3)]

    answers = await asyncio.gather(
        *(
            policies.propose(core, document=each, notes="", actor=actor)
            for each, actor in zip(others, (ANNA, BERT, OPERATOR), strict=True)
        ),
        return_exceptions=True,
    )

    assert sorted(type(each).__name__ for each in answers) == ["PolicyProposed", "ProposalPending", "ProposalPending"]


async def test_a_proposal_may_be_rejected_by_those_who_publish_and_taken_back_by_its_maker(core: Core) -> None:
    await policies.propose(core, document=SHADOW, notes="", actor=OPERATOR)
    with pytest.raises(NotAllowed):
        await policies.reject(core, version=2, reason="no", actor=SALES)

    first = await policies.reject(core, version=2, reason="too\n calm", actor=OPERATOR)
    await policies.propose(core, document=SHADOW, notes="", actor=OPERATOR)
    await policies.reject(core, version=3, reason="no", actor=BERT)

    assert first.told() == "Policy version 2, proposed by Olga, rejected: too calm"
    assert [each.state for each in await queries.versions(core)] == ["rejected", "rejected", "published"]


async def test_a_version_that_nobody_made_is_not_found(core: Core) -> None:
    with pytest.raises(PolicyNotFound):
        await policies.publish(core, version=99, running=Running.FINISH, actor=BERT)


async def test_a_mode_is_a_proposal_too(core: Core) -> None:
    event = await policies.set_mode(core, segment="everyone", mode=Mode.SHADOW, actor=OPERATOR)

    assert event.changes == ("segment everyone: mode: autopilot → shadow",)
    with pytest.raises(OwnWork):
        await policies.publish(core, version=2, running=Running.FINISH, actor=replace(OPERATOR, may=BERT.may))


async def test_a_mode_is_added_to_ones_own_proposal(core: Core) -> None:
    await policies.propose(
        core, document=a_document(a_segment("big", balance={"from": 1}), a_segment()), notes="", actor=ANNA
    )

    event = await policies.set_mode(core, segment="big", mode=Mode.SHADOW, actor=ANNA)

    assert event.replaces == 2
    proposal = await queries.proposal(core)
    assert proposal is not None
    assert [(each.name, each.mode) for each in proposal.document.segments] == [
        ("big", Mode.SHADOW),
        ("everyone", Mode.AUTOPILOT),
    ]


async def test_a_mode_of_an_unknown_segment_is_refused(core: Core) -> None:
    with pytest.raises(SegmentNotFound, match="everyone"):
        await policies.set_mode(core, segment="evryone", mode=Mode.SHADOW, actor=ANNA)


async def invoices(core: Core, *, reachable: int, unreachable: int) -> None:
    """Store invoices of customers with a contact, and of customers without."""
    for number in range(reachable):
        await an_invoice(core, f"R-{number}", email=f"anna@r{number}.example")
    for number in range(unreachable):
        await an_invoice(core, f"U-{number}", account=await an_account(core, f"Silent {number}"))


async def test_a_segment_that_can_hardly_be_mailed_is_not_published(core: Core) -> None:
    await invoices(core, reachable=2, unreachable=1)
    proposed = await policies.propose(core, document=a_document(a_segment("all")), notes="", actor=ANNA)

    with pytest.raises(TooFewContacts, match=r"all: 2 of 3 open invoices \(66 %\)"):
        await policies.publish(core, version=proposed.version, running=Running.FINISH, actor=BERT)

    assert (await queries.in_force(core)).version == 1


async def test_an_empty_segment_and_a_safer_mode_are_published_without_contacts(core: Core) -> None:
    await invoices(core, reachable=0, unreachable=1)

    await in_force(core, a_document(a_segment("yen", currency="JPY"), a_segment(mode="shadow")))

    assert len(await segments.published(core)) == 2


async def test_what_goes_over_to_autopilot_needs_contacts(core: Core) -> None:
    await invoices(core, reachable=0, unreachable=1)
    await in_force(core, SHADOW)
    proposed = await policies.set_mode(core, segment="everyone", mode=Mode.AUTOPILOT, actor=ANNA)

    with pytest.raises(TooFewContacts, match="everyone"):
        await policies.publish(core, version=proposed.version, running=Running.FINISH, actor=BERT)


async def test_a_suppressed_contact_is_none(core: Core) -> None:
    account = await an_account(core)
    contact = await a_contact(core, account)
    await an_invoice(core, account=account)
    await core.database.execute(
        "INSERT INTO suppression (id, address, address_key, reason, state, rule, diagnostic, created_at)"
        " VALUES (gen_random_uuid(), %s, %s, 'hard bounce', 'active', 'test', '', %s)",
        (contact.email, contact.email_key, core.clock.now()),
    )
    proposed = await policies.propose(core, document=a_document(a_segment("all")), notes="", actor=ANNA)

    with pytest.raises(TooFewContacts, match="0 of 1"):
        await policies.publish(core, version=proposed.version, running=Running.FINISH, actor=BERT)


async def test_parts_that_do_not_fit_are_refused_however_the_document_was_made(core: Core) -> None:
    broken = a_document().model_copy(update={"segments": ()})

    with pytest.raises(PolicyMalformed):
        await policies.propose(core, document=broken, notes="", actor=ANNA)


async def test_a_policy_is_refused_while_a_letter_of_the_merchant_shows_an_unknown_field(
    core: Core, tmp_path: Path
) -> None:
    shipped = Path(letters.__file__).parent / "templates" / "reminder-due" / "en" / "neutral.txt"
    own = tmp_path / "reminder-due" / "en"
    own.mkdir(parents=True)
    text = shipped.read_text(encoding="utf-8").replace("invoice_number", "invoice_nubmer")
    (own / "neutral.txt").write_text(text, encoding="utf-8")
    branded = replace(core, merchant=replace(core.merchant, letters_folder=tmp_path))

    with pytest.raises(PolicyMalformed, match="invoice_nubmer"):
        await policies.propose(branded, document=SHADOW, notes="", actor=ANNA)
