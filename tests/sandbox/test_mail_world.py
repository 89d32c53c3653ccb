"""The mail world over real SMTP: it takes the product's mail, and what comes back can be read by anybody."""

from email import message_from_bytes
from email.message import EmailMessage, Message

import aiosmtplib
import pytest

from sandbox.app import Sandbox
from sandbox.mail_answers import File
from sandbox.mail_world import NotDelivered
from tests.sandbox.product import Letter, Product

RETURN_PATH = "b+TOKEN@mail.northwind.example"


async def mailed(
    sandbox: Sandbox, *, to: str = "anna@acme.example", subject: str = "Invoice INV-1 is due", page: str = ""
) -> str:
    """Send a reminder as the product would; return its id in the mail world."""
    mail = EmailMessage()
    mail["From"] = "Northwind Supplies <billing@northwind.example>"
    mail["To"] = f"Anna Müller <{to}>"
    mail["Reply-To"] = "r+TOKEN@mail.northwind.example"
    mail["Subject"] = subject
    mail["Message-ID"] = "<one@northwind.example>"
    mail["Date"] = sandbox.clock.now()
    ways = "<mailto:u+TOKEN@mail.northwind.example?subject=stop>"
    mail["List-Unsubscribe"] = f"{ways}, <{page}>" if page else ways
    if page:
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content("Dear Anna,\n\nplease pay 125.00 €.\n")
    mail.add_alternative("<p>please pay <script>alert(1)</script></p>", subtype="html")
    mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="invoice.pdf")
    await aiosmtplib.send(
        mail, sender=RETURN_PATH, recipients=[to], hostname="127.0.0.1", port=sandbox.smtp_port, start_tls=False
    )
    return str(sandbox.mail.mails(limit=1)[0]["id"])


def status(letter: Letter) -> tuple[Message, Message]:
    """Return the two blocks of a delivery report: about the mail, and about its recipient."""
    blocks = parts(letter)["message/delivery-status"].get_payload()
    assert isinstance(blocks, list)
    whole, one = blocks
    assert isinstance(whole, Message)
    assert isinstance(one, Message)
    return whole, one


def parts(letter: Letter) -> dict[str, Message]:
    return {part.get_content_type(): part for part in message_from_bytes(letter.raw).walk()}


async def test_a_mail_is_kept_with_its_envelope(sandbox: Sandbox) -> None:
    mail_id = await mailed(sandbox)

    mail = sandbox.mail.mail(mail_id)
    letter = sandbox.mail.read(mail_id)
    assert mail is not None
    assert (mail["envelope_from"], mail["recipient"]) == (RETURN_PATH, "anna@acme.example")
    assert (letter.subject, letter.recipient) == ("Invoice INV-1 is due", "Anna Müller <anna@acme.example>")
    assert "125.00 €" in letter.text
    assert [each.name for each in letter.attachments] == ["invoice.pdf"]


async def test_boxes_are_kept_apart(sandbox: Sandbox) -> None:
    await mailed(sandbox, to="anna@acme.example")
    await mailed(sandbox, to="bob@acme.example")

    assert [mail["recipient"] for mail in sandbox.mail.mails(recipient="BOB@acme.example")] == ["bob@acme.example"]
    assert sandbox.mail.boxes() == [("bob@acme.example", 1, 1), ("anna@acme.example", 1, 1)]


async def test_a_bounce_is_a_delivery_report_from_nobody(sandbox: Sandbox, product: Product) -> None:
    mail_id = await mailed(sandbox)

    await sandbox.mail.bounce(mail_id)

    letter = product.letters[0]
    found = parts(letter)
    report = found["multipart/report"]
    assert (letter.sender, letter.recipients) == ("", [RETURN_PATH])
    assert report.get_param("report-type") == "delivery-status"
    assert report.defects == []
    _, per_recipient = status(letter)
    assert per_recipient["Final-Recipient"] == "rfc822; anna@acme.example"
    assert (per_recipient["Action"], per_recipient["Status"]) == ("failed", "5.1.1")
    assert "Message-ID: <one@northwind.example>" in str(found["text/rfc822-headers"].get_payload())


@pytest.mark.parametrize(
    ("kind", "action", "code"),
    [("mailbox-full", "failed", "4.2.2"), ("spam-block", "failed", "5.7.1"), ("delayed", "delayed", "4.4.1")],
)
async def test_bounces_come_in_kinds(sandbox: Sandbox, product: Product, kind: str, action: str, code: str) -> None:
    await sandbox.mail.bounce(await mailed(sandbox), kind)

    _, per_recipient = status(product.letters[0])
    assert (per_recipient["Action"], per_recipient["Status"]) == (action, code)


async def test_a_complaint_is_an_abuse_report_with_the_mail(sandbox: Sandbox, product: Product) -> None:
    mail_id = await mailed(sandbox)

    await sandbox.mail.complain(mail_id)

    letter = product.letters[0]
    found = parts(letter)
    fields = str(found["message/feedback-report"])
    original = found["message/rfc822"].get_payload(0)
    assert letter.recipients == ["fbl@mail.northwind.example"]
    assert "Feedback-Type: abuse" in fields
    assert isinstance(original, Message)
    assert (original["Return-Path"], original["Message-ID"]) == (f"<{RETURN_PATH}>", "<one@northwind.example>")


async def test_an_absence_answers_the_return_path(sandbox: Sandbox, product: Product) -> None:
    await sandbox.mail.be_away(await mailed(sandbox))

    letter = product.letters[0]
    answer = message_from_bytes(letter.raw)
    assert (letter.sender, letter.recipients, answer["Auto-Submitted"]) == ("", [RETURN_PATH], "auto-replied")
    assert str(answer["Subject"]).startswith("Automatic reply: ")


async def test_a_reply_goes_where_replies_are_wanted(sandbox: Sandbox, product: Product) -> None:
    await sandbox.mail.reply(await mailed(sandbox), "We pay 500 € on Friday.")

    letter = product.letters[0]
    answer = message_from_bytes(letter.raw)
    body = answer.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert (letter.sender, letter.recipients) == ("anna@acme.example", ["r+TOKEN@mail.northwind.example"])
    assert (answer["In-Reply-To"], answer["Subject"]) == ("<one@northwind.example>", "Re: Invoice INV-1 is due")
    assert body.decode().startswith("We pay 500 € on Friday.")
    assert "> please pay 125.00 €." in body.decode()


async def test_unsubscribing_mails_the_listed_address(sandbox: Sandbox, product: Product) -> None:
    await sandbox.mail.unsubscribe(await mailed(sandbox))

    assert product.letters[0].recipients == ["u+TOKEN@mail.northwind.example"]
    assert message_from_bytes(product.letters[0].raw)["Subject"] == "stop"


async def test_what_the_product_does_not_take_is_told_and_not_noted(sandbox: Sandbox, product: Product) -> None:
    mail_id = await mailed(sandbox)
    product.smtp_answer = "451 4.3.0 Not stored, try again later"

    with pytest.raises(NotDelivered, match="451"):
        await sandbox.mail.bounce(mail_id)

    mail = sandbox.mail.mail(mail_id)
    assert mail is not None
    assert mail["acts"] == []


@pytest.mark.parametrize("at", ["rcpt", "data"])
async def test_the_sink_refuses_when_it_is_told_to(sandbox: Sandbox, at: str) -> None:
    sandbox.mail.sink.refuse("451 4.7.1 Greylisted", recipient="anna@", at=at)

    with pytest.raises(aiosmtplib.SMTPException):
        await mailed(sandbox)
    await mailed(sandbox)

    assert sandbox.mail.count() == 1


async def test_a_mail_of_nonsense_is_kept_and_can_be_shown(sandbox: Sandbox) -> None:
    raw = (
        b"From: \xff\xfe <x\r\nContent-Type: text/plain; charset=klingon\r\nSubject: =?x?y?z?=\r\n\r\n\x80\xff"
        + b"x" * 5000
    )
    await aiosmtplib.send(
        raw,
        sender=RETURN_PATH,
        recipients=["anna@acme.example"],
        hostname="127.0.0.1",
        port=sandbox.smtp_port,
        start_tls=False,
    )

    mail_id = sandbox.mail.mails()[0]["id"]
    assert sandbox.mail.read(mail_id).text
    assert sandbox.mail.raw(mail_id).startswith(raw[:20])


async def test_mail_is_there_after_a_restart(sandbox: Sandbox) -> None:
    mail_id = await mailed(sandbox)
    await sandbox.stop()

    again = Sandbox(sandbox.settings)
    await again.start()
    letter = again.mail.read(mail_id)
    await again.stop()

    assert letter.subject == "Invoice INV-1 is due"


async def test_a_reply_may_bring_a_file(sandbox: Sandbox, product: Product) -> None:
    await sandbox.mail.reply(await mailed(sandbox), "See the advice.", file=File("advice.pdf", b"%PDF-1.7 paid"))

    file = parts(product.letters[0])["application/pdf"]
    assert (file.get_filename(), file.get_payload(decode=True)) == ("advice.pdf", b"%PDF-1.7 paid")


async def test_whoever_left_the_company_names_another_address(sandbox: Sandbox, product: Product) -> None:
    await sandbox.mail.be_gone(await mailed(sandbox))

    letter = product.letters[0]
    answer = message_from_bytes(letter.raw)
    assert (letter.sender, letter.recipients, answer["Auto-Submitted"]) == ("", [RETURN_PATH], "auto-replied")
    assert "no longer with the company" in str(answer.get_payload())
    assert "accounts@acme.example" in str(answer.get_payload())


async def test_anybody_may_write_to_the_product(sandbox: Sandbox, product: Product) -> None:
    await sandbox.mail.write("carl@elsewhere.example", "postmaster@mail.northwind.example", subject="Hi", text="Who?")

    letter = product.letters[0]
    assert (letter.sender, letter.recipients) == ("carl@elsewhere.example", ["postmaster@mail.northwind.example"])
    assert message_from_bytes(letter.raw)["Subject"] == "Hi"


@pytest.mark.parametrize(
    "sender", ["", "carl", "carl@", "a b@c.example", "carl@x.example\r\nBcc: b@x.example", "é@x.de"]
)
async def test_what_is_no_address_writes_nothing(sandbox: Sandbox, product: Product, sender: str) -> None:
    with pytest.raises(NotDelivered):
        await sandbox.mail.write(sender, "postmaster@mail.northwind.example", subject="Hi", text="Who?")

    assert product.letters == []


async def test_one_click_posts_what_the_standard_says_to_the_products_page(sandbox: Sandbox, product: Product) -> None:
    mail_id = await mailed(sandbox, page=f"{product.url}/unsubscribe/TOKEN")

    await sandbox.mail.click_unsubscribe(mail_id)

    assert [(each.path, each.form) for each in product.unsubscribed] == [
        ("/unsubscribe/TOKEN", {"List-Unsubscribe": "One-Click"})
    ]
    mail = sandbox.mail.mail(mail_id)
    assert mail is not None
    assert mail["acts"] == ["one-click"]


async def test_one_click_goes_nowhere_but_to_the_product(sandbox: Sandbox, product: Product) -> None:
    for page in ("", "http://127.0.0.1:1/unsubscribe/TOKEN", f"{product.url}.elsewhere.example/unsubscribe/TOKEN"):
        with pytest.raises(NotDelivered, match="no page of the product"):
            await sandbox.mail.click_unsubscribe(await mailed(sandbox, page=page))


@pytest.mark.parametrize("status", [303, 404, 500])
async def test_a_click_that_the_page_does_not_take_is_told_and_not_noted(
    sandbox: Sandbox, product: Product, status: int
) -> None:
    product.unsubscribe_status = status
    mail_id = await mailed(sandbox, page=f"{product.url}/unsubscribe/TOKEN")

    with pytest.raises(NotDelivered, match=str(status)):
        await sandbox.mail.click_unsubscribe(mail_id)

    mail = sandbox.mail.mail(mail_id)
    assert mail is not None
    assert mail["acts"] == []
