"""The views of roles, access, settings and the audit log, made from read models."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.blocks import Message
from bot.modals import Modal
from bot.views import access, address_codes, audit, news, privacy, roles, settings
from domain.kernel.actor import SHELL
from domain.kernel.events import by
from domain.kernel.speech import say
from domain.operations.audit import Act, ActCard, Log, Part
from domain.operations.audit_events import AuditExported
from domain.operations.erasing.asking import Listed
from domain.operations.erasing.cards import ErasureCard
from domain.operations.erasing.events import ErasureProposed
from domain.operations.erasing.subjects import Preview
from domain.operations.standings import Standing
from domain.people.access_events import AccessAsked
from domain.people.access_lists import AccessCard
from domain.people.events import AddressCodeAsked, RoleEndsSoon, SettingChanged
from domain.people.people import Held
from domain.people.preferences import Preferences
from domain.people.roles import MAY
from domain.people.setting_words import Digest, Noise, Setting

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
ID = UUID(int=0x1A2B3C4D << 96)
SECTIONS = (
    "contacts", "mails sent", "mails received", "answers to mails", "suppressions", "delivery reports", "promises",
    "plans", "disputes", "questions", "calls for help", "payment links", "unsent forms", "own acts", "files",
)  # fmt: skip
KEPT = ("invoices", "payments", "receipts", "bank lines", "advices of payment")
ACCOUNT = ""
"""Of nobody, so that no mention is among the texts."""


def a_card(name: str, *, state: str = "open") -> AccessCard:
    """Return a request."""
    decided = state != "open"
    return AccessCard(
        access_id=ID, slack_id=ACCOUNT, name=name, role="A/R Operator", lasts_minutes=2880, until=None, reason=name,
        state=state, asked_by=name, asked_by_id=None, decided_by=name if decided else None,
        decided_at=AT if decided else None, outcome=("Viewer" if state == "approved" else name) if decided else None,
        asked_at=AT, held=("Sales",),
    )  # fmt: skip


def an_erasure(name: str, *, state: str = "proposed", many: int = 2) -> ErasureCard:
    """Return a wish to erase; while it waits everything that there can be is stored, kept, and still needed."""
    decided = state != "proposed"
    shown = Preview(
        "contact",
        dict.fromkeys(SECTIONS, many),
        dict.fromkeys(KEPT, many),
        (say("a legal hold"), say("a question of theirs")),
        1,
    )
    return ErasureCard(
        ID, 12, "contact", state, name, name, None, AT, name if decided else None, AT if decided else None,
        None if decided else shown, declined_because=name if state == "declined" else "",
    )  # fmt: skip


def erasure_views(name: str, *, many: int) -> Mapping[str, Message]:
    """Return each view of erasures once."""
    wish = ErasureProposed(
        erasure_id=ID, number=12, whom="contact", reason=name, actor=name, actor_kind="person", at=AT
    )
    erasures = tuple(
        Listed(12, whom, state, name, name, None, "", AT, None, AT if state == "done" else None, {"mailing": many}, ID)
        for whom in ("contact", "operator") for state in ("proposed", "running", "done", "declined")
    ) * min(many, 10)  # fmt: skip
    return {
        "erasures": privacy.listed(erasures),
        "erasures, none": privacy.listed(()),
        "erasure proposed": privacy.proposed(
            wish, Preview("contact", {"mails sent": many}, {"invoices": many, "receipts": 1}, (), 1)
        ),
        "erasure alone": news.alone(wish),
        "erasure alone, decided": news.alone(
            wish, standings={f"erasure:{ID}": Standing(True, "declined", name, AT)}
        ),
        **{f"erasure card, {state}": privacy.card(an_erasure(name, state=state, many=many))
           for state in ("proposed", "running", "done", "declined")},
    }  # fmt: skip


def an_act(name: str, number: str) -> Act:
    """Return a line of the log."""
    return Act(4711, AT, name, "person", "role.granted", f"{name} is now Legal: {name}", "abcdefgh23", number)


def people_views(name: str, *, number: str, many: int) -> Mapping[str, Message]:
    """Return each view of this kind once."""
    card, act = a_card(name), an_act(name, number)
    asked = AccessAsked(
        access_id=ID, slack_id=ACCOUNT, person_name=name, role="Controller", lasts_minutes=120, until=None,
        reason=name, proposed=False, actor=name, actor_kind="person", at=AT,
    )  # fmt: skip
    soon = RoleEndsSoon(
        person_id=ID, person_name=name, role="Legal", until=AT, actor="Plixo", actor_kind="system", at=AT
    )
    exported = AuditExported(
        of=name, person_id=ID, since=AT, until=None, entries=1234, through=9, to_chat=True, actor=name,
        actor_kind="person", at=AT,
    )  # fmt: skip
    mine = preferred(name)
    parts = (Part("until", name, name), Part("reason", name)) * min(many, 20)
    return {
        "roles": roles.table(MAY, held=("Viewer",)),
        "role holders": roles.holders((Held(ACCOUNT, name, "Legal", name, AT, AT, name),) * many),
        "role holders, none": roles.holders(()),
        "role ends soon": roles.ends_soon(soon),
        "access asked": access.asked(card, controllers=(name,) * min(many, 30)),
        "access proposed": access.asked(card, controllers=(), proposed=True),
        "access own": access.own(a_card(name, state="denied"), controllers=(name,), held=("Sales",), slack_id="U0X"),
        "access own, none": access.own(None, controllers=(), held=(), slack_id="U0X"),
        "access waiting": access.waiting((card,) * min(many, 50)),
        "access waiting, none": access.waiting(()),
        "access approved": access.card(a_card(name, state="approved")),
        "access answer": access.answer(a_card(name, state="denied")),
        "access answer, approved": access.answer(a_card(name, state="approved")),
        "access answer, expired": access.answer(a_card(name, state="expired")),
        "access alone": news.alone(asked),
        **erasure_views(name, many=many),
        "access alone, decided": news.alone(
            asked, standings={f"access:{ID}": Standing(True, "approved", name, AT)}
        ),
        "settings": settings.card(mine),
        "address waits": settings.waits(_address_set(name), own=True),
        "address code asked": address_codes.asked(_code_asked(name)),
        "settings, usual": settings.card(
            replace(mine, chosen=frozenset(), digest=Digest.OFF, address=None, noise=Noise.ALL)
        ),
        "audit act": audit.act(ActCard(act, parts, (act,) * min(many, 15))),
        "audit log": audit.log(
            Log(name, (act,) * min(many, 15), older=True), older={"person": ID}, since=date(2026, 3, 1)
        ),
        "audit log, none": audit.log(Log(name, (), older=False), older={}, since=None),
        "audit sending": audit.sending(exported),
        "audit given up": audit.given_up(exported, request_id="abcdefghjk"),
    }  # fmt: skip


def _address_set(name: str) -> SettingChanged:
    return SettingChanged(
        person_id=ID, person_name=name, setting="digest address", before="", after="a…@b.example", **by(SHELL, AT)
    )


def _code_asked(name: str) -> AddressCodeAsked:
    return AddressCodeAsked(person_id=ID, person_name=name, code_id=ID, address="a…@b.example", **by(SHELL, AT))


def preferred(name: str) -> Preferences:
    """Return somebody's settings."""
    return Preferences(
        person_id=ID, slack_id=ACCOUNT, name=name, language="de", zone=ZoneInfo("Europe/Berlin"), digest_at=time(7, 30),
        digest=Digest.BOTH, address="a@b.example", confirmed=False, noise=Noise.MINE, chosen=frozenset(Setting),
        locale="de_AT",
    )  # fmt: skip


def people_windows(name: str) -> Mapping[str, Modal]:
    """Return each window of this kind once."""
    return {
        "access deny": access.deny_form(a_card(name)),
        "erasure decline": privacy.decline_form(an_erasure(name)),
        "settings form": settings.form(preferred(name)),
        "address code form": address_codes.form(preferred(name)),
    }
