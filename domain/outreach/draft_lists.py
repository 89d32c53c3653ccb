"""Draft lists: which mails wait for a person, since when, over how much and why; and one of them as it would leave."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.kernel import addresses, sentences
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.money import Money
from domain.kernel.speech import say
from domain.kernel.transactions import Rows
from domain.letters import Letter
from domain.outreach import composing, draft_editors, fact_sheets, guardrails, judges, told
from domain.outreach.draft_editors import Own
from domain.outreach.facts import MailFacts
from domain.outreach.refusals import DraftNotFound
from domain.outreach.verdicts import SEND, Never

MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class Draft:
    """One mail that waits for a person."""

    mailing_id: UUID
    version: str
    """Hand it to ``drafts.approve``: then what is approved is what was shown."""
    letter: str
    account_name: str
    sent_to: str
    """Masked."""
    invoices: tuple[str, ...]
    amounts: tuple[Money, ...]
    """What it asks for, one sum for each currency."""
    needs: tuple[str, ...]
    """Why a person has to see it."""
    why: str
    """Why it is due."""
    since: datetime
    made_by: str
    edited_by: str | None
    not_asked: tuple[str, ...]
    """Invoices that would be left out if it left now, with the reason."""
    wording: str = ""
    """Names the words as somebody edited them, and the recipient; hand it to ``draft_edits.edit``."""
    own: Own = Own.NOT
    """Why whoever looks at it may not approve it."""
    changes: tuple[str, ...] = ()
    """What is otherwise than when it was first shown."""

    @property
    def is_ready(self) -> bool:
        """Whether whoever looks at it may approve it as it is: theirs to approve, and as it was first shown."""
        return not self.own and not self.changes and bool(self.invoices)


@dataclass(frozen=True, slots=True)
class Drafts:
    """The longest waiting drafts, and how many there are in all."""

    total: int
    drafts: tuple[Draft, ...]


@dataclass(frozen=True, slots=True)
class DraftShown:
    """One draft with its letter, as it would leave now."""

    draft: Draft
    letter: Letter


_ROWS = """
    SELECT m.id, m.reason, m.needs, m.queued_at, m.made_by, m.edited_by, m.address, a.name AS account_name,
           m.edited_subject, m.edited_body, m.made_by_id, m.editors, m.contact_id
    FROM mailing m JOIN account a ON a.id = m.account_id
    WHERE m.state = 'drafted' AND (%(id)s::uuid IS NULL OR m.id = %(id)s)
    ORDER BY m.queued_at, m.id LIMIT %(limit)s
"""


async def page(core: Core, *, actor: Actor, limit: int = 20) -> Drafts:
    """Return the drafts that have waited longest.

    Raises:
        NotAllowed: The actor may not look at the books.
    """
    actor.require(Permission.VIEW)
    total = await core.database.row("SELECT count(*) AS drafts FROM mailing WHERE state = 'drafted'")
    assert total is not None
    return Drafts(total["drafts"], await _drafts(core, actor, mailing_id=None, limit=min(limit, MOST_LISTED)))


async def show(core: Core, *, mailing_id: UUID, actor: Actor) -> DraftShown:
    """Return one draft with its letter.

    Raises:
        NotAllowed: The actor may not look at the books.
        DraftNotFound: It is no draft.
    """
    actor.require(Permission.VIEW)
    found = await _drafts(core, actor, mailing_id=mailing_id, limit=1)
    if not found:
        raise DraftNotFound
    return DraftShown(found[0], await composing.preview(core, mailing_id=mailing_id))


def version(snapshot: Mapping[str, Any]) -> str:
    """Return a short mark of what an approver is shown; any change of it is another mark."""
    return hashlib.sha256(json.dumps(snapshot, sort_keys=True).encode()).hexdigest()[:16]


def wording(subject: str | None, body: str | None, contact_id: UUID) -> str:
    """Return a short mark of the words that somebody put in the place of the letter's, and of whom they go to."""
    return hashlib.sha256(json.dumps([subject, body, str(contact_id)]).encode()).hexdigest()[:16]


async def remember(rows: Rows, shown: Mapping[UUID, Mapping[str, Any]], *, anew: bool = False) -> None:
    """Write down what these drafts were when they were first shown, or are now; a change of it is told from then on."""
    await rows.execute(
        "UPDATE mailing m SET drafted_as = n.shown::jsonb FROM unnest(%s::uuid[], %s::text[]) AS n (id, shown)"
        " WHERE m.id = n.id AND m.state = 'drafted' AND (%s OR m.drafted_as IS NULL)",
        (list(shown), [json.dumps(each) for each in shown.values()], anew),
    )


async def _drafts(core: Core, actor: Actor, *, mailing_id: UUID | None, limit: int) -> tuple[Draft, ...]:
    rows = await core.database.rows(_ROWS, {"id": mailing_id, "limit": limit})
    sheets = await fact_sheets.read(core, core.database, mailing_ids=[row["id"] for row in rows]) if rows else {}
    found = [(row, sheets[row["id"]]) for row in rows if row["id"] in sheets]
    left = {facts.mailing_id: _left(core, facts) for _, facts in found}
    if left:
        await remember(core.database, {each: facts.snapshot for each, facts in left.items()})
    return tuple(
        _draft(row, facts, left[facts.mailing_id], own=draft_editors.own(core, row, actor)) for row, facts in found
    )


def _left(core: Core, facts: MailFacts) -> MailFacts:
    gone = frozenset(each.item_id for each in facts.items if guardrails.judged(each) != SEND)
    return fact_sheets.without(facts, core, gone) if gone else facts


def _draft(row: Mapping[str, Any], facts: MailFacts, left: MailFacts, *, own: Own) -> Draft:
    return Draft(
        mailing_id=row["id"],
        version=version(left.snapshot),
        letter=left.letter,
        account_name=row["account_name"],
        sent_to=addresses.masked(row["address"]),
        invoices=tuple(each.number for each in left.items),
        amounts=_sums([each.ask for each in left.items]),
        needs=tuple(dict.fromkeys([*sentences.all_said(row["needs"]), *judges.approvals(left)])),
        why=sentences.said(row["reason"]),
        since=row["queued_at"],
        made_by=row["made_by"],
        edited_by=row["edited_by"],
        not_asked=tuple(
            say("{number}: {why}", number=each.number, why=verdict.reason)
            for each in facts.items
            if isinstance(verdict := guardrails.judged(each), Never)
        ),
        wording=wording(row["edited_subject"], row["edited_body"], row["contact_id"]),
        own=own,
        changes=told.changes(facts.drafted_as, left.snapshot) if facts.drafted_as else (),
    )


def _sums(amounts: Sequence[Money]) -> tuple[Money, ...]:
    sums: dict[str, Money] = {}
    for each in amounts:
        sums[each.currency] = sums[each.currency] + each if each.currency in sums else each
    return tuple(sums.values())
