"""Looks: the merchant's colour and logo on the pages, so that all text on and in the colour can be read.

The colour fills buttons as it is, with black or white on it. Links are text in the colour; where that would be too pale
on light ground or too dark on dark ground, they get the nearest shade that reaches WCAG AA. So no colour is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import structlog

from domain.letters import brand
from domain.letters.brand import Brand, BrandBroken

log = structlog.get_logger(__name__)

_STATIC = Path(__file__).parent / "static"

STYLE = (_STATIC / "portal.css").read_bytes()

ICON = (_STATIC / "icon.svg").read_bytes()

AA = 4.5
"""The least contrast of text, by WCAG."""

_GROUNDS = {"light": ("#f4f6f8", "#ffffff"), "dark": ("#0f151c", "#18212b")}
"""On what links stand: ground and card of the style sheet."""

_STEPS = 100


@dataclass(frozen=True, slots=True)
class File:
    """A file that holds nothing of anybody, so browsers may keep it for ever: its name changes with its content."""

    name: str
    body: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Look:
    """What the pages of one merchant load."""

    style: File
    icon: File
    logo: File | None
    logo_width: int

    @property
    def files(self) -> Mapping[str, File]:
        """Return all files by their names."""
        return {each.name: each for each in (self.style, self.icon, self.logo) if each is not None}


def look(folder: Path | None) -> Look:
    """Return the look of the merchant whose letters are in *folder*; a broken one is told by ``plixo check``."""
    try:
        found = brand.read(folder)
    except BrandBroken as why:
        log.error("the brand cannot be used, so pages are plain", why=str(why))
        found = Brand()
    style = STYLE if found.colour == Brand().colour else STYLE + b"\n" + rules(found.colour).encode()
    return Look(
        style=_file("portal", "css", style, "text/css"),
        icon=_file("icon", "svg", ICON.replace(Brand().colour.encode(), found.colour.encode()), "image/svg+xml"),
        logo=_file("logo", "png", found.logo, "image/png") if found.logo else None,
        logo_width=found.logo_width,
    )


def rules(colour: str) -> str:
    """Return the style that puts a merchant's colour in place of ours."""
    light, dark = (_variables(colour, scheme) for scheme in ("light", "dark"))
    return f":root {{{light}}}\n@media (prefers-color-scheme: dark) {{ :root {{{dark}}} }}\n"


def _variables(colour: str, scheme: str) -> str:
    on = Brand(colour).ink
    link = legible(colour, _GROUNDS[scheme])
    stronger = _mixed(link, "#000000" if scheme == "light" else "#ffffff", 0.25)
    pressed = _mixed(colour, "#000000" if on == "#ffffff" else "#ffffff", 0.18)
    return (
        f" --accent: {colour}; --accent-strong: {pressed}; --on-accent: {on};"
        f" --link: {link}; --link-strong: {stronger}; "
    )


def legible(colour: str, grounds: tuple[str, ...]) -> str:
    """Return the shade nearest to *colour* that can be read as text on all of *grounds*."""
    towards = Brand(grounds[0]).ink
    shades = (_mixed(colour, towards, step / _STEPS) for step in range(_STEPS + 1))
    return next(each for each in shades if all(brand.contrast(each, ground) >= AA for ground in grounds))


def _mixed(colour: str, other: str, share: float) -> str:
    pairs = ((int(colour[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)


def _file(stem: str, ending: str, body: bytes, content_type: str) -> File:
    return File(f"{stem}-{sha256(body).hexdigest()[:12]}.{ending}", body, content_type)
