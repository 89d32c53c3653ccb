"""Refusals about the codes by which digest addresses are confirmed; their tree is in ``refusals.py``."""

from datetime import datetime

from domain.kernel import dates
from domain.kernel.refusals import NotFound, Refusal
from domain.kernel.speech import counted, joined, say


class CodeWrong(Refusal):
    """Say how often the code may still be tried."""

    def __init__(self, left: int) -> None:
        self.left = left
        wrong = say("That is not the code that was mailed to your digest address.")
        again = (
            counted("You can try {n} more time.", "You can try {n} more times.", left)
            if left > 0
            else say("It is over now; `/plixo settings code new` mails another.")
        )
        super().__init__(joined(" ", [wrong, again]))


class NoCodeWaits(NotFound):
    """Say that there is nothing to confirm, or that another code is needed."""

    def __init__(self, *, confirmed: bool) -> None:
        super().__init__(
            say("The digest address is confirmed, or there is none; `/plixo settings` shows it.")
            if confirmed
            else say(
                "No code is waiting that could still be typed in. `/plixo settings code new` mails one to the digest"
                " address, and `/plixo settings address you@company.example` sets another address."
            )
        )


class CodesAskedOften(Refusal):
    """Say when the next code can be mailed."""

    def __init__(self, address: str, *, until: datetime) -> None:
        super().__init__(
            say(
                "Enough codes were mailed to {address} or to you for now. The next one can be asked for after {moment};"
                " look into the spam folder too.",
                address=address,
                moment=dates.told(until),
            )
        )
