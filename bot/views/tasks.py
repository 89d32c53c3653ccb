"""Tasks as the operators see them, the most money at risk first."""

from bot import blocks, ids, text
from bot.blocks import Block, Message
from domain.casework.task_lists import TaskLine, TaskList
from domain.operations import short_ids


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
    owner = f" · {text.foreign(task.owner, limit=40)}" if task.owner else ""
    return blocks.section(
        f"`{short_ids.short(task.id)}`  *{task.kind.value.capitalize()}*  {text.foreign(task.account_name)}{about}\n"
        f"{text.said(task.reason, limit=160)}\n_{risk} at risk, since {text.moment(task.since)}{owner}_",
        accessory=blocks.button(
            "Customer",
            action=ids.Action.SHOW_ACCOUNT,
            value=ids.value(account=task.account_id),
            label=f"Show {text.plain(task.account_name, limit=50)}",
        ),
    )
