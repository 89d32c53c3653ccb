"""The brand: the merchant's colour and logo, for mails and pages, from ``brand.toml`` in the folder of letters."""

import re
import struct
import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

FILE = "brand.toml"

LARGEST_LOGO = 48 * 1024
"""Bytes; it travels with every mail."""

WIDEST = 320
"""Pixels that a logo may take on a telephone's screen."""

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_NAME = re.compile(r"[A-Za-z0-9._-]{1,80}\.png")
_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Brand:
    """How letters and the payers' pages look."""

    colour: str = "#12634b"
    logo: bytes | None = field(default=None, repr=False)
    """A PNG that goes with the mail; nothing is ever loaded from elsewhere."""
    logo_width: int = 0

    @property
    def ink(self) -> str:
        """Return white or black, whichever reads better on the colour."""
        return _ink(self.colour)


@cache
def _ink(colour: str) -> str:
    return "#ffffff" if contrast(colour, "#ffffff") >= contrast(colour, "#000000") else "#000000"


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours by WCAG's relative luminance: from 1 to 21."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


class BrandBroken(Exception):
    """The file cannot be used; the text says why."""


def read(folder: Path | None) -> Brand:
    """Return the brand of a merchant's folder, or the plain one.

    Raises:
        BrandBroken: The file, or the logo that it names, cannot be used.
    """
    if folder is None or not (folder / FILE).exists():
        return Brand()
    try:
        given = tomllib.loads((folder / FILE).read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise BrandBroken(f"cannot be read: {error}") from None
    if unknown := sorted(set(given) - {"colour", "logo", "logo_width"}):
        raise BrandBroken(f"knows no {', '.join(unknown)}; there are: colour, logo, logo_width")
    colour = given.get("colour", Brand().colour)
    if not isinstance(colour, str) or not _COLOUR.fullmatch(colour):
        raise BrandBroken(f"colour is {colour!r}; it is written like #12634b")
    if "logo" not in given:
        return Brand(colour.lower())
    return Brand(colour.lower(), *_logo(folder, given["logo"], given.get("logo_width")))


def _logo(folder: Path, name: Any, wanted: Any) -> tuple[bytes, int]:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise BrandBroken("logo is the name of a PNG file in the same folder, such as logo.png")
    try:
        with (folder / name).open("rb") as file:
            image = file.read(LARGEST_LOGO + 1)
    except OSError as error:
        raise BrandBroken(f"{name} cannot be read: {error.strerror}") from None
    if len(image) > LARGEST_LOGO:
        raise BrandBroken(f"{name} is larger than {LARGEST_LOGO // 1024} KB, and would travel with every mail")
    if not image.startswith(_PNG) or image[12:16] != b"IHDR" or len(image) < 24:
        raise BrandBroken(f"{name} is not a PNG")
    width, height = struct.unpack(">II", image[16:24])
    if not (0 < width <= 4 * WIDEST and 0 < height <= 4 * WIDEST):
        raise BrandBroken(f"{name} measures {width} × {height} pixels; at most {4 * WIDEST} each way")
    shown = wanted if wanted is not None else min(width, 160)
    if not isinstance(shown, int) or not 16 <= shown <= WIDEST:
        raise BrandBroken(f"logo_width is {shown!r}; it is a number of pixels from 16 to {WIDEST}")
    return image, shown
