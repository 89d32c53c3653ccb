"""The forms about customers: find one, add somebody to write to."""

from bot import blocks, entered, ids, inputs
from bot.blocks import Block
from bot.ids import FormId, Subject
from bot.inputs import Option
from bot.modals import Modal
from domain.kernel.speech import say, say_as
from domain.ledger import words
from domain.ledger.contacts import ContactRole

ADDRESS_LENGTH, NAME_LENGTH = 254, 120


def find_account() -> Modal:
    """Return the form that finds a customer."""
    return Modal(title=say("Find a customer"), form=FormId.FIND_ACCOUNT, submit=say("Show it"), blocks=(_customer(),))


def add_contact(subject: Subject, *, whose: str = "") -> Modal:
    """Return the form that adds a contact; *whose*, already made harmless, when the customer is known."""
    roles = [Option(words.contact_role(each.value), each.value) for each in ContactRole]
    return Modal(
        title=say("Add a contact"),
        form=FormId.ADD_CONTACT,
        submit=say("Add"),
        subject=subject,
        blocks=(
            blocks.section(f"*{whose}*") if whose else _customer(),
            inputs.text("email", say("E-mail address"), most=ADDRESS_LENGTH),
            inputs.text("name", say_as("of a person", "Name"), most=NAME_LENGTH, optional=True),
            inputs.select("role", say("What for?"), roles, initial=ContactRole.BILLING.value),
            blocks.context(say("Reminders that waited for a contact go on with the next planning.")),
        ),
    )


def _customer() -> Block:
    return inputs.search(
        entered.CUSTOMER,
        say("Customer"),
        choices=ids.ChoiceId.CUSTOMERS,
        placeholder=say("A part of the name, or the number"),
        hint=say("Whoever owes most comes first."),
    )
