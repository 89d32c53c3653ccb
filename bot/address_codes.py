"""Address codes: the code that was mailed to one's digest address, typed in, or mailed anew."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from bot.asks import Filled, Misunderstood, Press
from bot.blocks import Message
from bot.filled import Misfilled
from bot.ids import Action, FormId
from bot.modals import Modal
from bot.routes import Form, Route
from bot.views import address_codes as views
from bot.views import answers
from domain.kernel.actor import Actor, Permission
from domain.kernel.core import Core
from domain.kernel.speech import say
from domain.people import address_codes, preferences
from domain.people.code_refusals import CodeWrong

EXAMPLE = "settings code 123456"

_ANEW = frozenset({"new", "again", "another", "resend", "neu", "nouveau", "nuevo"})


async def answer(core: Core, *, person_id: UUID, words: Sequence[str], actor: Actor) -> Message:
    """Answer ``/plixo settings code 123456`` and ``… code new``.

    Raises:
        Misunderstood: No code was typed.
        NoCodeWaits, CodeWrong, CodesAskedOften: It confirms nothing, or no other can be mailed now.
    """
    if not words:
        raise Misunderstood(
            say(
                "Type the code that was mailed to your digest address: `/plixo {example}`; `/plixo settings code new`"
                " mails another.",
                example=EXAMPLE,
            )
        )
    if words[0].casefold() in _ANEW:
        return views.asked(await address_codes.ask_anew(core, person_id=person_id, actor=actor))
    return answers.done(await address_codes.confirm(core, person_id=person_id, typed="".join(words), actor=actor))


async def press_enter(core: Core, press: Press) -> Modal:
    """Answer a click on "Enter the code": the form."""
    return views.form(await preferences.of(core, _own(press.actor)))


async def press_anew(core: Core, press: Press) -> Message:
    """Answer a click on "Mail a new code"."""
    return views.asked(await address_codes.ask_anew(core, person_id=_own(press.actor), actor=press.actor))


async def submit(core: Core, filled: Filled) -> Message:
    """Take the code of the form; a wrong one is said at its field."""
    typed = filled.values.needed("code", or_else=say("Type the code from the mail."))
    try:
        event = await address_codes.confirm(
            core, person_id=_own(filled.actor), typed=typed, actor=filled.actor
        )  # fmt: skip
    except CodeWrong as no:
        raise Misfilled({"code": str(no)}) from None
    return answers.done(event)


def _own(actor: Actor) -> UUID:
    assert actor.id is not None, "the right is held by people only"
    return actor.id


BUTTONS: Mapping[Action, Route] = {
    Action.ENTER_CODE: Route(Permission.VIEW, press_enter, opens=True),
    Action.NEW_CODE: Route(Permission.VIEW, press_anew),
}

FORMS: Mapping[FormId, Form] = {FormId.ENTER_CODE: Form(Permission.VIEW, submit)}
