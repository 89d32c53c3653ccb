"""Actions: the one way in which every click, submission and search of choices is checked and answered."""

import logging
from collections.abc import Sequence
from typing import Any

from bot import identity, ids, nouns, readers, receipts
from bot.asks import Click, Filled, Misunderstood, Press
from bot.filled import Misfilled, Values
from bot.inputs import Option
from bot.routes import Answer
from bot.views import answers
from domain.kernel import patience, watch
from domain.kernel.core import Core
from domain.kernel.refusals import Refusal
from domain.people import people

log = logging.getLogger(__name__)


def may_open(click: Click) -> bool:
    """Tell whether the click may be answered by a form."""
    route = nouns.BUTTONS.get(click.action)
    return route is not None and route.opens


async def press(core: Core, click: Click) -> Answer:
    """Do what the button says, with the rights that the person has at this moment, and return what to say."""
    name = click.action if click.action in nouns.BUTTONS else "unknown"
    reader = await readers.person(core, slack_id=click.slack_id)
    with patience.limited(), watch.work("slack-click", name), readers.spoken_to(core, reader):
        return await _press(core, click)


async def _press(core: Core, click: Click) -> Answer:
    route = nouns.BUTTONS.get(click.action)
    subject = ids.subject(click.value)
    log.info("click %s", click.action if route else "unknown")
    if route is None or subject is None or any(getattr(subject, part) is None for part in route.carries):
        return answers.out_of_date()
    try:
        actor, unknown = await identity.who(core, slack_id=click.slack_id)
        if route.permission is not None:
            if unknown is not None:
                raise unknown
            actor.require(route.permission)
        work = route.run(core, Press(subject, actor, click.slack_id, click.chosen))
        return await receipts.numbered(work, actor=actor)
    except Refusal as no:
        watch.ends_as("refused")
        return answers.refused(str(no))
    except Misunderstood as hint:
        return answers.misunderstood(str(hint))


async def submit(core: Core, view: dict[str, Any], *, slack_id: str, called: str = "") -> Answer:
    """Do what the submitted form says, with the rights that the person has at this moment, and return what to say.

    Raises:
        Misfilled: Something must be entered otherwise; a refusal stands at the first field.
    """
    form = str(view.get("callback_id", ""))
    name = form if form in nouns.FORMS else "unknown"
    reader = await readers.person(core, slack_id=slack_id)
    with patience.limited(), watch.work("slack-form", name), readers.spoken_to(core, reader):
        return await _submit(core, view, slack_id=slack_id, called=called)


async def _submit(core: Core, view: dict[str, Any], *, slack_id: str, called: str) -> Answer:
    form = nouns.FORMS.get(str(view.get("callback_id", "")))
    subject = ids.subject(str(view.get("private_metadata") or "{}"))
    log.info("form %s", view.get("callback_id") if form else "unknown")
    if form is None or subject is None or any(getattr(subject, part) is None for part in form.carries):
        return answers.out_of_date()
    try:
        actor, unknown = await identity.who(core, slack_id=slack_id)
        if form.permission is not None:
            if unknown is not None:
                raise unknown
            actor.require(form.permission)
        work = form.run(core, Filled(subject, actor, slack_id, _values(view), called))
        return await receipts.numbered(work, actor=actor)
    except (Refusal, Misunderstood) as no:
        watch.ends_as("refused")
        if (field := first_field(view)) is not None:
            raise Misfilled({field: str(no)}) from None
        return answers.refused(str(no))


async def choices(core: Core, action: str, typed: str, *, slack_id: str) -> Sequence[Option]:
    """Return what a field offers for the words typed so far; nothing to somebody who may not see it."""
    choice = nouns.SEARCHES.get(action)
    if choice is None:
        return ()
    try:
        actor = await people.actor(core, slack_id=slack_id)
        actor.require(choice.permission)
        with readers.spoken_to(core, await readers.person(core, slack_id=slack_id)):
            return await choice.run(core, actor, typed)
    except (Refusal, Misunderstood) as no:
        log.info("no choices for %s: %s", action, type(no).__name__)
        return ()


def first_field(view: dict[str, Any]) -> str | None:
    """Return the first field of a view, at which what concerns the whole form is shown."""
    fields = (each for each in view.get("blocks") or () if isinstance(each, dict) and each.get("type") == "input")
    return next((str(each.get("block_id")) for each in fields), None)


def _values(view: dict[str, Any]) -> Values:
    state = view.get("state")
    values = state.get("values") if isinstance(state, dict) else None
    return Values(values if isinstance(values, dict) else {})
