"""Tasks as the operators see them, the most money at risk first."""

from uuid import UUID

from bot import blocks, ids, inputs, text
from bot.blocks import Block, Message
from bot.ids import FormId, Subject
from bot.inputs import Option
from bot.modals import Modal
from domain.casework.task_lists import TaskLine, TaskList
from domain.operations import short_ids

ENDS = (Option("It is done", "finish"), Option("It is given up", "drop"))


def listed(tasks: TaskList) -> Message:
    """Return the open tasks."""
    if not tasks.lines:
        sentence = "No task is open."
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    head = f"{tasks.total} {'task' if tasks.total == 1 else 'tasks'} open, the most money at risk first."
    return Message(
        text=head,
        blocks=blocks.listing(
            [blocks.section(f"*{head}*")],
            map(_line, tasks.lines),
            total=tasks.total,
            tail=[blocks.context("When it is done: `/plixo task done ID what came of it`")],
            hint="; narrow it: `/plixo tasks mine`, `/plixo tasks call`",
        ),
    )


def _line(task: TaskLine) -> Block:
    risk = ", ".join(str(each) for each in task.at_risk[:3]) or "nothing"
    about = f", {text.foreign(task.invoice_number, limit=40)}" if task.invoice_number else ""
    whose = f"for {text.foreign(task.taker, limit=40)}" if task.taker else text.foreign(task.owner, limit=40)
    owner = f" · {whose}" if task.taker or task.owner else ""
    return blocks.section(
        f"`{short_ids.short(task.id)}`  *{task.kind.value.capitalize()}*  {text.foreign(task.account_name)}{about}\n"
        f"{text.said(task.reason, limit=160)}\n_{risk} at risk, since {text.moment(task.since)}{owner}_",
        accessory=blocks.button(
            "Done…",
            action=ids.Action.END_TASK,
            value=ids.value(task=task.id),
            label=f"Close the task about {text.plain(task.account_name, limit=40)}",
        ),
    )


def end_form(task_id: UUID) -> Modal:
    """Return the form that closes a task."""
    return Modal(
        title="Close the task",
        form=FormId.END_TASK,
        submit="Close it",
        subject=Subject(task=task_id),
        blocks=(
            inputs.radio("end", "How does it end?", ENDS, initial="finish"),
            inputs.text("outcome", "What came of it, or why is it given up?", lines=True, most=500),
        ),
    )
