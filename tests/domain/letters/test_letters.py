"""Letters: text and HTML say the same, and an unknown field is refused."""

from dataclasses import asdict, replace

import pytest
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from domain import letters
from domain.letters import Fields

FIELDS = Fields(
    customer_name="Anna",
    invoice_number="INV-1",
    invoice_total="€10.00",
    invoice_balance="€10.00",
    due_date="March 3, 2026",
    days_overdue=7,
    pay_link="https://pay.example/l/abc",
    link_expires="March 17, 2026",
    amount_paid="€10.00",
    receipt_number="R-1",
    tone="Neutral",
    merchant_name="Northwind",
    merchant_contact="ar@n.example",
)


@pytest.mark.parametrize("letter", letters.LETTERS)
@pytest.mark.parametrize("tone", ["Formal", "Neutral", "Confident"])
def test_text_and_html_carry_the_same_facts(letter: str, tone: str) -> None:
    rendered = letters.render(letter, replace(FIELDS, tone=tone))

    wanted = ["INV-1", "Northwind", "ar@n.example"] + ([FIELDS.pay_link] if letter != "receipt" else ["R-1"])
    assert all(each in rendered.text and each in rendered.html for each in wanted)
    assert "\n" not in rendered.subject
    assert "{{" not in rendered.text + rendered.html + rendered.subject


def test_the_product_ships_the_letters_of_its_cadence() -> None:
    assert set(letters.LETTERS) == {"reminder-due", "reminder-overdue", "receipt", "new-link"}


@pytest.mark.parametrize("template", ["{{ balance }}", "{{ customer_name.nickname }}"])
def test_a_field_that_does_not_exist_is_refused(template: str) -> None:
    with pytest.raises(UndefinedError):
        letters._environment(False).from_string(template).render(asdict(FIELDS))


def test_a_template_cannot_reach_into_the_program() -> None:
    with pytest.raises(SecurityError):
        letters._environment(False).from_string("{{ customer_name.__class__.__mro__ }}").render(asdict(FIELDS))


@pytest.mark.parametrize(
    ("days", "says"), [(-3, "is due on March 3, 2026"), (0, "is due today"), (5, "was due on March 3, 2026")]
)
def test_a_letter_that_was_caught_up_late_tells_the_date_as_it_is_today(days: int, says: str) -> None:
    rendered = letters.render("reminder-due", replace(FIELDS, days_overdue=days))

    assert all(says in each for each in (rendered.subject, rendered.text, rendered.html))
