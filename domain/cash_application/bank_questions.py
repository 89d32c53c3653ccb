"""Questions and refusals about statements and remittance advices."""

from domain.kernel.speech import say
from domain.ledger.csv_import.refusals import FileUnreadable, QuestionOpen


class BankAccountUnclear(QuestionOpen):
    """Ask which of the merchant's accounts a statement is of."""

    def __init__(self, known: tuple[str, ...]) -> None:
        shown = ", ".join(repr(each[:40]) for each in known)
        super().__init__(
            say("The file does not tell which bank account it is of; there are lines of {accounts}.", accounts=shown),
            option="--account NAME",
            question=say("Which bank account is the statement of?"),
        )


class NoCamt(FileUnreadable):
    """Say why an XML file cannot be read as a bank statement."""
