"""Views of incidents, with made-up contents."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from bot.audience import FULL, PUBLIC
from bot.blocks import Message
from bot.modals import Modal
from bot.views import incident_buttons as forms
from bot.views import incidents as views
from domain.kernel.actor import SHELL, SYSTEM
from domain.kernel.events import by
from domain.kernel.money import Money
from domain.kernel.speech import say
from domain.kernel.timeline import Entry
from domain.operations import incident_events as events
from domain.operations.incident_events import QUIET, Signal
from domain.operations.incident_lists import Shown
from domain.operations.incident_rules import CAUSES, PERSON, RULES, Severity
from domain.operations.states import IncidentState

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
ID = UUID("00000000-0000-4000-8000-000000000001")


def an_incident(name: str, **parts: Any) -> Shown:
    """Return an incident; *name* stands where somebody typed words."""
    known: dict[str, Any] = {
        "id": ID, "number": 12, "cause": "payments", "title": "", "severity": Severity.P1, "state": IncidentState.OPEN,
        "signals": (
            Signal(rule="checkouts-fail", severity="P1", figure=0.8),
            Signal(rule="stripe-fails", severity="P2", figure=0.625),
        ),
        "opened_by": "Plixo", "opened_at": AT, "owner": None, "owner_id": None, "owned_at": None, "reopened": 0,
        "over_at": None, "over_by": None, "outcome": "", "held_mails": 38,
        "held_sums": (Money(31_200_00, "EUR"), Money(500, "JPY")), "version": 3, "shown": 0, "mailed": 2,
    }  # fmt: skip
    return Shown(**{**known, **parts})


def over(name: str, **parts: Any) -> Shown:
    """Return one that is over."""
    ended = {"state": IncidentState.OVER, "over_at": AT + timedelta(hours=1), "over_by": name, "outcome": name}
    return an_incident(name, **{**ended, **parts})


def every_cause(name: str) -> tuple[Shown, ...]:
    """Return an incident of each cause, with every rule that it has."""
    return tuple(
        an_incident(
            name, number=place, cause=cause, severity=Severity.P2, owner=name,
            signals=tuple(Signal(rule=each.name, severity="P2", figure=3) for each in RULES if each.cause == cause),
        )
        for place, cause in enumerate(CAUSES, start=1)
    )  # fmt: skip


def history(name: str) -> list[Entry]:
    """Return everything that may happen to an incident."""
    about = {"incident_id": ID, "number": 12, "cause": PERSON, "title": name, "severity": "P1"}
    auto, person = by(SYSTEM, AT), {**by(SHELL, AT), "actor": name}
    found = (Signal(rule="checkouts-fail", severity="P1", figure=0.8),)
    happened = (
        events.IncidentOpened(**about, signals=found, **auto),
        events.IncidentReopened(**about, signals=found, times=2, **auto),
        events.IncidentWorsened(**about, before="P2", reason=name, **person),
        events.IncidentEased(**about, before="P1", reason=name, **person),
        events.IncidentUnowned(**about, minutes=20, **auto),
        events.IncidentTaken(**about, owner=name, **person),
        events.IncidentTaken(**about, owner=name, instead_of=name, **person),
        events.IncidentNoted(**about, note=name, **person),
        events.IncidentOver(**about, reason=say(QUIET), minutes=61, mails=2, sums=(Money(100, "EUR"),), **auto),
    )
    return [Entry(place, "", each) for place, each in enumerate(happened, start=1)]


def incident_views(name: str, *, many: int) -> Mapping[str, Message]:
    """Return every message about incidents."""
    opened = an_incident(name)
    by_hand = an_incident(name, cause=PERSON, title=name, signals=(), opened_by=name, owner=name, reopened=2)
    causes = every_cause(name)
    return {
        "incident, living": views.living(opened),
        "incident, living by hand": views.living(by_hand),
        "incident, living in public": views.living(by_hand, PUBLIC),
        "incident, letters wait": views.living(an_incident(name, severity=Severity.P3, mailed=0, mail_waits=2)),
        "incident, over": views.living(over(name, reopened=1)),
        "incident, over in public": views.living(over(name), PUBLIC),
        "incident, over by itself": views.living(over(name, outcome=say(QUIET), over_by="Plixo", held_mails=0)),
        "incident, list": views.listed((*causes, over(name)) * many),
        "incident, none": views.listed(()),
        "incident, one": views.one(by_hand, history(name) * many),
        "incident, thread": views.in_thread(history(name), FULL),
        "incident, thread in public": views.in_thread(history(name), PUBLIC),
        "incident, missed": views.missed([over(name)] * 3),
        **{f"incident, cause {each.cause}": views.living(each) for each in causes},
    }


def incident_windows(name: str) -> Mapping[str, Modal]:
    """Return every form about incidents."""
    shown = an_incident(name, cause=PERSON, title=name)
    return {
        "incident, open form": forms.open_form(),
        "incident, note form": forms.note_form(shown),
        "incident, rate form": forms.rate_form(shown),
        "incident, end form": forms.end_form(shown),
    }
