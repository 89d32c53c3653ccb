"""Refusals of what operators type.

Refusal
├── ImportOver            an import has ended, or is being applied
├── PreviewOutdated       another preview than the one that was looked at is the current one
├── AnswerUnusable        the answer does not fit the question about a file
├── FileTooLarge          a file is larger than what is imported in chat
└── NotFound
    ├── ImportUnknown     there is no such import
    ├── NothingMuted      the mute has ended, or somebody lifted it
    ├── NothingWaits      nothing that waits has an id which begins so
    ├── SeveralWait       several do; more of the id tells them apart
    └── SupportNotFound
"""

from domain.kernel.refusals import NotFound


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
