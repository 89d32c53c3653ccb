"""The views of mail: what came, questions, deliverability, suppressions; made with names of the caller's choice."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from bot.blocks import Message
from bot.views import deliverability, mails, questions, suppressions
from domain.casework.mail_answer_events import WishNoted
from domain.casework.questions import QuestionFile, QuestionView
from domain.casework.states import QuestionState
from domain.deliverability.evidence import EvidenceLine
from domain.deliverability.replies import Amount, Attachment, Day, Intent, IntentKind, Share
from domain.deliverability.suppression_lists import Evidence
from domain.kernel.actor import SYSTEM
from domain.kernel.events import by
from domain.outreach.mail_reports import (
    MOST_BREAKERS,
    MOST_PROVIDERS,
    MOST_WORST,
    Figures,
    Line,
    MailReport,
    OpenBreaker,
    WarmUp,
)
from tests.bot.desk_windows_made import a_mail

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
ID = UUID("00000000-0000-4000-8000-000000000001")


def _conversations(name: str, *, many: int) -> Mapping[str, Message]:
    guesses = (
        Intent(
            IntentKind.PROMISE, 0.9, name, 0, 5, amounts=(Amount(name, share=Share.HALF),),
            days=(Day(name, AT.date(), AT.date()),), references=(name,), invoices=(name,),
        ),
        Intent(IntentKind.DISPUTE, 0.7, name, 6, 9, detail="wrong_amount", amounts=(Amount(name),)),
        Intent(IntentKind.INSTALMENTS, 0.5, name, 10, 12, count=3),
        Intent(IntentKind.COPY, 0.4, name, 13, 15, detail="statement", contact=name),
    )  # fmt: skip
    mail = replace(
        a_mail(name), guesses=guesses, attachments=(Attachment(1, name, name, 12_000, inline=False),) * many,
        thread="sender",
    )  # fmt: skip
    return {
        "mail": mails.card(mail),
        "mail, a wish noted": mails.noted(
            WishNoted(mail_id=ID, wish=IntentKind.PROMISE, note=name, **by(SYSTEM, AT)),
            replace(mail, noted=frozenset({1})),
            note=mails.also(mail, about="INV-1"),
        ),
        "mail, of no invoice": mails.card(replace(mail, invoice_number=None, text="", known_writer=False)),
        "mail, answered": mails.card(replace(mail, answered=True, answer=name, answered_by=name)),
        "mail, dealt with": mails.card(replace(mail, answered=True)),
        "mails": mails.waiting((mail,) * many),
        "mails, none": mails.waiting(()),
    }


def _questions(name: str, *, many: int) -> Mapping[str, Message]:
    asked = QuestionView(
        ID, "Q-1A2B-3C4D", ID, name, name, name, name, QuestionState.ASKED, "", "", AT, None,
        (QuestionFile(ID, name, 12_000),) * many,
    )  # fmt: skip
    answered = replace(asked, state=QuestionState.ANSWERED, answer=name, ended_by=name, ended_at=AT)
    return {
        "question": questions.card(asked),
        "question, answered": questions.card(answered),
        "question, closed": questions.card(replace(answered, state=QuestionState.CLOSED)),
        "questions": questions.waiting((asked,) * many),
        "questions, none": questions.waiting(()),
    }


def _suppressions(name: str, *, many: int) -> Mapping[str, Message]:
    whom = f"anna@{name}"
    active = Evidence(
        ID, whom, "hard bounce", "active", name, name, "", name, ID, name, AT, AT, None, None, None
    )  # fmt: skip
    lifted = replace(active, state="lifted", note=name, lifted_at=AT, lifted_by=name, lift_reason=name)
    heard = EvidenceLine(
        ID, AT, AT.date(), "dead address", "not mailed", True, name, "user unknown", "5.1.1", name, name, AT, name
    )  # fmt: skip
    return {
        "suppressions": suppressions.listed((active, lifted) * (many * 21)),
        "suppressions, none": suppressions.listed(()),
        "suppression, explained": suppressions.explained(whom, (active, lifted), (heard,) * many, 2),
        "suppression, many days": suppressions.explained(whom, (lifted,), (replace(heard, proof="proven"),), 5),
        "suppression, none": suppressions.explained(whom, (), (), 0),
    }


def mail_views(name: str, *, many: int) -> Mapping[str, Message]:
    """Return each view of this kind once."""
    line, worst = Line(name, Figures(1204, 31, 2, 17)), Line(f"anna@{name}", Figures(3, 1, 1, 2))
    breaker = OpenBreaker(name, name, AT, probing=False)
    found = MailReport(
        domain="plixo.example", of="", since=AT, whole=Figures(2408, 31, 3, 17),
        providers=(line,) * min(many, MOST_PROVIDERS), worst_domains=(line,) * min(many, MOST_WORST),
        worst_contacts=(worst,) * min(many, MOST_WORST), breakers=(breaker,) * min(many, MOST_BREAKERS),
        warm_up=WarmUp(70, name, 64, "2026-03-01"), suppressed=(("hard bounce", 31), ("complaint", 3)),
    )  # fmt: skip
    nothing = MailReport(
        domain="plixo.example", of=name, since=AT, whole=Figures(0, 0, 0, 0), providers=(), worst_domains=(),
        worst_contacts=(), breakers=(), warm_up=WarmUp(None, name, 0, ""), suppressed=(),
    )  # fmt: skip
    return {
        **_conversations(name, many=many),
        **_questions(name, many=many),
        **_suppressions(name, many=many),
        "deliverability": deliverability.report(found),
        "deliverability, nothing": deliverability.report(nothing),
    }
