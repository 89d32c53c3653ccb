"""The attachments of a mail, and what their names are made of."""

from email.message import EmailMessage

import pytest

from domain.deliverability.replies import Attachment, attachments


def mail_with(name: str, content: bytes = b"%PDF-1.7") -> bytes:
    mail = EmailMessage()
    mail.set_content("words")
    mail.add_attachment(content, maintype="application", subtype="pdf", filename=name)
    return mail.as_bytes()


def named(disposition: bytes) -> str:
    raw = (
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nwords\n--b\nContent-Type: application/pdf\n"
        b"Content-Disposition: attachment; " + disposition + b"\n\nx\n--b--\n"
    )
    (found,) = attachments.listed(raw)
    return found.name


def test_attachments_are_listed_and_their_content_is_found_by_index() -> None:
    mail = EmailMessage()
    mail.set_content("words")
    mail.add_alternative("<p>words</p>", subtype="html")
    mail.add_attachment(b"\x00\x01\x02", maintype="application", subtype="pdf", filename="proof.pdf")
    mail.add_attachment(b"logo", maintype="image", subtype="png", disposition="inline", cid="<logo>")
    raw = mail.as_bytes()

    found = attachments.listed(raw)

    assert found == (
        Attachment(0, "proof.pdf", "application/pdf", 3, inline=False),
        Attachment(1, "attachment-2.png", "image/png", 4, inline=True),
    )
    assert [attachments.content(raw, each.index) for each in found] == [b"\x00\x01\x02", b"logo"]


def test_a_forwarded_mail_is_one_attachment_and_its_own_are_none_of_this_mail() -> None:
    inner, mail = EmailMessage(), EmailMessage()
    inner["Subject"] = "Re: our/order"
    inner.set_content("inner")
    inner.add_attachment(b"x", maintype="application", subtype="pdf", filename="inner.pdf")
    mail.set_content("words")
    mail.add_attachment(inner)

    (found,) = attachments.listed(mail.as_bytes())

    assert (found.name, found.type) == ("Re our order.eml", "message/rfc822")
    assert b"inner.pdf" in attachments.content(mail.as_bytes(), 0)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ann\\proof.pdf", "proof.pdf"),
        ("a\u202efdp.exe", "a fdp.exe"),
        ("  . ", "attachment-1.pdf"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
        ("Beleg für Mai.pdf", "Beleg für Mai.pdf"),
        ("a|b<c>.pdf", "a b c .pdf"),
    ],
)
def test_a_name_is_safe_to_show_and_to_save(written: str, shown: str) -> None:
    (found,) = attachments.listed(mail_with(written))

    assert found.name == shown


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        (b'filename="=?utf-8?q?Gr=C3=BC=C3=9Fe=2Epdf?="', "Grüße.pdf"),
        (b"filename*=utf-8''Gr%C3%BC%C3%9Fe.pdf", "Grüße.pdf"),
        (b"filename*0*=iso-8859-1''Gr%FC; filename*1*=%DFe; filename*2=.pdf", "Grüße.pdf"),
        (b'filename="a\\"b.pdf"', "a b.pdf"),
        (b"filename=a.pdf; filename=b.pdf", "a.pdf"),
        (b"filename*=utf-8''..%2F..%2Fx%00.pdf", "x.pdf"),
    ],
)
def test_names_are_read_in_every_way_they_are_written(disposition: bytes, name: str) -> None:
    assert named(disposition) == name


@pytest.mark.parametrize("size", range(8))
def test_the_last_bytes_are_there_whatever_their_number(size: int) -> None:
    assert attachments.content(mail_with("a.pdf", b"%PDF-1.7"[:size] + b"!"), 0) == b"%PDF-1.7"[:size] + b"!"


def test_an_index_that_is_not_there_is_an_error() -> None:
    with pytest.raises(IndexError):
        attachments.content(mail_with("a.pdf"), 1)
    with pytest.raises(IndexError):
        attachments.content(mail_with("a.pdf"), -1)


def test_a_large_attachment_is_whole() -> None:
    large = bytes(range(256)) * 4 * 1024 * 6

    raw = mail_with("large.bin", large)

    assert attachments.listed(raw)[0].size == len(large)
    assert attachments.content(raw, 0) == large


def test_no_more_than_the_limit_are_listed() -> None:
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\nContent-Type: image/png\n\nx\n" * 500 + b"--b--\n"

    assert len(attachments.listed(raw)) == attachments.MAX_COUNT
