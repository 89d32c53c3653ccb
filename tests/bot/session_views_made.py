"""The views of a session of work, made from read models with names of the caller's choice."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from uuid import UUID

from bot.blocks import Message
from bot.views import promises, queue, searches, sessions
from domain.casework.cards import CardFacts, Contacted
from domain.casework.queue import QueueLine
from domain.casework.refusals import ClaimedByAnother
from domain.casework.taking import Progress, Taken
from domain.commitments.pauses import Paused
from domain.kernel.money import Money
from domain.operations.cases import Case
from domain.operations.searches import Match
from domain.outreach.rehearsals import Rehearsal

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
ID = UUID("1a2b3c4d-0000-4000-8000-00001a2b3c4d")
EURO, NOTHING = Money(12500, "EUR"), Money(0, "EUR")
ENDS = (("hour", "1 hour"), ("tomorrow", "Tomorrow, 09:00"), ("monday", "Monday, 09:00"))


def session_views(name: str, *, number: str, many: int, line: QueueLine, case: Case) -> Mapping[str, Message]:
    """Return each view of a session once."""
    progress = Progress(7, 16, touched="84,300.00 EUR")
    taken = Taken(line, AT, progress)
    waits = CardFacts(Contacted(AT, AT, AT, name), Rehearsal(waits=f"waits until Monday: {name}", sent_to=(name,) * 3))
    refused = CardFacts(Contacted(), Rehearsal(refused=f"No reminder about {number} now: {name}."))
    match = Match(ID, number, name, EURO, 7)
    return {
        "focus": queue.focus((line,) * 3, progress),
        "following": queue.following(taken, case, waits, ends=ENDS),
        "following, no reminder": queue.following(
            Taken(line, AT, Progress(4, 120, more=True)), case, refused, ends=ENDS
        ),
        "session, taken": sessions.taken(ClaimedByAnother(name, AT), ID, may_take_over=True),
        "session, on": Message("Done.", sessions.next_case(progress)),
        "session, over": Message("Done.", sessions.next_case(Progress(7, 0))),
        "promise, nothing left": promises.nothing_left(
            number, Paused(EURO, EURO, EURO, EURO, NOTHING, False, date(2026, 3, 10), name)
        ),
        "search, meant": searches.meant(
            f"There is no invoice {name}.", (match,) * min(many, 5), typed=("promise", name, "500"), number=name
        ),
    }
