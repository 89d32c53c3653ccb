"""Refusals of what operators type.

Refusal
├── ImportOver            an import has ended, or is being applied
├── PreviewOutdated       another preview than the one that was looked at is the current one
├── AnswerUnusable        the answer does not fit the question about a file
├── ExportTooLarge        more of the audit log than a message carries
├── PeriodRefused         a report cannot be made of those days
├── WishUnclear           a word says nothing about a report
├── PauseRefused          a cron cannot be paused so, or is not paused
├── IncidentRefused       an incident cannot be opened or changed so
├── OverrideRefused       a check of readiness cannot be overridden so, or not now
├── RestorationBusy       jobs that came back with a backup are not done yet
├── ErasureHeld           something is open for which a person's data are needed
├── ErasureUnderway       an erasure of that person waits, or runs
├── ErasureUnsaid         no reason, or one or a word that cannot be used
├── LedgerBusy            a file is being imported at this moment
├── RolesHeld             an operator whose data are to be erased still holds roles
├── NotErased             an address was not erased, or was taken up again
├── FileTooLarge          a file is larger than what is imported in chat
├── TableTooLarge         a file is larger than what is sent through the chat
└── NotFound
    ├── ActNotFound       no act has that number
    ├── ErasureUnknown    no erasure of that number waits
    ├── CronUnknown       no cron is called so
    ├── CheckUnknown      no check of readiness is called so
    ├── IncidentUnknown   no incident has that number
    ├── ImportUnknown     there is no such import
    ├── NothingRestored   no restore from a backup is under way
    ├── NothingToExport   there is nothing of the kind
    ├── SegmentUnknown    no segment, or more than one, is called so
    ├── NothingMuted      the mute has ended, or somebody lifted it
    ├── NothingWaits      nothing that waits has an id which begins so
    ├── SeveralWait       several do; more of the id tells them apart
    └── SupportNotFound
"""

from collections.abc import Iterable

from domain.kernel.refusals import NotFound, Refusal
from domain.kernel.speech import counted, say


class PeriodRefused(Refusal):
    """Say which days a report can be made of."""

    def __init__(self, most: int) -> None:
        super().__init__(
            say(
                "A report is made of days up to today, the first before the last, and of {most} at the most.", most=most
            )
        )


class WishUnclear(Refusal):
    """Say how a report is asked for."""

    def __init__(self, word: str) -> None:
        super().__init__(
            say(
                "{word} says nothing about a report. Which it is comes first (`weekly`, `collected`, `promises`, "
                "`disputes`, `dso`, `held`, `delivery`, `portal`, `exposures`, `ageing`, `coverage`), then days "
                "(`30 days`, `last month`, `from 2026-03-01 to 2026-03-15`), `EUR`, `segment NAME`, `customer NAME`, "
                "`as pdf` or `as csv`.",
                word=repr(word[:40]),
            )
        )


class SegmentUnknown(NotFound):
    """Say which segments there are."""

    def __init__(self, text: str, known: Iterable[str]) -> None:
        super().__init__(
            say(
                "Which segment is {text}? There are: {known}.",
                text=repr(text[:60]),
                known=", ".join(list(known)[:20]),
            )
        )


class NothingMuted(NotFound):
    """Say that there is nothing to lift any more."""

    def __init__(self) -> None:
        super().__init__(say("That is not muted any more. `/plixo noise` lists what is."))


class NothingWaits(NotFound):
    """Say that the short id names nothing that waits, and where the list is."""

    def __init__(self, what: str, text: str, command: str) -> None:
        super().__init__(
            say(
                "No {what} that waits has the id {text}. `/plixo {command}` lists them.",
                what=say(what),
                text=repr(text[:40]),
                command=command,
            )
        )


class SeveralWait(NotFound):
    """Say that the short id names several."""

    def __init__(self, what: str, text: str) -> None:
        super().__init__(
            say("Several {what}s begin with {text}. Type more of the id.", what=say(what), text=repr(text[:40]))
        )


class SupportNotFound(NotFound):
    """Say that there is no such call for help."""

    def __init__(self) -> None:
        super().__init__(say("There is no such call for help. `/plixo support` lists those that are open."))


class ActNotFound(NotFound):
    """Say that nothing was done under that number or word."""

    def __init__(self, text: str) -> None:
        super().__init__(
            say(
                "The audit log has no act {text}. `/plixo audit INV-1042` lists those of an invoice.",
                text=repr(text[:40]),
            )
        )


class ExportTooLarge(Refusal):
    """Say how much fits into a message, and where all of it can be had."""

    def __init__(self, entries: int, most: int) -> None:
        super().__init__(
            say(
                "That are {n} acts; at most {most} are sent in Slack. Choose a person or fewer days, or have it "
                "written by `plixo audit export` in the shell.",
                n=entries,
                most=most,
            )
        )


class TableTooLarge(Refusal):
    """Say that a file is too large for the chat, and what to do."""

    def __init__(self, what: str, most: int) -> None:
        super().__init__(
            say(
                "The {what} comes to more than {most} MB. Narrow it down, or write it in the shell.",
                what=what,
                most=most >> 20,
            )
        )


class NothingToExport(NotFound):
    """Say that there is nothing of the kind."""


class CheckUnknown(NotFound):
    """Say that no check of readiness is called so, and which there are."""

    def __init__(self, name: str, names: Iterable[str]) -> None:
        super().__init__(
            say("No check is called {name}; there are {names}.", name=repr(name[:40]), names=", ".join(names))
        )


class OverrideRefused(Refusal):
    """Say why a check is not overridden, or its override not decided."""


class PauseRefused(Refusal):
    """Say why a cron is not paused, or not resumed."""


class IncidentRefused(Refusal):
    """Say why an incident is not opened, or not changed so."""


class IncidentUnknown(NotFound):
    """Say that no incident has that number."""

    def __init__(self, number: int) -> None:
        super().__init__(
            say("There is no incident {number}. `/plixo incident` lists those that are.", number=str(number))
        )


class CronUnknown(NotFound):
    """Say that no cron is called so, and which there are."""

    def __init__(self, name: str, names: Iterable[str]) -> None:
        super().__init__(
            say("No cron is called {name}; there are {names}.", name=repr(name[:40]), names=", ".join(names))
        )


class RestorationBusy(Refusal):
    """Say how much the restored queue has still to do."""

    def __init__(self, jobs: int) -> None:
        super().__init__(
            counted(
                "{n} job that came back with the backup is not done yet. Let a worker run, and try again.",
                "{n} jobs that came back with the backup are not done yet. Let a worker run, and try again.",
                jobs,
            )
        )


class NothingRestored(NotFound):
    """Say that there is no restore to be ended."""

    def __init__(self) -> None:
        super().__init__(say("No restore is under way. `plixo restored begin` is the first step after one."))
