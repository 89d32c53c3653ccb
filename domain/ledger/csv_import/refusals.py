"""Refusals of a whole file: nothing of it is taken. The tree of all of the ledger's is in ``ledger/refusals.py``."""

from collections.abc import Sequence

from domain.kernel.refusals import NotFound, Refusal
from domain.kernel.speech import joined, say
from domain.ledger.words import files


class ImportRefused(Refusal):
    """Decline a whole file; the ledger is as it was."""


class FileUnreadable(ImportRefused):
    """Say why the file cannot be read as CSV at all."""


class FileHoldsNoRows(ImportRefused):
    """Say that there is nothing in the file to import."""


class OptionUnusable(ImportRefused):
    """Say that what was said about the file does not fit it."""


class HeaderAmbiguous(ImportRefused):
    """Say that one header stands in the file twice."""

    def __init__(self, header: str) -> None:
        super().__init__(
            say(
                "The header {header} stands in the file twice. Rename one of the two columns, or say by their "
                'numbers which is what: --map "#3=amount" --map "#7=ignore".',
                header=repr(header[:60]),
            )
        )


class QuestionOpen(ImportRefused):
    """Ask for what the file does not tell; whoever can answer says it with the option."""

    def __init__(self, reason: str, *, option: str, question: str, choices: tuple[str, ...] = ()) -> None:
        self.reason = reason
        """What the file has instead."""
        self.option = option
        self.question = question
        self.choices = choices
        """What may be answered; empty when it is free text."""
        said = f"{option} {'|'.join(choices)}" if 0 < len(choices) <= 4 and " " not in option else option
        super().__init__(joined(" ", [reason, say("Say it with {option}.", option=said)]))

    def along_with(self, others: Sequence["QuestionOpen"]) -> "QuestionOpen":
        """Return this question, whose message tells the other open ones too."""
        self.args = (joined(" ", [str(each) for each in (self, *others)]),)
        return self


class CurrencyMissing(QuestionOpen):
    """Ask for the currency of a file that names none."""

    def __init__(self) -> None:
        super().__init__(
            say("The file has no currency column."),
            option="--currency",
            question=say("Which currency are the amounts in (ISO code, such as EUR)?"),
        )


class ColumnMissing(QuestionOpen):
    """Ask which column holds what must be known."""

    def __init__(self, titles: str, field: str, headers: tuple[str, ...], near: tuple[str, ...] = ()) -> None:
        self.field = field
        self.near = near
        """Headers that may be a name of the field misspelt, the likeliest first."""
        found = ", ".join(repr(each[:40]) for each in headers[:30])
        meant = (
            [say("Did you mean {headers}?", headers=", ".join(repr(each[:40]) for each in near[:3]))] if near else []
        )
        has = say("No column is known to hold the {titles}. The file has: {headers}.", titles=titles, headers=found)
        super().__init__(
            joined(" ", [has, *meant]),
            option=f'--map "{near[0][:40] if near else "HEADER"}={field}"',
            question=joined(" ", [say("Which column holds the {titles}?", titles=titles), *meant]),
            choices=tuple(dict.fromkeys((*near, *headers))),
        )


class ColumnUnclear(QuestionOpen):
    """Ask which of several columns is meant."""

    def __init__(self, title: str, field: str, headers: tuple[str, ...]) -> None:
        self.field = field
        several = ", ".join(repr(each[:40]) for each in headers)
        super().__init__(
            say("Several columns could hold the {title}: {headers}.", title=title, headers=several),
            option=f'--map "HEADER={field}"',
            question=say("Which column holds the {titles}?", titles=title),
            choices=headers,
        )


class EncodingUnknown(QuestionOpen):
    """Ask how the file's bytes are to be read."""

    def __init__(self, reason: str, likely: tuple[str, ...]) -> None:
        super().__init__(
            reason,
            option="--encoding",
            question=say("Which encoding does the file have ({likely}, …)?", likely=", ".join(likely)),
        )


class DelimiterUnclear(QuestionOpen):
    """Ask what separates the cells."""

    def __init__(self) -> None:
        super().__init__(
            say("The header could be split in more than one way."),
            option="--delimiter",
            question=say("What separates the cells?"),
            choices=("comma", "semicolon", "tab", "pipe"),
        )


class ImportNotFound(NotFound):
    """Say that no import kept such a list."""

    def __init__(self) -> None:
        super().__init__(say("There is no such import, or it lacked nothing; only full exports (--full) are compared."))


class MappingNotFound(NotFound):
    """Say that no layout was kept under that name."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(
            say(
                "No layout of {kind} files is kept as {name}. `plixo import mappings` lists them.",
                kind=files(kind),
                name=repr(name[:60]),
            )
        )


class DateOrderOpen(QuestionOpen):
    """Ask in which order day, month and year are written."""

    def __init__(self, reason: str, choices: tuple[str, ...]) -> None:
        super().__init__(
            reason,
            option="--date-order",
            question=say("In which order are the dates written (d day, m month, y year)?"),
            choices=choices,
        )


class DecimalMarkOpen(QuestionOpen):
    """Ask which mark stands before the decimals."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            reason,
            option="--decimal-mark",
            question=say("Which mark stands before the decimals?"),
            choices=("point", "comma"),
        )
