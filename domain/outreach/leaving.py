"""Leaving: a page of mails is judged, written, counted and marked as sending, each by itself and all at once."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from domain.deliverability.models import Mailing
from domain.deliverability.states import MailingState
from domain.kernel.core import Core
from domain.kernel.transactions import Transaction
from domain.ledger.receipts import IssuedReceipt
from domain.outreach import breakers, composing, guardrails, item_links, lanes, settling
from domain.outreach.composing import Leaving, OutgoingMail
from domain.outreach.facts import MailFacts
from domain.outreach.verdicts import Wait


async def begun(
    core: Core, tx: Transaction, mailings: Sequence[Mailing], issued: Mapping[UUID, IssuedReceipt]
) -> dict[UUID, OutgoingMail]:
    """Judge, write and mark as sending what is held; return the mails that are to be handed over.

    Args:
        core: The core.
        tx: The caller's transaction, which holds the mailings and what their judgement depends on.
        mailings: No two reminders to one address.
        issued: The receipts that go with them.
    """
    again = [each for each in mailings if each.status is MailingState.SENDING and not each.asks]
    queued = [each for each in mailings if each.status is MailingState.QUEUED]
    cleared = await settling.cleared_all(core, tx, queued)
    going = [(each, cleared[each.id]) for each in queued if each.id in cleared]
    links = await item_links.issue(core, tx, going)
    written = await composing.composed_all(
        core,
        [
            *(Leaving(each, (), issued.get(each.id)) for each in again),
            *(Leaving(each, facts.items, issued.get(each.id)) for each, facts in going),
        ],
        issued=links,
    )
    if links:
        await tx.execute(_LINKED, (list(links), list(links.values())))
    reserved = await _reserved(core, tx, going)
    await _sending(reserved)
    gone = {each.id for each in again} | {each.id for each, _ in reserved}
    return {mailing_id: mail for mailing_id, mail in written.items() if mailing_id in gone}


_LINKED = """
    UPDATE mailing_item t SET link_id = n.link_id
    FROM unnest(%s::uuid[], %s::uuid[]) AS n (id, link_id) WHERE t.id = n.id
"""


async def _sending(leaving: Sequence[tuple[Mailing, MailFacts]]) -> None:
    if not leaving:
        return
    moved = await Mailing.move_all(
        "send",
        ids=[each.id for each, _ in leaving],
        before=MailingState.QUEUED,
        own={
            "link_id": ("uuid", [each.link_id for each, _ in leaving]),
            "provider": ("text", [facts.provider for _, facts in leaving]),
        },
        reserved_on=leaving[0][1].today,
        not_before=None,
        waits="",
        waits_reason="",
    )
    assert moved == len(leaving), "they are held since they were judged"


async def _reserved(
    core: Core, tx: Transaction, leaving: Sequence[tuple[Mailing, MailFacts]]
) -> list[tuple[Mailing, MailFacts]]:
    """Take the mails' places at their recipients' providers and in the day's budgets, or let them wait for one.

    Only the one that moves the mails stands between this and the commit: every other sender waits for these rows.
    """
    waits: dict[UUID, Wait] = {}
    for mailing, facts in leaving:
        if facts.asks and facts.breaker is not None and (wait := await breakers.probe(core, tx, facts)):
            waits[mailing.id] = wait
    full = await lanes.reserve_all(core, tx, [facts for mailing, facts in leaving if mailing.id not in waits])
    waits |= {facts.mailing_id: guardrails.full(facts, full[facts.mailing_id]) for _, facts in leaving
              if facts.mailing_id in full}  # fmt: skip
    for mailing, facts in leaving:
        if mailing.id in waits:
            await settling.hold(core, tx, mailing, facts, waits[mailing.id])
    return [(mailing, facts) for mailing, facts in leaving if mailing.id not in waits]
