"""Forms as a payer's browser sends them: opened first, then sent with their token."""

import re

import aiohttp

from tests.portal.browsers import FROM_OUR_PAGE, Answer, Browser


async def token(browser: Browser, path: str) -> str:
    """Open a page and return the token of its form."""
    page = await browser.get(path)
    found = re.search(r'name="token" value="(\w+)"', page.text)
    assert found, f"{path} has a form: {page.text[:2000]}"
    return found[1]


async def send(browser: Browser, path: str, **fields: str) -> Answer:
    """Open a form and send it."""
    return await browser.post(path, {"token": await token(browser, path), **fields})


def hidden(page: Answer) -> dict[str, str]:
    """Return the hidden fields of a page."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text))


def errors(page: Answer) -> dict[str, str]:
    """Return what the summary at the top says, by the field that it leads to."""
    summary = re.search(r'<section class="banner bad errors".*?</section>', page.text, re.DOTALL)
    return dict(re.findall(r'<a href="#([^"]*)">(.*?)</a>', summary[0])) if summary else {}


async def send_files(
    browser: Browser, path: str, fields: dict[str, str], files: list[tuple[str, str, bytes]]
) -> Answer:
    """Send a form with files: the field, the name and the bytes of each."""
    form = aiohttp.FormData(default_to_multipart=True, quote_fields=False)
    for name, value in fields.items():
        form.add_field(name, value)
    for name, file_name, body in files:
        form.add_field(name, body, filename=file_name, content_type="application/octet-stream")
    return await browser.post(path, form, headers=FROM_OUR_PAGE)  # type: ignore[arg-type]
