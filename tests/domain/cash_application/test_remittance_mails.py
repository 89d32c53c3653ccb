"""Advices that come with mails: read in a job, evidence and nothing more."""

from email.message import EmailMessage

from domain.cash_application import mailed_advices
from domain.cash_application.models import Remittance, RemittanceLine
from domain.deliverability import inbound
from domain.deliverability.reading_room import ReadingRoom
from domain.kernel.core import Core
from tests.builders import an_account, an_invoice
from tests.domain.cash_application import papers_made as made


def a_mail(subject: str = "Our payment", **files: bytes) -> bytes:
    """Return a mail of a person with these attachments."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Anna <anna@acme.example>", "r@mail.northwind.example", subject
    mail["Message-ID"] = "<1@acme.example>"
    mail.set_content("Please find attached.\n\nAnna")
    for name, body in files.items():
        file_name = name.replace("_", ".")
        kind = "pdf" if file_name.endswith(".pdf") else "octet-stream"
        mail.add_attachment(body, maintype="application", subtype=kind, filename=file_name)
    return mail.as_bytes()


async def arrived(core: Core, mail: bytes) -> int:
    """Store and read a mail, then run the job that follows; return how many advices were kept."""
    mail_id = await inbound.store(core, envelope_from="anna@acme.example", sent_to=["r@x.example"], body=mail)
    await inbound.read_stored(core, mail_id=str(mail_id), reader=ReadingRoom())
    row = await core.database.row("SELECT id FROM timeline_entry WHERE kind = 'mail.arrived' ORDER BY id DESC LIMIT 1")
    assert row is not None
    return await mailed_advices.read(core, entry_id=row["id"])


async def test_a_pdf_in_a_reply_becomes_an_advice_of_its_mail(core: Core) -> None:
    account = await an_account(core, "Acme Ltd")
    for number in ("INV-1042", "INV-1043"):
        await an_invoice(core, number, account=account)

    assert await arrived(core, a_mail(avis_pdf=made.pdf(made.GERMAN))) == 1

    advice = await Remittance.get()
    assert (advice.source, advice.file_name, advice.total_minor) == ("mail", "avis.pdf", 228650)
    assert advice.inbound_mail_id is not None
    assert advice.account_id == account.id
    assert await RemittanceLine.all().count() == 2


async def test_a_csv_in_a_reply_is_read_as_well(core: Core) -> None:
    await an_invoice(core)

    assert await arrived(core, a_mail(advice_csv=b"Invoice;Amount paid;Currency\nINV-1042;125,00;EUR\n")) == 1

    assert (await Remittance.get()).total_minor == 12500


async def test_the_job_may_run_twice(core: Core) -> None:
    await an_invoice(core)
    mail = a_mail(advice_csv=b"Invoice;Amount paid;Currency\nINV-1042;125,00;EUR\n")
    await arrived(core, mail)

    row = await core.database.row("SELECT id FROM timeline_entry WHERE kind = 'mail.arrived'")
    assert row is not None
    assert await mailed_advices.read(core, entry_id=row["id"]) == 0

    assert await Remittance.all().count() == 1


async def test_a_paper_that_lists_nothing_is_left_with_its_mail(core: Core) -> None:
    assert await arrived(core, a_mail("Hello", pricelist_pdf=made.pdf(made.NO_INVOICE))) == 0

    assert await Remittance.all().count() == 0


async def test_a_scanned_advice_is_kept_for_a_person(core: Core) -> None:
    assert await arrived(core, a_mail(remittance_pdf=made.pdf(made.PICTURE))) == 1

    advice = await Remittance.get()
    assert (advice.state, "pictures" in advice.note) == ("unreadable", True)


async def test_a_csv_that_leaves_a_question_open_is_kept_with_the_question(core: Core) -> None:
    assert await arrived(core, a_mail("Remittance", x_csv=b"Foo;Bar\n1;2\n")) == 1

    assert "No column is known" in (await Remittance.get()).note


async def test_no_money_moves_by_a_mail(core: Core) -> None:
    invoice = await an_invoice(core)

    await arrived(core, a_mail(advice_csv=b"Invoice;Amount paid;Currency\nINV-1042;125,00;EUR\n"))

    await invoice.refresh_from_db()
    assert invoice.open_minor == 12500
