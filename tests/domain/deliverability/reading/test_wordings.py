"""How servers word a refusal, in many languages: who is dead, and who is spoken of that is not the recipient."""

import pytest

from domain.deliverability.reading import read

NOT_DEAD = [
    ("550 5.7.1 Sender unknown", "5.7.1"),
    ("550 Verification failed for <b+token@merchant.example> 550 Sender verify failed", "5.0.0"),
    ("553 5.1.8 <b+token@merchant.example>... Domain of sender address does not exist", "5.1.8"),
    ("550 Mittente sconosciuto o non autorizzato", "5.0.0"),
    ("550 5.7.1 Absender unbekannt, Annahme verweigert", "5.7.1"),
    ("550 Expediteur inconnu", "5.0.0"),
    ("550 5.1.0 Nadawca nie istnieje", "5.1.0"),
    ("550 Remitente desconocido", "5.0.0"),
    ("550 Afzender bestaat niet", "5.0.0"),
    ("550 5.1.8 Avsändaren finns inte", "5.1.8"),
    ("550 Отправитель не найден", "5.0.0"),
    ("550 发件人不存在", "5.0.0"),
    ("550 보낸 사람을 찾을 수 없습니다", "5.0.0"),
    ("550 5.7.1 Domain of your HELO name not found", "5.7.1"),
    ("554 5.7.1 Client host rejected: cannot find your reverse hostname, [198.51.100.9]", "5.7.1"),
    ("550 5.7.1 The message From header contains an address that does not exist", "5.7.1"),
    ("550 5.6.0 Invalid header found (address list malformed)", "5.6.0"),
    ("550 5.7.20 No passing DKIM signature found", "5.7.20"),
    ("550 5.7.1 Message was classified as spam by our users", "5.7.1"),
    ("550 Ihre Nachricht wurde als Spam eingestuft und abgewiesen", "5.0.0"),
    ("550 Message considere comme spam", "5.0.0"),
    ("554 Mensaje rechazado por contener spam", "5.0.0"),
    (
        "552 5.7.0 This message was blocked: its content is a potential security issue: attachment of type .exe",
        "5.7.0",
    ),
    ("554 5.7.1 Virus found in message: Eicar-Test-Signature", "5.7.1"),
    ("550 5.7.1 El remitente no esta autorizado a enviar a este destinatario", "5.7.1"),
    ("450 4.2.0 Recipient address rejected: Greylisting in effect, please come back later", "4.2.0"),
    ("451 4.7.1 Temporarily rejected. Try again in 5 minutes. Graulistung aktiv", "4.7.1"),
    ("550 5.7.1 Recipient does not accept mail from external senders", "5.7.1"),
    ("554 5.4.6 Hop count exceeded - possible mail loop", "5.4.6"),
    ("421 4.3.2 System not accepting network messages", "4.3.2"),
    ("451 4.3.0 Error: queue file write error", "4.3.0"),
    ("550 5.7.1 Relaying denied. IP name lookup failed", "5.7.1"),
    ("530 5.7.0 Must issue a STARTTLS command first", "5.7.0"),
    ("550 Account of the recipient is temporarily locked", "5.0.0"),
    ("550 5.2.1 Die Mailbox ist momentan deaktiviert", "5.2.1"),
    ("550 La cuenta de correo del destinatario ha sido suspendida", "5.0.0"),
    ("452 4.1.1 <anna@acme.example> requested mail action not taken: insufficient system storage", "4.1.1"),
    ("552 Not enough room in the user's inbox", "5.0.0"),
    (
        "550 5.7.509 Access denied, sending domain merchant.example does not pass DMARC verification",
        "5.7.509",
    ),
    ("550 5.7.23 The message was rejected because of Sender Policy Framework violation", "5.7.23"),
    ("550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP", "5.7.708"),
    ("550 Blocked by recipient: sender is on the personal blacklist", "5.0.0"),
    ("554 5.7.105 Sender denied as sender's email address is on SenderFilterConfig list", "5.7.105"),
    ("552 5.3.4 Message too big for this user", "5.3.4"),
    ("550 5.4.0 SMTP protocol error: command unknown", "5.4.0"),
    ("451 4.4.4 Temporary server error. Please try again later ATTR5", "4.4.4"),
    ("550 5.2.0 STOREDRV.Deliver; mailbox server is too busy", "5.2.0"),
    ("554 The e-mail address in your signature could not be verified", "5.0.0"),
]
"""Senders, hosts, headers, filters, full or locked mailboxes: words of what is unknown stand there too."""

DEAD = [
    ("550 5.1.1 anna does not work here anymore", "5.1.1"),
    ("550 5.1.1 <anna@acme.example> is not a known user on this system", "5.1.1"),
    ("550 <anna@acme.example>: invalid address", "5.0.0"),
    ("553 5.3.0 <anna@acme.example>... No such user", "5.3.0"),
    ("550 5.1.1 Not our customer", "5.1.1"),
    ("551 5.1.6 The intended mailbox has moved, try anna@newname.example", "5.1.6"),
    ("550 5.1.1 MAILBOX NOT FOUND", "5.1.1"),
    ("550 #5.1.0 Address rejected anna@acme.example", "5.1.0"),
    ("550 5.1.1 sorry, no such recipient in our directory (ldap)", "5.1.1"),
    (
        "554 delivery error: dd This user doesn't have a isp.example account (anna@acme.example) [0]",
        "5.0.0",
    ),
    ("550 User does not exist: anna@acme.example", "5.0.0"),
    ("550 5.1.1 Recipient address unknown at this gateway", "5.1.1"),
    ("550 5.4.1 [anna@acme.example]: Recipient address rejected: Access denied", "5.4.1"),
    ("556 5.1.10 Recipient address has null MX", "5.1.10"),
    ("550 5.1.1 Destinataire inconnu - boite supprimee", "5.1.1"),
    ("550 5.1.1 el usuario no existe en este servidor", "5.1.1"),
    ("550 5.1.1 Empfaenger existiert nicht", "5.1.1"),
    ("550 5.1.1 Odbiorca nieznany", "5.1.1"),
    ("550 5.1.1 Пользователь не существует", "5.1.1"),
    ("550 5.1.1 そのような宛先はありません", "5.1.1"),
    ("550 5.1.1 该用户不存在", "5.1.1"),
    ("550 5.1.1 해당 사용자를 찾을 수 없습니다", "5.1.1"),
    ("550 Indirizzo inesistente", "5.0.0"),
    ("550 Korisnik ne postoji", "5.0.0"),
    ("550 Потребителят не съществува", "5.0.0"),
    ("550 Felhasználó nem található", "5.0.0"),
    ("550 Kullanıcı bulunamadı", "5.0.0"),
]

REPORT = """Return-Path: <>
From: MAILER-DAEMON@relay.example (Mail Delivery System)
To: b+token@merchant.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_report"

--=_report
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

<anna@acme.example>: host mx.acme.example[192.0.2.25] said: {said} (in reply to {command} command)

--=_report
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; anna@acme.example
Action: failed
Status: {status}
Remote-MTA: dns; mx.acme.example
Diagnostic-Code: smtp; {said}

--=_report--
"""


def reported(said: str, status: str, command: str) -> bool | None:
    """Return whether a report of these words calls the recipient dead."""
    return read(REPORT.format(said=said, status=status, command=command).encode()).hard


@pytest.mark.parametrize("command", ["RCPT TO", "end of DATA"])
@pytest.mark.parametrize(("said", "status"), NOT_DEAD)
def test_nobody_dies_of_words_about_somebody_or_something_else(said: str, status: str, command: str) -> None:
    assert reported(said, status, command) is False


@pytest.mark.parametrize(("said", "status"), DEAD)
def test_a_recipient_who_is_not_there_is_dead_in_any_language(said: str, status: str) -> None:
    assert reported(said, status, "RCPT TO") is True
