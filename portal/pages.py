"""Pages: HTML from templates, with the words of the reader's language; nothing here knows the business."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.environment import TemplateModule

from domain.kernel import request_ids
from domain.kernel.core import Merchant
from domain.kernel.refusals import Refusal
from portal import languages, looks, refusal_texts
from portal.looks import Look
from portal.texts import LANGUAGES, Texts

_HERE = Path(__file__).parent

WHY = web.RequestKey("why", str)
"""Why a request was not taken: the name of a refusal or error, or the fields at fault; never words of anybody."""

_DEEPEST = 10
"""Levels of an address that are climbed; ours have three."""


@dataclass(frozen=True)
class Pages:
    """The templates of one deployment."""

    merchant: Merchant
    environment: Environment
    look: Look
    fields: Mapping[str, TemplateModule]
    """The parts that all pages are made of, in each language: ``f`` in the templates. Made once, since making them
    anew for each page would take as long as a third of the page."""

    def texts(self, locale: str | None = None) -> Texts:
        """Return the words for whoever asks; *locale* is the customer's, on pages that know the customer."""
        return Texts(languages.of_reader(locale, self.merchant.locale))

    def show(
        self, request: web.Request, template: str, *, status: int = 200, texts: Texts, **shown: Any
    ) -> web.Response:
        """Return one page. Links in it are relative, so that it works below any address that a proxy gives it."""
        html = self.environment.get_template(template).render(
            t=texts,
            root=_root(request),
            merchant=self.merchant,
            contact_is_mail="@" in self.merchant.contact and " " not in self.merchant.contact,
            request_id=request_ids.current(),
            look=self.look,
            f=self.fields[texts.language],
            phone_digits="".join(each for each in self.merchant.phone if each.isdigit() or each == "+"),
            address=[line.strip() for line in self.merchant.address.split(",") if line.strip()],
            languages=languages.offers(request, texts.language),
            **shown,
        )
        return web.Response(
            text=html,
            status=status,
            content_type="text/html",
            charset="utf-8",
            headers={"Content-Language": texts.language},
        )

    def say(self, request: web.Request, what: str, *, status: int, further: str = "") -> web.Response:
        """Return a page that says one thing: the texts ``{what}_title`` and ``{what}_text``."""
        texts = self.texts()
        return self.show(
            request,
            "message.html",
            status=status,
            texts=texts,
            title=texts(f"{what}_title"),
            lead=texts(f"{what}_text"),
            further=texts(further) if further else "",
            back="",
        )

    def refuse(self, request: web.Request, no: Refusal, *, status: int, title: str = "refused_title") -> web.Response:
        """Return a page that says why something was declined, and the way back to the invoice."""
        texts = self.texts()
        return self.show(
            request,
            "message.html",
            status=status,
            texts=texts,
            title=texts(title),
            lead=refusal_texts.said(no, texts),
            further="",
            back=texts("back"),
        )


class _Loader(FileSystemLoader):
    """Templates whose parts stand in them when they are compiled; to look for each anew takes a tenth of a page."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """Return a template with its parts in their places."""
        source, file, fresh = super().get_source(environment, template)
        whole = _INCLUDED.sub(lambda found: super(_Loader, self).get_source(environment, found[1])[0], source)
        return whole, file, fresh


_INCLUDED = re.compile(r'\{% include "(parts/[a-z]+\.html)" %\}\n', re.ASCII)


def _root(request: web.Request) -> str:
    """Return the way up from this page's address to the top."""
    return "../" * min(request.rel_url.raw_path.count("/") - 1, _DEEPEST) or "./"


def pages(merchant: Merchant) -> Pages:
    """Compile the templates; a missing variable is an error and never an empty place."""
    environment = Environment(
        loader=_Loader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for name in environment.list_templates():
        environment.get_template(name)
    parts = environment.get_template("parts/fields.html")
    fields = {code: parts.make_module({"t": Texts(code)}) for code in LANGUAGES}
    return Pages(merchant, environment, looks.look(merchant.letters_folder), fields)
