"""Modals: a form or an answer in a window of its own, and the check that it keeps Slack's limits."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from bot import blocks
from bot.blocks import Block, Message
from bot.ids import FormId, Subject
from domain.kernel.speech import say

TITLE_LIMIT = 24
METADATA_LIMIT = 3_000
MOST_BLOCKS = 100


@dataclass(frozen=True, slots=True)
class Modal:
    """A window: a form when *form* says what its submission does, else an answer to read."""

    title: str
    blocks: tuple[Block, ...]
    form: FormId | None = None
    submit: str = ""
    """What the button says that submits it; empty: Save."""
    close: str = ""
    """What the button says that closes it; empty: Cancel."""
    subject: Subject = field(default_factory=Subject)
    """What the form is about; it comes back with the submission, and is believed in nothing but being of that form."""

    def view(self) -> dict[str, Any]:
        """Return it as Slack has it."""
        shown: dict[str, Any] = {
            "type": "modal",
            "title": _plain(self.title),
            "close": _plain((self.close or say("Cancel")) if self.form else say("Close")),
            "blocks": list(self.blocks),
            "private_metadata": self.subject.model_dump_json(exclude_none=True),
        }
        if self.form:
            shown |= {"callback_id": self.form.value, "submit": _plain(self.submit or say("Save"))}
        return shown


def of(answer: "Message | Modal") -> Modal:
    """Return the answer as a window."""
    if isinstance(answer, Modal):
        return answer
    return Modal(title="Plixo", blocks=answer.blocks or (blocks.section(answer.text),))


def waiting() -> Modal:
    """Return what is shown until the answer is there; it stays when the process dies meanwhile."""
    hint = say(
        "If this still stands here after a minute, Plixo was interrupted. Close the window and look whether it is done;"
        " if not, do it again."
    )
    return Modal(title="Plixo", blocks=(blocks.section(say("One moment…")), blocks.context(hint)))


def problems(modal: Modal) -> tuple[str, ...]:
    """Return every limit of Slack's that the window breaks."""
    names = Counter(str(each["block_id"]) for each in modal.blocks if each.get("block_id"))
    metadata = modal.subject.model_dump_json(exclude_none=True)
    checks = [
        (not 0 < len(modal.title) <= TITLE_LIMIT, "title"),
        (len(modal.submit) > TITLE_LIMIT, "submit"),
        (len(modal.close) > TITLE_LIMIT, "close"),
        (len(metadata) > METADATA_LIMIT, "metadata too long"),
        (not 1 <= len(modal.blocks) <= MOST_BLOCKS, "number of blocks"),
        (any(count > 1 for count in names.values()), "a block id twice"),
        (modal.form is None and any(each["type"] == "input" for each in modal.blocks), "a field in no form"),
    ]
    broken = [problem for is_broken, problem in checks if is_broken]
    for block in modal.blocks:
        broken += blocks.problems_of(block)
    return tuple(broken)


def _plain(words: str) -> Block:
    return {"type": "plain_text", "text": words[:TITLE_LIMIT], "emoji": False}
