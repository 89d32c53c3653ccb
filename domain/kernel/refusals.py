"""Refusals: how the domain says no to what people may ask.

Refusal                 shown word for word; says what to do next
├── NotFound            nothing by that name, or nothing that this person may see
├── NotAllowed          the actor's roles do not permit it
├── MoveRefused         the record is in a state from which the step is not possible
├── StaleRecord         somebody else changed the record first
├── InUse               an import or the like holds what the act needs; to be repeated in a moment
├── CurrencyUnknown     not an ISO 4217 code (in ``money``)
├── AmountMalformed     not an amount of a currency (in ``money``)
└── AddressMalformed    not one e-mail address (in ``addresses``)
"""

from domain.kernel.speech import say, say_as

RECORD, STATE, STEP = "a record", "state of a record", "step of a record"
"""As what the words of a machine are translated."""


class Refusal(Exception):
    """Decline what a person asked; the message is shown to that person as it stands."""


class NotFound(Refusal):
    """Say that nothing by that name exists."""


class NotAllowed(Refusal):
    """Say that the actor's roles do not permit the act, and which roles do."""


class MoveRefused(Refusal):
    """Say that a record's state does not permit the step."""

    def __init__(self, machine: str, state: str, step: str) -> None:
        self.machine, self.state, self.step = machine, state, step
        super().__init__(
            say(
                "This {machine} is {state}; it cannot {step} now.",
                machine=say_as(RECORD, machine),
                state=say_as(STATE, state.replace("_", " ")),
                step=say_as(STEP, step),
            )
        )


class StaleRecord(Refusal):
    """Say that another change came first; asking again shows the present state."""

    def __init__(self, machine: str) -> None:
        self.machine = machine
        super().__init__(
            say(
                "This {machine} was changed by someone else a moment ago. Look again, then repeat.",
                machine=say_as(RECORD, machine),
            )
        )


class InUse(Refusal):
    """Say that something which takes long works on the same rows; nothing was changed, and asking again is right."""

    def __init__(self) -> None:
        super().__init__(
            say(
                "An import, or something else that takes a while, is working on this customer. Nothing was changed; "
                "try again in a moment."
            )
        )
