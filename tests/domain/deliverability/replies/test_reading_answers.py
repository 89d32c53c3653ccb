"""Reading a whole answer: the parts together, in the reading process, fast, and whatever somebody sends."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from email.message import EmailMessage
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.deliverability import replies
from domain.deliverability.replies import IntentKind, Reply
from tests.mail_score.replies import score
from tests.shared_data import CHECKOUT, shared_data

TODAY = date(2026, 11, 22)

WRITTEN = """Hello,

thanks for the reminder. We have already paid 500 EUR on 3/4, ref 881, and will pay the rest on Friday.
Could you please send us a copy of the invoice INV-1042?

Best regards
Ann Example
ACME Ltd, +44 20 7946 0123

On Mon, 16 Nov 2026 at 10:00, Plixo <r@plixo.example> wrote:
> Dear Ann,
> your invoice INV-7 of 1,250.00 EUR was due on 1 November 2026.
> Please stop by or call us.
"""


def answer() -> bytes:
    mail = EmailMessage()
    mail["From"] = "Ann <ann@acme.example>"
    mail["Subject"] = "Re: Invoice INV-1042"
    mail.set_content(WRITTEN)
    mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="proof.pdf")
    return mail.as_bytes()


def test_an_answer_is_read_whole() -> None:
    reply = replies.read(answer(), today=TODAY)

    assert reply.new.endswith("ACME Ltd, +44 20 7946 0123")
    assert reply.quoted.startswith("On Mon, 16 Nov 2026")
    assert {each.kind for each in reply.intents} == {IntentKind.PAID, IntentKind.PROMISE, IntentKind.COPY}
    assert all(each.invoices == ("INV-1042",) for each in reply.intents)
    assert [each.name for each in reply.attachments] == ["proof.pdf"]
    assert reply.language == "en"


def test_an_answer_travels_as_json() -> None:
    reply = replies.read(answer(), today=TODAY)

    assert Reply.from_json(json.loads(json.dumps(reply.as_json()))) == reply


def test_a_hint_of_the_language_decides_how_figures_are_read() -> None:
    american = replies.read(answer(), today=TODAY, language="en-US")

    days = [day for each in american.intents if each.kind is IntentKind.PAID for day in each.days]
    assert [(day.on, day.other) for day in days] == [(date(2026, 3, 4), date(2026, 4, 3))]


def test_answers_can_be_read_without_any_library() -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); from datetime import date;"
        "from domain.deliverability import replies;"
        "print(replies.read(b'\\n\\nWe will pay on Friday', today=date(2026, 11, 22)).intents[0].kind.value)"
    )

    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program, str(CHECKOUT)], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "promise"


def test_the_samples_are_trimmed_as_their_origins_expect() -> None:
    found = score(shared_data("mail"))

    assert found.strict >= 0.95
    assert found.plain >= 0.95


N = 250_000
PLAIN, PAGE = b"Content-Type: text/plain; charset=utf-8\n\n", b"Content-Type: text/html; charset=utf-8\n\n"
HOSTILE: dict[str, Callable[[], bytes]] = {
    "marks": lambda: PLAIN + b">" * 4 * N,
    "marked lines": lambda: PLAIN + b">\n" * N,
    "digits": lambda: PLAIN + b"1" * 4 * N,
    "digits and dots": lambda: PLAIN + b"1." * N,
    "groups of digits": lambda: PLAIN + b"123," * N,
    "blanks": lambda: PLAIN + b" " * 4 * N,
    "dashes": lambda: PLAIN + (b"-" * 190 + b"\n") * (N // 100),
    "colons": lambda: PLAIN + b"<\n:\n" * N,
    "headers": lambda: PLAIN + b"From: a\nx\n" * (N // 4),
    "announcements": lambda: PLAIN + (b"wrote " * 60 + b"2020 :\n") * (N // 300),
    "addresses": lambda: PLAIN + b"a@" * N,
    "promises": lambda: PLAIN + b"will pay " * (N // 4),
    "denials": lambda: PLAIN + b"not never no " * (N // 5),
    "dates": lambda: PLAIN + b"next monday next week the 1st of " * (N // 20),
    "invoices": lambda: PLAIN + b"invoice no. " * (N // 5),
    "phones": lambda: PLAIN + b"+1 (2) " * (N // 3),
    "capitals that grow": lambda: PLAIN + "İ".encode() * N,
    "soft lines": lambda: b"Content-Type: text/plain; format=flowed\n\n" + b"a \n" * N,
    "open tags": lambda: PAGE + b"<a" * N,
    "boxes": lambda: PAGE + b"<blockquote>" * (N // 5),
    "boxes that close": lambda: PAGE + (b"<div>" * 7 + b"</p>" * 7) * (N // 60),
    "comments": lambda: PAGE + b"<!--" * N,
    "a long number": lambda: PAGE + b"&#" + b"1" * N,
    "links": lambda: PAGE + b"x" * N + b'<a href="http://q/"></a>' * (N // 20),
    "parts": lambda: b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\n\nx\n" * (N // 5),
    "a long name": lambda: b'Content-Disposition: attachment; filename="' + b"a" * N,
}


@pytest.mark.parametrize("kind", sorted(HOSTILE))
def test_no_answer_takes_long(kind: str) -> None:
    raw = HOSTILE[kind]()
    started = process_time()

    replies.read(raw, today=TODAY)

    assert process_time() - started < 8  # a fifth of a second on an idle machine


PIECES = [
    *WRITTEN.splitlines(keepends=True),
    "\x00",
    "<div>",
    "<blockquote>",
    "&#x110000;",
    "=?utf-8?q?=ff?=",
    "31/31/9999 ",
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=30), max_size=20), st.booleans())
def test_nothing_that_is_sent_breaks_the_reader(pieces: list[str], page: bool) -> None:
    raw = (PAGE if page else PLAIN) + "".join(pieces).encode("utf-8", "surrogatepass")

    reply = replies.read(raw, today=TODAY)

    assert Reply.from_json(json.loads(json.dumps(reply.as_json()))) == reply
    assert all(reply.new[each.start : each.end] == each.words for each in reply.intents)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 400))
def test_torn_mails_are_read_too(noise: bytes, at: int) -> None:
    whole = answer()

    replies.read(whole[:at] + noise + whole[at:], today=TODAY)
    replies.read(whole[:at], today=TODAY)


def test_no_text_of_the_samples_breaks_the_reader() -> None:
    for file in sorted(Path(shared_data("mail", "eml")).glob("*.eml")):
        replies.read(file.read_bytes(), today=TODAY)
