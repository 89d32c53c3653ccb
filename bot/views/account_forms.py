"""The forms about customers: find one, add somebody to write to."""

from bot import blocks, entered, ids, inputs
from bot.blocks import Block
from bot.ids import FormId, Subject
from bot.inputs import Option
from bot.modals import Modal
from domain.ledger.contacts import ContactRole

ADDRESS_LENGTH, NAME_LENGTH = 254, 120


def find_account() -> Modal:
    """Return the form that finds a customer."""
    return Modal(title="Find a customer", form=FormId.FIND_ACCOUNT, submit="Show it", blocks=(_customer(),))


def add_contact(subject: Subject, *, whose: str = "") -> Modal:
    """Return the form that adds a contact; *whose*, already made harmless, when the customer is known."""
    roles = [Option(each.value, each.value) for each in ContactRole]
    return Modal(
        title="Add a contact",
        form=FormId.ADD_CONTACT,
        submit="Add",
        subject=subject,
        blocks=(
            blocks.section(f"*{whose}*") if whose else _customer(),
            inputs.text("email", "E-mail address", most=ADDRESS_LENGTH),
            inputs.text("name", "Name", most=NAME_LENGTH, optional=True),
            inputs.select("role", "What for?", roles, initial=ContactRole.BILLING.value),
            blocks.context("Reminders that waited for a contact go on with the next planning."),
        ),
    )


def _customer() -> Block:
    return inputs.search(
        entered.CUSTOMER,
        "Customer",
        choices=ids.ChoiceId.CUSTOMERS,
        placeholder="A part of the name, or the number",
        hint="Whoever owes most comes first.",
    )
