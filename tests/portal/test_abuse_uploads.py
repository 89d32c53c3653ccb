"""Hostile files through the form of a payer: for each it is said what happens, and of what is refused nothing stays."""

import io
import struct
import zipfile
import zlib
from datetime import timedelta
from urllib.parse import quote

from PIL import Image

from domain.commitments import document_checks, documents
from domain.commitments.documents import LARGEST, MOST
from domain.commitments.models import Dispute, Document
from domain.kernel.core import Core
from portal import uploads
from tests.portal.browsers import FROM_OUR_PAGE, Answer, Browser
from tests.portal.forms_sent import errors, send_files, token
from tests.portal.payers import a_payer

FORM = {"code": "other", "how": "whole", "description": "It is wrong."}

MULTIPART = "multipart/form-data; boundary=x"

SCRIPT = b"<html><script>alert(document.cookie)</script></html>"


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("evil.exe", b"MZ" + b"\x00" * 100)
    return out.getvalue()


def picture(form: str, size: tuple[int, int] = (60, 40)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "navy").save(out, form)
    return out.getvalue()


def png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """Return a PNG of that size with these chunks, whatever they hold."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunk(*each) for each in chunks) + chunk(b"IEND", b"")


def pdf(*objects: bytes) -> bytes:
    return (
        b"%PDF-1.7\n" + b"\n".join(b"%d 0 obj %s endobj" % (n, each) for n, each in enumerate(objects, 1)) + b"\n%%EOF"
    )


BOMB = zlib.compress(b"\x00" * (LARGEST * 20), 9)
"""Two hundred megabytes of nothing, as some kilobytes."""

KEPT: dict[str, tuple[bytes, str, bool]] = {
    "a PDF with an archive behind it": (pdf(b"<<>>") + zipped(), "application/pdf", False),
    "a PDF with a script": (
        pdf(b"<< /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>"), "application/pdf", False,
    ),
    "a PDF that starts a program": (
        pdf(b"<< /OpenAction << /S /Launch /F (cmd.exe) >> >>"), "application/pdf", False,
    ),
    "a PDF that fills the memory": (
        pdf(b"<< /Length %d /Filter /FlateDecode >> stream\n%s" % (len(BOMB), BOMB)), "application/pdf", False,
    ),
    "a PDF with a page behind it": (pdf(b"<<>>") + SCRIPT, "application/pdf", False),
    "a PNG with a page behind it": (picture("PNG") + SCRIPT, "image/png", True),
    "a PNG with a page in a comment": (
        png(1, 1, (b"tEXt", b"Comment\x00" + SCRIPT), (b"IDAT", zlib.compress(b"\x00\x00\x00\x00"))), "image/png", True,
    ),
    "a PNG that says it is immense": (png(60_000, 60_000, (b"IDAT", zlib.compress(b"\x00"))), "image/png", False),
    "a PNG that fills the memory": (png(16_000, 16_000, (b"IDAT", BOMB)), "image/png", False),
    "a PNG with a text that fills the memory": (
        png(1, 1, (b"zTXt", b"C\x00\x00" + BOMB), (b"IDAT", zlib.compress(b"\x00\x00\x00\x00"))), "image/png", False,
    ),
    "a PNG that is its beginning only": (b"\x89PNG\r\n\x1a\n", "image/png", False),
    "half of a JPEG": (picture("JPEG", (400, 400))[:900], "image/jpeg", False),
    "a JPEG with an archive behind it": (picture("JPEG") + zipped(), "image/jpeg", True),
    "a JPEG that is its beginning only": (b"\xff\xd8\xff", "image/jpeg", False),
}  # fmt: skip
"""What begins as a PDF, a PNG or a JPEG is kept byte for byte and leaves as a download only; whether a picture that may
be shown can be drawn from it."""

REFUSED: dict[str, tuple[str, bytes]] = {
    "a GIF that is a script": ("a.gif", b"GIF89a/*" + b"\x00" * 20 + b"*/=1;alert(1)"),
    "a GIF that is called a PNG": ("a.png", b"GIF89a" + b"\x00" * 20),
    "an SVG that is called a PNG": (
        "a.png",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    ),
    "a page that is called a PDF": ("a.pdf", SCRIPT),
    "a PDF behind something else": ("a.pdf", b"\n" * 10 + pdf(b"<<>>")),
    "an archive with a PDF in it": ("a.pdf", zipped() + pdf(b"<<>>")),
    "an Office document": ("a.docx", zipped()),
    "an old Office document": ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100),
    "a program": ("a.pdf.exe", b"MZ" + b"\x00" * 100),
    "a program for Linux": ("a", b"\x7fELF" + b"\x00" * 100),
    "a shortcut": ("a.url", b"[InternetShortcut]\r\nURL=file://evil.example/x\r\n"),
    "PostScript": ("a.eps", b"%!PS-Adobe-3.0\n(%pipe%id) (w) file"),
    "XML with an entity": ("a.xml", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
    "a table": ("a.csv", b"=cmd|' /C calc'!A0,1\n"),
    "a TIFF": ("a.jpg", b"II*\x00" + b"\x00" * 100),
    "a WebP": ("a.jpg", b"RIFF\x00\x00\x00\x00WEBPVP8 "),
    "a PDF in UTF-16": ("a.pdf", "%PDF-1.7".encode("utf-16")),
    "half of a signature": ("a.png", b"\x89PNG\r\n"),
    "nothing": ("a.pdf", b""),
    "one byte too much": ("a.pdf", b"%PDF-" + b"\x00" * (LARGEST - 4)),
}


async def stored(core: Core) -> list[str]:
    return [key async for keys in core.files.older("", than=timedelta(days=-1)) for key in keys]


async def nothing_stays(core: Core) -> bool:
    return (await Dispute.all().count(), await Document.all().count(), await stored(core)) == (0, 0, [])


async def test_what_begins_as_one_of_ours_is_kept_byte_for_byte_and_shown_only_drawn_anew(
    core: Core, browser: Browser
) -> None:
    await a_payer(core, browser)
    known = await token(browser, "/i/dispute?code=other")

    for n, (name, (body, content_type, drawn)) in enumerate(KEPT.items()):
        fields = {**FORM, "token": known, "description": f"It is wrong, {n}."}
        answer = await send_files(browser, "/i/dispute", fields, [("file-other", f"{n}.pdf", body)])
        assert answer.status == 303, (name, errors(answer))
        document = await Document.get(name=f"{n}.pdf")
        await document_checks.examine(core, document_id=str(document.id))
        found = await documents.content(core, document_id=document.id)
        shown = await documents.picture(core, document_id=document.id)

        assert (found.body == body, found.content_type) == (True, content_type), name
        assert (shown is not None) is drawn, name
        assert shown is None or (shown.startswith(b"\x89PNG") and b"script" not in shown and b"PK" not in shown), name
        assert shown is None or len(shown) < 5_000, name


async def test_what_is_something_else_is_refused_by_its_name_and_nothing_of_it_stays(
    core: Core, browser: Browser
) -> None:
    await a_payer(core, browser)
    known = await token(browser, "/i/dispute?code=other")
    good = ("file-other", "good.pdf", pdf(b"<<>>"))

    for name, (called, body) in REFUSED.items():
        fields = {**FORM, "token": known}
        answer = await send_files(browser, "/i/dispute", fields, [good, ("file-other", called, body)])

        assert answer.status == (413 if len(body) > LARGEST else 422), name
        assert errors(answer), name
        assert "It is wrong." in answer.text, name
        assert await nothing_stays(core), name


async def test_the_largest_file_and_the_most_files_are_taken_and_one_more_is_not(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)
    known = await token(browser, "/i/dispute?code=other")
    files = [("file-other", f"{n}.pdf", pdf(b"%d" % n)) for n in range(MOST + 1)]

    too_many = await send_files(browser, "/i/dispute", {**FORM, "token": known}, files)
    assert await nothing_stays(core)
    largest = ("file-other", "largest.pdf", b"%PDF-" + b"\x00" * (LARGEST - 5))
    taken = await send_files(browser, "/i/dispute", {**FORM, "token": known}, [largest, *files[: MOST - 1]])

    assert (too_many.status, taken.status) == (422, 303)
    assert await Document.all().count() == MOST


NAMES: dict[str, str] = {
    "../../etc/passwd.pdf": "passwd.pdf",
    "..\\..\\windows\\system32\\a.pdf": "a.pdf",
    "/etc/cron.d/a": "a",
    "C:\\a.pdf": "a.pdf",
    "a\u202efdp.exe": "afdp.exe",
    "a\u2066b\u2069.pdf": "ab.pdf",
    "a\u200b.pdf": "a.pdf",
    "a%00.pdf": "a%00.pdf",
    "....": "document",
    "   ": "document",
    ".htaccess": "htaccess",
    "<script>alert(1)</script>.pdf": "script>.pdf",
    "{{ 7*7 }}.pdf": "{{ 7*7 }}.pdf",
    "a\x00b.pdf": "ab.pdf",
    "a" * 500 + ".pdf": "a" * 116 + ".pdf",
    "\u0645\u0644\u0641.pdf": "\u0645\u0644\u0641.pdf",
    "=cmd|' /C calc'!A0.pdf": "C calc'!A0.pdf",
}
"""What a file is called by whoever sends it, and by us."""


async def test_a_name_is_only_a_name(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)
    known = await token(browser, "/i/dispute?code=other")

    for n, called in enumerate(NAMES):
        disposition = f"form-data; name=\"file-other\"; filename*=UTF-8''{quote(called, safe='')}"
        body = part(b"code", b"other") + part(b"how", b"whole") + part(b"token", known.encode())
        body += part(b"description", b"It is wrong, %d." % n)
        body += b"--x\r\nContent-Disposition: " + disposition.encode() + b"\r\n\r\n" + pdf(b"%d" % n) + b"\r\n--x--\r\n"
        answer = await sent(browser, body)
        assert answer.status == 303, (called, errors(answer))
    names = [row["name"] for row in await core.database.rows("SELECT name FROM document")]
    page = await browser.get("/i")

    assert sorted(names) == sorted(NAMES.values())
    assert "<script>" not in page.text
    assert all(key.startswith("documents/") and ".." not in key for key in await stored(core))


def part(name: bytes, value: bytes) -> bytes:
    return b'--x\r\nContent-Disposition: form-data; name="' + name + b'"\r\n\r\n' + value + b"\r\n"


async def sent(browser: Browser, body: bytes, content_type: str = MULTIPART) -> Answer:
    headers = {**FROM_OUR_PAGE, "Content-Type": content_type}
    return await browser.post("/i/dispute", body, headers=headers)  # type: ignore[arg-type]


FILE = b'--x\r\nContent-Disposition: form-data; name="file-other"; filename="a.pdf"\r\n'

BROKEN: dict[str, tuple[bytes, str]] = {
    "no boundary": (b"%(fields)s--x--\r\n", "multipart/form-data"),
    "another boundary than is said": (b"%(fields)s--x--\r\n", "multipart/form-data; boundary=y"),
    "an empty boundary": (b"%(fields)s--x--\r\n", 'multipart/form-data; boundary=""'),
    "a boundary that is too long": (b"%(fields)s--x--\r\n", "multipart/form-data; boundary=" + "x" * 200),
    "no end": (b"%(fields)s" + FILE + b"\r\n%%PDF-1.7 and then", MULTIPART),
    "an end in the middle of a head": (b"%(fields)s" + FILE, MULTIPART),
    "a part without a name": (
        b"%(fields)s--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n", MULTIPART,
    ),
    "a part without a head": (b"%(fields)s--x\r\n\r\n%%PDF-1.7\r\n--x--\r\n", MULTIPART),
    "a form in a form": (
        b"%(fields)s--x\r\nContent-Disposition: form-data; name=a\r\nContent-Type: multipart/mixed; boundary=z\r\n\r\n",
        MULTIPART,
    ),
    "a file in another alphabet": (
        b"%(fields)s" + FILE + b"Content-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjc=\r\n--x--\r\n", MULTIPART,
    ),
    "a file that is packed": (
        b"%(fields)s" + FILE + b"Content-Encoding: gzip\r\n\r\n\x1f\x8b\r\n--x--\r\n", MULTIPART,
    ),
    "an immense head of a part": (
        b"%(fields)s--x\r\nX-A: " + b"a" * 200_000 + b"\r\n\r\na\r\n--x--\r\n", MULTIPART,
    ),
    "very many heads of a part": (
        b"%(fields)s--x\r\n" + b"X-A: a\r\n" * 20_000 + b"\r\na\r\n--x--\r\n", MULTIPART,
    ),
    "more parts than any form has": (
        b"%(fields)s" + part(b"a", b"b") * (uploads.MOST_PARTS + 1) + b"--x--\r\n", MULTIPART,
    ),
    "more words than any form has": (
        b"%(fields)s" + part(b"a", b"b" * 60_000) * 3 + b"--x--\r\n", MULTIPART,
    ),
    "a length of a part that is a lie": (
        b"%(fields)s" + FILE + b"Content-Length: 999999\r\n\r\n%%PDF-1.7\r\n--x--\r\n", MULTIPART,
    ),
    "nothing at all": (b"", MULTIPART),
    "another kind of form": (b"%(fields)s--x--\r\n", "multipart/mixed; boundary=x"),
    "JSON": (b'{"token": "%(token)s"}', "application/json"),
}  # fmt: skip


async def test_a_form_that_no_browser_sends_is_refused_and_nothing_of_it_stays(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)
    known = (await token(browser, "/i/dispute?code=other")).encode()
    fields = part(b"token", known) + part(b"code", b"other") + part(b"description", b"Wrong.")

    for name, (form, content_type) in BROKEN.items():
        answer = await sent(browser, form % {b"fields": fields, b"token": known}, content_type)

        assert answer.status in {400, 403, 413}, (name, answer.status, errors(answer))
        assert await nothing_stays(core), name
