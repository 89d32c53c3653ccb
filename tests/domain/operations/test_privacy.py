"""Who asks what is stored of them gets it all, and nothing of anybody else."""

import hashlib
import json
import stat
import zipfile
from pathlib import Path
from uuid import uuid4

import pytest

from domain.commitments import documents
from domain.deliverability.models import InboundMail, Mailing
from domain.kernel import sentences
from domain.kernel.actor import SHELL, Actor, ActorKind
from domain.kernel.core import Core
from domain.kernel.models import TimelineEntry
from domain.kernel.money import Money
from domain.kernel.refusals import NotAllowed
from domain.kernel.speech import say
from domain.ledger.models import Contact
from domain.operations import privacy
from domain.operations.refusals import NothingToExport
from tests.builders import a_contact, an_account, an_invoice
from tests.domain.outreach.mails_made import a_reminder
from tests.plixo.test_cli import Shell

ZORA = "zora.quill@acme.example"
OTHER = "otto.other@acme.example"


async def a_history(core: Core) -> Contact:
    """Store somebody who was mailed, wrote back, and disputed with a file; and a colleague who did as well."""
    account = await an_account(core)
    zora, otto = await a_contact(core, account, ZORA), await a_contact(core, account, OTHER)
    for who, number in ((zora, "INV-1"), (otto, "INV-2")):
        invoice = await an_invoice(core, number, account=account)
        mailing = await a_reminder(core, invoice, contact=who)
        body = f"From: {who.email}\r\n\r\nno money".encode()
        await InboundMail.create(
            id=uuid4(), envelope_from=who.email.upper(), sent_to=["r+x@mail.northwind.example"], body=body,
            sha256=hashlib.sha256(body).digest(), size_bytes=len(body), state="read", mailing_id=mailing.id, reason="",
            received_at=core.clock.now(),
        )  # fmt: skip
        dispute, document = uuid4(), uuid4()
        await core.database.execute(
            "INSERT INTO dispute (id, invoice_id, account_id, contact_id, currency, amount_minor, reason_code,"
            " description, state, sla_due_at, sla_risk_at, source, filed_by, created_at)"
            " VALUES (%s, %s, %s, %s, 'EUR', 100, 'damaged', %s, 'open', now(), now(), 'portal', 'x', now())",
            (dispute, invoice.id, account.id, who.id, f"says {who.email}"),
        )
        await core.database.execute(
            "INSERT INTO document (id, dispute_id, kind, name, content_type, size_bytes, sha256, state, created_at)"
            " VALUES (%s, %s, 'other', 'p.pdf', 'application/pdf', 3, %s, 'free', now())",
            (document, dispute, who.email.encode()),
        )
        await core.files.put(documents.key_of(document), f"pdf of {who.email}".encode())
    return zora


async def test_everything_of_a_person_is_handed_out_and_nothing_of_a_colleague(core: Core) -> None:
    await a_history(core)

    data = await privacy.export(core, whom=" Zora.Quill@ACME.example", file_name="zora@x.zip", actor=SHELL)
    kept = [each async for each in privacy.attachments(core, data)]

    text = json.dumps(data.sections, default=str) + "".join(each.body.decode() for each in kept)
    assert [name for name in ("contacts", "mails sent", "mails received", "disputes", "files")
            if len(data.sections[name]) != 1] == []  # fmt: skip
    assert [each.name.split("/")[0] for each in kept] == ["mails", "files"]
    assert "otto" not in text.lower()
    assert "pdf of zora.quill@acme.example" in text


async def test_sentences_of_ours_are_handed_out_as_texts(core: Core) -> None:
    zora = await a_history(core)
    why = say("{amount} is due", amount=Money(5, "EUR"))
    await core.database.execute("UPDATE dispute SET resolution = %s", (sentences.as_text(why),))
    await core.database.execute(
        "INSERT INTO timeline_entry (kind, actor, request_id, at, fact) VALUES ('x', 'x', 'r', now(), %s)",
        (json.dumps({"actor_id": str(zora.id), "reason": sentences.packed(why)}),),
    )

    data = await privacy.export(core, whom=ZORA, file_name="a.zip", actor=SHELL)

    assert data.sections["disputes"][0]["resolution"] == "0.05 EUR is due"
    assert data.sections["own acts"][0]["fact"]["reason"] == "0.05 EUR is due"


async def test_what_was_taken_along_is_in_the_audit_log_without_the_address(core: Core) -> None:
    zora = await a_history(core)

    await privacy.export(core, whom=str(zora.id), file_name=f"{ZORA}.zip", actor=SHELL)

    entry = await TimelineEntry.filter(kind="export.made").get()
    assert entry.fact["what"] == "personal data"
    assert "zora" not in json.dumps(entry.fact)


async def test_only_who_manages_people_takes_it_along(core: Core) -> None:
    await a_history(core)

    with pytest.raises(NotAllowed):
        await privacy.export(core, whom=ZORA, file_name="a.zip", actor=Actor(ActorKind.PERSON, "Eve", frozenset()))


async def test_a_stranger_who_is_only_in_a_mail_is_found_and_one_who_is_nowhere_is_not(core: Core) -> None:
    await a_history(core)
    await Mailing.all().update(address_key="gone@acme.example")
    await core.database.execute("DELETE FROM document")
    await core.database.execute("DELETE FROM dispute")
    await core.database.execute("UPDATE inbound_mail SET envelope_from = 'new@far.example', mailing_id = NULL")

    data = await privacy.export(core, whom="new@far.example", file_name="a.zip", actor=SHELL)

    assert (len(data.mails), data.person.contacts) == (2, ())
    with pytest.raises(NothingToExport, match="Nothing is stored"):
        await privacy.export(core, whom="nobody@far.example", file_name="a.zip", actor=SHELL)
    with pytest.raises(NothingToExport, match="no such contact"):
        await privacy.export(core, whom=str(uuid4()), file_name="a.zip", actor=SHELL)


async def test_the_zip_is_its_owners_alone_and_overwrites_nothing(
    core: Core, empty_database: str, tmp_path: Path
) -> None:
    await a_history(core)
    await core.database.execute("DELETE FROM document")
    plixo = Shell(tmp_path, empty_database)

    first = await plixo("privacy", "export", ZORA, "--zip", "zora.zip")
    second = await plixo("privacy", "export", ZORA, "--zip", "zora.zip")

    assert (first.code, second.code) == (0, 1), first.err
    assert "1 raw mails" in first.out
    file = tmp_path / "zora.zip"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with zipfile.ZipFile(file) as packed:
        assert len(packed.namelist()) == 2
        assert json.loads(packed.read("data.json"))["contacts"][0]["email"] == ZORA
