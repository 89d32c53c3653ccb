"""A report in Slack: each of its tables as lines."""

from bot import blocks, text
from bot.blocks import Block, Message
from domain.kernel.speech import counted, say
from domain.operations.reports import sheets
from domain.operations.reports.sheets import Report, Sheet

MOST_LINES = 12
"""Rows of one table; the file has them all."""

LONGEST_CELL = 40


def report(made: Report) -> Message:
    """Return a report, or that there is nothing in it."""
    head = say("{title}, {first} to {last}", title=say(made.title), first=made.first, last=made.last)
    if made.customer:
        head = say("{head}, customer {name}", head=head, name=text.foreign(made.customer))
    if made.segment:
        head = say("{head}, segment {name}", head=head, name=text.foreign(made.segment))
    if made.is_empty:
        sentence = say("{head}: there is nothing to tell.", head=head)
        return Message(text=sentence, blocks=(blocks.section(sentence),))
    shown = [_sheet(each) for each in made.sheets if each.rows]
    tail = (blocks.context(say("As a file: `/plixo report {name} as pdf`, or `as csv`.", name=made.name)),)
    return Message(text=f"{head}.", blocks=blocks.listing([blocks.section(f"*{head}*")], shown, tail=tail))


def _sheet(sheet: Sheet) -> Block:
    lines = [f"*{say(sheet.title)}*", " · ".join(say(each) for each in sheet.columns)]
    lines += [
        " · ".join(text.foreign(sheets.shown(cell), limit=LONGEST_CELL) for cell in row)
        for row in sheet.rows[:MOST_LINES]
    ]
    left = len(sheet.rows) - MOST_LINES
    if left > 0:
        lines.append(counted("… +{n} more line", "… +{n} more lines", left))
    if sheet.note:
        lines.append(f"_{say(sheet.note)}_")
    return blocks.section("\n".join(lines))
