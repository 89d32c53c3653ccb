"""Turn an HTML mail into text: blocks into lines, quotes into marked lines; one pass, no recursion, no look back.

A quote stands in a ``blockquote`` or in a box that some mail program puts around it; both become lines that begin with
``>``, so that the same rules trim plain and HTML mail. A signature's box becomes the line ``--`` in front of it.
"""

import html
import re

MAX_PAGE = 512 * 1024
"""Characters of a page that are looked at."""
MAX_TAG = 8192
MAX_QUOTES = 12
"""Marks in front of one line."""
MAX_OPEN = 500
"""Boxes inside one another that are kept apart."""

_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9:]{0,20})")
_ATTRIBUTE = re.compile(
    r"""(?<![\w-])(class|id|href)\s{0,5}=\s{0,5}(?:"([^"]{0,2000})|'([^']{0,2000})|([^\s"'>]{1,2000}))""", re.IGNORECASE
)
_LONG_NUMBER = re.compile(r"&#[xX]?[0-9a-fA-F]{9,}")
_SPACES = re.compile(r"[ \t\r\n\f]+")

_UNSEEN = frozenset({"script", "style", "head", "title", "template", "xml"})
_LINES = frozenset({"div", "tr", "li", "dt", "dd", "section", "article", "header", "footer", "address", "center",
                    "form", "table", "ul", "ol", "pre", "blockquote", "body", "html"})  # fmt: skip
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6"})
_QUOTING = ("yahoo_quoted", "yahoo-quoted", "zmail_extra_quote", "protonmail_quote", "moz-forward-container",
            "tutanota_quote", "gmail_quote_container_forward", "mailspring-quoted", "gmx_quote", "wmquote")  # fmt: skip
"""Classes and ids of boxes that hold nothing but a quote."""
_QUOTE_FOLLOWS = ("divrplyfwdmsg", "outlookmessageheader", "appendonsend", "mail-editor-reference-message-container",
                  "stopspelling", "origbody")  # fmt: skip
"""Boxes after which a quote runs to the end of the mail; the quoted mail's sender and date stand in or below them."""
_SIGNING = ("gmail_signature", "ms-outlook-mobile-signature", "applemailsignature", "apple-mail-signature",
            "moz-signature", "protonmail_signature_block", "zohosignature", "yahoo-signature",
            "ydpsignature")  # fmt: skip


class _Page:
    """The text as it grows."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.pieces: list[str] = []
        self.marks = 0
        self.lasting = False
        self.open: list[tuple[str, bool]] = []
        """Boxes that are open, and whether each is a quote."""
        self.links: list[str] = []

    def end_line(self, *, blank: bool = False) -> None:
        """Finish the line, and leave one free below it if that is wanted."""
        text = _SPACES.sub(" ", "".join(self.pieces)).strip(" ").replace("\x01", " ")
        self.pieces.clear()
        if text:
            self.lines.append(self._marked(text))
        if blank and self.lines and self.lines[-1].strip("> "):
            self.lines.append(self._marked(""))

    def _marked(self, text: str) -> str:
        marks = min(self.marks + self.lasting, MAX_QUOTES)
        return f"{'>' * marks} {text}".rstrip() if marks else text

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """Take an opening tag."""
        if name == "br":
            if self.pieces:
                self.end_line()
            elif self.lines and self.lines[-1].strip("> "):
                self.lines.append(self._marked(""))
        elif name == "hr":
            self.end_line()
            self.lines.append(self._marked("_" * 32))
        elif name in ("td", "th"):
            self.pieces.append(" ")
        elif name == "a":
            self.links.append(attributes.get("href", ""))
        elif name in _LINES or name in _PARAGRAPHS:
            self._begin_block(name, attributes)

    def _begin_block(self, name: str, attributes: dict[str, str]) -> None:
        self.end_line(blank=name in _PARAGRAPHS)
        told = f"{attributes.get('class', '')} {attributes.get('id', '')}".lower()
        quote = name == "blockquote"
        if told != " ":
            quote = quote or any(each in told for each in _QUOTING)
            self.lasting = self.lasting or any(each in told for each in _QUOTE_FOLLOWS)
            if any(each in told for each in _SIGNING) or attributes.get("id", "").lower() in (
                "signature",
                "x_signature",
            ):
                self.lines.append(self._marked("--"))
        if quote:
            self.marks += 1
        if name not in ("li", "p") and len(self.open) < MAX_OPEN:
            self.open.append((name, quote))
        elif quote:
            self.marks -= 1
        if name == "li":
            self.pieces.append("-\x01")

    def finish(self, name: str) -> None:
        """Take a closing tag; one that closes nothing is passed over."""
        if name == "a" and self.links:
            self._link(self.links.pop())
        if name not in _LINES and name not in _PARAGRAPHS:
            return
        self.end_line(blank=name in _PARAGRAPHS or name == "blockquote")
        for depth in range(len(self.open) - 1, max(-1, len(self.open) - 8), -1):
            if self.open[depth][0] == name:
                self.marks -= sum(quote for _, quote in self.open[depth:])
                del self.open[depth:]
                return

    def _link(self, target: str) -> None:
        """Name where a link leads, unless its words do."""
        said = "".join(piece[-300:] for piece in self.pieces[-4:])
        shown = html.unescape(target).strip() if len(target) < 300 else ""
        bare = shown.removeprefix("mailto:").partition("?")[0]
        if shown.lower().startswith(("http://", "https://", "mailto:")) and bare and bare.rstrip("/") not in said:
            self.pieces.append(f" <{bare}>")


def text(page: str) -> str:
    """Return the text of a page as somebody would see it."""
    page = _LONG_NUMBER.sub("&#65533", page[:MAX_PAGE])
    told = _Page()
    at = 0
    while at < len(page):
        start = page.find("<", at)
        if start < 0:
            start = len(page)
        if start > at:
            told.pieces.append(html.unescape(page[at:start]))
        at = _tag(page, start, told) if start < len(page) else start
    told.end_line()
    return "\n".join(told.lines).strip("\n")


def _tag(page: str, start: int, told: _Page) -> int:
    """Take what begins at ``<`` and return where it ends."""
    if page.startswith("<!--", start):
        end = page.find("-->", start + 4)
        return len(page) if end < 0 else end + 3
    found = _NAME.match(page, start)
    if found is None:
        if page.startswith(("<!", "<?"), start):
            end = page.find(">", start, start + MAX_TAG)
            return len(page) if end < 0 else end + 1
        told.pieces.append("<")
        return start + 1
    end = page.find(">", found.end(), start + MAX_TAG)
    if end < 0:
        told.pieces.append("<")
        return start + 1
    name = found[1].lower()
    if page[start + 1] == "/":
        told.finish(name)
        return end + 1
    if name in _UNSEEN:
        return end + 1 if page[end - 1] == "/" else _behind(page, name, end + 1)
    told.begin(name, _attributes(page[found.end() : end]))
    return end + 1


def _attributes(written: str) -> dict[str, str]:
    if "=" not in written:
        return {}
    return {name.lower(): double or single or bare for name, double, single, bare in _ATTRIBUTE.findall(written)}


def _behind(page: str, name: str, at: int) -> int:
    """Return where an element ends whose content nobody sees; one that is never closed runs to the end."""
    end = re.compile(f"</{name}", re.IGNORECASE).search(page, at)
    if end is None:
        return len(page)
    close = page.find(">", end.end())
    return len(page) if close < 0 else close + 1
