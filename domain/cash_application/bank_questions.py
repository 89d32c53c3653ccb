"""Questions and refusals about statements and remittance advices."""

from domain.ledger.csv_import.refusals import FileUnreadable, QuestionOpen


class BankAccountUnclear(QuestionOpen):
    """Ask which of the merchant's accounts a statement is of."""

    def __init__(self, known: tuple[str, ...]) -> None:
        shown = ", ".join(repr(each[:40]) for each in known)
        super().__init__(
            f"The file does not tell which bank account it is of; there are lines of {shown}.",
            option="--account NAME",
            question="Which bank account is the statement of?",
        )


class NoCamt(FileUnreadable):
    """Say why an XML file cannot be read as a bank statement."""
