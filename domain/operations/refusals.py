"""Refusals of what operators type.

Refusal
├── ImportOver            an import has ended, or is being applied
├── PreviewOutdated       another preview than the one that was looked at is the current one
├── AnswerUnusable        the answer does not fit the question about a file
├── ExportTooLarge        more of the audit log than a message carries
├── FileTooLarge          a file is larger than what is imported in chat
├── TableTooLarge         a file is larger than what is sent through the chat
└── NotFound
    ├── ActNotFound       no act has that number
    ├── ImportUnknown     there is no such import
    ├── NothingToExport   there is nothing of the kind
    ├── NothingMuted      the mute has ended, or somebody lifted it
    ├── NothingWaits      nothing that waits has an id which begins so
    ├── SeveralWait       several do; more of the id tells them apart
    └── SupportNotFound
"""

from domain.kernel.refusals import NotFound, Refusal


class NothingMuted(NotFound):
    """Say that there is nothing to lift any more."""

    def __init__(self) -> None:
        super().__init__("That is not muted any more. `/plixo noise` lists what is.")


class NothingWaits(NotFound):
    """Say that the short id names nothing that waits, and where the list is."""

    def __init__(self, what: str, text: str, command: str) -> None:
        super().__init__(f"No {what} that waits has the id {text[:40]!r}. `/plixo {command}` lists them.")


class SeveralWait(NotFound):
    """Say that the short id names several."""

    def __init__(self, what: str, text: str) -> None:
        super().__init__(f"Several {what}s begin with {text[:40]!r}. Type more of the id.")


class SupportNotFound(NotFound):
    """Say that there is no such call for help."""

    def __init__(self) -> None:
        super().__init__("There is no such call for help. `/plixo support` lists those that are open.")


class ActNotFound(NotFound):
    """Say that nothing was done under that number or word."""

    def __init__(self, text: str) -> None:
        super().__init__(f"The audit log has no act {text[:40]!r}. `/plixo audit INV-1042` lists those of an invoice.")


class ExportTooLarge(Refusal):
    """Say how much fits into a message, and where all of it can be had."""

    def __init__(self, entries: int, most: int) -> None:
        super().__init__(
            f"That are {entries:,} acts; at most {most:,} are sent in Slack. Choose a person or fewer days, or have it "
            "written by `plixo audit export` in the shell."
        )


class TableTooLarge(Refusal):
    """Say that a file is too large for the chat, and what to do."""

    def __init__(self, what: str, most: int) -> None:
        super().__init__(f"The {what} comes to more than {most >> 20} MB. Narrow it down, or write it in the shell.")


class NothingToExport(NotFound):
    """Say that there is nothing of the kind."""
