"""Words: the states of bank lines and remittance advices as operators read them."""

from domain.cash_application.states import BankLineState, RemittanceState
from domain.kernel.speech import say_as


def line_state(state: str) -> str:
    """Return the state of a bank line as the reader calls it."""
    match state:
        case BankLineState.NEW:
            return say_as("state of a bank line", "new")
        case BankLineState.PROPOSED:
            return say_as("state of a bank line", "proposed")
        case BankLineState.POSTED:
            return say_as("state of a bank line", "posted")
        case BankLineState.UNAPPLIED:
            return say_as("state of a bank line", "unapplied")
        case BankLineState.IGNORED:
            return say_as("state of a bank line", "ignored")
        case _:
            return state


def remittance_state(state: str) -> str:
    """Return the state of a remittance advice as the reader calls it."""
    match state:
        case RemittanceState.READ:
            return say_as("state of a remittance advice", "read")
        case RemittanceState.UNREADABLE:
            return say_as("state of a remittance advice", "unreadable")
        case RemittanceState.USED:
            return say_as("state of a remittance advice", "used")
        case _:
            return state
