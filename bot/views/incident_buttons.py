"""Incident buttons: what can be pressed on an incident, and the forms that open then."""

from bot import blocks, ids, inputs, text
from bot.blocks import Block
from bot.inputs import Option
from bot.modals import Modal
from domain.kernel.speech import say
from domain.operations.incident_lists import Shown
from domain.operations.incident_rules import MEANINGS, Severity
from domain.operations.incidents import LONGEST_NOTE, LONGEST_REASON, LONGEST_TITLE


def all_of(shown: Shown) -> tuple[Block, ...]:
    """Return the buttons of an incident that is not over; whether somebody may, is decided when they press."""
    value, number = ids.value(incident=shown.id), str(shown.number)
    take = say("Take over") if shown.owner else say("Take")
    return (
        blocks.button(
            take, action=ids.Action.TAKE_INCIDENT, value=value, primary=shown.owner is None,
            label=say("Take incident {number}, and look after it", number=number),
        ),
        blocks.button(
            say("Note…"), action=ids.Action.NOTE_INCIDENT, value=value,
            label=say("Note something on incident {number}", number=number),
        ),
        blocks.button(
            say("Severity…"), action=ids.Action.RATE_INCIDENT, value=value,
            label=say("Say how bad incident {number} is", number=number),
        ),
        blocks.button(
            say("Over…"), action=ids.Action.END_INCIDENT, value=value,
            label=say("Say that incident {number} is over", number=number),
        ),
    )  # fmt: skip


def show(shown: Shown) -> Block:
    """Return the button that shows one incident with its history."""
    return blocks.button(
        say("Show"),
        action=ids.Action.SHOW_INCIDENT,
        value=ids.value(incident=shown.id),
        label=say("Show incident {number}", number=str(shown.number)),
    )


def look() -> Block:
    """Return the button that lists all."""
    return blocks.button(
        say("Look"), action=ids.Action.LIST_INCIDENTS, value=ids.value(), label=say("List the incidents")
    )


def open_one() -> Block:
    """Return the button with which somebody opens one by hand."""
    return blocks.button(
        say("Open one…"),
        action=ids.Action.OPEN_INCIDENT,
        value=ids.value(),
        label=say("Open an incident that no rule sees"),
    )


def open_form(*, title: str = "") -> Modal:
    """Return the form in which somebody opens an incident."""
    return Modal(
        title=say("Open an incident"),
        form=ids.FormId.OPEN_INCIDENT,
        submit=say("Open it"),
        blocks=(
            inputs.radio("severity", say("How bad is it?"), _severities(), initial=Severity.P2.value),
            inputs.text(
                "title", say("What is wrong?"), most=LONGEST_TITLE, initial=title,
                hint=say("P1 also holds mail that asks to pay until it is over."),
            ),
        ),
    )  # fmt: skip


def note_form(shown: Shown) -> Modal:
    """Return the form in which somebody notes something."""
    return Modal(
        title=say("Note"),
        form=ids.FormId.NOTE_INCIDENT,
        subject=ids.Subject(incident=shown.id),
        blocks=(
            _named(shown),
            inputs.text(
                "note", say("What was found, or done?"), lines=True, most=LONGEST_NOTE,
                hint=say("It stands in the thread. No names or addresses of customers, please."),
            ),
        ),
    )  # fmt: skip


def rate_form(shown: Shown) -> Modal:
    """Return the form in which somebody says how bad it is."""
    return Modal(
        title=say("Severity"),
        form=ids.FormId.RATE_INCIDENT,
        subject=ids.Subject(incident=shown.id),
        blocks=(
            _named(shown),
            inputs.radio("severity", say("How bad is it?"), _severities(), initial=shown.severity.value),
            inputs.text("reason", say("Why"), lines=True, most=LONGEST_REASON, hint=say("Whoever wonders reads it.")),
        ),
    )


def end_form(shown: Shown) -> Modal:
    """Return the form in which somebody says that it is over."""
    return Modal(
        title=say("It is over"),
        form=ids.FormId.END_INCIDENT,
        submit=say("It is over"),
        subject=ids.Subject(incident=shown.id),
        blocks=(
            _named(shown),
            inputs.text(
                "reason", say("What was it, and why is it over?"), lines=True, most=LONGEST_REASON,
                hint=say("What the rules still see is heard again after half an hour, or when it gets worse."),
            ),
        ),
    )  # fmt: skip


def _severities() -> list[Option]:
    return [Option(f"{each.value}: {say(MEANINGS[each])}", each.value) for each in Severity]


def _named(shown: Shown) -> Block:
    called = text.foreign(shown.called, limit=150)
    return blocks.section(say("Incident {number}: {title}", number=str(shown.number), title=f"*{called}*"))
