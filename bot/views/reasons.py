"""Reasons as a form asks for them: what is decided stands above, reasons that are often meant are a click."""

from collections.abc import Mapping

from bot import blocks, inputs, reasons
from bot.ids import FormId, Subject
from bot.inputs import Option
from bot.modals import Modal
from bot.views import states
from domain.kernel.speech import say

LONGEST = 300


def form(
    which: FormId,
    subject: Subject,
    *,
    title: str,
    head: str,
    label: str,
    hint: str = "",
    submit: str = "",
    quick: Mapping[str, str] | None = None,
) -> Modal:
    """Return the form that asks why.

    Args:
        which: What its submission does.
        subject: What is decided.
        title: What stands above it all.
        head: What is decided, as formatted text.
        label: The question.
        hint: Who reads the answer, or what becomes of it.
        submit: What the button says; empty: Reject.
        quick: Reasons that can be chosen, by their names, marked by ``phrase``.
    """
    choices = [Option(states.capital(say(words)), name) for name, words in (quick or {}).items()]
    own = say("In your own words") if choices else label
    return Modal(
        title=title,
        form=which,
        submit=submit or say("Reject"),
        subject=subject,
        blocks=(
            blocks.section(head),
            *([inputs.radio(reasons.QUICK, label, choices, optional=True)] if choices else ()),
            inputs.text(reasons.FIELD, own, lines=True, most=LONGEST, hint=hint, optional=bool(choices)),
        ),
    )
