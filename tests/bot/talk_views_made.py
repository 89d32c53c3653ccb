"""The views of the portal's funnel, of calls for help and of confirmations, made from read models."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from uuid import UUID

from bot.blocks import Message
from bot.views import answers, portal, promises, support, unfurls
from domain.commitments.documents import DocumentLine
from domain.commitments.states import DocumentState
from domain.operations.funnel import Counts, Funnel, Row
from domain.operations.support import SupportCard, SupportLine
from domain.operations.trails import TrailLine
from domain.outreach.confirmations import Confirmation

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
ID = UUID(int=0x1A2B3C4D << 96)
COUNTS = Counts(
    sent=1200, opened=900, entered=410, started=300, finished=250, paid=180, planned=40, disputed=20, promised=8,
    asked=2, left_at_payment=30, left_at_form=20,
)  # fmt: skip


def talk_views(name: str, *, number: str, many: int) -> Mapping[str, Message]:
    """Return each view of this kind once."""
    line = SupportLine(ID, AT, name, number, name)
    paper = DocumentLine(ID, "other", name, "application/pdf", 120_000, "00", AT, DocumentState.WAITING)
    card = SupportCard(
        support_id=ID, at=AT, who=name, source="portal", state="open", text=name, reply_to="a…@acme.example",
        request_id="abcdefgh23", invoice_number=number, trail=(TrailLine(AT, name),) * min(many, 30),
        documents=(paper,) * min(many, 12),
    )  # fmt: skip
    bare = SupportCard(ID, AT, name, "slack", "closed", name, "", "", None, (), ())
    rows = tuple(Row(date(2026, 3, 2), f"{place}{name}", COUNTS) for place in range(min(many, 15)))
    address = "a…@acme.example"
    mails = (
        None,
        Confirmation((), ()),
        Confirmation((), (address,)),
        Confirmation((address,) * 5, ()),
        Confirmation((address,), (address,)),
    )
    return {
        "portal": portal.funnel(Funnel(date(2026, 1, 12), date(2026, 3, 10), rows)),
        "portal, nothing": portal.funnel(Funnel(date(2026, 1, 12), date(2026, 3, 10), ())),
        "portal, nobody finished": portal.funnel(
            Funnel(date(2026, 1, 12), date(2026, 3, 10), (Row(date(2026, 3, 2), name, Counts(sent=3)),))
        ),
        "support": support.card(card),
        "support, closed": support.card(bare),
        "support, list": support.waiting((line,) * many),
        "support, list, none": support.waiting(()),
        "pasted pay link": unfurls.pay_link(ID),
        "confirmations": answers.said(" ".join(promises.confirmed(each) for each in mails)),
    }
