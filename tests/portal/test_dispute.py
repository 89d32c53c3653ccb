"""A payer objects: why, how much, with the documents that the reason needs; files arrive byte for byte."""

import asyncio

import pytest

from domain.commitments import documents
from domain.commitments.models import Dispute, Document
from domain.kernel.core import Core
from tests.portal.browsers import FROM_OUR_PAGE, Answer, Browser
from tests.portal.forms_sent import errors, send, send_files, token
from tests.portal.payers import a_payer

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40
PNG = b"\x89PNG\r\n\x1a\n\r\n--\r\n" + b"\r\n" * 50
WHOLE = {"code": "not_received", "how": "whole", "description": "nothing arrived"}


async def objection(browser: Browser, files: list[tuple[str, str, bytes]], **fields: str) -> Answer:
    known = await token(browser, f"/i/dispute?code={fields['code']}")
    return await send_files(browser, "/i/dispute", {"token": known, **fields}, files)


async def kept(core: Core) -> dict[str, bytes]:
    return {each.name: await core.files.get(documents.key_of(each.id)) for each in await Document.all()}


async def test_an_objection_pauses_its_part_only_and_paying_stays_possible(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)

    answer = await send(
        browser, "/i/dispute?code=wrong_tax", code="wrong_tax", how="part", amount="25,00", description="19 %, not 7 %"
    )
    answer = await browser.post("/i/dispute", {
        "token": await token(browser, "/i/dispute?code=wrong_tax"), "code": "wrong_tax", "how": "part",
        "amount": "25,00", "description": "19 %, not 7 %"})  # fmt: skip

    dispute = await Dispute.get()
    assert (answer.status, answer.location) == (303, "/i")
    assert (dispute.amount_minor, dispute.source, dispute.description) == (2500, "portal", "19 %, not 7 %")
    assert "100,00\xa0€" in (await browser.get("/i")).text


async def test_every_reason_is_offered_with_what_it_needs(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)

    page = await browser.get("/i/dispute")
    form = await browser.get("/i/dispute?code=poor_quality")

    assert page.text.count('type="radio"') == 12
    assert "Please have ready: Photo of the damage" in page.text
    assert 'id="file-photo"' in form.text
    assert 'id="file-photo"' not in (await browser.get("/i/dispute?code=duplicate")).text


async def test_going_on_without_a_reason_says_so_and_looking_does_not(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)

    first = await browser.get("/i/dispute")
    pressed = await browser.get("/i/dispute?step=2")

    assert (first.status, errors(first)) == (200, {})
    assert (pressed.status, errors(pressed)) == (422, {"code": "Choose what is wrong."})


async def test_files_are_kept_byte_for_byte_with_what_they_are(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)

    answer = await objection(
        browser,
        [("file-photo", "schäden ☂.png", PNG), ("file-other", "../../etc/order.pdf", PDF)],
        code="poor_quality", how="whole", description="broken on arrival",
    )  # fmt: skip

    assert answer.status == 303
    assert await kept(core) == {"schäden ☂.png": PNG, "order.pdf": PDF}
    assert {each.kind for each in await Document.all()} == {"photo", "other"}


async def test_a_required_document_that_is_missing_is_asked_for_and_the_words_stay(
    core: Core, browser: Browser
) -> None:
    await a_payer(core, browser)

    page = await objection(browser, [], code="poor_quality", how="part", amount="7", description="all <wet>")

    assert page.status == 422
    assert errors(page) == {"file-photo": "Attach this: Photo of the damage."}
    assert "all &lt;wet&gt;" in page.text
    assert 'value="7"' in page.text


@pytest.mark.parametrize(
    ("files", "status", "said"),
    [
        ([("file-other", "big.pdf", PDF[:10] + bytes(10 * 1024 * 1024))], 413, "larger than 10 MB"),
        ([("file-other", f"{n}.pdf", PDF + bytes([n])) for n in range(6)], 422, "At most 5 files"),
        ([("file-other", "empty.pdf", b"")], 422, "is empty"),
        ([("file-other", "page.pdf", b"<html><script>")], 422, "only PDF, PNG and JPEG"),
        ([("file-other", "shell.svg", b"<svg/>")], 422, "only PDF, PNG and JPEG"),
    ],
)
async def test_a_file_that_cannot_be_taken_is_named_and_nothing_is_left_behind(
    core: Core, browser: Browser, files: list[tuple[str, str, bytes]], status: int, said: str
) -> None:
    await a_payer(core, browser)

    page = await objection(browser, files, **WHOLE)

    assert page.status == status
    assert said in errors(page)["file-other"]
    assert "nothing arrived" in page.text
    assert (await Dispute.all().count(), await Document.all().count()) == (0, 0)


async def test_a_form_that_breaks_off_leaves_nothing_behind(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)
    known = await token(browser, "/i/dispute?code=duplicate")
    body = (
        f'--x\r\nContent-Disposition: form-data; name="token"\r\n\r\n{known}\r\n'
        '--x\r\nContent-Disposition: form-data; name="file-other"; filename="a.pdf"\r\n\r\n%PDF-1.7 and then'
    ).encode()

    headers = {**FROM_OUR_PAGE, "Content-Type": "multipart/form-data; boundary=x"}

    answer = await browser.post("/i/dispute", body, headers=headers)  # type: ignore[arg-type]

    assert answer.status == 400
    assert "Nothing was sent" in answer.text
    assert (await Dispute.all().count(), await Document.all().count()) == (0, 0)


async def test_the_payer_reads_how_the_files_stand_that_nobody_can_open(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)
    known = await token(browser, "/i/dispute?code=not_received")
    files = [("file-other", f"{each}.pdf", PDF + each.encode()) for each in ("waits", "held", "free")]
    await send_files(browser, "/i/dispute", {"token": known, **WHOLE}, files)
    for state in ("held", "free"):
        await core.database.execute("UPDATE document SET state = %s WHERE name = %s", (state, f"{state}.pdf"))

    page = await browser.get("/i")

    assert "“waits.pdf” has arrived and is being checked" in page.text
    assert "“held.pdf” was not taken" in page.text
    assert "free.pdf" not in page.text


async def test_a_second_objection_adds_to_the_first(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)
    await objection(browser, [], code="wrong_tax", how="part", amount="25", description="the tax")

    page = await browser.get("/i/dispute?code=duplicate")
    answer = await objection(browser, [], code="duplicate", how="whole", description="and billed twice")

    assert "What you send now is added to that" in page.text
    assert "All that is open: 100,00\xa0€" in page.text
    assert answer.status == 303
    assert (await Dispute.get()).amount_minor == 12500


async def test_a_double_click_is_one_objection(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)
    known = await token(browser, "/i/dispute?code=not_received")

    answers = await asyncio.gather(
        *(send_files(browser, "/i/dispute", {"token": known, **WHOLE}, [("file-other", "a.pdf", PDF)]) for _ in "123")
    )

    assert {each.status for each in answers} == {303}
    assert (await Dispute.get()).amount_minor == 12500
    assert await Document.all().count() == 1


async def test_card_numbers_in_a_description_are_not_kept(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)

    await objection(browser, [], **{**WHOLE, "description": "charged to 5555-5555-5555-4444, order 4111111111111112"})

    assert (await Dispute.get()).description == "charged to ••••-••••-••••-4444, order 4111111111111112"


async def test_a_text_that_is_too_long_is_given_back_whole(core: Core, browser: Browser) -> None:
    await a_payer(core, browser)
    text = "ä𝕏" * 2_100

    page = await objection(browser, [], **{**WHOLE, "description": text})

    assert page.status == 422
    assert "Shorten the text to 4000 characters; it has 4200" in errors(page)["description"]
    assert text in page.text
