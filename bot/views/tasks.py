"""Tasks as the operators see them, the most money at risk first."""

from uuid import UUID

from bot import blocks, ids, inputs, text
from bot.blocks import Block, Message
from bot.ids import FormId, Subject
from bot.inputs import Option
from bot.modals import Modal
from bot.views import states
from domain.casework.task_lists import TaskLine, TaskList
from domain.kernel import sentences
from domain.kernel.speech import amount, counted, say, say_as
from domain.operations import short_ids


def listed(tasks: TaskList) -> Message:
    """Return the open tasks."""
    if not tasks.lines:
        sentence = say("No task is open.")
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = counted(
        "{n} task open, the most money at risk first.", "{n} tasks open, the most money at risk first.", tasks.total
    )
    return Message(
        text=head,
        blocks=blocks.listing(
            [blocks.section(f"*{head}*")],
            map(_line, tasks.lines),
            total=tasks.total,
            tail=[blocks.context(say("When it is done: `/plixo task done ID what came of it`"))],
            hint=say("; narrow it: `/plixo tasks mine`, `/plixo tasks call`"),
        ),
    )


def _line(task: TaskLine) -> Block:
    risk = ", ".join(amount(each) for each in task.at_risk[:3]) or say_as("a sum", "nothing")
    about = f", {text.foreign(task.invoice_number, limit=40)}" if task.invoice_number else ""
    taker = say("for {name}", name=text.foreign(task.taker, limit=40)) if task.taker else ""
    owner = f" · {taker or text.foreign(task.owner, limit=40)}" if task.taker or task.owner else ""
    stands = say("{sums} at risk, since {since}", sums=risk, since=text.moment(task.since))
    kind = states.capital(say(task.kind.value))
    return blocks.section(
        f"`{short_ids.short(task.id)}`  *{kind}*  {text.foreign(task.account_name)}{about}\n"
        f"{text.said(sentences.said(task.reason), limit=160)}\n_{stands}{owner}_",
        accessory=blocks.button(
            say("Done…"),
            action=ids.Action.END_TASK,
            value=ids.value(task=task.id),
            label=say("Close the task about {name}", name=text.plain(task.account_name, limit=40)),
        ),
    )


def end_form(task_id: UUID) -> Modal:
    """Return the form that closes a task."""
    ends = (Option(say("It is done"), "finish"), Option(say("It is given up"), "drop"))
    return Modal(
        title=say("Close the task"),
        form=FormId.END_TASK,
        submit=say("Close it"),
        subject=Subject(task=task_id),
        blocks=(
            inputs.radio("end", say("How does it end?"), ends, initial="finish"),
            inputs.text("outcome", say("What came of it, or why is it given up?"), lines=True, most=500),
        ),
    )
