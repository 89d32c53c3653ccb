"""What payers write in English, and what is guessed from it, on Sunday, 22 November 2026."""

import pytest

from tests.domain.deliverability.replies.written import guesses

SAID = [
    ("We'll pay 500 on Friday.", "promise 500 11-27"),
    ("We have already paid this on 3/4, ref 881.", "paid_already 04-03/03-04 ref=881"),
    ("Wrong person, please write to ap@acme.example instead.", "wrong_contact @ap@acme.example"),
    ("Please stop.", "stop"),
    ("We will not pay on Friday.", "out_of_scope:refusal"),
    ("I have not paid yet.", "out_of_scope"),
    ("Can we pay on Friday?", "question | promise 11-27"),
    ("We'll pay half on Friday and the rest by the end of the month.", "promise half rest 11-27 11-30"),
    ("The amount is wrong, we agreed on 450 EUR.", "dispute:wrong_amount 450EUR"),
    ("We have not received the goods yet.", "dispute:not_received"),
    ("There is no PO number on your invoice.", "dispute:missing_order_number"),
    ("Could you please call me at +1 555 123 4567?", "wants_call @+1 555 123 4567"),
    ("Please send me a copy of invoice INV-1042.", "wants_copy:invoice #INV-1042"),
    ("Could we pay in three instalments of 200 EUR, starting on 1 December?", "wants_instalments 200EUR 12-01 x3"),
    ("Jane Doe no longer works here.", "wrong_contact"),
    ("unsubscribe", "stop"),
    ("STOP", "stop"),
    ("When will you deliver the rest of the order?", "question"),
    ("Thanks for the reminder!", "out_of_scope"),
    ("The payment is scheduled for 30 November.", "promise 11-30"),
    ("We can't pay before 15 December.", "promise 12-15"),
    ("Once we have paid our suppliers we will pay you.", ""),
    ("Payment has been made yesterday via bank transfer.", "paid_already 11-21"),
    ("I never received the invoice, can you resend it?", "wants_copy:invoice"),
    ("We were billed twice for the same order.", "dispute:duplicate"),
    ("Please see attached remittance advice.", "paid_already"),
    ("500 on Friday", "promise 500 11-27"),
    ("We don't dispute the invoice.", "out_of_scope"),
    ("No problem, we will transfer €1,250.00 tomorrow.", "promise 1250.00EUR 11-23"),
    ("Please remove me from your mailing list.", "stop"),
    ("The goods arrived damaged.", "dispute:poor_quality"),
    ("You should have received our payment last week.", "paid_already 11-13"),
    ("Did you receive our payment of 300 EUR?", "question | paid_already 300EUR"),
    ("It should have been paid last week, we will check.", "out_of_scope"),
    ("Next Friday.", "promise 11-27"),
    ("Payment will be released in our next payment run on December 4th.", "promise 12-04"),
    ("Please send us a statement of account.", "wants_copy:statement"),
    ("We refuse to pay this invoice.", "out_of_scope:refusal"),
    ("I'm out of the office, I will call you tomorrow.", "out_of_scope"),
    ("This isn't due until 15 December.", "dispute:terms"),
    ("Not our invoice, we never ordered this.", "dispute:wrong_customer"),
    ("We are insolvent.", "out_of_scope:refusal"),
    ("Contact Peter Miller, he handles invoices.", "wrong_contact @Peter Miller"),
    ("Please direct all invoices to accounts@acme.example.", "wrong_contact @accounts@acme.example"),
    (
        "We paid 400 on Monday and will pay the remaining balance next week.",
        "paid_already 400 11-16 | promise rest 11-27",
    ),
    ("If our customer pays us, we will pay on Friday.", "promise 11-27"),
    (
        "Hi, payment of this invoice went out this morning, you should see it in your account by Thursday.",
        "paid_already 11-22",
    ),
    (
        "We're a bit tight on cash at the moment. Would it be possible to split this into 4 monthly payments?",
        "wants_instalments x4",
    ),
    ("This was settled weeks ago. Check your records!!", "paid_already"),
    ("I left ACME in March. Please update your records.", "wrong_contact"),
    ("You've got the wrong email. Try finance@acme.example", "wrong_contact @finance@acme.example"),
    ("I don't work in accounts payable", "wrong_contact"),
    ("Take us off your mailing list.", "stop"),
    ("Quit emailing me", "stop"),
    ("Who is this? What is this invoice for?", "question"),
    ("The price on line 3 does not match our purchase order.", "dispute:wrong_amount"),
    ("We only received 8 of the 10 chairs.", "dispute:wrong_quantity"),
    ("Two of the monitors were broken on arrival.", "dispute:poor_quality"),
    ("We cancelled this subscription in August.", "dispute:returned"),
    ("Please ring me on 020 7946 0123 to discuss.", "wants_call @020 7946 0123"),
    ("Can someone give me a call tomorrow?", "wants_call"),
    ("I can't open the attachment. Please resend the invoice as PDF.", "wants_copy:invoice"),
    ("Kindly share the statement of account for October.", "wants_copy:statement"),
    ("Payment terms are 60 days, so this is not due until January 20.", "dispute:terms"),
    ("VAT should be 0% as this is reverse charge.", "dispute:wrong_tax"),
    ("Our PO number must be on the invoice before we can process it.", "dispute:missing_order_number"),
    ("We will be paying this on the 30th.", "promise 11-30"),
    ("will pay tmrw", "promise 11-23"),
    ("Paid via wire on Nov 18, confirmation number 77A1234", "paid_already 11-18 ref=77A1234"),
    ("Please find attached the proof of payment.", "paid_already"),
    ("I've just transferred £1,200.50", "paid_already 1200.50GBP"),
    ("The cheque is in the mail.", "paid_already"),
    ("We'll have the money to you by end of next week.", "promise 11-27"),
    ("I need an invoice copy for INV-1042 and INV-1043.", "wants_copy:invoice #INV-1042 #INV-1043"),
    ("We expect to pay in the first week of December.", "promise 12-31"),
    ("Payment is being processed.", "promise"),
    ("We are processing the payment today.", "promise 11-22"),
    ("It's on the list for Friday's payment run.", "promise 11-27"),
    ("Please extend the due date to December 15.", "promise 12-15"),
    ("Could you give us until the end of the month?", "question"),
    (
        "I have asked our bank to release 2,000 EUR tomorrow and the balance on 12/10.",
        "promise 2000EUR rest 11-23 12-10/10-12",
    ),
    ("Ok", "out_of_scope"),
    ("Thanks, noted.", "out_of_scope"),
    ("I will look into it and get back to you.", "out_of_scope"),
    ("We dispute the late fee.", "dispute:other"),
    ("We won't be able to pay until Dec 10.", "promise 12-10"),
    ("Please do not contact me again.", "stop"),
    ("Please note I have already forwarded your email to our accounts department.", "wrong_contact"),
    ("This should be addressed to our parent company, Example Holdings.", "wrong_contact"),
    ("Sorry, it will be paid asap.", "promise"),
    ("We have no record of this invoice.", "wants_copy:invoice"),
    ("There seems to be a mistake in the invoice, the quantity is wrong.", "dispute:wrong_quantity"),
    ("Not paying this.", "out_of_scope:refusal"),
    ("Is the discount still available if we pay today?", "question"),
]
"""A sentence, and the guesses that are made of it in their order; see ``written.py`` for their short form."""


@pytest.mark.parametrize(("sentence", "expected"), SAID)
def test_a_sentence_is_understood(sentence: str, expected: str) -> None:
    assert " | ".join(guesses(sentence, language="en")) == expected


def test_the_same_is_understood_when_the_language_is_not_known() -> None:
    kinds = {sentence: [each.split()[0] for each in guesses(sentence, language="en")] for sentence, _ in SAID}

    found = {sentence: [each.split()[0] for each in guesses(sentence, language="")] for sentence, _ in SAID}

    assert found == kinds
