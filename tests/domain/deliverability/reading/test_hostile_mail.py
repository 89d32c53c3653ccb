"""Hostile mail: whatever bytes arrive, there is a reading, soon, and never a dead address out of nothing."""

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from domain.deliverability.reading import Kind, read

MAILS = sorted((Path(__file__).resolve().parents[3] / "mails").glob("*.eml"))
RAW = [each.read_bytes() for each in MAILS]

DAEMON = b"From: MAILER-DAEMON@relay.example\nSubject: Undelivered Mail Returned to Sender\n"
REPORT = b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nfailed\n--b\n"
PAGE = DAEMON + b"Content-Type: text/html\n\n"
PROSE = DAEMON + b"\nYour mail could not be delivered:\n"

HOSTILE = {
    "1,000 nested multiparts": b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(1000)
    ),
    "50,000 headers": b"".join(b"X-%d: y\n" % n for n in range(50_000)) + b"\nhello",
    "10,000 recipients": REPORT
    + b"Content-Type: message/delivery-status\n\n"
    + b"\n".join(b"Final-Recipient: rfc822; a%d@b.example\nAction: failed\n" % n for n in range(10_000)),
    "100,000 parts": b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 100_000,
    "boundaries that are none": b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--bb\n\nx\n" * 100_000,
    "brackets in From": b"From: " + b"(" * 20_000 + b"\n\nx",
    "angles in To": b"To: " + b"<" * 20_000 + b"\n\nx",
    "a folded header": b"Subject: a" + b"\n a" * 100_000 + b"\n\nx",
    "encoded words": b"Subject: " + b"=?utf-8?q?a?= " * 5000 + b"\n\nx",
    "broken encoded words": b"Subject: =?" + b"?" * 20_000 + b"\n\nx",
    "parameters": b"Content-Type: text/plain" + b"; a=b" * 20_000 + b"\n\nx",
    "references": b"References: " + b"<a@b.example> " * 100_000 + b"\n\nx",
    "one line": PROSE + b"a" * 1_000_000,
    "addresses": PROSE + b"a@" * 500_000,
    "more addresses": PROSE + b"aaaa@b.example " * 60_000,
    "spaces": PROSE + b" " * 1_000_000,
    "blank lines": PROSE + b"\n" * 1_000_000,
    "rulers": PROSE + b"-" * 1_000_000,
    "short rulers": PROSE + b"-\n" * 400_000,
    "labels": PROSE + (b"recipient " * 90 + b"@\n") * 400,
    "dialogues": PROSE + b">>> RCPT TO:<a@b.example>\n<<< 550 x\n" * 30_000,
    "open tags": PAGE + b"<a " * 300_000,
    "open scripts": PAGE + b"<script>" * 100_000,
    "open comments": PAGE + b"<!--" * 200_000,
    "entities": PAGE + b"&#" * 300_000,
    "a long entity": PAGE + b"&#" + b"1" * 100_000,
    "tokens that are none": PROSE + b"b+" * 400_000,
    "long tokens": PROSE + b"b+aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" * 10_000,
    "deep JSON": b'From: a@b.example\n\n{"notificationType":"Bounce","bounce":' + b"[" * 100_000,
    "zeros": b"\0" * 1_000_000,
    "no line end": b"x" * 2_000_000,
    "a charset that is none": DAEMON + b"Content-Type: text/plain; charset=zlib\n\n" + b"a" * 120_000,
    "a strange charset": DAEMON + b"Content-Type: text/plain; charset=utf-7\n\n" + b"+AGE-" * 100_000,
    "base64 without end": DAEMON + b"Content-Transfer-Encoding: base64\n\n" + b"A" * 1_000_001,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mail_is_read_in_bounded_time(name: str) -> None:
    begun = time.process_time()

    reading = read(HOSTILE[name])

    assert time.process_time() - begun < 1.5, "the slowest takes 0.2 s on a quiet machine"
    assert len(reading.recipients) <= 200
    assert not reading.hard


@given(some.binary(max_size=2000))
@settings(max_examples=300, deadline=None)
def test_any_bytes_have_a_reading(raw: bytes) -> None:
    assert read(raw).hard in (None, False)


@given(some.sampled_from(RAW), some.integers(0, 6000))
@settings(max_examples=300, deadline=None)
def test_a_truncated_mail_has_a_reading(raw: bytes, end: int) -> None:
    read(raw[:end]).as_json()


@given(some.sampled_from(RAW), some.data())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.data_too_large])
def test_a_mail_with_anything_put_anywhere_has_a_reading(raw: bytes, data: some.DataObject) -> None:
    at = data.draw(some.integers(0, len(raw)))
    until = data.draw(some.integers(at, min(len(raw), at + 200)))
    put = data.draw(some.one_of(some.binary(max_size=60), some.sampled_from(RAW).map(lambda each: each[:400])))

    reading = read(raw[:at] + put + raw[until:])

    assert reading.from_json(reading.as_json()) == reading


@given(some.text(max_size=400), some.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_no_letter_of_a_person_is_a_report(text: str, subject: str) -> None:
    head = f"From: Ann <ann@x.example>\nIn-Reply-To: <a@b>\nSubject: Re: {' '.join(subject.split())}\n\n"

    reading = read((head + text).encode("utf-8", "replace"))

    assert reading.kind in (Kind.HUMAN, Kind.AUTO_REPLY)
    assert reading.recipients == ()
