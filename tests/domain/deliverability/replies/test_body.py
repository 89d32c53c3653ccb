"""The readable text of a mail, from plain text and from pages."""

from email.message import EmailMessage

import pytest

from domain.deliverability.reading import mime
from domain.deliverability.replies import body, html_text, trimming

GMAIL = (
    '<div dir="ltr">We pay on Friday.</div><br><div class="gmail_quote"><div class="gmail_attr">On Mon, 16 Nov 2026 at '
    '10:00, Plixo &lt;<a href="mailto:r@plixo.example">r@plixo.example</a>&gt; wrote:<br></div>'
    '<blockquote class="gmail_quote"><div>Dear Ann,<br>please pay</div></blockquote></div>'
)
OUTLOOK = (
    "<html><head><style>p{margin:0}</style></head><body><p>We pay on Friday.</p><div id='appendonsend'></div><hr>"
    "<div id='divRplyFwdMsg'><b>From:</b> Plixo<br><b>Sent:</b> Monday<br><b>To:</b> Ann<br><b>Subject:</b> x</div>"
    "<div><p>Dear Ann</p><p>Please pay</p></div></body></html>"
)
OUTLOOK_SIGNED = (
    "<div>We pay on Friday.</div><div id='Signature'><div>Ann</div><div>ACME</div></div><div style='border-top:solid'>"
    "<p><b>Von:</b> Plixo &lt;r@plixo.example&gt; <br><b>Gesendet:</b> Montag<br><b>An:</b> Ann<br><b>Betreff:</b> x"
    "</p></div>"
    "<p>Sehr geehrte Frau Beispiel</p>"
)
APPLE = (
    "<html><body><div>We pay on Friday.</div><div><br><blockquote type='cite'><div>On 16. Nov 2026, at 10:00, Plixo "
    "&lt;r@plixo.example&gt; wrote:</div><br><div>Dear Ann</div></blockquote></div></body></html>"
)
YAHOO = (
    "<div>We pay on Friday.</div><div id='yahoo_quoted_1' class='yahoo_quoted'><div>On Monday, November 16, 2026, "
    "10:00 AM, Plixo &lt;r@plixo.example&gt; wrote:</div><div>Dear Ann</div></div>"
)


def text_of(raw: bytes) -> str:
    return body.readable(mime.opened(raw))


@pytest.mark.parametrize("page", [GMAIL, OUTLOOK, OUTLOOK_SIGNED, APPLE, YAHOO])
def test_quotes_in_pages_are_trimmed_like_those_in_text(page: str) -> None:
    mail = EmailMessage()
    mail.set_content(page, subtype="html")

    trimmed = trimming.trim(text_of(mail.as_bytes()))

    assert trimmed.new == "We pay on Friday."
    assert trimmed.quoted


def test_a_page_reads_like_what_a_person_sees() -> None:
    page = (
        "<title>no</title><script>no()</script><!-- no --><h1>Hello</h1><p>one &amp; two<br>three</p><ul><li>a</li>"
        "<li>b</li></ul><table><tr><td>Invoice</td><td>INV-1</td></tr></table><a href='https://x.example/p'>here</a>"
        " 5 < 6"
    )

    assert html_text.text(page) == (
        "Hello\n\none & two\nthree\n\n- a\n- b\nInvoice INV-1\nhere <https://x.example/p> 5 < 6"
    )


def test_the_plain_form_comes_before_the_page() -> None:
    mail = EmailMessage()
    mail.set_content("plain words")
    mail.add_alternative("<p>page words</p>", subtype="html")

    assert text_of(mail.as_bytes()).strip() == "plain words"


def test_a_plain_form_that_only_names_the_page_does_not() -> None:
    mail = EmailMessage()
    mail.set_content("Your mail program does not show HTML.")
    mail.add_alternative("<p>page words</p>", subtype="html")

    assert text_of(mail.as_bytes()) == "page words"


def test_text_files_that_are_attached_are_not_the_text() -> None:
    mail = EmailMessage()
    mail.set_content("words")
    mail.add_attachment("file", filename="notes.txt")

    assert text_of(mail.as_bytes()).strip() == "words"


def test_a_forwarded_mail_is_not_the_text() -> None:
    inner, mail = EmailMessage(), EmailMessage()
    inner.set_content("inner words")
    mail.set_content("words")
    mail.add_attachment(inner)

    assert text_of(mail.as_bytes()).strip() == "words"


@pytest.mark.parametrize(
    ("charset", "encoded"),
    [
        ("utf-8", "Grüße für 5 €".encode()),
        ("iso-8859-1", "Grüße für 5 €".encode("cp1252")),
        ("windows-1252", "Grüße für 5 €".encode("cp1252")),
        ("iso-8859-15", "Grüße für 5 €".encode("iso-8859-15")),
        ("no-such-charset", "Grüße für 5 €".encode()),
        ("us-ascii", "Grüße für 5 €".encode("cp1252")),
    ],
)
def test_letters_are_read_whatever_the_charset_claims(charset: str, encoded: bytes) -> None:
    raw = b"Content-Type: text/plain; charset=" + charset.encode() + b"\r\n\r\n" + encoded + b"\r\n"

    assert text_of(raw).strip() == "Grüße für 5 €"


def test_soft_line_ends_are_joined_and_quotes_stay_apart() -> None:
    raw = b"Content-Type: text/plain; format=flowed\n\n> when will \n> you pay? \nWe pay \non Friday.\n-- \nAnn\n"

    assert text_of(raw) == "> when will you pay? \nWe pay on Friday.\n-- \nAnn\n"


def test_signs_without_a_shape_are_left_out() -> None:
    raw = "Content-Type: text/plain; charset=utf-8\n\n\ufeffpay\u202e\u200b 5\u00a0EUR\x07".encode()

    assert text_of(raw) == "pay 5 EUR"


def test_a_long_text_ends_where_the_limit_is() -> None:
    text = text_of(b"\n" + b"word word\n" * 40_000)

    assert len(text) < body.MAX_TEXT + 100
    assert text.endswith(body.CUT)
