"""Tasks: what only a person can do for a customer; list, open, finish and give up."""

from collections.abc import Mapping

from bot import asks
from bot.asks import Ask, Filled, Misunderstood, Press
from bot.blocks import Message
from bot.ids import Action, FormId
from bot.routes import Answer, Command, Form, Group, Route, command
from bot.views import answers
from bot.views import tasks as views
from domain.casework import task_lists, tasks
from domain.casework.tasks import TaskKind
from domain.kernel.actor import Permission
from domain.kernel.core import Core
from domain.kernel.speech import phrase, say
from domain.operations import short_ids
from domain.operations.short_ids import Waiting

DONE = "task done 1a2b3c4d the new contact is in"
ADD = "task INV-1042 call ask for their new address"

KINDS: Mapping[str, TaskKind] = {
    "find": TaskKind.FIND_CONTACT,
    "contact": TaskKind.FIND_CONTACT,
    "review": TaskKind.REVIEW,
    "cash": TaskKind.APPLY_CASH,
    "apply": TaskKind.APPLY_CASH,
    "plan": TaskKind.COLLECT_MISSED_PLAN,
    "call": TaskKind.CALL,
    "over": TaskKind.TAKE_OVER,
}
"""How people call what there is to do; a case is handed over by ``escalate``."""


async def listed(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo tasks [mine] [find|call|review|cash|plan]``."""
    said = {each.casefold() for each in ask.words}
    kind = next((KINDS[each] for each in KINDS if each in said), None)
    return views.listed(await task_lists.page(core, actor=ask.actor, kind=kind, mine="mine" in said))


async def add(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo task INV-1042 call reason…``.

    Raises:
        Misunderstood: Invoice, kind or words are missing.
    """
    number, rest = asks.leading_number(ask.words, example=ADD)
    kind = KINDS.get(rest[0].casefold()) if rest else None
    if kind in (None, TaskKind.TAKE_OVER):
        raise Misunderstood(
            say(
                "What is to be done: `call`, `review`, `find`, `cash` or `plan`? For example `/plixo {example}`.",
                example=ADD,
            )
        )
    behind = rest[2:] if len(rest) > 1 and rest[1].casefold() in kind.value.split() else rest[1:]
    reason = asks.reason(behind, why=say("What is to be done?"), example=ADD)
    event = await tasks.add(core, kind=kind, invoice_number=number, reason=reason, actor=ask.actor)
    if event is None:
        return answers.done_already(say("A task “{task}” is open for that customer.", task=say(kind.value)))
    return answers.done(
        event, note=say("Close it: /plixo task done {id} what came of it", id=short_ids.short(event.task_id))
    )


async def done(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo task done ID outcome…``."""
    if not ask.words:
        raise Misunderstood(say("Which task, and what came of it? For example `/plixo {example}`.", example=DONE))
    task_id = await short_ids.resolve(core, what=Waiting.TASK, text=ask.words[0])
    outcome = asks.reason(ask.words[1:], why=say("What came of it?"), example=DONE)
    return answers.done(await tasks.finish(core, task_id=task_id, outcome=outcome, actor=ask.actor))


async def drop(core: Core, ask: Ask) -> Message:
    """Answer ``/plixo task drop ID reason…``."""
    example = "task drop 1a2b3c4d they have paid meanwhile"
    if not ask.words:
        raise Misunderstood(say("Which task, and why? For example `/plixo {example}`.", example=example))
    task_id = await short_ids.resolve(core, what=Waiting.TASK, text=ask.words[0])
    reason = asks.reason(ask.words[1:], why=say("Why is it given up?"), example=example)
    return answers.done(await tasks.drop(core, task_id=task_id, reason=reason, actor=ask.actor))


async def press_end(core: Core, press: Press) -> Answer:
    """Answer a click on Done…: show the form."""
    del core
    assert press.subject.task is not None, "the route asks for it"
    return views.end_form(press.subject.task)


async def submit_end(core: Core, filled: Filled) -> Message:
    """Close the task, or give it up, with what was entered."""
    assert filled.subject.task is not None, "the form's route asks for it"
    outcome = filled.values.needed("outcome", or_else=say("Say what came of it, in a few words."))
    if filled.values.choice("end") == "drop":
        return answers.done(await tasks.drop(core, task_id=filled.subject.task, reason=outcome, actor=filled.actor))
    return answers.done(await tasks.finish(core, task_id=filled.subject.task, outcome=outcome, actor=filled.actor))


COMMANDS: tuple[Command, ...] = (
    command(
        Group.WORK,
        "tasks",
        "[mine] [KIND]",
        Permission.VIEW,
        phrase("lists what only a person can do"),
        "tasks mine",
        listed,
    ),
    command(
        Group.WORK,
        "task",
        "INV KIND words…",
        Permission.WORK_QUEUE,
        phrase("opens a task: `call`, `review`, `find`, `cash`, `plan`"),
        ADD,
        add,
    ),
    command(Group.WORK, "task done", "ID outcome…", Permission.VIEW, phrase("closes a task"), DONE, done),
    command(
        Group.WORK,
        "task drop",
        "ID reason…",
        Permission.VIEW,
        phrase("gives a task up"),
        "task drop 1a2b3c4d they paid",
        drop,
    ),
)

BUTTONS: Mapping[Action, Route] = {
    Action.END_TASK: Route(Permission.VIEW, press_end, ("task",), opens=True),
}

FORMS: Mapping[FormId, Form] = {
    FormId.END_TASK: Form(Permission.VIEW, submit_end, ("task",)),
}
